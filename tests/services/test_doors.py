"""Bad input through the real gRPC doors: a stable reason, the field, and nothing changed."""

import io
import json
import uuid
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import parcel_pb2 as parcels
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake
from postal.tracking.v1 import tracking_service_pb2 as tracking

from services.demo.cases import APPLICANT, PAPERS
from services.demo.doors import Doors, Refusal
from services.foundation.runtime import logs
from services.foundation.runtime.identity import Caller, Keys, Minter, Role
from tests.builders import CLERK, COURIER, FOREIGN_OFFICER, OFFICER, OTHER, a_filing


def an_applicant(**changes: str) -> dossiers.Applicant:
    applicant = dossiers.Applicant()
    applicant.CopyFrom(APPLICANT)
    for name, value in changes.items():
        setattr(applicant, name, value)
    return applicant


BAD_FILINGS = [
    ({"procedure_code": "9.999999"}, "PROCEDURE_UNKNOWN", "procedure_code"),
    ({"procedure_code": "1.000894", "unit_code": "25978"}, "PRESENCE_NEEDED", "procedure_code"),
    ({"unit_code": "99999"}, "UNIT_UNKNOWN", "unit_code"),
    ({"unit_code": "", "place": "xã Không Có, Hà Nội"}, "UNIT_UNKNOWN", "place"),
    ({"unit_code": "", "place": ""}, "UNIT_MISSING", "unit_code"),
    ({"procedure_code": "1.004873", "fee_vnd": 0, "unit_code": "", "place": "xã Tân Thạnh, Thới Lai, Cần Thơ"},
     "PLACE_SPLIT", "unit_code"),
    ({"procedure_code": "1.004873", "fee_vnd": 0, "unit_code": "01"}, "UNIT_TOO_WIDE", "unit_code"),
    ({"papers": []}, "PAPERS_MISSING", "papers"),
    ({"papers": [dossiers.Paper(name="Đơn", originals=-1, copies=2)]}, "COUNT_WRONG", "papers[0]"),
    ({"papers": [dossiers.Paper(name="Đơn")]}, "COUNT_WRONG", "papers[0]"),
    ({"papers": [dossiers.Paper(name="D\u0323o\u031bn", originals=1)]}, "TEXT_NOT_NFC", "papers[0].name"),
    ({"papers": [dossiers.Paper(name="Đơn\u202e", originals=1)]}, "TEXT_CONTROL_CHARACTER", "papers[0].name"),
    ({"papers": [dossiers.Paper(name="Đ" * 301, originals=1)]}, "TEXT_TOO_LONG", "papers[0].name"),
    ({"fee_vnd": -1}, "MONEY_NEGATIVE", "fee_vnd"), ({"postage_vnd": -5}, "MONEY_NEGATIVE", "postage_vnd"),
    ({"fee_vnd": 1}, "FEE_WRONG", "fee_vnd"), ({"weight_grams": 0}, "WEIGHT_WRONG", "weight_grams"),
    ({"seal_number": ""}, "TEXT_MISSING", "seal_number"), ({"service": 0}, "SERVICE_MISSING", "service"),
    ({"service": 99}, "SERVICE_UNKNOWN", "service"), ({"applicant": None}, "APPLICANT_MISSING", "applicant"),
    ({"applicant": an_applicant(identity_number="12a")}, "IDENTITY_NUMBER_WRONG", "applicant.identity_number"),
    ({"applicant": an_applicant(phone="abc")}, "PHONE_WRONG", "applicant.phone"),
    ({"applicant": an_applicant(full_name="Ê\u0300\x00")}, "TEXT_CONTROL_CHARACTER", "applicant.full_name"),
    ({"request_id": "press-4"}, "REQUEST_ID_MALFORMED", "request_id"),
]


@pytest.mark.parametrize(("changes", "reason", "field"), BAD_FILINGS, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_bad_filing_is_refused_and_files_nothing(doors: Doors, system: Any, changes: Any, reason: str, field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await doors.call("FileDossier", a_filing(**changes), CLERK)

    assert (refusal.value.reason, refusal.value.field) == (reason, field)
    assert "Traceback" not in str(refusal.value)
    assert await system.stores["intake"].streams.unpublished(10) == []


async def test_in_a_batch_good_items_go_through_and_bad_ones_answer_for_themselves(doors: Doors) -> None:
    batch = intake.FileDossiersRequest(dossiers=[a_filing(), a_filing(weight_grams=0), a_filing(request_id="x"), a_filing()])
    answer = await doors.call("FileDossiers", batch, CLERK)
    again = await doors.call("FileDossiers", batch, CLERK)

    assert [result.problem.reason for result in answer.results] == ["", "WEIGHT_WRONG", "REQUEST_ID_MALFORMED", ""]
    assert answer == again
    assert answer.results[0].filed.dossier.filing_id != answer.results[3].filed.dossier.filing_id


async def test_the_same_request_id_is_one_dossier_and_other_content_is_refused(doors: Doors) -> None:
    request = a_filing()
    first, second = await doors.call("FileDossier", request, CLERK), await doors.call("FileDossier", request, CLERK)
    request.seal_number = "S2"
    with pytest.raises(Refusal) as refusal:
        await doors.call("FileDossier", request, CLERK)

    assert first == second
    assert refusal.value.reason == "REQUEST_ID_REUSED"


async def test_others_dossiers_answer_as_if_they_were_not_there(doors: Doors) -> None:
    filed = (await doors.call("FileDossier", a_filing(), CLERK)).dossier
    for method, request, who in (
            ("GetDossier", intake.GetDossierRequest(filing_id=filed.filing_id), OTHER),
            ("GetDossier", intake.GetDossierRequest(filing_id=str(uuid.uuid4())), CLERK),
            ("AcceptDossier", intake.AcceptDossierRequest(filing_id=filed.filing_id, dossier_code="H26-261124-0001",
                                                          request_id=str(uuid.uuid4())), FOREIGN_OFFICER)):
        with pytest.raises(Refusal) as refusal:
            await doors.call(method, request, who)
        assert (refusal.value.code, refusal.value.reason) == (grpc.StatusCode.NOT_FOUND, "DOSSIER_UNKNOWN")


async def test_a_move_not_allowed_now_is_refused_by_name(doors: Doors) -> None:
    filed = (await doors.call("FileDossier", a_filing(), CLERK)).dossier
    cases = (
        ("AcceptDossier", intake.AcceptDossierRequest(dossier_code="H26-261124-0001"), "NOT_LODGED_YET"),
        ("AcceptDossier", intake.AcceptDossierRequest(dossier_code="H26-261332-0001"), "DOSSIER_CODE_MALFORMED"),
        ("DecideDossier", intake.DecideDossierRequest(outcome=1, papers=PAPERS), "MOVE_NOT_ALLOWED"),
        ("DecideDossier", intake.DecideDossierRequest(papers=PAPERS), "OUTCOME_MISSING"),
        ("SupplyPapers", intake.SupplyPapersRequest(papers=PAPERS), "MOVE_NOT_ALLOWED"),
        ("RequestSupplement", intake.RequestSupplementRequest(papers=PAPERS, reason_code="nope"), "REASON_MISSING"),
    )
    for method, request, reason in cases:
        request.filing_id, request.request_id = filed.filing_id, str(uuid.uuid4())
        with pytest.raises(Refusal) as refusal:
            await doors.call(method, request, OFFICER)
        assert refusal.value.reason == reason, method


async def test_scans_answer_per_item_and_an_unknown_valid_code_waits(doors: Doors) -> None:
    scans = [parcels.Scan(device="h1", device_sequence=number, parcel_code=code, activity=1, office_code="032248")
             for number, code in enumerate(("RH987654326VN", "RH987654325VN", "x"), start=1)]
    scans.append(parcels.Scan(device="h1", device_sequence=9, parcel_code="RH987654326VN"))
    request = courier.RecordScansRequest(scans=scans, request_id=str(uuid.uuid4()))
    answer = await doors.call("RecordScans", request, COURIER)
    request.request_id = str(uuid.uuid4())
    again = await doors.call("RecordScans", request, COURIER)

    assert [(result.outcome, result.problem.reason) for result in answer.results] == [
        (courier.SCAN_OUTCOME_PENDING, ""), (courier.SCAN_OUTCOME_REFUSED, "PARCEL_CODE_CHECK"),
        (courier.SCAN_OUTCOME_REFUSED, "PARCEL_CODE_MALFORMED"), (courier.SCAN_OUTCOME_REFUSED, "ACTIVITY_MISSING")]
    assert again.results[0].outcome == courier.SCAN_OUTCOME_DUPLICATE


async def test_an_accept_of_what_was_not_offered_is_refused(doors: Doors) -> None:
    answer = await doors.call("AcceptHandover", courier.AcceptHandoverRequest(
        handover_id="none", request_id=str(uuid.uuid4()),
        parcels=[courier.AcceptedParcel(parcel_code="RH987654326VN"), courier.AcceptedParcel(parcel_code="zz")]), COURIER)

    assert [result.problem.reason for result in answer.results] == ["PARCEL_UNKNOWN", "PARCEL_CODE_MALFORMED"]


async def test_tracking_tells_a_mistyped_code_from_an_unknown_one(doors: Doors) -> None:
    for code, reason in (("0000000000001", "TRACKING_CODE_CHECK"), ("0000000000000", "JOURNEY_UNKNOWN"),
                         ("abc", "TRACKING_CODE_MALFORMED")):
        with pytest.raises(Refusal) as refusal:
            await doors.call("Track", tracking.TrackRequest(tracking_code=code))
        assert refusal.value.reason == reason


def bad_tokens(keys_dir: Path) -> dict[str, str]:
    minter, clerk = Minter(Keys.load_or_make(keys_dir)), Caller(person="p", role=Role.CLERK, place="032248")
    good = minter.mint(clerk)
    foreign = Minter(Keys.load_or_make(keys_dir / "foreign")).mint(clerk)
    none = jwt.encode({"sub": "p"}, "", algorithm="none")
    return {"": "TOKEN_MISSING", "Basic x": "TOKEN_MALFORMED", "Bearer x.y.z": "TOKEN_MALFORMED",
            f"Bearer {good[:-8]}AAAAAAAA": "TOKEN_FORGED", f"Bearer {foreign}": "TOKEN_FORGED", f"Bearer {none}": "TOKEN_FORGED",
            f"Bearer {minter.mint(clerk, minutes=-5)}": "TOKEN_EXPIRED",
            f"Bearer {minter.mint(clerk, nbf=4102444800)}": "TOKEN_NOT_YET_VALID",
            f"Bearer {minter.mint(clerk, aud='other')}": "TOKEN_FOREIGN",
            f"Bearer {minter.mint(clerk, iss='other')}": "TOKEN_FOREIGN",
            f"Bearer {minter.mint(clerk, role='KING')}": "TOKEN_MALFORMED"}


async def test_no_expired_foreign_or_forged_token_gets_in(system: Any) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{system.ports['intake']}") as channel:
        call = channel.unary_unary("/postal.intake.v1.IntakeService/ListProcedures")
        for header, reason in bad_tokens(system.settings.keys_dir).items():
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await call(b"", metadata=(("authorization", header),) if header else ())
            assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED
            assert dict(refusal.value.trailing_metadata())["postal-reason"] == reason


async def test_a_malformed_message_and_a_wrong_role_have_their_reasons(system: Any) -> None:
    minter = Minter(Keys.load_or_make(system.settings.keys_dir))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{system.ports['intake']}") as channel:
        call = channel.unary_unary("/postal.intake.v1.IntakeService/FileDossier")
        for who, body, reason in ((CLERK, b"\xff\xff\xff", "MESSAGE_MALFORMED"), (COURIER, b"", "ROLE_NOT_ALLOWED")):
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await call(body, metadata=(("authorization", f"Bearer {minter.mint_for(who)}"),))
            assert dict(refusal.value.trailing_metadata())["postal-reason"] == reason


async def test_an_expired_deadline_ends_the_call(system: Any) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{system.ports['tracking']}") as channel:
        call = channel.unary_unary("/postal.tracking.v1.TrackingService/Track")
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await call(b"", timeout=-1)  # over before it began
        assert refusal.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_log_lines_take_listed_keys_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs._logger, "handlers", [])
    logs.configure("INFO")
    logs.line("call", method="Track", ms=1)
    with pytest.raises(ValueError):
        logs.line("call", full_name="Nguyễn")

    assert json.loads(capsys.readouterr().err)["method"] == "Track"


async def test_a_call_is_answered_though_its_line_cannot_be_written(doors: Doors) -> None:
    logs.configure("INFO")
    gone = io.StringIO()
    logs._logger.handlers[0].setStream(gone)  # type: ignore[attr-defined]
    gone.close()

    assert (await doors.call("FileDossier", a_filing(), CLERK)).dossier.tracking_code


async def test_a_clerk_learns_the_promises_before_filing_and_they_are_those_of_the_filing(doors: Doors) -> None:
    filing = a_filing()
    asked = intake.ResolveAuthorityRequest(procedure_code=filing.procedure_code, unit_code=filing.unit_code)
    told, officers = await doors.call("ResolveAuthority", asked, CLERK), await doors.call("ResolveAuthority", asked, OFFICER)
    filed = (await doors.call("FileDossier", filing, CLERK)).dossier

    assert (told.transit_due_date, told.expected_due_date) == (filed.transit_due_date, filed.due_date)
    assert told.transit_due_date
    assert (officers.transit_due_date, officers.expected_due_date) == ("", "")
