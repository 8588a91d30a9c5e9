"""The story: from a counter in Cà Mau to an authority in Hà Nội and its result back, through the doors alone.

Every step waits until the citizen's page says so. ``told`` is called with a sentence after each step;
``between`` is awaited before each step (the tests stop and start processes there).
"""

import asyncio
import hashlib
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import entry_pb2 as entries
from postal.courier.v1 import parcel_events_pb2 as proofs
from postal.courier.v1 import parcel_pb2 as parcels
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake
from postal.tracking.v1 import tracking_service_pb2 as tracking

from .cases import PHARMACIST, Case
from .doors import Doors, Person, Refusal

SIGNATURE = hashlib.sha256("chữ ký mẫu".encode()).hexdigest()  # the picture itself stays on the device

Tell = Callable[[str], None]
Between = Callable[[str], Awaitable[None]]


async def _go_on(_step: str) -> None:
    """Nothing happens between two steps."""


class Journey:
    """One dossier from counter to citizen. ``home_office`` is the counter's office code in Cà Mau."""

    def __init__(self, doors: Doors, home_office: str, case: Case = PHARMACIST, *, told: Tell = lambda _: None,
                 between: Between = _go_on) -> None:
        self._doors, self._case, self._told, self._between = doors, case, told, between
        self.clerk = Person("gdv-dat-mui", "CLERK", home_office)
        self.officer = Person(f"cb-{case.authority.lower()}", "OFFICER", case.authority)
        self.filing_id = self.tracking_code = self.tracking_url = ""
        self.parcel_codes: list[str] = []
        self.slowest_s = 0.0
        self._scans: dict[str, int] = {}

    async def run(self) -> dossiers.Dossier:
        """The whole way; the dossier as it stands at the end."""
        for step in (self.file, self.carry_to_authority, self.accept, self.supplement, self.decide, self.bring_back):
            await self._between(step.__name__)
            await step()
        return await self.dossier(self.clerk)

    async def file(self) -> None:
        """The clerk sees who is competent, counts the papers, takes fee and postage, seals and labels."""
        case = self._case
        procedure = (await self._call("GetProcedure", intake.GetProcedureRequest(code=case.procedure), self.clerk)).procedure
        named = await self._call("ResolveAuthority", intake.ResolveAuthorityRequest(
            procedure_code=case.procedure, unit_code=case.unit_code, place=case.place), self.clerk)
        if named.authority.code != case.authority:
            raise AssertionError(f"competent is {named.authority.code or 'a choice'}, not {case.authority}")
        request = intake.FileDossierRequest(
            procedure_code=case.procedure, unit_code=case.unit_code, place=case.place, applicant=case.applicant,
            papers=case.papers,
            service=dossiers.FILING_SERVICE_BOTH, weight_grams=180, fee_vnd=procedure.fee_vnd, postage_vnd=30_000,
            seal_number="CM-000871", request_id=str(uuid.uuid4()),
            confirm_double=True,  # the same invented citizen comes again with each demo
        )
        filed = await self._call("FileDossier", request, self.clerk)
        self.filing_id, self.tracking_code = filed.dossier.filing_id, filed.dossier.tracking_code
        self.tracking_url = filed.tracking_url
        self.parcel_codes.append(filed.dossier.parcel_code)
        await self._page_says(tracking.JOURNEY_STAGE_RECEIVED_BY_POST)
        self._told(f"Filed for {filed.dossier.authority_code}, promised there by {filed.dossier.transit_due_date}")

    async def carry_to_authority(self) -> None:
        """Scanned out, handed from courier to courier through the hubs, signed for by the authority."""
        dossier = await self.dossier(self.clerk)
        await self._carry(dossier.parcel_code, list(dossier.route), self.clerk)
        count = sum(paper.originals + paper.copies for paper in self._case.papers)
        await self._sign(dossier.parcel_code, list(dossier.route)[-1], papers=count)
        await self._page_says(tracking.JOURNEY_STAGE_AT_AUTHORITY)
        self._told("Signed for at the authority (biên bản giao nhận): this moment is the legal filing")

    async def accept(self) -> None:
        """The authority accepts and gives its own code and appointment date."""
        code = f"{self._case.code_prefix}-{datetime.now(UTC):%y%m%d}-{uuid.UUID(self.filing_id).int % 10_000:04d}"
        accepted = await self._call("AcceptDossier", intake.AcceptDossierRequest(
            filing_id=self.filing_id, dossier_code=code, request_id=str(uuid.uuid4())), self.officer)
        await self._page_says(tracking.JOURNEY_STAGE_IN_REVIEW)
        self._told(f"Accepted as {accepted.dossier.dossier_code}, to be decided by {accepted.dossier.due_date}")

    async def supplement(self) -> None:
        """The authority asks once for a paper; the citizen hands it in at the counter; it travels and is signed for."""
        await self._call("RequestSupplement", intake.RequestSupplementRequest(
            filing_id=self.filing_id, papers=[self._case.missing], reason_code="PAPER_MISSING", request_id=str(uuid.uuid4())),
            self.officer)
        await self._page_says(tracking.JOURNEY_STAGE_PAPERS_NEEDED)
        supplied = await self._call("SupplyPapers", intake.SupplyPapersRequest(
            filing_id=self.filing_id, papers=[self._case.missing], weight_grams=40, request_id=str(uuid.uuid4())), self.clerk)
        code = supplied.dossier.supplement_parcel_code
        self.parcel_codes.append(code)
        route = await self._route(code, self.clerk)
        await self._carry(code, route, self.clerk)
        await self._sign(code, route[-1], papers=1)
        await self._page_says(tracking.JOURNEY_STAGE_IN_REVIEW)
        self._told("One paper was missing: asked for once, handed in, signed for")

    async def decide(self) -> None:
        """The authority decides and hands the result to the post."""
        decided = await self._call("DecideDossier", intake.DecideDossierRequest(
            filing_id=self.filing_id, outcome=dossiers.DECISION_OUTCOME_GRANTED,
            papers=[dossiers.Paper(name=self._case.result, originals=1)], request_id=str(uuid.uuid4())),
            self.officer)
        self.parcel_codes.append(decided.dossier.result_parcel_code)
        await self._page_says(tracking.JOURNEY_STAGE_DECIDED)
        self._told("Decided: granted; the result is ready for the post")

    async def bring_back(self) -> None:
        """The result travels back and is delivered with proof."""
        code = self.parcel_codes[-1]
        route = await self._route(code, self.officer)
        last = await self._carry(code, route, self.officer)
        await self._scan(last, code, parcels.SCAN_ACTIVITY_OUT_FOR_DELIVERY, route[-1])
        await self._page_says(tracking.JOURNEY_STAGE_RESULT_ON_WAY)
        stamp = Timestamp()
        stamp.FromDatetime(datetime.now(UTC))
        await self._call("RecordDelivery", courier.RecordDeliveryRequest(
            parcel_code=code, request_id=str(uuid.uuid4()), proof=proofs.DeliveryProof(
                relation=proofs.RECEIVER_RELATION_APPLICANT, identity_paper=proofs.IDENTITY_PAPER_IDENTITY_CARD,
                signature_sha256=SIGNATURE, picture=proofs.PICTURE_KIND_SIGNATURE, occur_time=stamp),
            receiver=entries.ReceiverShown(salt=uuid.uuid4().hex, last_four=self._case.applicant.identity_number[-4:])), last)
        await self._page_says(tracking.JOURNEY_STAGE_DONE)
        self._told("Delivered to the citizen with proof")

    async def dossier(self, person: Person) -> dossiers.Dossier:
        """The dossier as this person sees it."""
        answer = await self._call("GetDossier", intake.GetDossierRequest(filing_id=self.filing_id), person)
        return answer.dossier  # type: ignore[no-any-return]

    async def _carry(self, code: str, route: list[str], giver: Person) -> Person:
        """Along the route: a courier for each leg, a clerk at each office between; the last courier keeps it."""
        await self._until_known(code, giver)
        for leg, (here, there) in enumerate(pairwise(route)):
            carrier = Person(f"bt-{here}-{leg}", "COURIER", here)
            await self._hand_over(code, giver, carrier, to_person=carrier.name)
            await self._scan(carrier, code, parcels.SCAN_ACTIVITY_DEPARTED, here)
            giver = Person(f"gdv-{there}", "CLERK", there)
            await self._hand_over(code, carrier, giver, to_person="")
            await self._scan(giver, code, parcels.SCAN_ACTIVITY_ARRIVED, there)
        last = Person(f"bt-{route[-1]}", "COURIER", route[-1])
        await self._hand_over(code, giver, last, to_person=last.name)
        return last

    async def _sign(self, code: str, office: str, *, papers: int) -> None:
        last = Person(f"bt-{office}", "COURIER", office)
        await self._scan(last, code, parcels.SCAN_ACTIVITY_OUT_FOR_DELIVERY, office)
        await self._hand_over(code, last, self.officer, to_person="", papers=papers)

    async def _hand_over(self, code: str, giver: Person, taker: Person, *, to_person: str, papers: int | None = None) -> None:
        offered = await self._call("OfferHandover", courier.OfferHandoverRequest(
            parcel_codes=[code], taker=parcels.Holder(person=to_person, place=taker.place),
            request_id=str(uuid.uuid4())), giver)
        _one(offered.results)
        accepted = await self._call("AcceptHandover", courier.AcceptHandoverRequest(
            handover_id=offered.handover_id, request_id=str(uuid.uuid4()),
            parcels=[courier.AcceptedParcel(parcel_code=code, papers_counted=papers)]), taker)
        _one(accepted.results)

    async def _scan(self, person: Person, code: str, activity: Any, office: str) -> None:
        device = f"{person.name}-{self.filing_id[:8]}"  # a new handheld for each dossier: its numbers start at 1
        self._scans[device] = self._scans.get(device, 0) + 1
        scan = parcels.Scan(device=device, device_sequence=self._scans[device], parcel_code=code,
                            activity=activity, office_code=office)
        scan.occur_time.FromDatetime(datetime.now(UTC))
        answer = await self._call("RecordScans", courier.RecordScansRequest(scans=[scan], request_id=str(uuid.uuid4())),
                                  person)
        if answer.results[0].outcome == courier.SCAN_OUTCOME_REFUSED:
            raise AssertionError(f"scan refused: {answer.results[0].problem}")

    async def _route(self, code: str, person: Person) -> list[str]:
        return list((await self._until_known(code, person)).route)

    async def _until_known(self, code: str, person: Person) -> Any:
        """Waits until the parcel's own fact has reached the courier service."""
        async def look() -> Any:
            try:
                return (await self._call("GetParcel", courier.GetParcelRequest(parcel_code=code), person)).parcel
            except Refusal as refusal:
                if refusal.reason != "PARCEL_UNKNOWN":
                    raise
                return None
        return await _wait_for(look, f"parcel {code}")

    async def _page_says(self, stage: Any) -> None:
        """Waits until the public answer shows the stage; keeps the slowest wait."""
        start = asyncio.get_running_loop().time()

        async def look() -> bool:
            try:
                answer = await self._call("Track", tracking.TrackRequest(tracking_code=self.tracking_code))
            except Refusal as refusal:
                if refusal.reason != "JOURNEY_UNKNOWN":
                    raise
                return False
            return bool(answer.journey.stage == stage)

        await _wait_for(look, f"stage {tracking.JourneyStage.Name(stage)}")
        self.slowest_s = max(self.slowest_s, asyncio.get_running_loop().time() - start)

    async def _call(self, method: str, request: Any, person: Person | None = None) -> Any:
        return await self._doors.call(method, request, person)


async def _wait_for(look: Callable[[], Awaitable[Any]], what: str, patience_s: float = 60) -> Any:
    deadline = asyncio.get_running_loop().time() + patience_s
    while not (seen := await look()):
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"{what} did not show within {patience_s:.0f} s")
        await asyncio.sleep(0.01)
    return seen


def _one(results: Any) -> None:
    if results[0].HasField("problem"):
        raise AssertionError(f"refused: {results[0].problem.reason} {results[0].problem.message}")
