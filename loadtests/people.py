"""Clerks, couriers, officers and citizens as Locust users: each dossier goes from hand to hand through queues.

What a user was told goes into the process's history file; ``oracle`` judges it when the storm is over.
"""

import csv
import time
from collections import Counter
from pathlib import Path
from typing import Any

from calling import Item, Person, Shared, draw
from locust import task
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import parcel_pb2
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake
from postal.tracking.v1 import tracking_service_pb2 as tracking

from services import registry
from services.foundation.runtime.identity import Role

AUTHORITY, PROCEDURE, PROVINCE = "TINH-01", "1.014092", "01"


def _offices() -> tuple[list[str], list[int]]:
    """Every post office of a commune, and its weight: how many communes of before 2025-07-01 its commune was made of."""
    known, merged = registry.load(), Counter[str]()
    with (Path(registry.__file__).parent / "data" / "former_units.tsv").open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            merged.update(line["successors"].split())
    units = known.communes()
    return [known.office_of_unit(unit.code).code for unit in units], [merged[unit.code] or 1 for unit in units]


OFFICES, WEIGHTS = _offices()


def _handed(answer: Any) -> bool:
    return answer is not None and not any(each.HasField("problem") for each in answer.results)


class Clerk(Person):
    """Files synthetic dossiers at offices by their weight and hands them to the office's courier."""

    weight, role, per_second = 4, Role.CLERK, 0.5

    @task
    def file(self) -> None:
        office = draw.choices(OFFICES, WEIGHTS)[0]
        request = intake.FileDossierRequest(
            procedure_code=PROCEDURE, unit_code=PROVINCE, service=dossiers.FILING_SERVICE_BOTH,
            weight_grams=draw.randrange(20, 900), fee_vnd=500_000, postage_vnd=30_000, seal_number="T-1", synthetic=True,
            applicant=dossiers.Applicant(full_name="Người Thử Tải", identity_number="001185000001", phone="0900000000",
                                         address="Thử tải"), papers=[dossiers.Paper(name="Đơn đề nghị", originals=1)])
        answer = self.call("FileDossier", request, f"load-{office}", office)
        if answer is None:
            return
        found = answer.dossier
        item = Item(found.filing_id, found.tracking_code, found.parcel_code, office)
        Shared.note(told="filed", id=item.filing_id, tracking=item.tracking_code, parcel=item.parcel_code, office=office,
                    request=request.SerializeToString().hex())
        Shared.seen.append(item)
        self.offer(item)

    def offer(self, item: Item) -> None:
        """To any courier of the office, once the parcel is known."""
        for _ in range(20):
            answer = self.call("OfferHandover", courier.OfferHandoverRequest(
                parcel_codes=[item.parcel_code], taker=parcel_pb2.Holder(place=item.office)), f"load-{item.office}", item.office)
            if _handed(answer):
                item.courier = answer.handover_id
                Shared.queues["offered"].append(item)
                return
            time.sleep(0.05)


class Courier(Person):
    """Takes what is offered, scans it, hands it to the authority; brings results back."""

    weight, role, per_second = 3, Role.COURIER, 2.0
    _scans = 0

    @task(2)
    def to_the_authority(self) -> None:
        if not Shared.queues["offered"]:
            return
        item = Shared.queues["offered"].popleft()
        person = f"bt-{item.office}"
        if not _handed(self.call("AcceptHandover", courier.AcceptHandoverRequest(
                handover_id=item.courier, parcels=[courier.AcceptedParcel(parcel_code=item.parcel_code)]), person, item.office)):
            return
        Courier._scans += 1
        scan = parcel_pb2.Scan(device=Shared.device, device_sequence=Courier._scans, parcel_code=item.parcel_code,
                               activity=parcel_pb2.SCAN_ACTIVITY_DEPARTED, office_code=item.office)
        scan.occur_time.GetCurrentTime()
        self.call("RecordScans", courier.RecordScansRequest(scans=[scan]), person, item.office)
        answer = self.call("OfferHandover", courier.OfferHandoverRequest(
            parcel_codes=[item.parcel_code], taker=parcel_pb2.Holder(place=AUTHORITY)), person, item.office)
        if _handed(answer):
            item.courier = answer.handover_id
            Shared.queues["carried"].append(item)


class Officer(Person):
    """Signs at the authority, accepts, decides."""

    weight, role, per_second = 2, Role.OFFICER, 2.0

    @task(2)
    def sign(self) -> None:
        if Shared.queues["carried"]:
            item = Shared.queues["carried"].popleft()
            if _handed(self.call("AcceptHandover", courier.AcceptHandoverRequest(
                    handover_id=item.courier, parcels=[courier.AcceptedParcel(parcel_code=item.parcel_code, papers_counted=1)]),
                    "cb-load", AUTHORITY)):
                Shared.queues["signed"].append(item)

    @task(2)
    def accept(self) -> None:
        if Shared.queues["signed"]:
            item = Shared.queues["signed"].popleft()
            answer = self.call("AcceptDossier", intake.AcceptDossierRequest(
                filing_id=item.filing_id, dossier_code=f"H26-{time.strftime('%y%m%d')}-{draw.randrange(10**6):06d}"),
                "cb-load", AUTHORITY)
            Shared.queues["signed" if answer is None else "accepted"].append(item)
            if answer is not None:
                Shared.note(told="accepted", id=item.filing_id, tracking=item.tracking_code)

    @task(1)
    def decide(self) -> None:
        if Shared.queues["accepted"]:
            item = Shared.queues["accepted"].popleft()
            if self.call("DecideDossier", intake.DecideDossierRequest(
                    filing_id=item.filing_id, outcome=dossiers.DECISION_OUTCOME_GRANTED,
                    papers=[dossiers.Paper(name="Kết quả", originals=1)]), "cb-load", AUTHORITY) is not None:
                Shared.note(told="decided", id=item.filing_id, tracking=item.tracking_code)


class Citizen(Person):
    """Looks up what was filed in this run, the newest most."""

    weight, role, per_second = 6, Role.INTEGRATOR, 1.0

    @task
    def track(self) -> None:
        if not Shared.seen:
            return
        item = Shared.seen[-1 - min(int(draw.expovariate(0.02)), len(Shared.seen) - 1)]
        answer = self.call("Track", tracking.TrackRequest(tracking_code=item.tracking_code))
        if answer is not None:
            Shared.note(told="saw", tracking=item.tracking_code, stage=answer.journey.stage, entries=len(answer.journey.entries))

