"""`backup` and `restore`: whole or refused, from either back end to either, with nothing lost and no number given twice."""

import asyncio
import json
import re
import shutil
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.admin import backup, installation, parts
from services.admin.console import Steps
from services.foundation.ports import Whole
from tests.admin.worlds import SERVICES, Died, World
from tests.builders import CLERK, a_filing


async def _kept(world: World) -> dict[str, list[Whole]]:
    """Every subject of every service, by name, but for what waits."""
    async with installation.opened(writing=False, chosen=world.chosen) as over:
        return {service: sorted([replace(whole, waiting=0) async for page in installation.walk(over.stores[service].streams)
                                 for whole in page], key=lambda whole: whole.subject) for service in SERVICES}


async def _lasts(world: World) -> dict[str, int]:
    async with installation.opened(writing=False, chosen=world.chosen) as over:
        return await over.stores["intake"].sequences.lasts()


def _backup(world: World, folder: Path) -> dict[str, Any]:
    code, report = world.admin("backup", str(folder))
    assert code == 0, report
    return report


def test_what_was_backed_up_is_put_back_whole_and_lives_on(world: World, tmp_path: Path) -> None:
    """From a file and from servers, into a file; sealed parts and claims too. Then the services start on it."""
    folder, empty = tmp_path / "backup", world.empty(tmp_path)
    before = world.state()
    dry = world.admin("backup", str(folder), "--dry-run")
    assert (dry[0], folder.exists(), world.state() == before) == (0, False, True)
    report = _backup(world, folder)

    assert world.state() == before
    assert set(report) == {"command", "ok", "dry_run", "folder", "moment", "streams", "facts", "private", "bytes", "parts",
                           "went_on", "broken_streams", "keys_needed"}
    assert set(report["keys_needed"]) >= {"seal.key", "index.key", "signing.key"}
    assert report["private"] >= 3  # two applicants, one receiver
    asyncio.run(_opened_once(empty))
    assert empty.admin("restore", str(folder), "--dry-run")[0] == 0
    assert empty.admin("verify")[1]["facts"] == 0
    code, restored = empty.admin("restore", str(folder))
    assert (code, restored["facts"]) == (0, report["facts"])
    assert asyncio.run(_kept(empty)) == asyncio.run(_kept(world))
    last, = asyncio.run(_lasts(world)).values()
    assert asyncio.run(_lasts(empty)) == {"s10/RH": last + 100_000}

    empty.until_shown_now()
    assert empty.admin("verify", "--patience", "0")[0] == 0
    again = empty.admin("restore", str(folder))
    assert (again[0], again[1]["reason"]) == (3, "STORE_NOT_EMPTY")


async def _opened_once(world: World) -> None:
    """A new installation's file, as a first start leaves it."""
    async with installation.opened(writing=True, chosen=world.chosen):
        pass


def test_a_backup_of_a_file_can_be_put_back_into_servers(one_file: World, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    _backup(one_file, tmp_path / "backup")
    store, log = request.getfixturevalue("mongo_server"), request.getfixturevalue("kafka_server")
    target = World(replace(one_file.chosen, store=store, log=log, mongo_database=f"restored{uuid.uuid4().hex[:8]}"))
    code, _ = target.admin("restore", str(tmp_path / "backup"))

    assert code == 0
    assert asyncio.run(_kept(target)) == asyncio.run(_kept(one_file))
    target.until_shown_now()
    assert target.admin("verify", "--patience", "0")[0] == 0


def test_a15_a_backup_that_was_broken_off_is_refused_and_goes_on_where_it_stopped(
        world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "AT_ONCE", 2)
    folder, noted, count = tmp_path / "backup", parts.noted, 0

    def dies_at_the_third(place: Path, part: dict[str, Any]) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise Died
        noted(place, part)

    monkeypatch.setattr(parts, "noted", dies_at_the_third)
    with pytest.raises(Died):
        asyncio.run(backup.backed_up(world.chosen, folder, Steps(shown=False), dry_run=False))
    monkeypatch.setattr(parts, "noted", noted)
    with (folder / parts.JOURNAL).open("a") as torn:
        torn.write('{"service": "intake", "fi')
    asyncio.run(_opened_once(empty := world.empty(tmp_path)))
    code, refused = empty.admin("restore", str(folder))
    assert (code, refused["reason"]) == (3, "BACKUP_INCOMPLETE")

    report = _backup(world, folder)
    assert report["went_on"] == 2
    assert empty.admin("restore", str(folder))[0] == 0
    assert asyncio.run(_kept(empty)) == asyncio.run(_kept(world))


def test_facts_recorded_after_a_backup_began_are_not_in_it(one_file: World, tmp_path: Path) -> None:
    """So that no effect is in it without its cause: also when it goes on later."""
    folder = tmp_path / "backup"
    before = asyncio.run(_kept(one_file))
    backup._began(folder, dry_run=False)

    async def filed() -> None:
        async with one_file.running() as doors:
            await doors.call("FileDossier", a_filing(), CLERK)

    asyncio.run(filed())
    one_file.until_shown_now()
    _backup(one_file, folder)
    asyncio.run(_opened_once(empty := one_file.empty(tmp_path)))
    assert empty.admin("restore", str(folder))[0] == 0

    restored, after = asyncio.run(_kept(empty)), asyncio.run(_kept(one_file))
    assert [whole.subject for whole in restored["intake"]] == [whole.subject for whole in before["intake"]]
    assert restored == before
    assert after != before


def test_a_backup_is_taken_beside_a_system_that_runs_on_the_file(one_file: World, tmp_path: Path) -> None:
    async def beside() -> None:
        async with one_file.running() as doors:
            taking = asyncio.create_task(asyncio.to_thread(_backup, one_file, tmp_path / "backup"))
            while not taking.done():
                await doors.call("FileDossier", a_filing(), CLERK)
            await taking

    asyncio.run(beside())
    asyncio.run(_opened_once(empty := one_file.empty(tmp_path)))
    assert empty.admin("restore", str(tmp_path / "backup"))[0] == 0
    assert empty.admin("verify", "--chains-only")[0] == 0
    assert not list((tmp_path / "world").glob(".backup-*"))


@pytest.mark.parametrize("damage", ["torn", "flipped", "missing", "manifest", "rewritten"])
def test_a_backup_that_is_not_what_was_written_is_refused(one_file: World, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "backup"
    _backup(one_file, folder)
    asyncio.run(_opened_once(empty := one_file.empty(tmp_path)))
    part = folder / "courier" / "000001.streams"
    content, manifest = part.read_bytes(), json.loads((folder / parts.MANIFEST).read_text())
    if damage == "torn":
        part.write_bytes(content[:-9])
    elif damage == "flipped":
        part.write_bytes(content[:99] + bytes([content[99] ^ 4]) + content[100:])
    elif damage == "missing":
        part.unlink()
    elif damage == "manifest":
        (folder / parts.MANIFEST).write_text("{}")
    else:  # with a hash that fits: the chains tell
        at = content.index(b"DossierReturned" if b"DossierReturned" in content else b"ParcelDelivered")
        changed = content[:at] + content[at:].replace(b"RH", b"RX", 1)
        for each in manifest["parts"]:
            if each["file"] == "courier/000001.streams":
                each["sha256"] = parts.written(part, changed)
        (folder / parts.MANIFEST).write_text(json.dumps(manifest))
    code, report = empty.admin("restore", str(folder))

    assert (code, report["reason"]) == (3, "BACKUP_FOREIGN" if damage == "manifest" else "BACKUP_DAMAGED")
    if damage == "rewritten":
        assert re.search(r"at parcels/R[HX]\d{9}VN sequence \d+", report["message"])
    assert empty.admin("verify")[1]["facts"] == 0


def test_a_restore_that_was_broken_off_goes_on(one_file: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.admin import restore

    folder = tmp_path / "backup"
    _backup(one_file, folder)
    asyncio.run(_opened_once(empty := one_file.empty(tmp_path)))
    check, count = restore._check_stored, 0

    def dies_at_the_second(*told: Any) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise Died
        check(*told)

    monkeypatch.setattr(restore, "_check_stored", dies_at_the_second)

    async def restoring() -> None:
        async with installation.opened(writing=True, chosen=empty.chosen) as over:
            await restore.restored(over, folder, Steps(shown=False), skip_numbers=0, other_keys=False, dry_run=False)

    with pytest.raises(Died):
        asyncio.run(restoring())
    monkeypatch.undo()
    code, report = empty.admin("restore", str(folder))

    assert (code, report["went_on"]) == (0, True)
    assert asyncio.run(_kept(empty)) == asyncio.run(_kept(one_file))


def test_a_restore_needs_the_keys_that_open_what_is_sealed_and_an_empty_installation(one_file: World, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    _backup(one_file, folder)
    stranger = World(replace(one_file.empty(tmp_path).chosen, keys_dir=tmp_path / "other-keys"))
    asyncio.run(_opened_once(stranger))
    code, report = stranger.admin("restore", str(folder))

    assert (code, report["reason"]) == (3, "KEYS_DIFFER")
    assert one_file.admin("restore", str(folder))[1]["reason"] == "STORE_NOT_EMPTY"
    assert one_file.admin("backup", str(folder))[1]["reason"] == "BACKUP_THERE"
    assert b"seal" not in b"".join(path.read_bytes() for path in folder.rglob("*.streams"))
    shutil.copytree(one_file.chosen.keys_dir, tmp_path / "other-keys")
    assert stranger.admin("restore", str(folder))[0] == 0
