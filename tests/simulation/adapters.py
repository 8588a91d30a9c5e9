"""The ports as a process of the simulated world has them: memory adapters behind a bad line, and a log with groups."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from services.foundation.adapters.memory import MemorySequences, MemoryStreams, MemoryViews
from services.foundation.errors import Unavailable
from services.foundation.events import Append, Recorded
from services.foundation.outlets import Notice
from services.foundation.ports import Delivery, LogReader, Row, Stored, Whole

from .world import PARTITIONS, Group, Life

SET_ASIDE = "postal.set-aside.v1"


class SimStreams:
    """Streams across a line."""

    def __init__(self, life: Life, store: MemoryStreams) -> None:
        self._life, self._store = life, store

    async def read(self, subject: str) -> list[Recorded]:
        return await self._life.asks(self._store.read, subject)  # type: ignore[no-any-return]

    async def read_many(self, subjects: Sequence[str]) -> dict[str, list[Recorded]]:
        return await self._life.asks(self._store.read_many, subjects)  # type: ignore[no-any-return]

    async def append(self, append: Append) -> None:
        await self._life.asks(self._store.append, append)

    async def append_many(self, appends: Sequence[Append]) -> list[bool]:
        return await self._life.asks(self._store.append_many, appends)  # type: ignore[no-any-return]

    async def claimants(self, claims: Sequence[str]) -> dict[str, str]:
        return await self._life.asks(self._store.claimants, claims)  # type: ignore[no-any-return]

    async def private(self, subject: str) -> list[bytes]:
        return await self._life.asks(self._store.private, subject)  # type: ignore[no-any-return]

    async def forget_private(self, subject: str) -> None:
        await self._life.asks(self._store.forget_private, subject)

    async def unpublished(self, limit: int) -> list[Stored]:
        return await self._life.asks(self._store.unpublished, limit)  # type: ignore[no-any-return]

    async def mark_published(self, stored: Sequence[Stored]) -> None:
        await self._life.asks(self._store.mark_published, stored)

    async def unmark(self, topic: str) -> None:
        await self._life.asks(self._store.unmark, topic)

    async def unmark_subjects(self, subjects: Sequence[str]) -> None:
        await self._life.asks(self._store.unmark_subjects, subjects)

    async def wholes(self, after: str, limit: int) -> list[Whole]:
        return await self._life.asks(self._store.wholes, after, limit)  # type: ignore[no-any-return]

    async def put_back(self, wholes: Sequence[Whole]) -> list[bool]:
        return await self._life.asks(self._store.put_back, wholes)  # type: ignore[no-any-return]

    async def wait_unpublished(self, timeout_s: float) -> bool:
        await self._life.travels()
        return await self._store.wait_unpublished(timeout_s)


class SimNotifier:
    """A gateway to telephones across a line; what it took it remembers by key."""

    def __init__(self, life: Life, taken: dict[str, Notice]) -> None:
        self._life, self._taken = life, taken

    async def send(self, notice: Notice) -> None:
        await self._life.asks(self._take, notice)

    async def _take(self, notice: Notice) -> None:
        self._taken.setdefault(notice.key, notice)


class SimViews:
    """Views across a line."""

    def __init__(self, life: Life, store: MemoryViews) -> None:
        self._life, self._store = life, store

    async def put_many(self, view: str, rows: Sequence[Row]) -> None:
        self._life.perhaps_freezes()
        await self._life.asks(self._store.put_many, view, rows)

    async def get(self, view: str, key: str) -> Row | None:
        return await self._life.asks(self._store.get, view, key)  # type: ignore[no-any-return]

    async def get_many(self, view: str, keys: Sequence[str]) -> dict[str, Row]:
        return await self._life.asks(self._store.get_many, view, keys)  # type: ignore[no-any-return]

    async def find(self, view: str, index: str, value: str, *, after: str = "", limit: int = 50) -> list[Row]:
        return await self._life.asks(self._store.find, view, index, value, after=after, limit=limit)  # type: ignore[no-any-return]

    async def add(self, counter: str, n: int, *, effect: str) -> None:
        await self._life.asks(self._store.add, counter, n, effect=effect)

    async def counter(self, counter: str) -> int:
        return await self._life.asks(self._store.counter, counter)  # type: ignore[no-any-return]


class SimSequences:
    """Numbers across a line."""

    def __init__(self, life: Life, store: MemorySequences) -> None:
        self._life, self._store = life, store

    async def block(self, name: str, size: int) -> int:
        return await self._life.asks(self._store.block, name, size)  # type: ignore[no-any-return]


class SimLog:
    """The log across a line. A log that comes back empty has broken every connection: a process's first publishing after it fails
    (assumed: a relay that has not noticed, beside one that has, is not shown). A batch that breaks off leaves what it had stored.
    A group deals its partitions anew when a member comes, dies or is silent too long; the commit of a member that was given up is
    refused or, as Kafka does when the client has learnt the new generation meanwhile, taken."""

    def __init__(self, life: Life) -> None:
        self._life, self._world = life, life.world
        self._connected_to = life.world.log_identity

    async def publish(self, topic: str, facts: Sequence[Recorded]) -> None:
        await self._line()
        if self._connected_to != self._world.log_identity:
            self._connected_to = self._world.log_identity
            raise Unavailable("LOG_UNAVAILABLE", "the connection broke")
        breaks_off = self._world.draw.random() < self._world.weather.forgets
        for fact in facts[:self._world.draw.randrange(len(facts) + 1)] if breaks_off else facts:
            self._world.parts(topic)[zlib.crc32(fact.key.encode()) % PARTITIONS].append((fact, b""))
        await self._life.travels()
        if breaks_off:
            self._world.count("publish broke off")
            raise Unavailable("LOG_UNAVAILABLE", "broke off")

    async def set_aside(self, topic: str, key: str, value: bytes, reason: str) -> None:
        await self._line()
        self._world.parts(SET_ASIDE)[0].append((None, f"{topic} {key} {reason}".encode() + value))

    async def ask(self) -> None:
        await self._line()

    async def extent(self, topic: str) -> tuple[str, int]:
        await self._line()
        return str(self._world.log_identity), sum(len(part) for part in self._world.parts(topic))

    @asynccontextmanager
    async def reader(self, topics: Sequence[str], group: str, *, afresh: bool = False) -> AsyncIterator[LogReader]:
        await self._line()
        found = self._world.groups.setdefault(group, Group())
        if afresh:
            found.committed.clear()
        yield _Reader(self._life, topics, group, self._line)

    async def _line(self) -> None:
        await self._life.travels()
        if self._world.log_away or self._world.draw.random() < self._world.weather.refuses:
            raise Unavailable("LOG_UNAVAILABLE", "not now")


class _Reader:
    def __init__(self, life: Life, topics: Sequence[str], group: str, line: Any) -> None:
        self._life, self._topics, self._name, self._line = life, tuple(topics), group, line
        self._at: dict[tuple[str, int], int] = {}
        self._generation = -1

    @property
    def turn(self) -> int:
        return self._generation

    async def batch(self, limit: int, wait_s: float) -> list[Delivery]:
        await self._line()
        self._join()
        taken = self._take(limit)
        if not taken:
            await asyncio.sleep(self._life.world.draw.random() * wait_s)
            await self._line()
            self._join()
            taken = self._take(limit)
        await self._life.travels()
        return taken

    async def commit(self) -> None:
        await self._line()
        group = self._life.world.groups.setdefault(self._name, Group())
        if group.generation != self._generation and self._life.world.draw.random() < 0.5:
            raise Unavailable("LOG_UNAVAILABLE", "the group has gone on without this member")
        group.committed.update(self._at)

    def _join(self) -> None:
        """Takes its place, gives up who is gone, and deals the partitions anew if anything has changed."""
        group = self._life.world.groups.setdefault(self._name, Group())
        staying = [member for member in group.members if not member.gone]
        if self._life not in staying:
            staying.append(self._life)
        if staying != group.members:
            group.members, group.generation = staying, self._life.world.next_generation()
        if self._generation != group.generation or self._life not in group.members:
            self._generation = group.generation
            place, count = group.members.index(self._life), len(group.members)
            self._at = {(topic, part): group.committed.get((topic, part), 0) for topic in self._topics
                        for part in range(PARTITIONS) if part % count == place}

    def _take(self, limit: int) -> list[Delivery]:
        taken: list[Delivery] = []
        for (topic, part), position in self._at.items():
            records = self._life.world.parts(topic)[part]
            start = position if position <= len(records) else 0  # the log has begun anew
            found = records[start:start + limit - len(taken)]
            taken += [Delivery(topic=topic, partition=part, offset=start + number, fact=fact, raw=raw)
                      for number, (fact, raw) in enumerate(found)]
            self._at[topic, part] = start + len(found)
        return taken
