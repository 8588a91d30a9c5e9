"""`verify` names what is wrong, where, and nothing else; and a row that is only late is no fault."""

import sqlite3
from pathlib import Path

import pymongo
import pytest

from tests.admin.worlds import World


def _tampered(world: World, subject: str, sequence: int) -> None:
    """Changes one bit of a fact's data behind the adapter's back; once more changes it back."""
    def flipped(record: bytes) -> bytes:
        return record[:-1] + bytes([record[-1] ^ 1])

    if world.chosen.store.startswith("sqlite:"):
        with sqlite3.connect(world.chosen.store.removeprefix("sqlite:")) as raw:
            place = (subject, sequence)
            (record,) = raw.execute("SELECT record FROM facts WHERE subject=? AND sequence=?", place).fetchone()
            raw.execute("UPDATE facts SET record=? WHERE subject=? AND sequence=?", (flipped(record), *place))
        return
    with pymongo.MongoClient(world.chosen.store) as client:
        appends = client[f"{world.chosen.mongo_database}_intake"]["appends"]
        for document in appends.find({"subject": subject}).sort("_id", 1):
            first = document["last"] - len(document["facts"]) + 1
            if first <= sequence <= document["last"]:
                document["facts"][sequence - first] = flipped(bytes(document["facts"][sequence - first]))
                appends.replace_one({"_id": document["_id"]}, document)


def _sql(world: World, statement: str) -> None:
    with sqlite3.connect(world.chosen.store.removeprefix("sqlite:")) as raw:
        raw.execute(statement)


def _kinds(report: dict[str, object]) -> list[tuple[str, str, int]]:
    return [(each["kind"], each["where"], each["sequence"]) for each in report["findings"]]  # type: ignore[attr-defined]


def test_what_holds_is_found_to_hold_and_nothing_is_changed(world: World) -> None:
    before = world.state()
    code, report = world.admin("verify")

    assert (code, report["ok"], report["findings"]) == (0, True, [])
    assert report["facts"] > 60
    assert report["rows"] >= 10
    assert set(report) == {"command", "ok", "dry_run", "facts", "streams", "rows", "parked", "seconds", "facts_per_second", "found",
                           "findings"}
    assert world.state() == before


def test_a_tampered_stream_is_named_with_its_sequence(world: World) -> None:
    subject = f"dossiers/{world.whole}"
    _tampered(world, subject, 3)
    try:
        code, report = world.admin("verify")
    finally:
        _tampered(world, subject, 3)

    assert code == 1
    assert _kinds(report) == [("FACT_DAMAGED", subject, 3)]
    assert world.admin("verify")[0] == 0


def test_a_gap_and_a_fact_rewritten_with_a_hash_that_fits_are_found(one_file: World) -> None:
    from dataclasses import replace

    from services.foundation.envelope import pack, unpack
    from services.foundation.events import digest

    with sqlite3.connect(one_file.chosen.store.removeprefix("sqlite:")) as raw:
        place = ("intake", f"dossiers/{one_file.whole}", 4)
        (record,) = raw.execute("SELECT record FROM facts WHERE service=? AND subject=? AND sequence=?", place).fetchone()
        forged = replace(unpack(record), cause="another")
        raw.execute("UPDATE facts SET record=? WHERE service=? AND subject=? AND sequence=?",
                    (pack(replace(forged, hash=digest(forged))), *place))
        raw.execute("DELETE FROM facts WHERE subject=? AND sequence=1", (f"dossiers/{one_file.scanned}",))
    code, report = one_file.admin("verify", "--chains-only")

    assert code == 1
    assert sorted(_kinds(report)) == sorted([
        ("LINK_BROKEN", f"dossiers/{one_file.whole}", 5), ("GAP", f"dossiers/{one_file.scanned}", 1)])


@pytest.mark.parametrize(("statement", "kind"), [
    ("UPDATE rows SET value='{\"stage\": \"DONE\"}' WHERE view='journey_dossiers' AND key='{0}'", "ROW_WRONG"),
    ("UPDATE rows SET indexes='{{}}' WHERE view='dossiers' AND key='{0}'", "ROW_WRONG"),
    ("UPDATE rows SET reflects=1 WHERE view='journey_dossiers' AND key='{0}'", "ROW_BEHIND"),
    ("DELETE FROM rows WHERE view='journey_dossiers' AND key='{0}'", "ROW_MISSING"),
    ("INSERT INTO rows VALUES('tracking', 'journey_parcels', 'RH000000000VN', 1, '{{}}', '{{}}')", "ROW_STRAY"),
])
def test_a_row_that_does_not_fit_its_stream_is_named(one_file: World, statement: str, kind: str) -> None:
    _sql(one_file, statement.replace("'{\"", "'{{\"").replace("\"}'", "\"}}'").format(one_file.whole))
    code, report = one_file.admin("verify", "--patience", "0")

    assert code == 1
    assert [each["kind"] for each in report["findings"]] == [kind]


def test_verify_reads_beside_a_system_that_runs_and_who_writes_is_refused(one_file: World) -> None:
    import asyncio

    async def beside() -> tuple[tuple[int, dict[str, object]], tuple[int, dict[str, object]]]:
        async with one_file.running():
            return (await asyncio.to_thread(one_file.admin, "verify"),
                    await asyncio.to_thread(one_file.admin, "rebuild", "tracking"))

    verified, rebuilt = asyncio.run(beside())
    assert verified[0] == 0
    assert (rebuilt[0], rebuilt[1]["reason"]) == (3, "STORE_IN_USE")


def test_exit_codes_tell_what_kind_of_failure_it_was(one_file: World, tmp_path: Path) -> None:
    from dataclasses import replace

    away = World(replace(one_file.chosen, store="mongodb://127.0.0.1:1/?replicaSet=rs0&serverSelectionTimeoutMS=300",
                         log="kafka://127.0.0.1:1"))
    nowhere = World(replace(one_file.chosen, store=f"sqlite:{tmp_path / 'none.sqlite'}"))

    assert one_file.admin("rebuild", "nothing")[0] == 2
    assert one_file.admin("republish")[0] == 2
    assert one_file.admin("nonsense")[0] == 2
    assert nowhere.admin("verify")[0] == 2
    assert one_file.admin("export", one_file.whole, "--file", str(tmp_path))[0] == 3
    assert away.admin("verify")[0] == 4
