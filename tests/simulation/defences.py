"""Each defence switched off, one at a time: the simulation is worth what it notices then."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any
from unittest import mock

from services.foundation.adapters.memory import MemoryStreams, MemoryViews
from services.foundation.events import Append
from services.foundation.ports import Row, Stored
from services.foundation.runtime import doorkeeper, group_commit
from services.foundation.subjects import Kind
from services.intake import rolls
from services.intake.counter_facts import LabelBound


def _idempotency() -> AbstractContextManager[Any]:
    """A repeated request is taken for a new one."""
    return mock.patch.object(Kind, "earlier_answer", return_value=None)


def _expected_sequence() -> AbstractContextManager[Any]:
    """A writer that has seen too little is let in."""
    stored = MemoryStreams._store

    def store(self: MemoryStreams, append: Append) -> bool:
        return stored(self, replace(append, expected=len(self._facts.get(append.subject, ()))))

    return mock.patch.object(MemoryStreams, "_store", store)


def _order() -> AbstractContextManager[Any]:
    """What waits for the relay is given newest first."""
    async def unpublished(self: MemoryStreams, limit: int) -> list[Stored]:
        return list(self._waiting.values())[::-1][:limit]

    return mock.patch.object(MemoryStreams, "unpublished", unpublished)


def _fencing() -> AbstractContextManager[Any]:
    """A late write of a reader that was frozen overwrites newer rows."""
    async def put_many(self: MemoryViews, view: str, rows: Sequence[Row]) -> None:
        self._rows[view].update({row.key: row for row in rows})

    return mock.patch.object(MemoryViews, "put_many", put_many)


class _Unshielded(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    def shield(waited: Any) -> Any:
        return waited


@contextmanager
def _shield() -> Iterator[None]:
    """A client that goes away takes with it what it waits for."""
    bare = _Unshielded("asyncio")
    with mock.patch.object(group_commit, "asyncio", bare), mock.patch.object(doorkeeper, "asyncio", bare):
        yield


def _binding() -> AbstractContextManager[Any]:
    """A label of a roll is given to whoever asks."""
    def binding(filing_id: str, _: str) -> Any:
        async def rule(label: rolls.Label) -> list[Any]:
            return [] if label.filing_id == filing_id else [LabelBound(filing_id=filing_id)]
        return rule

    return mock.patch.object(rolls, "_binding", binding)


def _claims() -> AbstractContextManager[Any]:
    """A claim that is held holds nobody off."""
    stored = MemoryStreams._store

    def store(self: MemoryStreams, append: Append) -> bool:
        return stored(self, replace(append, claim=None))

    return mock.patch.object(MemoryStreams, "_store", store)


DEFENCES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "idempotency": _idempotency, "expected sequence": _expected_sequence, "order": _order, "fencing": _fencing, "shield": _shield,
    "binding": _binding, "claims": _claims}
