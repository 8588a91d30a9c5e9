"""The event log in memory."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ..events import Recorded
from ..ports import Delivery, LogReader
from .waiting import Bell


class MemoryEventLog:
    """The log as lists, one partition a topic."""

    def __init__(self) -> None:
        self._topics: dict[str, list[Delivery]] = {}
        self._positions: dict[tuple[str, str], int] = {}
        self._published = Bell()

    async def publish(self, topic: str, facts: Sequence[Recorded]) -> None:
        await self._put(topic, [(fact, b"", "") for fact in facts])

    async def ask(self) -> None:
        return

    async def extent(self, topic: str) -> tuple[str, int]:
        return "memory", len(self._topics.get(topic, ()))

    async def set_aside(self, topic: str, key: str, value: bytes, reason: str) -> None:
        await self._put("postal.set-aside.v1", [(None, value, f"{topic} {key} {reason}")])

    async def _put(self, topic: str, records: Sequence[tuple[Recorded | None, bytes, str]]) -> None:
        kept = self._topics.setdefault(topic, [])
        for fact, raw, reason in records:
            kept.append(Delivery(topic=topic, partition=0, offset=len(kept), fact=fact, raw=raw, reason=reason))
        self._published.ring()

    async def put_raw(self, topic: str, raw: bytes) -> None:
        """An unreadable record, for tests of L8."""
        await self._put(topic, [(None, raw, "envelope unreadable")])

    @asynccontextmanager
    async def reader(self, topics: Sequence[str], group: str, *, afresh: bool = False) -> AsyncIterator[LogReader]:
        if afresh:
            self._positions.update({(group, topic): 0 for topic in topics})
        yield _MemoryReader(self, topics, group)


class _MemoryReader:
    turn = 0  # the only member

    def __init__(self, log: MemoryEventLog, topics: Sequence[str], group: str) -> None:
        self._log, self._group = log, group
        self._at = {topic: log._positions.get((group, topic), 0) for topic in topics}

    def _take(self, limit: int) -> list[Delivery]:
        taken: list[Delivery] = []
        for topic, position in self._at.items():
            found = self._log._topics.get(topic, [])[position:position + limit - len(taken)]
            self._at[topic] += len(found)
            taken += found
        return taken

    async def batch(self, limit: int, wait_s: float) -> list[Delivery]:
        taken = self._take(limit)
        if not taken and await self._log._published.heard(wait_s):
            taken = self._take(limit)
        return taken

    async def at_end(self) -> bool:
        return not await self.behind()

    async def behind(self) -> int:
        return sum(len(self._log._topics.get(topic, ())) - position for topic, position in self._at.items())

    async def commit(self) -> None:
        for topic, position in self._at.items():
            self._log._positions[self._group, topic] = position
