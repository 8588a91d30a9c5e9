"""Clerks, couriers, officers and citizens who go on through a storm, and write down what they were told.

Each carrier takes dossiers, one after the other, from the counter to the citizen. It retries with the same request id as
the documented client policy says, sometimes asks the same thing again, and sometimes gives up without knowing.
"""

import asyncio
import hashlib
import random
import uuid
from dataclasses import dataclass, field
from typing import Any, Protocol

from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import device_service_pb2 as devices
from postal.courier.v1 import entry_pb2 as entries
from postal.courier.v1 import parcel_events_pb2 as proofs
from postal.courier.v1 import parcel_pb2 as parcels
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake
from postal.tracking.v1 import tracking_service_pb2 as tracking

from services.demo.doors import Person, Refusal
from services.foundation.adapters.clocks import SystemClock
from services.foundation.ports import Clock
from tests.handheld import Handheld, key_of

from .history import History

OFFICE, AUTHORITY = "032248", "TINH-01"
CANARY = dossiers.Applicant(full_name="Huỳnh Canary Ngọc", identity_number="096199777123", phone="0977123456",
                            address="Số 7 đường Chim Hoàng Yến")
_FAMILY = CANARY.identity_number[:9]  # all invented persons' numbers begin so
CANARIES = tuple(text.encode() for text in (CANARY.full_name, _FAMILY, CANARY.phone, CANARY.address))
PAPERS = [dossiers.Paper(name="Đơn đề nghị", originals=1), dossiers.Paper(name="Bản sao văn bằng", copies=2)]
EXTRA = dossiers.Paper(name="Giấy khám sức khỏe", originals=1)
_UNANSWERED = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "RESOURCE_EXHAUSTED", "CANCELLED")


class Doors(Protocol):
    """The three services; raises Refusal."""

    async def call(self, method: str, request: Any, person: Person | None = None) -> Any: ...


class GaveUp(Exception):
    """The client does not know, or was refused; its dossier is left where it is."""


@dataclass
class Carrier:
    """One line of work: a clerk, a courier, an officer and a citizen of their own."""

    name: str
    doors: Doors
    history: History
    draw: random.Random
    curious: bool = True  # asks things twice and gives up now and then
    misremembers: bool = False  # names wrong one-time codes now and then; only where applicants are told right ones
    clock: Clock = field(default_factory=SystemClock)
    finished: int = 0
    _scans: int = 0
    _labels: list[str] = field(default_factory=list)  # of a roll, not used yet
    _used: list[str] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = {"clerk": Person(f"gdv-{self.name}", "CLERK", OFFICE),
                       "courier": Person(f"bt-{self.name}", "COURIER", OFFICE),
                       "officer": Person(f"cb-{self.name}", "OFFICER", AUTHORITY)}

        def now() -> float:
            return self.clock.now().timestamp()

        self._device = Handheld(key_of(self.draw.getrandbits(200)), place=OFFICE, operator=f"bt-{self.name}", now=now, told=now)

    async def run(self, stop: asyncio.Event, most: int = 10**9) -> None:
        """Carries dossiers until told to stop."""
        while not stop.is_set() and self.finished < most:
            try:
                await self._one_dossier()
                self.finished += 1
            except GaveUp:
                continue

    async def _one_dossier(self) -> None:
        filed = await self._file()
        code = filed["parcel_code"]
        if self.draw.random() < 0.1:
            await self._ask("ReprintLabel", "clerk", intake.ReprintLabelRequest(
                filing_id=filed["filing_id"], reason_code="DAMAGED"))
        await self._scan(code, parcels.SCAN_ACTIVITY_ACCEPTED)  # often before the parcel's own fact has come
        await self._until_held(code)
        await self._hand(code, "clerk", "courier")
        await self._scan(code, parcels.SCAN_ACTIVITY_DEPARTED)
        await self._hand(code, "courier", "officer", counted=3)
        await self._until_lodged(filed["filing_id"])
        await self._look(filed["tracking_code"])
        dossier_code = f"H26-{self.clock.now():%y%m%d}-{self.draw.randrange(10**6):06d}"
        await self._ask("AcceptDossier", "officer", intake.AcceptDossierRequest(
            filing_id=filed["filing_id"], dossier_code=dossier_code))
        if self.draw.random() < 0.3:
            await self._supplement(filed["filing_id"])
        decided = await self._ask("DecideDossier", "officer", intake.DecideDossierRequest(
            filing_id=filed["filing_id"], outcome=dossiers.DECISION_OUTCOME_GRANTED, papers=PAPERS[:1]))
        result = decided["result_parcel_code"]
        await self._until_held(result)
        await self._hand(result, "officer", "courier")
        await self._scan(result, parcels.SCAN_ACTIVITY_OUT_FOR_DELIVERY)
        proof = proofs.DeliveryProof(relation=proofs.RECEIVER_RELATION_APPLICANT, signature_sha256="ab" * 32,
                                     identity_paper=proofs.IDENTITY_PAPER_IDENTITY_CARD)
        proof.occur_time.FromDatetime(self.clock.now())
        await self._deliver(courier.RecordDeliveryRequest(parcel_code=result, proof=proof, receiver=entries.ReceiverShown(
            salt=f"{self.draw.getrandbits(128):032x}", last_four=f"{self.draw.randrange(10**4):04d}")))
        await self._look(filed["tracking_code"])

    async def _deliver(self, request: courier.RecordDeliveryRequest) -> None:
        """Now and then with a wrong code, once there is a right one: the courier is told so, and asks for none again."""
        if self.misremembers and self.draw.random() < 0.3:
            await self._until_told(request.parcel_code)
            doubtful = courier.RecordDeliveryRequest()
            doubtful.CopyFrom(request)
            doubtful.receiver.one_time_code = "wrong"
            try:
                await self._ask("RecordDelivery", "courier", doubtful)
            except GaveUp as told:
                if told.args != ("ONE_TIME_CODE_WRONG",):
                    raise
        await self._ask("RecordDelivery", "courier", request)

    async def _file(self) -> dict[str, Any]:
        request = intake.FileDossierRequest(
            procedure_code="1.014092", unit_code="01", applicant=CANARY, papers=PAPERS, weight_grams=self.draw.randrange(1, 900),
            service=dossiers.FILING_SERVICE_BOTH, fee_vnd=500_000, postage_vnd=self.draw.randrange(1, 9) * 1000,
            seal_number=f"N{self.draw.randrange(10**6)}", synthetic=True)
        if self.draw.random() < 0.3:  # somebody real: who files again is asked, and now and then it is meant so
            request.applicant.identity_number = f"{_FAMILY}{self.draw.randrange(8):03d}"
            request.synthetic, request.confirm_double = False, self.draw.random() < 0.5
        if self.draw.random() < 0.2:
            request.label_code = await self._label()
        if self.draw.random() < 0.2:
            return await self._file_in_a_batch(request)
        return await self._ask("FileDossier", "clerk", request)

    async def _label(self) -> str:
        """A label of a roll; now and then one that was used before, as when two clerks take the same roll."""
        if self.curious and self._used and self.draw.random() < 0.5:
            return self.draw.choice(self._used)
        if not self._labels:
            self._labels = list((await self._ask("PrintRoll", "clerk", intake.PrintRollRequest(labels=4)))["labels"])
        self._used.append(self._labels.pop())
        return self._used[-1]

    async def _file_in_a_batch(self, request: intake.FileDossierRequest) -> dict[str, Any]:
        """With a bad neighbour, which is refused for itself."""
        request.request_id = self._id()
        bad = intake.FileDossierRequest(request_id=self._id())
        bad.applicant.CopyFrom(CANARY)
        batch = intake.FileDossiersRequest(dossiers=[request, bad])
        numbers = [self.history.asked(self.name, "FileDossier", each.request_id, _said(each)) for each in batch.dossiers]
        try:
            answer = await self.doors.call("FileDossiers", batch, self.people["clerk"])
        except Refusal as refusal:
            for number in numbers:
                self.history.told(number, _outcome(refusal), reason=refusal.reason)
            raise GaveUp from None
        told = []
        for number, result in zip(numbers, answer.results, strict=True):
            ok = result.HasField("filed")
            told.append(_answered(result.filed) if ok else {})
            self.history.told(number, "ok" if ok else "refused", told[-1], _digest(result.filed) if ok else "",
                              result.problem.reason)
        if not told[0]:
            raise GaveUp
        return told[0]

    async def _supplement(self, filing_id: str) -> None:
        await self._ask("RequestSupplement", "officer", intake.RequestSupplementRequest(
            filing_id=filing_id, papers=[EXTRA], reason_code="PAPER_MISSING"))
        supplied = await self._ask("SupplyPapers", "clerk", intake.SupplyPapersRequest(
            filing_id=filing_id, papers=[EXTRA], weight_grams=30))
        code = supplied["supplement_parcel_code"]
        await self._until_held(code)
        await self._hand(code, "clerk", "courier")
        await self._hand(code, "courier", "officer", counted=1)
        await self._until_state(filing_id, dossiers.DOSSIER_STATE_UNDER_REVIEW)

    async def _hand(self, code: str, giver: str, taker: str, *, counted: int | None = None) -> None:
        to = self.people[taker]
        person = to.name if taker == "courier" else ""
        offered = await self._ask("OfferHandover", giver, courier.OfferHandoverRequest(
            parcel_codes=[code], taker=parcels.Holder(person=person, place=to.place)))
        await self._ask("AcceptHandover", taker, courier.AcceptHandoverRequest(
            handover_id=offered["handover_id"],
            parcels=[courier.AcceptedParcel(parcel_code=code, papers_counted=counted)]))

    async def _scan(self, code: str, activity: Any) -> None:
        if self.curious and self.draw.random() < 0.3:
            hand = await self._handheld()
            await self._ask("UploadBundle", "courier", hand.bundle(hand.scan(code, activity)))
            return
        self._scans += 1
        scan = parcels.Scan(device=f"h-{self.name}", device_sequence=self._scans, parcel_code=code, activity=activity,
                            office_code=OFFICE)
        scan.occur_time.FromDatetime(self.clock.now())
        await self._ask("RecordScans", "courier", courier.RecordScansRequest(scans=[scan]))

    async def _handheld(self) -> Handheld:
        """The courier's, enrolled when it is first needed."""
        if not self._device.device_id:
            invited = await self._ask("InviteDevice", "clerk", devices.InviteDeviceRequest(role=devices.DEVICE_ROLE_COURIER))
            enrolled = await self._ask("EnrolDevice", None, devices.EnrolDeviceRequest(
                invitation_code=invited["invitation_code"], public_key=self._device.public_key))
            self._device.device_id = enrolled["device_id"]
        return self._device

    async def _look(self, tracking_code: str) -> None:
        await self._ask("Track", None, tracking.TrackRequest(tracking_code=tracking_code))

    async def _ask(self, method: str, who: str | None, request: Any, *, patience: int = 60) -> dict[str, Any]:
        """One operation and, now and then, the same again; raises GaveUp when it is not known or refused."""
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            request.request_id = self._id()
        person = self.people[who] if who else None
        answer = await self._once(method, person, request)
        if self.curious and self.draw.random() < 0.1:
            answer = await self._once(method, person, request)
        return answer

    async def _once(self, method: str, person: Person | None, request: Any) -> dict[str, Any]:
        key = getattr(request, "request_id", "")
        number = self.history.asked(self.name, method, key, _said(request) | {"by": _who(person)})
        impatient = self.curious and self.draw.random() < 0.03
        try:
            calling = self.doors.call(method, request, person)
            reply = await (asyncio.wait_for(calling, self.draw.random() * 0.004) if impatient else calling)
        except TimeoutError:
            self.history.told(number, "unknown")
            raise GaveUp from None
        except Refusal as refusal:
            self.history.told(number, _outcome(refusal), reason=refusal.reason)
            raise GaveUp(refusal.reason) from None
        problems = [each.problem.reason for each in getattr(reply, "results", ()) if each.HasField("problem")]
        self.history.told(number, "refused" if problems else "ok", _answered(reply), _digest(reply), ",".join(problems))
        if problems:
            raise GaveUp
        return _answered(reply)

    def _id(self) -> str:
        return str(uuid.UUID(int=self.draw.getrandbits(128), version=4))

    async def _until_held(self, code: str) -> None:
        async def held() -> bool:
            try:
                await self.doors.call("GetParcel", courier.GetParcelRequest(parcel_code=code), self.people["clerk"])
            except Refusal as refusal:
                if refusal.reason != "PARCEL_UNKNOWN":
                    raise GaveUp from None
                return False
            return True
        await _until(held)

    async def _until_told(self, code: str) -> None:
        async def told() -> bool:
            try:
                answer = await self.doors.call("GetParcel", courier.GetParcelRequest(parcel_code=code), self.people["courier"])
            except Refusal:
                raise GaveUp from None
            return bool(answer.parcel.one_time_code)
        await _until(told)

    async def _until_lodged(self, filing_id: str) -> None:
        async def lodged() -> bool:
            return (await self._dossier(filing_id)).HasField("lodge_time")
        await _until(lodged)

    async def _until_state(self, filing_id: str, state: Any) -> None:
        async def reached() -> bool:
            return (await self._dossier(filing_id)).state == state
        await _until(reached)

    async def _dossier(self, filing_id: str) -> dossiers.Dossier:
        request = intake.GetDossierRequest(filing_id=filing_id)
        number = self.history.asked(self.name, "GetDossier", "", _said(request) | {"by": _who(self.people["officer"])})
        try:
            reply = await self.doors.call("GetDossier", request, self.people["officer"])
        except Refusal as refusal:
            self.history.told(number, _outcome(refusal), reason=refusal.reason)
            raise GaveUp from None
        self.history.told(number, "ok", _answered(reply))
        return reply.dossier


async def _until(condition: Any) -> None:
    async with asyncio.timeout(90):
        while not await condition():
            await asyncio.sleep(0.02)


def _outcome(refusal: Refusal) -> str:
    return "unknown" if refusal.code.name in _UNANSWERED else "refused"


def _digest(reply: Any) -> str:
    return hashlib.sha256(reply.SerializeToString(deterministic=True)).hexdigest()


def _who(person: Person | None) -> str:
    return f"{person.place}/{person.name}" if person else ""


def _said(request: Any) -> dict[str, Any]:
    """The request without anything about persons."""
    said = {name: getattr(request, name) for name in ("filing_id", "parcel_code", "tracking_code", "handover_id", "procedure_code",
                                                      "fee_vnd", "postage_vnd", "weight_grams") if hasattr(request, name)}
    if hasattr(request, "confirm_double") and not request.synthetic:
        said |= {"person": request.applicant.identity_number[len(_FAMILY):], "confirmed": request.confirm_double}
    if hasattr(request, "scans"):
        said["scans"] = [[scan.device, scan.device_sequence, scan.parcel_code] for scan in request.scans]
    if hasattr(request, "entries"):
        said["scans"] = [[request.device_id, entry.device_sequence, entry.parcels[0].parcel_code] for entry in request.entries]
    if hasattr(request, "parcel_codes"):
        said["parcel_codes"] = list(request.parcel_codes)
    if hasattr(request, "parcels"):
        said["parcel_codes"] = [each.parcel_code for each in request.parcels]
    return said


def _answered(reply: Any) -> dict[str, Any]:
    """What the answer says, without anything about persons."""
    answer: dict[str, Any] = {}
    if hasattr(reply, "dossier"):
        found = reply.dossier
        answer |= {name: getattr(found, name) for name in (
            "filing_id", "tracking_code", "parcel_code", "supplement_parcel_code", "result_parcel_code", "state", "etag",
            "fee_vnd", "postage_vnd", "office_code", "authority_code", "weight_grams")}
    if hasattr(reply, "roll"):
        answer["labels"] = [label.tracking_code for label in reply.roll.labels]
    if hasattr(reply, "journey"):
        answer |= {"tracking_code": reply.journey.tracking_code, "stage": reply.journey.stage,
                   "entries": len(reply.journey.entries)}
    for name in ("invitation_code", "device_id"):
        if hasattr(reply, name):
            answer[name] = getattr(reply, name)
    if hasattr(reply, "handover_id"):
        answer["handover_id"] = reply.handover_id
    if hasattr(reply, "results"):
        answer["outcomes"] = [getattr(each, "outcome", 0) for each in reply.results]
    return answer
