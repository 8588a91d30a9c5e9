"""Builders: nothing else makes test data."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake

from services.demo.cases import APPLICANT, PAPERS
from services.demo.doors import Person
from services.foundation.events import Actor, Append, Recorded, chain
from services.intake import dossier_facts as facts

CLERK, OTHER = Person("gdv", "CLERK", "032248"), Person("gdv2", "CLERK", "025978")
OFFICER, FOREIGN_OFFICER = Person("cb", "OFFICER", "TINH-01"), Person("cb2", "OFFICER", "TINH-79")
COURIER = Person("bt", "COURIER", "032248")
START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def a_draft(subject: str, *, data: bytes = b"\x00\xff", recorded: datetime = START, key: str = "k") -> Recorded:
    return Recorded(subject=subject, key=key, sequence=0, type="postal.test.v1.Seen", data=data, occurred=START - timedelta(
        milliseconds=7), recorded=recorded, cause="c", fingerprint="f", trace="00-1",
        actor=Actor(person="p", role="CLERK", place="032248", device="d"))


def an_append(subject: str, history: list[Recorded] | None = None, *, count: int = 1, topic: str | None = "t",
              private: bytes | None = None, recorded: datetime = START, claim: str | None = None) -> Append:
    history = history or []
    drafted = chain(history, [a_draft(subject, data=bytes([number]), recorded=recorded) for number in range(count)])
    return Append(subject=subject, expected=len(history), facts=drafted, topic=topic, private=private, claim=claim)


def a_filing(**changes: Any) -> intake.FileDossierRequest:
    values: dict[str, Any] = {
        "procedure_code": "1.014092", "unit_code": "01", "applicant": APPLICANT, "papers": PAPERS, "weight_grams": 100,
        "service": dossiers.FILING_SERVICE_BOTH, "fee_vnd": 500_000, "postage_vnd": 30_000, "seal_number": "S1",
        "request_id": str(uuid.uuid4()), "confirm_double": True, **changes}  # one applicant serves all tests
    return intake.FileDossierRequest(**values)


def a_filed_fact(**changes: Any) -> facts.DossierFiled:
    return facts.DossierFiled(**{
        "filing_id": "1", "tracking_code": "t", "parcel_code": "p", "office_code": "032248", "procedure_code": "1",
        "procedure_version": "v", "authority_code": "TINH-01", "destination_office_code": "901000",
        "service": facts.FilingService.BOTH, "papers": (facts.Paper(name="Đơn", originals=1, copies=0),), "weight_grams": 1,
        "seal_number": "s", "transit_due_date": "2026-11-30", "transit_days": 4, "term_value": 5, "term_unit": "WORKING_DAY",
        "expected_due_date": "", "route": ("032248",), "calendar_version": "v", **changes})
