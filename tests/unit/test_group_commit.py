"""Group commit: one write in flight, the others gather; a failure is told to its own callers alone."""

import asyncio
from collections.abc import Sequence

import pytest

from services.foundation.adapters.memory import MemoryStreams
from services.foundation.errors import Unavailable
from services.foundation.events import Append
from services.foundation.runtime.group_commit import GroupedStreams
from tests.builders import an_append


class Gated(MemoryStreams):
    """Memory streams whose writes wait for a gate, and fail when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.sizes, self.fails = asyncio.Event(), [], False

    async def append_many(self, appends: Sequence[Append]) -> list[bool]:
        self.sizes.append(len(appends))
        await self.gate.wait()
        if self.fails:
            raise Unavailable("STORE_UNAVAILABLE", "retry")
        return await super().append_many(appends)


async def test_who_waits_together_is_written_together_and_answered_apart() -> None:
    streams = Gated()
    grouped = GroupedStreams(streams)
    calls = [asyncio.create_task(grouped.append_many([an_append(f"dossiers/{number % 30}")])) for number in range(40)]
    while not streams.sizes:
        await asyncio.sleep(0)
    streams.gate.set()
    answers = [(await call)[0] for call in calls]

    assert sum(streams.sizes) == 40
    assert len(streams.sizes) <= 2
    assert answers == [True] * 30 + [False] * 10


async def test_c7_a_caller_that_goes_away_does_not_undo_its_append() -> None:
    streams = Gated()
    grouped = GroupedStreams(streams)
    call = asyncio.create_task(grouped.append(an_append("dossiers/a")))
    while not streams.sizes:
        await asyncio.sleep(0)
    call.cancel()
    streams.gate.set()
    await grouped.append(an_append("dossiers/b"))

    assert len(await grouped.read("dossiers/a")) == 1


async def test_a_failed_write_is_told_and_the_next_goes_through() -> None:
    streams = Gated()
    streams.gate.set()
    streams.fails = True
    grouped = GroupedStreams(streams)
    with pytest.raises(Unavailable):
        await grouped.append(an_append("dossiers/a"))
    streams.fails = False
    await grouped.append(an_append("dossiers/a"))

    assert len(await grouped.read("dossiers/a")) == 1
