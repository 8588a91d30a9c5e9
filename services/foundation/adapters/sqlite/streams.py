"""Streams on the file: one row a fact, one row an append that waits for the relay."""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any

from ...envelope import kept, pack, sound
from ...events import Append, Recorded
from ...ports import Stored, Whole
from ..memory import conflict
from ..waiting import wait_and_clear
from .file import SqliteFile
from .schema import IN_ONE_QUERY, marks

_FACTS_OF_MANY = "SELECT subject, record FROM facts WHERE service=? AND subject IN ({}) ORDER BY subject, sequence"
_WAITING = ("SELECT w.id, w.topic, f.record FROM (SELECT * FROM waiting WHERE service=? ORDER BY id LIMIT ?) w JOIN facts f "
            "ON f.service=w.service AND f.subject=w.subject AND f.sequence BETWEEN w.first AND w.last ORDER BY w.id, f.sequence")
_OF_MANY = {"waiting": "SELECT subject, first FROM waiting WHERE service=? AND subject IN ({})",
            "private": "SELECT subject, sealed FROM private WHERE service=? AND subject IN ({}) ORDER BY id",
            "claims": "SELECT subject, claim FROM claims WHERE service=? AND subject IN ({}) ORDER BY claim"}
_CLAIMANTS = "SELECT claim, subject FROM claims WHERE service=? AND claim IN ({})"
_NAMES = "SELECT DISTINCT subject FROM facts WHERE service=? AND subject>? ORDER BY subject LIMIT ?"
_FACTS = "SELECT record FROM facts WHERE service=? AND subject=? ORDER BY sequence"


class SqliteStreams:
    """Streams of one service."""

    def __init__(self, file: SqliteFile, service: str, appended: asyncio.Event) -> None:
        self._file, self._service, self._appended = file, service, appended

    async def read(self, subject: str) -> list[Recorded]:
        return [kept(record, subject) for (record,) in self._file.rows(_FACTS, (self._service, subject))]

    async def read_many(self, subjects: Sequence[str]) -> dict[str, list[Recorded]]:
        found: dict[str, list[Recorded]] = {subject: [] for subject in subjects}
        names = list(found)
        for start in range(0, len(names), IN_ONE_QUERY):
            some = names[start:start + IN_ONE_QUERY]
            for subject, record in self._file.rows(_FACTS_OF_MANY.format(marks(some)), (self._service, *some)):
                found[subject].append(kept(record, subject))
        return found

    async def append(self, append: Append) -> None:
        if not (await self.append_many([append]))[0]:
            raise conflict(append)

    async def append_many(self, appends: Sequence[Append]) -> list[bool]:
        def store_all(writer: sqlite3.Connection) -> list[bool]:
            return [self._store(writer, append) for append in appends]

        answers: list[bool] = await self._file.write(store_all)
        if any(append.topic is not None for append in appends):
            self._appended.set()
        return answers

    def _store(self, writer: sqlite3.Connection, append: Append) -> bool:
        service, subject = self._service, append.subject
        last = writer.execute("SELECT max(sequence) FROM facts WHERE service=? AND subject=?", (service, subject)).fetchone()
        if (last[0] or 0) != append.expected:
            return False
        if append.claim is not None and not writer.execute(
                "INSERT OR IGNORE INTO claims VALUES(?,?,?)", (service, append.claim, subject)).rowcount:
            return False
        writer.executemany("INSERT INTO facts VALUES(?,?,?,?)",
                           [(service, subject, fact.sequence, pack(fact)) for fact in append.facts])
        if append.private is not None:
            writer.execute("INSERT INTO private(service, subject, sealed) VALUES(?,?,?)", (service, subject, append.private))
        if append.topic is not None:
            self._remember_topic(writer, append)
            writer.execute("INSERT INTO waiting(service, topic, subject, first, last) VALUES(?,?,?,?,?)",
                           (service, append.topic, subject, append.facts[0].sequence, append.facts[-1].sequence))
        return True

    def _remember_topic(self, writer: sqlite3.Connection, append: Append) -> None:
        """Where subjects of a kind go, for ``unmark``: a row a kind, which a mark does not take away."""
        row = (self._service, append.subject.partition("/")[0], str(append.topic))
        if row not in self._file.known:
            writer.execute("INSERT OR IGNORE INTO topics VALUES(?,?,?)", row)
            self._file.known.add(row)

    async def unmark(self, topic: str) -> None:
        def put_back(writer: sqlite3.Connection) -> None:
            writer.execute("DELETE FROM waiting WHERE service=? AND topic=?", (self._service, topic))
            for (kind,) in writer.execute("SELECT kind FROM topics WHERE service=? AND topic=?", (self._service, topic)).fetchall():
                writer.execute("INSERT INTO waiting(service, topic, subject, first, last) SELECT service, ?, subject, 1, "
                               "max(sequence) FROM facts WHERE service=? AND subject>=? AND subject<? GROUP BY subject",
                               (topic, self._service, f"{kind}/", f"{kind}0"))

        await self._file.write(put_back)
        self._appended.set()

    async def unmark_subjects(self, subjects: Sequence[str]) -> None:
        def put_back(writer: sqlite3.Connection) -> None:
            for subject in dict.fromkeys(subjects):
                writer.execute("DELETE FROM waiting WHERE service=? AND subject=?", (self._service, subject))
                writer.execute(
                    "INSERT INTO waiting(service, topic, subject, first, last) SELECT f.service, t.topic, f.subject, 1, "
                    "max(f.sequence) FROM facts f JOIN topics t ON t.service=f.service AND t.kind=? "
                    "WHERE f.service=? AND f.subject=? GROUP BY f.subject, t.topic",
                    (subject.partition("/")[0], self._service, subject))

        await self._file.write(put_back)
        self._appended.set()

    async def wholes(self, after: str, limit: int) -> list[Whole]:
        names = [name for (name,) in self._file.rows(_NAMES, (self._service, after, limit))]
        topics = dict(self._file.rows("SELECT kind, topic FROM topics WHERE service=?", (self._service,)))
        facts = await self.read_many(names)
        waits: dict[str, list[int]] = {}
        private: dict[str, list[bytes]] = {}
        claims: dict[str, list[str]] = {}
        for start in range(0, len(names), IN_ONE_QUERY):
            some = names[start:start + IN_ONE_QUERY]
            tables: dict[str, Any] = {"waiting": waits, "private": private, "claims": claims}
            for table, found in tables.items():
                for name, value in self._file.rows(_OF_MANY[table].format(marks(some)), (self._service, *some)):
                    found.setdefault(name, []).append(value)
        return [Whole(subject=name, facts=tuple(facts[name]), topic=topics.get(name.partition("/")[0]),
                      waiting=min(waits.get(name, [0])), private=tuple(private.get(name, ())), claims=tuple(claims.get(name, ())))
                for name in names]

    async def put_back(self, wholes: Sequence[Whole]) -> list[bool]:
        answers: list[bool] = await self._file.write(lambda writer: [self._put_back(writer, whole) for whole in wholes])
        self._appended.set()
        return answers

    def _put_back(self, writer: sqlite3.Connection, whole: Whole) -> bool:
        there = writer.execute(_FACTS, (self._service, whole.subject)).fetchall()
        holders = [holder for (holder,) in writer.execute(
            f"SELECT subject FROM claims WHERE service=? AND claim IN ({marks(whole.claims)})",  # noqa: S608  question marks alone
            (self._service, *whole.claims))]
        if there or holders:
            return [record for (record,) in there] == [pack(fact) for fact in whole.facts]
        self._store(writer, Append(subject=whole.subject, expected=0, facts=whole.facts, topic=whole.topic))
        writer.executemany("INSERT INTO private(service, subject, sealed) VALUES(?,?,?)",
                           [(self._service, whole.subject, sealed) for sealed in whole.private])
        writer.executemany("INSERT INTO claims VALUES(?,?,?)", [(self._service, claim, whole.subject) for claim in whole.claims])
        return True

    async def claimants(self, claims: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(claims), IN_ONE_QUERY):
            some = claims[start:start + IN_ONE_QUERY]
            found.update(self._file.rows(_CLAIMANTS.format(marks(some)), (self._service, *some)))
        return found

    async def private(self, subject: str) -> list[bytes]:
        found = self._file.rows("SELECT sealed FROM private WHERE service=? AND subject=? ORDER BY id",
                                (self._service, subject))
        return [sealed for (sealed,) in found]

    async def forget_private(self, subject: str) -> None:
        def forget(writer: sqlite3.Connection) -> None:
            writer.execute("DELETE FROM private WHERE service=? AND subject=?", (self._service, subject))
            writer.execute("DELETE FROM claims WHERE service=? AND subject=?", (self._service, subject))

        await self._file.write(forget)

    async def unpublished(self, limit: int) -> list[Stored]:
        together: dict[int, tuple[str, list[Recorded]]] = {}
        for number, topic, record in self._file.rows(_WAITING, (self._service, limit)):
            together.setdefault(number, (topic, []))[1].append(kept(record, ""))
        return [Stored(topic=topic, facts=tuple(facts), turn=number) for number, (topic, facts) in together.items()
                if all(sound(fact) for fact in facts)]

    async def mark_published(self, stored: Sequence[Stored]) -> None:
        numbers = [(each.turn,) for each in stored]  # no number comes again
        await self._file.write(lambda writer: writer.executemany("DELETE FROM waiting WHERE id=?", numbers) and None)

    async def wait_unpublished(self, timeout_s: float) -> bool:
        return await wait_and_clear(self._appended, timeout_s)
