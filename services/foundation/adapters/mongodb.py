"""Streams on MongoDB; with mongodb_* beside it the only place that knows its drivers.

One immutable document per append, ``_id`` = "<subject>/<first sequence>": appends that wait together travel in one unordered
insert, each conflict comes back for itself, and no multi-document transaction exists. motor by default, PyMongo's
AsyncMongoClient by setting: the calls used here are the same in both, but for ``close`` and ``aggregate``.
"""

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pymongo
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import BulkWriteError

from ..crashpoints import reach
from ..envelope import sound
from ..errors import Refused
from ..events import Append, Recorded
from ..ports import Stored, Stores, Whole
from .memory import conflict
from .mongodb_documents import FIRST, all_of, document_of, documents_of, facts_of, take, whole_of
from .mongodb_driver import LONG_S, duplicates, told
from .mongodb_views import MongoSequences, MongoViews
from .waiting import wait_and_clear

_SAFE: dict[str, Any] = {"w": "majority", "journal": True, "readConcernLevel": "majority", "retryWrites": True,
         "serverSelectionTimeoutMS": 5000, "tz_aware": True}


@asynccontextmanager
async def stores(uri: str, database: str, declared: Mapping[str, Sequence[str]], driver: str, *,
                 read_only: bool = False) -> AsyncIterator[Stores]:
    """One service's stores in a database of its own; indexes are made before anything is served, none for who only reads."""
    client: Any = (AsyncIOMotorClient if driver == "motor" else pymongo.AsyncMongoClient)(uri, **_SAFE)
    try:
        base = client[database]
        with told():
            about = await client.admin.command("hello")
            if "setName" not in about and about.get("msg") != "isdbgrid":
                raise Refused("STORE_NOT_A_REPLICA_SET", "a standalone mongod keeps no promise; make it a replica set, also of one",
                              field="POSTAL_STORE")
            if not read_only:
                await _make_indexes(base)
        yield Stores(MongoStreams(base), MongoViews(base, declared), MongoSequences(base))
    finally:
        closed = client.close()
        if inspect.isawaitable(closed):
            await closed


async def _make_indexes(base: Any) -> None:
    await base["appends"].create_index("waiting", name="waiting", partialFilterExpression={"waiting": {"$exists": True}})
    await base["appends"].create_index("claim", name="claim", unique=True, partialFilterExpression={"claim": {"$exists": True}})
    await base["rows"].create_index([("view", 1), ("found_by", 1), ("key", 1)], name="found_by")
    await base["counted"].create_index("counter", name="counter")


class MongoStreams:
    """Streams of one service."""

    def __init__(self, base: Any) -> None:
        self._appends = base["appends"]
        self._placed = 0
        self._appended = asyncio.Event()

    async def read(self, subject: str) -> list[Recorded]:
        return (await self.read_many([subject]))[subject]

    async def read_many(self, subjects: Sequence[str]) -> dict[str, list[Recorded]]:
        """By the name of each stream's first document; further documents of those that have one come by range."""
        found: dict[str, list[Recorded]] = {subject: [] for subject in subjects}
        if not found:
            return found
        with told():
            firsts = self._appends.find({"_id": {"$in": [f"{subject}/{FIRST}" for subject in found]}}, {"facts": 1, "subject": 1})
            there = [take(document, found) async for document in firsts]
            if there:
                ranges = [{"_id": {"$gt": f"{subject}/{FIRST}", "$lt": f"{subject}0"}} for subject in there]  # "0" follows "/"
                async for document in self._appends.find({"$or": ranges}, {"facts": 1, "subject": 1}).sort("_id", 1):
                    take(document, found)
        return found

    async def append(self, append: Append) -> None:
        if not (await self.append_many([append]))[0]:
            raise conflict(append)

    async def append_many(self, appends: Sequence[Append]) -> list[bool]:
        """Appends of one subject go in rounds, one after the other; different subjects travel together."""
        answers = [False] * len(appends)
        rest = list(enumerate(appends))
        while rest:
            first: dict[str, tuple[int, Append]] = {}
            later = []
            for number, append in rest:
                if append.subject in first:
                    later.append((number, append))
                else:
                    first[append.subject] = (number, append)
            for number, stored in zip((number for number, _ in first.values()),
                                      await self._insert([append for _, append in first.values()]), strict=True):
                answers[number] = stored
            rest = later
        if any(append.topic is not None for append in appends):
            self._appended.set()
        return answers

    async def _insert(self, appends: list[Append]) -> list[bool]:
        with told():
            last = await self._lasts([append.subject for append in appends if append.expected])
            fit = [append for append in appends if last.get(append.subject, (0, 0))[0] == append.expected]
            documents = [document_of(append, self._order(last.get(append.subject, (0, 0))[1])) for append in fit]
            clashed: set[str] = set()
            if documents:
                reach("store.before_commit")
                try:
                    await asyncio.shield(self._appends.insert_many(documents, ordered=False))
                    reach("store.committed")
                except BulkWriteError as error:
                    clashed = {documents[at]["subject"] for at in duplicates(error)}
        stored = {append.subject for append in fit} - clashed
        return [append.subject in stored for append in appends]

    async def _lasts(self, subjects: list[str]) -> dict[str, tuple[int, int]]:
        """(last sequence, place in the relay's queue) of subjects that are not new to their writers: a writer that is ahead must
        not leave a gap. A new subject needs no look: its first document's name is taken or not."""
        found: dict[str, tuple[int, int]] = {}
        if subjects:
            ranges = [all_of(subject) for subject in subjects]
            async for document in self._appends.find({"$or": ranges}, {"subject": 1, "last": 1, "order": 1}):
                mine = (document["last"], document.get("order", 0))
                found[document["subject"]] = max(found.get(document["subject"], (0, 0)), mine)
        return found

    def _order(self, after: int) -> int:
        """A place in the queue of the relay: behind the subject's last append and this process's, whatever any clock says; the
        clock only keeps several processes' appends roughly in turn. (A counter in the database was a second durable write.)"""
        self._placed = max(time.time_ns() // 1000, self._placed + 1, after + 1)
        return self._placed

    async def claimants(self, claims: Sequence[str]) -> dict[str, str]:
        with told():
            cursor = self._appends.find({"claim": {"$in": list(claims)}}, {"claim": 1, "subject": 1})
            return {str(document["claim"]): str(document["subject"]) async for document in cursor}

    async def private(self, subject: str) -> list[bytes]:
        with told():
            cursor = self._appends.find({**all_of(subject), "private": {"$exists": True}}, {"private": 1}).sort("_id", 1)
            return [bytes(document["private"]) async for document in cursor]

    async def forget_private(self, subject: str) -> None:
        with told():
            await self._appends.update_many(all_of(subject), {"$unset": {"private": "", "claim": ""}})

    async def unpublished(self, limit: int) -> list[Stored]:
        with told():
            cursor = self._appends.find({"waiting": {"$exists": True}}, {"private": 0}).sort("waiting", 1).limit(limit)
            found = [Stored(topic=document["topic"], facts=facts_of(document), turn=document.get("turn", 0))
                     async for document in cursor]
        return [each for each in found if all(sound(fact) for fact in each.facts)]

    async def mark_published(self, stored: Sequence[Stored]) -> None:
        by_turn: dict[int, list[str]] = {}
        for each in stored:
            by_turn.setdefault(each.turn, []).append(f"{each.facts[0].subject}/{each.facts[0].sequence:08d}")
        with told():
            for turn, ids in by_turn.items():
                await self._appends.update_many({"_id": {"$in": ids}, "turn": turn or None}, {"$unset": {"waiting": ""}})

    async def unmark(self, topic: str) -> None:
        with told(LONG_S):  # all there are
            await self._appends.update_many({"topic": topic}, [{"$set": {
                "waiting": "$order", "turn": {"$add": [{"$ifNull": ["$turn", 0]}, 1]}}}])
        self._appended.set()

    async def unmark_subjects(self, subjects: Sequence[str]) -> None:
        with told():
            for subject in subjects:
                await self._appends.update_many({**all_of(subject), "subject": subject, "topic": {"$exists": True}}, [{"$set": {
                    "waiting": "$order", "turn": {"$add": [{"$ifNull": ["$turn", 0]}, 1]}}}])
        self._appended.set()

    async def wholes(self, after: str, limit: int) -> list[Whole]:
        """By ``_id``: a subject's documents lie together."""
        start = ""
        with told(LONG_S):
            if after:
                last = await self._appends.find_one({**all_of(after), "subject": after}, {"_id": 1}, sort=[("_id", -1)])
                start = last["_id"] if last else f"{after}/"
            found: dict[str, list[Mapping[str, Any]]] = {}
            cursor = self._appends.find({"_id": {"$gt": start}}).sort("_id", 1).batch_size(limit + 1)
            async for document in cursor:
                if document["subject"] not in found and len(found) == limit:
                    break
                found.setdefault(document["subject"], []).append(document)
            await cursor.close()
        return [whole_of(subject, documents) for subject, documents in found.items()]

    async def put_back(self, wholes: Sequence[Whole]) -> list[bool]:
        """As many documents as there are blobs and claims; of those broken off half way the rest is added."""
        there = await self.read_many([whole.subject for whole in wholes])
        holders = await self.claimants([claim for whole in wholes for claim in whole.claims])
        answers = [list(whole.facts[:len(there[whole.subject])]) == there[whole.subject]
                   and all(holders.get(claim, whole.subject) == whole.subject for claim in whole.claims) for whole in wholes]
        documents = [document for whole, fits in zip(wholes, answers, strict=True) if fits
                     and len(there[whole.subject]) < len(whole.facts) for document in documents_of(whole, self._order(0))]
        if documents:
            with told():
                try:
                    await self._appends.insert_many(documents, ordered=False)
                except BulkWriteError as error:
                    duplicates(error)
        self._appended.set()
        return answers

    async def wait_unpublished(self, timeout_s: float) -> bool:
        return await wait_and_clear(self._appended, timeout_s)
