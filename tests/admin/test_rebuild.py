"""`rebuild`, `republish`, `parked`: views are made anew beside the live ones, facts travel again, nothing is lost or doubled."""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any

import pytest

from services.admin import installation, rebuild
from services.admin.console import Steps
from services.foundation.adapters.memory import MemoryEventLog
from services.foundation.ports import Row
from services.foundation.runtime.set_aside import VIEW as SET_ASIDE
from services.foundation.runtime.set_aside import SetAside
from services.tracking.projector import DOSSIERS, PARCELS
from tests.admin.worlds import Died, World

PROJECTIONS = ("tracking", "intake-list", "intake-parcels", "courier-list", "courier-devices", "courier-cases")


async def _rows(world: World, service: str, view: str) -> list[Row]:
    """All of them."""
    async with installation.opened(writing=False, chosen=world.chosen) as over:
        found: list[Row] = []
        while page := await over.stores[service].views.rows(view, after=found[-1].key if found else ""):
            found += page
        return found


async def _damage(world: World) -> None:
    """Rows of every view of a citizen's page that say other than the facts, and one that nobody has."""
    async with installation.opened(writing=True, chosen=world.chosen) as over:
        views = over.stores["tracking"].views
        rows = await views.rows(DOSSIERS)
        await views.remove(DOSSIERS, [row.key for row in rows])
        await views.put_many(DOSSIERS, [replace(row, value={**row.value, "stage": "DONE"}) for row in rows])
        await views.put_many(PARCELS, [Row(key="RH000000000VN", value={}, reflects=1)])


def test_a_rebuilt_projection_says_what_the_facts_say(world: World) -> None:
    asyncio.run(_damage(world))
    wrong, _ = world.admin("verify", "--patience", "0")
    before = world.state()
    dry, told = world.admin("rebuild", "tracking", "--dry-run")
    assert (dry, told["dry_run"], world.state() == before) == (0, True, True)
    rebuilt, report = world.admin("rebuild", "tracking")

    assert wrong == 1
    assert rebuilt == 0
    assert set(report) == {"command", "ok", "dry_run", "projection", "service", "views", "facts", "left_out"}
    assert report["views"] == [DOSSIERS, PARCELS]
    assert world.admin("verify", "--patience", "0")[0] == 0


@pytest.mark.parametrize("name", PROJECTIONS)
def test_every_projection_can_be_rebuilt_again_and_again(one_file: World, name: str) -> None:
    assert [one_file.admin("rebuild", name)[0] for _ in range(3)] == [0, 0, 0]
    assert one_file.admin("verify", "--patience", "0")[0] == 0


def test_a_reader_sees_the_old_rows_or_the_new_ones_and_the_live_view_follows_meanwhile(one_file: World) -> None:
    """The whole system runs on the file while its view is rebuilt in the same process, and people go on filing and looking up."""
    from services.foundation.runtime import wiring
    from tests.builders import CLERK, a_filing

    async def under_load() -> tuple[set[str], int, list[str]]:
        stages: set[str] = set()
        async with wiring.running(("intake", "courier", "tracking"), one_file.chosen) as found:
            from services.demo.doors import Doors
            from services.foundation.runtime.identity import Keys, Minter

            doors = Doors({name: f"127.0.0.1:{port}" for name, port in found.ports.items()},
                          Minter(Keys.load_or_make(one_file.chosen.keys_dir)).mint_for, patience_s=20)
            views, filed, done = found.stores["tracking"].views, [], asyncio.Event()

            async def looks() -> None:
                while not done.is_set():
                    both = await views.get_many(DOSSIERS, [one_file.whole, one_file.scanned])
                    stages.add(" ".join(both[key].value["stage"] for key in sorted(both)))
                    await asyncio.sleep(0)

            async def files() -> None:
                while not done.is_set() and len(filed) < 300:  # more makes the rebuilds longer, and nothing else
                    answer = await doors.call("FileDossier", a_filing(), CLERK)
                    filed.append(answer.dossier.filing_id)

            assert found.log is not None
            over = installation.Installation(one_file.chosen, found.stores, found.log)
            tasks = [asyncio.create_task(each()) for each in (looks, files)]
            for _ in range(3):
                await rebuild.rebuilt(over, "tracking", Steps(shown=False), dry_run=False)
            done.set()
            await asyncio.gather(*tasks)
            async with asyncio.timeout(30):
                while len(await views.get_many(DOSSIERS, filed)) < len(filed):
                    await asyncio.sleep(0.05)
            await doors.close()
        return stages, len(filed), filed

    asyncio.run(_damage(one_file))
    old = asyncio.run(_rows(one_file, "tracking", DOSSIERS))
    stages, count, filed = asyncio.run(under_load())
    new = {row.key: row for row in asyncio.run(_rows(one_file, "tracking", DOSSIERS))}
    was = {row.key: row.value["stage"] for row in old}
    names = sorted((one_file.whole, one_file.scanned))

    assert stages <= {" ".join(was[key] for key in names), " ".join(new[key].value["stage"] for key in names)}
    assert count > 3
    assert set(filed) <= set(new)
    assert one_file.admin("verify")[0] == 0
    assert asyncio.run(_aside(one_file)) == []


async def _aside(world: World) -> list[Row]:
    return [row for service in ("intake", "courier", "tracking") for row in await _rows(world, service, SET_ASIDE)]


def test_a_rebuild_that_was_broken_off_changes_nothing_and_the_next_begins_anew(
        world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken_off() -> None:
        async with installation.opened(writing=True, chosen=world.chosen) as over:
            run = rebuild.Rebuild(over, "tracking")
            views = over.stores["tracking"].views
            with contextlib.suppress(Died):
                monkeypatch.setattr(type(views), "swap", _interrupted)
                await run.run(Steps(shown=False))
            monkeypatch.undo()

    async def _interrupted(*_: Any) -> None:
        raise Died

    asyncio.run(broken_off())
    assert world.admin("verify", "--patience", "0")[0] == 0
    assert world.admin("rebuild", "tracking")[0] == 0
    assert world.admin("verify", "--patience", "0")[0] == 0


def test_what_is_published_again_changes_no_row(world: World) -> None:
    rows = asyncio.run(_rows(world, "tracking", DOSSIERS))
    before = world.state()
    dry = [world.admin("republish", *words, "--dry-run") for words in (
        ("--topic", "postal.parcels.v1"), ("--dossier", world.whole))]
    assert [code for code, _ in dry] == [0, 0]
    assert world.state() == before

    code, report = world.admin("republish", "--dossier", world.whole)
    assert (code, report["subjects"]) == (0, 4)  # the dossier and three envelopes
    assert report["facts"] == dry[1][1]["facts"] > 20
    code, topic = world.admin("republish", "--topic", "postal.parcels.v1")
    assert code == 0
    assert topic["subjects"] >= 4
    world.until_shown_now()
    assert asyncio.run(_rows(world, "tracking", DOSSIERS)) == rows


async def park(world: World, filing_id: str) -> None:
    """As a consumer of the group tracking does it."""
    async with installation.opened(writing=True, chosen=world.chosen) as over:
        streams, views = over.stores["intake"].streams, over.stores["tracking"].views
        aside = SetAside("tracking", MemoryEventLog(), views)
        for fact in (await streams.read(f"dossiers/{filing_id}"))[:2]:
            await aside.put(fact, "FACT_DAMAGED")
        await views.remove(DOSSIERS, [filing_id])


def test_a_parked_filing_is_listed_shown_and_released_and_then_shown_to_the_citizen(world: World) -> None:
    asyncio.run(park(world, world.whole))
    code, verified = world.admin("verify", "--patience", "0")
    assert (code, verified["parked"], verified["findings"]) == (0, 1, [])  # it waits rightly

    listed = world.admin("parked", "list")[1]
    assert [(each["group"], each["filing_id"], each["reason"], each["facts"]) for each in listed["parked"]] == [
        ("tracking", world.whole, "FACT_DAMAGED", 2)]
    shown = world.admin("parked", "show", world.whole)[1]
    assert [each["fact"] for each in shown["facts"]] == [f"dossiers/{world.whole}/{number}" for number in (1, 2)]
    assert set(shown["facts"][0]) == {"service", "group", "reason", "fact", "type", "occurred", "recorded", "role", "place"}
    assert "gdv" not in str(shown)
    before = world.state()
    assert world.admin("parked", "release", world.whole, "--dry-run")[0] == 0
    assert world.state() == before

    assert world.admin("parked", "release", world.whole)[0] == 0
    world.until_shown_now()
    assert world.admin("parked", "list")[1]["count"] == 0
    assert world.admin("verify", "--patience", "0")[0] == 0
    assert world.admin("parked", "show", world.whole)[0] == 2
