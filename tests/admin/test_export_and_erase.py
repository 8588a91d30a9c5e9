"""`export` is proof without us; `erase` leaves nothing of a person and every fact; a registry holds from its day on."""

import asyncio
import json
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from postal.intake.v1 import intake_service_pb2 as intake

from services.foundation.adapters.clocks import TurnableClock
from services.foundation.calendar import VIETNAM
from services.foundation.runtime import wiring
from services.registry import versions
from services.registry.loading import DATA
from tests.admin.worlds import SERVICES, Died, World
from tests.builders import CLERK

NAME, NUMBER = "Nguyễn Thị Ánh Tuyết", "096185001234"


def _exported(world: World, filing_id: str, file: Path, *more: str) -> dict[str, bytes]:
    code, report = world.admin("export", filing_id, "--file", str(file), *more)
    assert code == 0, report
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _rewritten(file: Path, changes: dict[str, bytes]) -> None:
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()} | changes
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_an_export_holds_every_fact_every_signed_scan_and_claim_and_nothing_personal_in_clear(world: World, tmp_path: Path) -> None:
    before = world.state()
    dry, _ = world.admin("export", world.scanned, "--file", str(tmp_path / "dry.zip"), "--dry-run")
    files = _exported(world, world.scanned, tmp_path / "a.zip")
    evidence = json.loads(files["evidence.json"])
    streams = {name.split("/")[-1].split("_")[0] for name in files if name.startswith("facts/")}
    code, checked = world.admin("export", "--check", str(tmp_path / "a.zip"))

    assert (dry, (tmp_path / "dry.zip").exists(), world.state() == before) == (0, False, True)
    # What was said to be delivered is a claim, since it is not yet on its way, and a case for people to look at.
    assert streams == {"dossiers", "parcels", "waiting-scans", "cases"}
    assert len(evidence["signed"]) == 2
    assert "act DELIVER" in evidence["signed"][1]["statement"]
    assert len([name for name in files if name.endswith(".sealed")]) == 2  # the applicant, the receiver
    assert (code, checked["ok"], checked["findings"]) == (0, True, [])
    assert set(checked) == {"command", "ok", "dry_run", "filing_id", "made", "files", "findings"}
    assert NAME.encode() not in b"".join(files.values())
    assert NUMBER.encode() not in b"".join(files.values())
    assert (tmp_path / "a.zip").stat().st_mode & 0o077 == 0


def test_an_export_that_was_opened_shows_the_person(one_file: World, tmp_path: Path) -> None:
    files = _exported(one_file, one_file.scanned, tmp_path / "a.zip", "--open")

    assert any(NAME.encode() in content for name, content in files.items() if name.endswith(".opened"))
    assert one_file.admin("export", "--check", str(tmp_path / "a.zip"))[0] == 0


def test_whatever_is_changed_in_an_export_is_found(one_file: World, tmp_path: Path) -> None:
    import hashlib

    original = tmp_path / "a.zip"
    files = _exported(one_file, one_file.scanned, original)
    name = next(each for each in files if "dossiers_" in each)
    told: dict[str, Any] = json.loads(files[name])
    told["facts"][0]["cause"] = "another"
    forged = json.dumps(told).encode()
    evidence = json.loads(files["evidence.json"])
    evidence["signed"][0]["statement"] = evidence["signed"][0]["statement"].replace("ARRIVED", "DEPARTED")
    lied = json.dumps(evidence).encode()

    def found(changes: dict[str, bytes]) -> list[str]:
        shutil.copyfile(original, tmp_path / "b.zip")
        _rewritten(tmp_path / "b.zip", changes)
        code, report = one_file.admin("export", "--check", str(tmp_path / "b.zip"))
        assert code == 1
        return [each["kind"] for each in report["findings"]]

    def fitting(**changed: bytes) -> bytes:
        manifest = json.loads(files["manifest.json"])
        manifest["files"] |= {key: hashlib.sha256(content).hexdigest() for key, content in changed.items()}
        return json.dumps(manifest).encode()

    assert found({name: forged}) == ["FILE_CHANGED", "FACT_DAMAGED"]
    assert found({name: forged, "manifest.json": fitting(**{name: forged})}) == ["FACT_DAMAGED"]
    assert found({"evidence.json": lied, "manifest.json": fitting(**{"evidence.json": lied})}) == ["SIGNATURE_WRONG"]
    assert found({"more.json": b"{}"}) == ["FILE_CHANGED"]
    original.write_bytes(original.read_bytes()[:300])
    assert one_file.admin("export", "--check", str(original))[1]["reason"] == "EXPORT_UNREADABLE"


@pytest.mark.parametrize("which", ["one_file", "servers"])
def test_an_erasure_leaves_nothing_of_the_person_and_every_fact(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    world: World = request.getfixturevalue(which)
    if which == "servers":  # its own dossier: the others need theirs
        world = asyncio.run(_one_more(world))
    before, facts = world.state(), _exported(world, world.scanned, tmp_path / "before.zip")
    dry, told = world.admin("erase", world.scanned, "--reason", "CITIZEN_ASKED", "--operator", "quan-tri", "--dry-run")
    assert (dry, world.state() == before) == (0, True)
    assert {(part["service"], part["subject"].split("/")[0]) for part in told["parts"]} >= {("intake", "dossiers")}
    code, report = world.admin("erase", world.scanned, "--reason", "CITIZEN_ASKED", "--operator", "quan-tri")
    after = _exported(world, world.scanned, tmp_path / "after.zip")

    assert (code, report["parts"], report["erased"]) == (0, told["parts"], len(told["parts"]))
    assert not [name for name in after if name.startswith("private/")]
    kept = {name: content for name, content in facts.items() if name.startswith("facts/")}
    assert kept.items() <= after.items()
    assert "postal.admin.v1.PrivatePartErased" in after[f"facts/intake/erasures_{world.scanned}.json"].decode()
    assert world.admin("verify")[0] == 0
    again = world.admin("erase", world.scanned, "--reason", "CITIZEN_ASKED", "--operator", "quan-tri")
    assert (again[0], again[1]["erased"]) == (0, 0)
    assert asyncio.run(_applicant(world)) == ""
    assert world.admin("erase", world.scanned, "--reason", "vì dân yêu cầu")[0] == 2
    assert world.admin("erase", "nobody", "--reason", "X")[0] == 2


async def _one_more(world: World) -> World:
    from dataclasses import replace

    from tests.builders import a_filing

    async with world.running() as doors:
        filed = (await doors.call("FileDossier", a_filing(), CLERK)).dossier.filing_id
    await world.until_shown()
    return replace(world, scanned=filed)


async def _applicant(world: World) -> str:
    async with world.running() as doors:
        answer = await doors.call("GetDossier", intake.GetDossierRequest(filing_id=world.scanned), CLERK)
        return str(answer.dossier.applicant.full_name)


def test_an_erasure_that_was_broken_off_is_found_and_ended_by_the_same_command(
        one_file: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.admin import erase, installation
    from services.foundation.adapters.sqlite.streams import SqliteStreams

    async def dies(*_: Any) -> None:
        raise Died

    async def erasing() -> None:
        async with installation.opened(writing=True, chosen=one_file.chosen) as over:
            await erase.erased(over, one_file.whole, "CITIZEN_ASKED", "quan-tri", dry_run=False)

    monkeypatch.setattr(SqliteStreams, "forget_private", dies)
    with pytest.raises(Died):
        asyncio.run(erasing())
    monkeypatch.undo()
    code, report = one_file.admin("verify")
    assert (code, set(report["found"])) == (1, {"ERASURE_UNFINISHED"})

    assert one_file.admin("erase", one_file.whole, "--reason", "CITIZEN_ASKED", "--operator", "quan-tri")[0] == 0
    assert one_file.admin("verify")[0] == 0


def _changed_registry(folder: Path) -> Path:
    """The registry we were built with, one procedure renamed, one gone, one holiday more."""
    shutil.copytree(DATA, folder)
    lines = (folder / "procedures.tsv").read_text(encoding="utf-8").splitlines(keepends=True)
    lines[1] = lines[1].replace("Thủ tục đăng ký khai sinh", "Thủ tục đăng ký khai sinh mới", 1)
    (folder / "procedures.tsv").write_text("".join([*lines[:2], *lines[3:]]), encoding="utf-8")
    with (folder / "holidays.tsv").open("a", encoding="utf-8") as file:
        file.write("both\t2027-03-03\tOFF\tNgày thử\ttest\n")
    return folder


def test_a_registry_shows_its_changes_first_and_holds_from_its_day_on(world: World, tmp_path: Path) -> None:
    folder, today = _changed_registry(tmp_path / "registry"), datetime.now(UTC).astimezone(VIETNAM).date()
    day = today + timedelta(days=400)
    before = world.state()
    code, shown = world.admin("load-registry", str(folder))
    assert (code, shown["dry_run"], world.state() == before) == (0, True, True)
    assert shown["changed"] == {"procedures.tsv CHANGED": 1, "procedures.tsv REMOVED": 1, "holidays.tsv ADDED": 1}
    assert {each["fields"] for each in shown["changes"] if each["change"] == "CHANGED"} == {"name"}
    assert world.admin("load-registry", str(folder), "--effective", day.isoformat(), "--dry-run")[0] == 0
    assert world.state() == before

    code, report = world.admin("load-registry", str(folder), "--effective", day.isoformat(), "--version", "2028-a")
    assert (code, report["dry_run"]) == (0, False)
    assert world.admin("load-registry", str(folder), "--effective", day.isoformat(), "--dry-run")[1]["changed"] == {}
    assert asyncio.run(_holding(world, 0)) == {versions.load().version}
    assert asyncio.run(_holding(world, 401)) == {"2028-a"}
    assert world.admin("verify")[0] == 0


async def _holding(world: World, days: int) -> set[str]:
    """Versions of the registry that the services take who start in so many days."""
    from services.admin.installation import opened

    day = (datetime.now(UTC) + timedelta(days=days)).astimezone(VIETNAM).date()
    async with opened(writing=False, chosen=world.chosen) as over:
        return {(await versions.effective(over.stores[service].streams, day)).version for service in SERVICES}


def test_services_that_start_on_the_day_answer_by_the_new_registry(one_file: World, tmp_path: Path) -> None:
    folder = _changed_registry(tmp_path / "registry")
    day = datetime.now(UTC) + timedelta(days=30)
    assert one_file.admin("load-registry", str(folder), "--effective", day.astimezone(VIETNAM).date().isoformat())[0] == 0

    async def name(when: datetime) -> str:
        from services.demo.doors import Doors
        from services.foundation.runtime.identity import Keys, Minter

        async with wiring.running(SERVICES, one_file.chosen, clock=TurnableClock(when)) as found:
            doors = Doors({each: f"127.0.0.1:{port}" for each, port in found.ports.items()},
                          Minter(Keys.load_or_make(one_file.chosen.keys_dir)).mint_for)
            answer = await doors.call("GetProcedure", intake.GetProcedureRequest(code="1.001193"), CLERK)
            await doors.close()
            return str(answer.procedure.name)

    assert asyncio.run(name(datetime.now(UTC))) == "Thủ tục đăng ký khai sinh"
    assert asyncio.run(name(day + timedelta(days=1))) == "Thủ tục đăng ký khai sinh mới"


def test_a_registry_that_cannot_be_read_or_comes_too_late_is_refused(one_file: World, tmp_path: Path) -> None:
    folder = _changed_registry(tmp_path / "registry")
    assert one_file.admin("load-registry", str(folder), "--effective", "2020-01-01")[1]["reason"] == "DATE_PAST"
    assert one_file.admin("load-registry", str(folder), "--effective", "morgen")[1]["reason"] == "DATE_WRONG"
    with (folder / "procedures.tsv").open("a", encoding="utf-8") as file:
        file.write("1.9\tzwei\n")
    code, report = one_file.admin("load-registry", str(folder))

    assert (code, report["reason"]) == (2, "REGISTRY_ROW_BAD")
    assert "procedures.tsv line" in report["message"]
    (folder / "units.tsv").unlink()
    assert one_file.admin("load-registry", str(folder))[1]["reason"] == "REGISTRY_FILE_MISSING"
