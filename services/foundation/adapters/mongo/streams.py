"""Streams in MongoDB: one document an append, so that storing it is one write and needs no transaction.

A document is never changed, but for the mark that its facts are published and for a forgotten private blob:

``_id``      "<subject>/<first sequence, 8 digits>": of racing appends exactly one is inserted
``subject``, ``first``, ``last``   the sequences it holds
``order``    milliseconds: when it was recorded, never before the subject's append before it
``topic``, ``waiting``   where to publish; the second is there until it is done
``records``  the packed facts; ``private``  the sealed blob
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from bson.int64 import Int64
from pymongo import ASCENDING, IndexModel
from pymongo.errors import BulkWriteError

from ...envelope import milliseconds, pack, unpack
from ...events import Append, Recorded
from ...ports import Stored
from ..memory import conflict, wait_and_clear
from .driver import DUPLICATE_KEY, answering, snapshot

_WAITING = "waiting_in_order"
_PUBLIC = {"private": 0}


class MongoStreams:
    """Streams of one service."""

    def __init__(self, client: Any, database: Any) -> None:
        self._client, self._appends = client, database["appends"]
        self._appended = asyncio.Event()

    async def make_indexes(self) -> None:
        """Idempotent."""
        with answering():
            await self._appends.create_indexes([
                IndexModel([("subject", ASCENDING), ("last", ASCENDING)], name="subject_last", unique=True),
                IndexModel([("order", ASCENDING), ("_id", ASCENDING)], name=_WAITING,
                           partialFilterExpression={"waiting": True}),
            ])

    async def read(self, subject: str) -> list[Recorded]:
        return (await self.read_many((subject,)))[subject]

    async def read_many(self, subjects: Sequence[str]) -> dict[str, list[Recorded]]:
        found: dict[str, list[Recorded]] = {subject: [] for subject in subjects}
        with answering():
            cursor = self._appends.find({"subject": {"$in": list(found)}}, _PUBLIC).sort([("subject", 1), ("last", 1)])
            for document in await cursor.to_list(None):
                found[document["subject"]].extend(unpack(record) for record in document["records"])
        return found

    async def append(self, append: Append) -> None:
        if not (await self.append_many([append]))[0]:
            raise conflict(append)

    async def append_many(self, appends: Sequence[Append]) -> list[bool]:
        answers = [False] * len(appends)
        for turn in _turns(appends):
            stored = await self._store([appends[at] for at in turn])
            for at, answer in zip(turn, stored, strict=True):
                answers[at] = answer
        if any(answer and append.topic is not None for answer, append in zip(answers, appends, strict=True)):
            self._appended.set()
        return answers

    async def _store(self, appends: Sequence[Append]) -> list[bool]:
        """One answer each; no subject comes twice.

        Documents never change or go, so that an end once seen stays one: what was ``expected`` can be looked up
        first, and the unique ``_id`` decides among those that saw the same.
        """
        ends = await self._ends(appends)
        fitting = [at for at, append in enumerate(appends) if append.expected == 0 or append.subject in ends]
        answers = [at in fitting for at in range(len(appends))]
        if fitting:
            documents = [_document(appends[at], ends.get(appends[at].subject, 0)) for at in fitting]
            for taken in await self._insert(documents):
                answers[fitting[taken]] = False
        return answers

    async def _ends(self, appends: Iterable[Append]) -> dict[str, int]:
        """The ``order`` of the append that ends where each one continues, by subject."""
        wanted = [{"subject": append.subject, "last": append.expected} for append in appends if append.expected]
        if not wanted:
            return {}
        with answering():
            found = await self._appends.find({"$or": wanted}, {"subject": 1, "order": 1}).to_list(None)
        return {document["subject"]: int(document["order"]) for document in found}

    async def _insert(self, documents: Sequence[dict[str, Any]]) -> list[int]:
        """Inserts all that can be; which ones (by number) found their place taken."""
        with answering():
            try:
                await self._appends.insert_many(documents, ordered=False)
            except BulkWriteError as error:
                failed = error.details.get("writeErrors", [])
                # Not on a majority's disks, or refused for another reason: the outcome is not known to hold.
                if error.details.get("writeConcernErrors") or any(each["code"] != DUPLICATE_KEY for each in failed):
                    raise
                return [int(each["index"]) for each in failed]
        return []

    async def private(self, subject: str) -> list[bytes]:
        with answering():
            cursor = self._appends.find({"subject": subject, "private": {"$exists": True}}, {"private": 1})
            return [bytes(document["private"]) for document in await cursor.sort("last", ASCENDING).to_list(None)]

    async def forget_private(self, subject: str) -> None:
        with answering():
            await self._appends.update_many({"subject": subject, "private": {"$exists": True}},
                                            {"$unset": {"private": ""}})

    async def unpublished(self, limit: int) -> list[Stored]:
        """By ``order``, then ``_id``: within a subject both only grow. All of one moment, or a scan that pauses
        could pass the place of an append just before it comes and still meet the subject's next."""
        with answering():
            async with snapshot(self._client) as session:
                cursor = self._appends.find({"waiting": True}, _PUBLIC, session=session)
                cursor = cursor.sort([("order", ASCENDING), ("_id", ASCENDING)]).hint(_WAITING).limit(limit)
                found = await cursor.to_list(None)
        return [Stored(topic=document["topic"], facts=tuple(unpack(record) for record in document["records"]))
                for document in found]

    async def mark_published(self, stored: Sequence[Stored]) -> None:
        names = [_name(each.facts[0].subject, each.facts[0].sequence) for each in stored]
        with answering():
            await self._appends.update_many({"_id": {"$in": names}, "waiting": True}, {"$unset": {"waiting": ""}})

    async def wait_unpublished(self, timeout_s: float) -> bool:
        return await wait_and_clear(self._appended, timeout_s)


def _turns(appends: Sequence[Append]) -> list[list[int]]:
    """The appends' numbers, so grouped that those of one subject come in successive turns."""
    turns: list[list[int]] = []
    seen: dict[str, int] = {}
    for at, append in enumerate(appends):
        turn = seen.get(append.subject, 0)
        seen[append.subject] = turn + 1
        if turn == len(turns):
            turns.append([])
        turns[turn].append(at)
    return turns


def _name(subject: str, first: int) -> str:
    return f"{subject}/{first:08}"


def _document(append: Append, order_before: int) -> dict[str, Any]:
    first, last = append.facts[0], append.facts[-1]
    document: dict[str, Any] = {
        "_id": _name(append.subject, first.sequence), "subject": append.subject, "first": first.sequence,
        "last": last.sequence, "order": Int64(max(order_before, milliseconds(last.recorded))), "topic": append.topic,
        "records": [pack(fact) for fact in append.facts],
    }
    if append.topic is not None:
        document["waiting"] = True
    if append.private is not None:
        document["private"] = append.private
    return document
