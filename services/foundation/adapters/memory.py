"""Every port in memory: for unit and service tests; nothing survives the process."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from ..errors import Conflict
from ..events import Append, Recorded
from ..ports import Delivery, LogReader, Row, Stored


def conflict(append: Append) -> Conflict:
    """What a writer is told whose subject has moved on."""
    return Conflict("SUBJECT_MOVED_ON", "somebody else wrote first; read again and retry", field="subject",
                    value=append.subject)


class MemoryStreams:
    """Streams in a dictionary."""

    def __init__(self) -> None:
        self._facts: dict[str, list[Recorded]] = {}
        self._private: dict[str, list[bytes]] = {}
        self._claims: dict[str, str] = {}
        self._waiting: dict[str, Stored] = {}
        self._published: dict[str, Stored] = {}
        self._appended = asyncio.Event()

    async def read(self, subject: str) -> list[Recorded]:
        return list(self._facts.get(subject, ()))

    async def read_many(self, subjects: Sequence[str]) -> dict[str, list[Recorded]]:
        return {subject: list(self._facts.get(subject, ())) for subject in subjects}

    async def append(self, append: Append) -> None:
        if not self._store(append):
            raise conflict(append)

    async def append_many(self, appends: Sequence[Append]) -> list[bool]:
        return [self._store(append) for append in appends]

    def _store(self, append: Append) -> bool:
        facts = self._facts.get(append.subject, [])
        if len(facts) != append.expected or append.claim in self._claims:
            return False
        if append.claim is not None:
            self._claims[append.claim] = append.subject
        self._facts[append.subject] = [*facts, *append.facts]
        if append.private is not None:
            self._private.setdefault(append.subject, []).append(append.private)
        if append.topic is not None:
            self._waiting[append.facts[0].id] = self._published[append.facts[0].id] = Stored(topic=append.topic, facts=append.facts)
            self._appended.set()
        return True

    async def claimants(self, claims: Sequence[str]) -> dict[str, str]:
        return {claim: self._claims[claim] for claim in claims if claim in self._claims}

    async def private(self, subject: str) -> list[bytes]:
        return list(self._private.get(subject, ()))

    async def forget_private(self, subject: str) -> None:
        self._private.pop(subject, None)
        self._claims = {claim: holder for claim, holder in self._claims.items() if holder != subject}

    async def unpublished(self, limit: int) -> list[Stored]:
        return list(self._waiting.values())[:limit]

    async def mark_published(self, stored: Sequence[Stored]) -> None:
        for each in stored:
            waiting = self._waiting.get(each.facts[0].id)
            if waiting is not None and waiting.turn == each.turn:
                del self._waiting[each.facts[0].id]

    async def unmark(self, topic: str) -> None:
        self._published = {name: replace(stored, turn=stored.turn + 1) if stored.topic == topic else stored
                           for name, stored in self._published.items()}
        self._waiting = {name: stored for name, stored in self._published.items() if stored.topic == topic or name in self._waiting}
        self._appended.set()

    async def wait_unpublished(self, timeout_s: float) -> bool:
        return await wait_and_clear(self._appended, timeout_s)


async def wait_and_clear(event: asyncio.Event, timeout_s: float) -> bool:
    """True if the event came within the time; it is cleared."""
    try:
        await asyncio.wait_for(event.wait(), timeout_s)
    except TimeoutError:
        return False
    event.clear()
    return True


class MemoryViews:
    """Views in dictionaries. ``declared`` maps each view to its index names."""

    def __init__(self, declared: Mapping[str, Sequence[str]]) -> None:
        self._declared = {view: tuple(names) for view, names in declared.items()}
        self._rows: dict[str, dict[str, Row]] = {view: {} for view in declared}
        self._counters: dict[str, int] = {}
        self._effects: set[tuple[str, str]] = set()

    async def put_many(self, view: str, rows: Sequence[Row]) -> None:
        for row in rows:
            check_declared(self._declared, view, row.indexes)
        for row in rows:
            stored = self._rows[view].get(row.key)
            if stored is None or stored.reflects < row.reflects:
                self._rows[view][row.key] = row

    async def get(self, view: str, key: str) -> Row | None:
        return self._rows[view].get(key)

    async def get_many(self, view: str, keys: Sequence[str]) -> dict[str, Row]:
        return {key: self._rows[view][key] for key in keys if key in self._rows[view]}

    async def find(self, view: str, index: str, value: str, *, after: str = "", limit: int = 50) -> list[Row]:
        check_declared(self._declared, view, (index,))
        found = [row for key, row in sorted(self._rows[view].items())
                 if key > after and value in index_values(row, index)]
        return found[:limit]

    async def count(self, view: str, index: str, value: str, *, until: str = "", most: int = 50_000) -> int:
        check_declared(self._declared, view, (index,))
        return min(most, sum(any(value <= each < until if until else each == value for each in index_values(row, index))
                             for row in self._rows[view].values()))

    async def add(self, counter: str, n: int, *, effect: str) -> None:
        if (counter, effect) not in self._effects:
            self._effects.add((counter, effect))
            self._counters[counter] = self._counters.get(counter, 0) + n

    async def counter(self, counter: str) -> int:
        return self._counters.get(counter, 0)


def check_declared(declared: Mapping[str, Sequence[str]], view: str, names: Mapping[str, object] | Sequence[str]) -> None:
    """Raises ValueError for a view or index that was not declared."""
    unknown = [name for name in names if name not in declared.get(view, ())]
    if view not in declared or unknown:
        raise ValueError(f"view {view!r} declares no index {unknown}")


def index_values(row: Row, index: str) -> tuple[str, ...]:
    """A row's values under an index, always many."""
    value = row.indexes.get(index, ())
    return (value,) if isinstance(value, str) else tuple(value)


class MemorySequences:
    """Numbers from a dictionary."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    async def block(self, name: str, size: int) -> int:
        first = self._last.get(name, 0) + 1
        self._last[name] = first + size - 1
        return first


class MemoryEventLog:
    """The log as lists, one partition a topic."""

    def __init__(self) -> None:
        self._topics: dict[str, list[Delivery]] = {}
        self._positions: dict[tuple[str, str], int] = {}
        self._published = asyncio.Condition()

    async def publish(self, topic: str, facts: Sequence[Recorded]) -> None:
        await self._put(topic, [(fact, b"", "") for fact in facts])

    async def ask(self) -> None:
        return

    async def extent(self, topic: str) -> tuple[str, int]:
        return "memory", len(self._topics.get(topic, ()))

    async def set_aside(self, topic: str, key: str, value: bytes, reason: str) -> None:
        await self._put("postal.set-aside.v1", [(None, value, f"{topic} {key} {reason}")])

    async def _put(self, topic: str, records: Sequence[tuple[Recorded | None, bytes, str]]) -> None:
        async with self._published:
            kept = self._topics.setdefault(topic, [])
            for fact, raw, reason in records:
                kept.append(Delivery(topic=topic, partition=0, offset=len(kept), fact=fact, raw=raw, reason=reason))
            self._published.notify_all()

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
        if not taken:
            try:
                async with self._log._published:
                    await asyncio.wait_for(self._log._published.wait(), wait_s)
            except TimeoutError:
                return []
            taken = self._take(limit)
        return taken

    async def commit(self) -> None:
        for topic, position in self._at.items():
            self._log._positions[self._group, topic] = position

    async def behind(self) -> int:
        return sum(len(self._log._topics.get(topic, ())) - position for topic, position in self._at.items())
