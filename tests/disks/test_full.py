"""C8 and C9: the disk is full. Callers are told, nothing acknowledged is lost, and work goes on when there is room again."""

import asyncio
from pathlib import Path

import pytest

from services.foundation.adapters.sqlite import SqliteStore
from services.foundation.errors import Exhausted, Unavailable
from services.foundation.localservers import mongod, process
from services.foundation.ports import Streams
from services.foundation.runtime import settings, wiring
from tests.builders import an_append
from tests.conftest import need

from . import small

_LARGE = b"\x07" * 20_000  # of a sealed part, so that a disk is full soon


async def _append_until_told(streams: Streams, kind: type[Exception], most: int) -> tuple[list[str], str]:
    """Subjects that were acknowledged before the first refusal, and its reason."""
    acknowledged: list[str] = []
    for number in range(most):
        subject = f"dossiers/{number}"
        try:
            await streams.append(an_append(subject, private=_LARGE))
        except kind as problem:
            return acknowledged, problem.reason  # type: ignore[attr-defined]
        acknowledged.append(subject)
    raise AssertionError("the disk was never full")


async def _missing(streams: Streams, subjects: list[str]) -> list[str]:
    return [subject for subject, facts in (await streams.read_many(subjects)).items() if not facts]


async def test_c9_on_a_full_disk_sqlite_refuses_reads_on_and_recovers_without_a_restart(tmp_path: Path) -> None:
    need("full disk", small.missing())
    with small.disk(tmp_path / "disk", 8) as folder:
        filler = small.fill(folder, but=3)
        async with SqliteStore(folder / "postal.sqlite") as opened:
            streams = opened.streams("intake")
            acknowledged, reason = await _append_until_told(streams, Exhausted, 2_000)

            assert reason == "STORE_FULL"
            assert len(acknowledged) > 20
            assert await _missing(streams, acknowledged) == []

            filler.unlink()
            await streams.append(an_append("dossiers/after"))
        async with SqliteStore(folder / "postal.sqlite") as again:
            assert await _missing(again.streams("intake"), [*acknowledged, "dossiers/after"]) == []


@pytest.mark.timeout(120)
async def test_c8_a_mongod_that_ends_on_a_full_disk_has_all_it_acknowledged_after_its_restart(tmp_path: Path) -> None:
    need("full disk", small.missing())
    need("mongo", mongod.missing())
    with small.disk(tmp_path / "disk", 700) as folder:
        port = process.free_port()
        pid = await asyncio.to_thread(mongod.start, port, folder)
        chosen = settings.Settings(store=mongod.address(port), log="kafka://unused", mongo_database="full")
        try:
            async with wiring.open_stores(chosen, "intake", {}) as stores:
                filler = await asyncio.to_thread(small.fill, folder, but=4)
                acknowledged, reason = await _append_until_told(stores.streams, Unavailable, 20_000)

                assert reason == "STORE_UNAVAILABLE"
                assert acknowledged

                await asyncio.to_thread(process.stop, pid)
                filler.unlink()
                pid = await asyncio.to_thread(mongod.start, port, folder)
                assert await _missing(stores.streams, acknowledged) == []
                await stores.streams.append(an_append("dossiers/after"))
        finally:
            await asyncio.to_thread(process.stop, pid)
