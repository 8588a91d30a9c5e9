"""Views, counters and sequences in MongoDB: a collection a view, a document a row, an index a declared index."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson.int64 import Int64
from pymongo import ASCENDING, IndexModel, ReplaceOne, ReturnDocument
from pymongo.errors import BulkWriteError, DuplicateKeyError

from ...ports import Row
from ..memory import check_declared, index_values
from .driver import DUPLICATE_KEY, aggregate, answering


class MongoViews:
    """Views of one service."""

    def __init__(self, database: Any, declared: Mapping[str, Sequence[str]]) -> None:
        self._declared = {view: tuple(names) for view, names in declared.items()}
        self._rows = {view: database[f"view_{view}"] for view in declared}
        self._effects = database["effects"]

    async def make_indexes(self) -> None:
        """Idempotent. An index that is no longer declared stays until an operator drops it."""
        with answering():
            await self._effects.create_indexes([IndexModel([("counter", ASCENDING), ("n", ASCENDING)], name="counter_n")])
            for view, names in self._declared.items():
                if names:
                    await self._rows[view].create_indexes([
                        IndexModel([(f"indexes.{name}", ASCENDING), ("_id", ASCENDING)], name=name) for name in names])

    async def put_many(self, view: str, rows: Sequence[Row]) -> None:
        newest: dict[str, Row] = {}
        for row in rows:
            check_declared(self._declared, view, row.indexes)
            if row.key not in newest or newest[row.key].reflects < row.reflects:
                newest[row.key] = row
        there = await self._write(view, list(newest.values()), insert=True)
        # Their rows exist: newer, the same, or written by another just now. The guard tells which; none can vanish.
        await self._write(view, there, insert=False)

    async def _write(self, view: str, rows: Sequence[Row], *, insert: bool) -> list[Row]:
        """Replaces the older ones; which rows were there already and were not older."""
        if not rows:
            return []
        writes = [ReplaceOne({"_id": row.key, "reflects": {"$lt": row.reflects}}, _document(row), upsert=insert)
                  for row in rows]
        with answering():
            try:
                await self._rows[view].bulk_write(writes, ordered=False)
            except BulkWriteError as error:
                failed = error.details.get("writeErrors", [])
                if error.details.get("writeConcernErrors") or any(each["code"] != DUPLICATE_KEY for each in failed):
                    raise
                return [rows[each["index"]] for each in failed]
        return []

    async def get(self, view: str, key: str) -> Row | None:
        return (await self.get_many(view, (key,))).get(key)

    async def get_many(self, view: str, keys: Sequence[str]) -> dict[str, Row]:
        with answering():
            found = await self._rows[view].find({"_id": {"$in": list(keys)}}).to_list(None)
        return {document["_id"]: _row(document) for document in found}

    async def find(self, view: str, index: str, value: str, *, after: str = "", limit: int = 50) -> list[Row]:
        check_declared(self._declared, view, (index,))
        with answering():
            cursor = self._rows[view].find({f"indexes.{index}": {"$eq": value}, "_id": {"$gt": after}})
            found = await cursor.sort("_id", ASCENDING).limit(limit).to_list(None)
        return [_row(document) for document in found]

    async def add(self, counter: str, n: int, *, effect: str) -> None:
        """One document an effect: adding it is one write, and the counter is their sum over a covering index."""
        with answering():
            try:
                await self._effects.insert_one({"_id": {"counter": counter, "effect": effect}, "counter": counter,
                                                "n": Int64(n)})
            except DuplicateKeyError:
                pass  # this effect is counted already

    async def counter(self, counter: str) -> int:
        with answering():
            found = await aggregate(self._effects, [
                {"$match": {"counter": {"$eq": counter}}}, {"$group": {"_id": None, "total": {"$sum": "$n"}}}])
        return int(found[0]["total"]) if found else 0


class MongoSequences:
    """Numbers of one service, a document a name."""

    def __init__(self, database: Any) -> None:
        self._numbers = database["numbers"]

    async def block(self, name: str, size: int) -> int:
        with answering():
            try:
                last = await self._take(name, size)
            except DuplicateKeyError:  # another made the document at the same moment; now it is there
                last = await self._take(name, size)
        return last - size + 1

    async def _take(self, name: str, size: int) -> int:
        found = await self._numbers.find_one_and_update(
            {"_id": name}, {"$inc": {"last": Int64(size)}}, upsert=True, return_document=ReturnDocument.AFTER)
        return int(found["last"])


def _document(row: Row) -> dict[str, Any]:
    return {"_id": row.key, "reflects": Int64(row.reflects), "value": dict(row.value),
            "indexes": {name: list(index_values(row, name)) for name in row.indexes}}


def _row(document: Mapping[str, Any]) -> Row:
    return Row(key=document["_id"], value=document["value"], reflects=int(document["reflects"]),
               indexes=document["indexes"])
