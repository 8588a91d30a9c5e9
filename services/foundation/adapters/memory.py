"""Every port in memory: for unit and service tests; nothing survives the process."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from ..errors import Conflict
from ..events import Append, Recorded
from ..ports import Stored, Whole
from .memory_log import MemoryEventLog
from .memory_views import MemoryViews
from .waiting import wait_and_clear

__all__ = ["MemoryEventLog", "MemorySequences", "MemoryStreams", "MemoryViews", "conflict"]


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
        self._topics: dict[str, str | None] = {}
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
        self._topics[append.subject] = append.topic
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

    async def unmark_subjects(self, subjects: Sequence[str]) -> None:
        names = set(subjects)
        for name, stored in self._published.items():
            if stored.facts[0].subject in names:
                self._published[name] = replace(stored, turn=stored.turn + 1)
        self._waiting = {name: stored for name, stored in self._published.items()
                         if stored.facts[0].subject in names or name in self._waiting}
        self._appended.set()

    async def wholes(self, after: str, limit: int) -> list[Whole]:
        waits: dict[str, int] = {}
        for stored in self._waiting.values():
            waits.setdefault(stored.facts[0].subject, stored.facts[0].sequence)
        return [Whole(subject=name, facts=tuple(self._facts[name]), topic=self._topics[name], waiting=waits.get(name, 0),
                      private=tuple(self._private.get(name, ())),
                      claims=tuple(claim for claim, holder in self._claims.items() if holder == name))
                for name in sorted(self._facts) if name > after][:limit]

    async def put_back(self, wholes: Sequence[Whole]) -> list[bool]:
        return [self._put_back(whole) for whole in wholes]

    def _put_back(self, whole: Whole) -> bool:
        there = self._facts.get(whole.subject)
        if there is not None or any(claim in self._claims for claim in whole.claims):
            return there == list(whole.facts)
        self._store(Append(subject=whole.subject, expected=0, facts=whole.facts, topic=whole.topic))
        self._claims.update(dict.fromkeys(whole.claims, whole.subject))
        if whole.private:
            self._private[whole.subject] = list(whole.private)
        return True

    async def wait_unpublished(self, timeout_s: float) -> bool:
        return await wait_and_clear(self._appended, timeout_s)


class MemorySequences:
    """Numbers from a dictionary."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    async def block(self, name: str, size: int) -> int:
        first = self._last.get(name, 0) + 1
        self._last[name] = first + size - 1
        return first

    async def lasts(self) -> dict[str, int]:
        return dict(self._last)

    async def raise_to(self, name: str, last: int) -> None:
        self._last[name] = max(last, self._last.get(name, 0))
