"""The ports: what the services ask of the world, each promise a numbered clause.

The contract tests in ``tests/contracts`` run every clause, under its number, against every adapter.
All calls raise ``errors.Unavailable`` when the part behind them does not answer; then nothing is known
to have changed, and the same call may be repeated.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from .events import Append, Recorded


class Clock(Protocol):
    """Tells the time. C1: aware, in UTC, whole milliseconds: what every store keeps, so that nothing is said more exactly before
    a restart than after it."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """An append as it lies in the store, waiting for the relay. ``turn`` tells one waiting from a later one of the same facts."""

    topic: str
    facts: tuple[Recorded, ...]
    turn: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A subject with all that is kept of it. ``waiting`` is the first sequence that waits for the relay, 0 if none does."""

    subject: str
    facts: tuple[Recorded, ...]
    topic: str | None
    waiting: int = 0
    private: tuple[bytes, ...] = ()
    claims: tuple[str, ...] = ()


class Streams(Protocol):
    """Every subject's facts: store, audit trail and outbox in one write.

    S1  ``read`` gives all facts of a subject in order of sequence, byte for byte as appended; [] if none.
    S2  ``append`` stores all facts of one append or none.
    S3  Of racing appends with the same ``expected`` exactly one is stored; ``append`` raises Conflict for the rest.
    S4  Order within a subject is by sequence, even when the clock runs backwards.
    S5  ``append_many`` gives one answer each in order, True = stored, False = the subject has moved on; one that
        fails leaves the others untouched. Two appends of one subject in one call are judged one after the other.
    S6  ``private`` is given back by ``private(subject)`` (one blob per append that had one, in order) and never
        appears in ``unpublished``.
    S7  ``unpublished(limit)`` gives appends with a topic that are not yet marked, oldest first; of one subject
        never a later one before an earlier unmarked one. At most ``limit`` appends.
    S8  ``mark_published`` marks exactly those given, of their own turn; the others still wait. Marking twice is harmless.
    S9  What was acknowledged survives the death of the process (durable adapters).
    S10 ``wait_unpublished(timeout_s)`` returns True soon after this process has appended something to publish,
        False after the timeout; it is a hint only.
    S11 ``forget_private(subject)`` removes the subject's private blobs and lets go of its claims; its facts stay.
    S12 ``unmark(topic)`` makes every fact that goes to the topic wait again, in order per subject, whether marked or not:
       for a log that has lost what it was given. Subjects of a kind (the word before the first "/") go to one topic. A mark
       of what was given out before has no effect any more: it speaks of the log that was lost.
    S13 What a disk has damaged comes from ``read`` as a fact that is not ``sound`` and from ``unpublished`` not at all; all others
       come as ever (durable adapters).
    S14 An append with a ``claim`` is stored only if no stored append holds the same one; of racing ones exactly one is stored, the
        rest are answered False. ``claimants(claims)`` gives the subject that holds each, of those that are held. It costs the
        append no further question.
    S15 ``wholes(after, limit)`` gives at most ``limit`` subjects, each with all that is kept of it, in an order that never changes,
        after the subject ``after`` ("" from the first); damaged facts as in S13.
    S16 ``put_back`` stores subjects as ``wholes`` gave them; what has a topic waits for the relay, whatever waited. One answer
        each: True also for one that is there just so, False for one that differs or whose claim another holds; that one is left as
        it is. The same call once more completes what was broken off.
    S17 ``unmark_subjects`` makes every fact of these subjects that goes to a topic wait again, in order; others are untouched.
    """

    async def read(self, subject: str) -> list[Recorded]: ...
    async def read_many(self, subjects: Sequence[str]) -> dict[str, list[Recorded]]: ...
    async def append(self, append: Append) -> None: ...
    async def append_many(self, appends: Sequence[Append]) -> list[bool]: ...
    async def claimants(self, claims: Sequence[str]) -> dict[str, str]: ...
    async def private(self, subject: str) -> list[bytes]: ...
    async def forget_private(self, subject: str) -> None: ...
    async def unpublished(self, limit: int) -> list[Stored]: ...
    async def mark_published(self, stored: Sequence[Stored]) -> None: ...
    async def wait_unpublished(self, timeout_s: float) -> bool: ...
    async def unmark(self, topic: str) -> None: ...
    async def wholes(self, after: str, limit: int) -> list[Whole]: ...
    async def put_back(self, wholes: Sequence[Whole]) -> list[bool]: ...
    async def unmark_subjects(self, subjects: Sequence[str]) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One record read from the log. ``fact`` is None if the envelope itself could not be read; then
    ``raw`` holds the value and ``reason`` says why."""

    topic: str
    partition: int
    offset: int
    fact: Recorded | None
    raw: bytes = b""
    reason: str = ""


class LogReader(Protocol):
    """A member of a group. Positions are kept per group. ``turn`` counts how often it was given its part of the topics."""

    @property
    def turn(self) -> int: ...
    async def at_end(self) -> bool: ...
    async def batch(self, limit: int, wait_s: float) -> list[Delivery]: ...
    async def commit(self) -> None: ...
    async def behind(self) -> int: ...


class EventLog(Protocol):
    """Carries facts between services.

    L1 ``publish`` returns after all facts are stored durably; otherwise it raises and some may be stored.
    L2 Every published fact reaches every group at least once.
    L3 Facts of one key reach a group in the order they were published.
    L4 ``commit`` makes a group go on after everything its reader's batches returned so far; without it a new reader
       of the group starts again at the last commit. A new group starts at the beginning.
    L5 ``batch`` returns within about ``wait_s`` seconds, [] if nothing came.
    L6 What was published survives the death of the process (durable adapters).
    L7 The envelope comes back field for field.
    L8 A record that cannot be read comes as a Delivery without a fact, with raw bytes and reason; later ones still come.
    L9 ``ask`` returns if the log answers now and raises Unavailable if it does not.
    L10 ``extent`` tells the log's identity and how many records a topic was given, as far as the log remembers: the number grows
       with each; a log that has begun anew has another identity, one that has lost records tells fewer than before.
    L11 A reader opened ``afresh`` starts at the beginning whatever its group has committed.
    L12 ``turn`` of a reader has changed before ``batch`` gives anything of a part that another member may have had meanwhile.
    L13 ``behind`` of a reader tells how many records of its part its batches have not given yet.
    L14 ``at_end`` of the only member of a group tells whether ``batch`` has given everything published before it was asked.
    L15 Who waits for a batch may be cut off at any moment: publishers and other readers go on.
    """

    async def publish(self, topic: str, facts: Sequence[Recorded]) -> None: ...
    def reader(self, topics: Sequence[str], group: str, *, afresh: bool = False) -> AbstractAsyncContextManager[LogReader]: ...
    async def set_aside(self, topic: str, key: str, value: bytes, reason: str) -> None: ...
    async def ask(self) -> None: ...
    async def extent(self, topic: str) -> tuple[str, int]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of a view. ``reflects`` is the sequence of the newest fact of its stream it shows. ``value`` holds
    strings, ints, bools, None, lists and dicts of them. ``indexes`` maps declared index names to one value or many.
    ``generation`` is told by reads; who writes what was worked out from a row that was read passes it on (V10)."""

    key: str
    value: Mapping[str, Any]
    reflects: int
    indexes: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    generation: int | None = field(default=None, compare=False)


class Views(Protocol):
    """Read models.

    V1 ``put_many`` writes value, indexes and ``reflects`` of a row in one write; a row whose stored ``reflects`` is
       equal or newer is left alone (a repeat changes nothing).
    V2 ``get`` gives the row or None; ``get_many`` those that exist.
    V3 ``find`` gives rows whose index has the value, by key ascending, after the key ``after``, at most ``limit``:
       pages are stable while rows are added or changed.
    V4 ``find`` on an index that was not declared raises ValueError, and so does ``put_many``.
    V5 ``add`` adds to a counter atomically, once for each ``effect`` id; ``counter`` reads it (0 if never added).
    V6 Rows survive the death of the process (durable adapters).
    V7 ``count`` tells how many rows an index has under a value, or from the value up to but without ``until``; it looks at ``most``
       entries of the index at most, and then answers ``most``. On an index that was not declared it raises ValueError.
    V8 ``rows(view, after, limit)`` gives all rows of a view by key, in pages; ``size`` tells how many there are.
    V9 ``remove(view, keys)`` removes these rows alone.
    V10 ``beside(views)`` gives Views that read and write an empty generation of these views beside the live one, which nobody else
       sees; what an unfinished one has left is gone. Its ``swap(views)`` makes it the live one, of all in one write, or raises
       Conflict VIEW_OVERTAKEN if another was begun since: any one ``get_many`` or ``find`` sees one generation alone, the new one
       within a second. A ``put_many`` that may have missed the new one, or was worked out from a row of another, raises Conflict
       VIEW_SWAPPED: read again. ``tidy(views)`` removes what is not live, once nobody can be reading it.
    """

    async def put_many(self, view: str, rows: Sequence[Row]) -> None: ...
    async def get(self, view: str, key: str) -> Row | None: ...
    async def get_many(self, view: str, keys: Sequence[str]) -> dict[str, Row]: ...
    async def find(self, view: str, index: str, value: str, *, after: str = "", limit: int = 50) -> list[Row]: ...
    async def count(self, view: str, index: str, value: str, *, until: str = "", most: int = 50_000) -> int: ...
    async def add(self, counter: str, n: int, *, effect: str) -> None: ...
    async def counter(self, counter: str) -> int: ...
    async def rows(self, view: str, *, after: str = "", limit: int = 500) -> list[Row]: ...
    async def size(self, view: str) -> int: ...
    async def remove(self, view: str, keys: Sequence[str]) -> None: ...
    async def beside(self, views: Sequence[str]) -> "Views": ...
    async def swap(self, views: Sequence[str]) -> None: ...
    async def tidy(self, views: Sequence[str]) -> None: ...


class Sequences(Protocol):
    """Numbers that are never given twice.

    N1 ``block(name, size)`` gives the first of ``size`` consecutive numbers, from 1; no number comes twice, whoever asks.
    N2 Names do not disturb each other.
    N3 After a restart numbers may be missing but none comes again (durable adapters).
    N4 ``lasts`` tells the last number given of each name; ``raise_to(name, last)`` makes the next number a later one than that.
    """

    async def block(self, name: str, size: int) -> int: ...
    async def lasts(self) -> dict[str, int]: ...
    async def raise_to(self, name: str, last: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Stores:
    """What one service keeps, on one back end."""
    streams: Streams
    views: Views
    sequences: Sequences
