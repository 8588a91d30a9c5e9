"""The event log on the file: one table, positions per group."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ...envelope import pack, unpack
from ...errors import Invalid
from ...events import Recorded
from ...ports import Delivery, LogReader
from ..waiting import Bell
from .file import SqliteFile

SET_ASIDE = "postal.set-aside.v1"
_MOST_COUNTED = 100_000  # of what a reader has not read yet; further behind is told as so much


class SqliteEventLog:
    """The log shared by the services of one file."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._published = Bell()

    async def publish(self, topic: str, facts: Sequence[Recorded]) -> None:
        await self._put([(topic, "", pack(fact)) for fact in facts])

    async def ask(self) -> None:
        self._file.rows("SELECT 1")

    async def extent(self, topic: str) -> tuple[str, int]:
        found = self._file.rows("SELECT coalesce(max(position), 0) FROM log WHERE topic=?", (topic,))
        return "file", int(found[0][0])

    async def set_aside(self, topic: str, key: str, value: bytes, reason: str) -> None:
        await self._put([(SET_ASIDE, f"{topic} {key} {reason}", value)])

    async def put_raw(self, topic: str, raw: bytes) -> None:
        """An unreadable record, for tests of L8."""
        await self._put([(topic, "", raw)])

    async def _put(self, records: Sequence[tuple[str, str, bytes]]) -> None:
        def insert(writer: sqlite3.Connection) -> None:
            writer.executemany("INSERT INTO log(topic, reason, record) VALUES(?,?,?)", records)

        await self._file.write(insert)
        self._published.ring()

    @asynccontextmanager
    async def reader(self, topics: Sequence[str], group: str, *, afresh: bool = False) -> AsyncIterator[LogReader]:
        yield _SqliteReader(self._file, self._published, topics, group, afresh)


class _SqliteReader:
    turn = 0  # the only member

    def __init__(self, file: SqliteFile, published: Bell, topics: Sequence[str], group: str,
                 afresh: bool) -> None:
        self._file, self._published, self._group = file, published, group
        stored = {} if afresh else dict(file.rows("SELECT topic, position FROM positions WHERE reader=?", (group,)))
        self._at = {topic: int(stored.get(topic, 0)) for topic in topics}

    def _take(self, limit: int) -> list[Delivery]:
        taken: list[Delivery] = []
        for topic, position in self._at.items():
            found = self._file.rows("SELECT position, reason, record FROM log WHERE topic=? AND position>? "
                                    "ORDER BY position LIMIT ?", (topic, position, limit - len(taken)))
            taken += [_delivery(topic, at, reason, record) for at, reason, record in found]
            if found:
                self._at[topic] = int(found[-1][0])
        return taken

    async def batch(self, limit: int, wait_s: float) -> list[Delivery]:
        taken = self._take(limit)
        if not taken and await self._published.heard(wait_s):
            taken = self._take(limit)
        return taken

    async def at_end(self) -> bool:
        return not await self.behind()

    async def commit(self) -> None:
        at = [(self._group, topic, position) for topic, position in self._at.items()]

        def store(writer: sqlite3.Connection) -> None:
            writer.executemany("INSERT OR REPLACE INTO positions VALUES(?,?,?)", at)

        await self._file.write(store)

    async def behind(self) -> int:
        return sum(int(self._file.rows("SELECT count(*) FROM (SELECT 1 FROM log WHERE topic=? AND position>? LIMIT ?)",
                                       (topic, position, _MOST_COUNTED))[0][0]) for topic, position in self._at.items())


def _delivery(topic: str, position: int, reason: str, record: bytes) -> Delivery:
    try:
        return Delivery(topic=topic, partition=0, offset=position, fact=unpack(record))
    except Invalid as error:
        return Delivery(topic=topic, partition=0, offset=position, fact=None, raw=record, reason=reason or error.reason)
