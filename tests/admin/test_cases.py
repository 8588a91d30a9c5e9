"""The list of cases is made of facts: it is verified, made anew, and there again after a restore."""

import asyncio
import sqlite3
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from postal.courier.v1 import courier_service_pb2 as courier
from postal.intake.v1 import intake_service_pb2 as intake

from services.admin import installation
from services.courier.cases import VIEW
from services.foundation.ports import Row
from tests.admin.worlds import World
from tests.builders import CLERK
from tests.handheld import SUPERVISOR, Handheld


async def _rows(world: World) -> Sequence[Row]:
    async with installation.opened(writing=False, chosen=world.chosen) as over:
        return await over.stores["courier"].views.rows(VIEW, limit=1000)


@pytest.fixture
def seen(one_file: World) -> World:
    """With a case that somebody has looked at, and one that nobody has."""
    async def made() -> None:
        async with one_file.running() as doors:
            code = (await doors.call("GetDossier", intake.GetDossierRequest(filing_id=one_file.scanned), CLERK)).dossier.parcel_code
            hand = await Handheld(operator="bt").enrol(doors)
            await doors.call("UploadBundle", hand.bundle(hand.offer(code, to="901000"), hand.offer(code, to="700000")), hand)
            cases = (await doors.call("ListCases", courier.ListCasesRequest(), SUPERVISOR)).cases
            await doors.call("SettleCases", courier.SettleCasesRequest(
                case_ids=[cases[0].case_id], note="đã hỏi", request_id=str(uuid.uuid4())), SUPERVISOR)

    asyncio.run(made())
    one_file.until_shown_now()
    return one_file


def test_a_list_of_cases_that_was_lost_is_found_out_and_made_anew(seen: World) -> None:
    before = asyncio.run(_rows(seen))
    with sqlite3.connect(seen.chosen.store.removeprefix("sqlite:")) as raw:
        raw.execute("DELETE FROM rows WHERE view=?", (VIEW,))
    code, report = seen.admin("verify", "--patience", "0")

    assert {row.value["state"] for row in before} == {"OPEN", "SETTLED"}
    assert (code, report["findings"]) == (1, [
        {"kind": "ROW_MISSING", "service": "courier", "where": f"{VIEW}/{row.key}", "sequence": 0} for row in before])
    assert seen.admin("rebuild", "courier-cases")[0] == 0
    assert [(row.key, row.value, row.indexes, row.reflects) for row in asyncio.run(_rows(seen))] == [
        (row.key, row.value, row.indexes, row.reflects) for row in before]
    assert seen.admin("verify", "--patience", "0")[0] == 0


def test_the_note_on_a_case_is_exported_and_erased_with_its_dossier(seen: World, tmp_path: Path) -> None:
    noted = [row.key for row in asyncio.run(_rows(seen)) if row.value["state"] == "SETTLED"]
    assert seen.admin("export", seen.scanned, "--file", str(tmp_path / "a.zip"))[0] == 0
    with zipfile.ZipFile(tmp_path / "a.zip") as exported:
        assert b"CaseSettled" in b"".join(exported.read(name) for name in exported.namelist())
    code, report = seen.admin("erase", seen.scanned, "--reason", "CITIZEN_ASKED", "--operator", "quan-tri")

    assert (code, [each["subject"] for each in report["parts"] if each["subject"].startswith("cases/")]) == (
        0, [f"cases/{key}" for key in noted])
    assert seen.admin("verify", "--patience", "0")[0] == 0


def test_a_restore_brings_the_list_of_cases_back(seen: World, tmp_path: Path) -> None:
    empty = seen.empty(tmp_path)
    empty.made()
    assert seen.admin("backup", str(tmp_path / "backup"))[0] == 0
    assert empty.admin("restore", str(tmp_path / "backup"))[0] == 0

    assert asyncio.run(_rows(empty)) == asyncio.run(_rows(seen)) != []

    async def noted() -> list[str]:
        async with empty.running() as doors:
            return [case.note for case in (await doors.call("ListCases", courier.ListCasesRequest(closed=True), SUPERVISOR)).cases]

    assert asyncio.run(noted()) == ["đã hỏi"]
