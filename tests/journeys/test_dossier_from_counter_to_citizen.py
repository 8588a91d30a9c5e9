"""A dossier from a counter in Cà Mau to an authority in Hà Nội and its result back, in prose, in both modes."""

import contextlib
import re
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake

from services import registry
from services.demo.badge import minting
from services.demo.cases import APPLICANT, BRIDEGROOM, PAPERS, PHARMACIST, PROCEDURE, Case
from services.demo.doors import Doors, Refusal
from services.demo.journey import Journey
from services.foundation.events import broken_link

from . import systems

Start = Callable[[], AbstractAsyncContextManager[systems.System]]
MODES = ("embedded", "mongodb+kafka")


@pytest.fixture(params=MODES)
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """How to start the system in this mode."""
    if request.param == "embedded":
        return lambda: systems.embedded(tmp_path)
    mongo, kafka = request.getfixturevalue("mongo_server"), request.getfixturevalue("kafka_server")
    database = f"journey_{uuid.uuid4().hex[:8]}"
    return lambda: systems.three_services(tmp_path, mongo, kafka, database)


@contextlib.asynccontextmanager
async def counter(system: systems.System, case: Case = PHARMACIST) -> AsyncIterator[Journey]:
    """A clerk's journey at the counter of Đất Mũi, Cà Mau."""
    known = registry.load()
    home = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
    doors = Doors(system.addresses, minting(system.keys_dir).mint_for)
    try:
        yield Journey(doors, home.code, case)
    finally:
        await doors.close()


async def facts_of(system: systems.System, journey: Journey) -> dict[str, list]:
    """Every fact of the dossier's and its parcels' streams, read from the stores themselves after the end."""
    from services.foundation.runtime import settings, wiring

    chosen = settings.read(system.environment)
    found = {}
    for service, subjects in (("intake", [f"dossiers/{journey.filing_id}"]),
                              ("courier", [f"parcels/{code}" for code in journey.parcel_codes])):
        async with wiring.open_stores(chosen, service, {}) as stores:
            found |= await stores.streams.read_many(subjects)
    return found


def assert_whole(found: dict[str, list], journey: Journey) -> None:
    assert len(found) == 1 + 3, "one dossier, and an envelope there, a supplement, and one back"
    for subject, facts in found.items():
        assert facts, subject
        assert broken_link(facts) is None, subject
    types = [fact.type.rsplit(".", 1)[1] for fact in found[f"dossiers/{journey.filing_id}"]]
    assert [kind for kind, after in zip(types, [*types[1:], ""], strict=True) if kind != after] == [
        "DossierFiled", "LedgerPosted", "DossierLodged", "DossierAccepted", "SupplementRequested", "PapersSupplied",
        "SupplementReceived", "DossierDecided", "DossierReturned"]


@pytest.mark.parametrize("case", [PHARMACIST, BRIDEGROOM], ids=["a-province-decides", "a-commune-named-by-its-old-name-decides"])
async def test_a_dossier_comes_back_as_a_result_and_every_fact_verifies(start: Start, case: Case) -> None:
    async with start() as system, counter(system, case) as journey:
        dossier = await journey.run()

        assert dossier.state == dossiers.DOSSIER_STATE_RETURNED
        assert dossier.authority_code == case.authority
        assert dossier.outcome == dossiers.DECISION_OUTCOME_GRANTED
        assert dossier.applicant.full_name == case.applicant.full_name
    assert_whole(await facts_of(system, journey), journey)


async def test_killing_any_process_between_any_two_steps_loses_and_doubles_nothing(start: Start) -> None:
    async with start() as system, counter(system) as journey:
        async def kill_each_in_turn(_step: str) -> None:
            name = list(system.commands)[system.kills % len(system.commands)]
            await system.kill_and_restart(name)

        journey._between = kill_each_in_turn
        dossier = await journey.run()

        assert system.kills >= 6
        assert dossier.state == dossiers.DOSSIER_STATE_RETURNED
    assert_whole(await facts_of(system, journey), journey)


async def test_repeats_and_refusals_of_the_counter(start: Start) -> None:
    async with start() as system, counter(system) as journey:
        doors, clerk = journey._doors, journey.clerk

        # A commune-level procedure whose place is named by its commune of before 2025-07-01.
        answer = await doors.call("ResolveAuthority", intake.ResolveAuthorityRequest(
            procedure_code="1.004873", place="phường Hưng Định, Thuận An, Bình Dương"), clerk)
        assert answer.authority.code == "XA-25978"
        filing = intake.FileDossierRequest(
            procedure_code="1.004873", place="phường Hưng Định, Thuận An, Bình Dương", applicant=APPLICANT, papers=PAPERS[:1],
            service=dossiers.FILING_SERVICE_BOTH, weight_grams=60, fee_vnd=0, postage_vnd=30_000, seal_number="CM-1",
            request_id=str(uuid.uuid4()))
        filed = await doors.call("FileDossier", filing, clerk)
        assert filed.dossier.authority_code == "XA-25978"
        assert filed.dossier.transit_due_date > ""
        assert re.fullmatch(r"RH\d{9}VN", filed.dossier.parcel_code)

        # The same request again is the same dossier; other content under its id is refused.
        again = await doors.call("FileDossier", filing, clerk)
        assert again.dossier.filing_id == filed.dossier.filing_id
        assert again.dossier.tracking_code == filed.dossier.tracking_code
        filing.weight_grams = 61
        with pytest.raises(Refusal) as refusal:
            await doors.call("FileDossier", filing, clerk)
        assert refusal.value.reason == "REQUEST_ID_REUSED"

        # A procedure that needs the person is refused and names why.
        with pytest.raises(Refusal) as refusal:
            await doors.call("ResolveAuthority", intake.ResolveAuthorityRequest(
                procedure_code="1.000894", unit_code="25978"), clerk)
        assert refusal.value.reason == "PRESENCE_NEEDED"

        # The published paper list is shown.
        shown = (await doors.call("GetProcedure", intake.GetProcedureRequest(code=PROCEDURE), clerk)).procedure
        assert len(shown.papers) >= 3


async def test_nothing_personal_leaves_intake(start: Start, tmp_path: Path) -> None:
    async with start() as system, counter(system) as journey:
        await journey.run()
    found = await facts_of(system, journey)
    canaries = [word.encode() for word in (APPLICANT.full_name, APPLICANT.identity_number, APPLICANT.phone, APPLICANT.address)]

    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "keys" not in path.parts}
    told = {path: text for path, text in files.items() if "notices" in path.parts}  # whom a gateway to telephones has to reach
    blobs = [fact.data for facts in found.values() for fact in facts]
    blobs += [text.replace(b"To: " + APPLICANT.phone.encode(), b"", 1) if path in told else text for path, text in files.items()]
    for canary in canaries:
        assert not [blob[:40] for blob in blobs if canary in blob]
