"""Views and sequences on MongoDB."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from ..ports import Row
from .memory import check_declared, index_values
from .mongodb_driver import duplicates, told


class MongoViews:
    """Views of one service: one document a row, its indexes as "name=value" texts."""

    def __init__(self, base: Any, declared: Mapping[str, Sequence[str]]) -> None:
        self._rows, self._counted = base["rows"], base["counted"]
        self._declared = {view: tuple(names) for view, names in declared.items()}

    async def put_many(self, view: str, rows: Sequence[Row]) -> None:
        for row in rows:
            check_declared(self._declared, view, row.indexes)
        newest: dict[str, Row] = {}
        for row in rows:
            if row.key not in newest or newest[row.key].reflects < row.reflects:
                newest[row.key] = row
        there = await self._write(view, list(newest.values()), upsert=True)
        # These rows exist: as new already, or just written by another at the same moment. The guard tells which.
        await self._write(view, there, upsert=False)

    async def _write(self, view: str, rows: Sequence[Row], *, upsert: bool) -> list[Row]:
        """Writes over what is older; the rows that were there and could not be told from newer ones."""
        writes = [UpdateOne({"_id": f"{view}/{row.key}", "reflects": {"$lt": row.reflects}}, {"$set": {
            "view": view, "key": row.key, "value": dict(row.value), "reflects": row.reflects,
            "indexes": {name: list(index_values(row, name)) for name in row.indexes},
            "found_by": [f"{name}={value}" for name in row.indexes for value in index_values(row, name)]}}, upsert=upsert)
            for row in rows]
        if writes:
            with told():
                try:
                    await self._rows.bulk_write(writes, ordered=False)
                except BulkWriteError as error:
                    return [rows[at] for at in duplicates(error)]
        return []

    async def get(self, view: str, key: str) -> Row | None:
        return (await self.get_many(view, [key])).get(key)

    async def get_many(self, view: str, keys: Sequence[str]) -> dict[str, Row]:
        if not keys:
            return {}
        with told():
            cursor = self._rows.find({"_id": {"$in": [f"{view}/{key}" for key in keys]}})
            return {document["key"]: _row(document) async for document in cursor}

    async def find(self, view: str, index: str, value: str, *, after: str = "", limit: int = 50) -> list[Row]:
        check_declared(self._declared, view, (index,))
        with told():
            cursor = self._rows.find({"view": view, "found_by": {"$eq": f"{index}={value}"}, "key": {"$gt": after}})
            return [_row(document) async for document in cursor.sort("key", 1).limit(limit)]

    async def count(self, view: str, index: str, value: str, *, until: str = "", most: int = 50_000) -> int:
        check_declared(self._declared, view, (index,))
        low = f"{index}={value}"
        # One element must lie in the range: else the index would be read from one end of it to the end of all.
        which = {"$elemMatch": {"$gte": low, "$lt": f"{index}={until}"}} if until else {"$eq": low}
        with told():
            return int(await self._rows.count_documents({"view": view, "found_by": which}, limit=most))

    async def add(self, counter: str, n: int, *, effect: str) -> None:
        """One small document an effect: in one document for all, the effects would outgrow what a document may hold."""
        with told():
            try:
                await self._counted.insert_one({"_id": f"{counter}/{effect}", "counter": counter, "n": n})
            except DuplicateKeyError:
                return

    async def counter(self, counter: str) -> int:
        with told():
            sums = self._counted.aggregate([{"$match": {"counter": counter}}, {"$group": {"_id": None, "total": {"$sum": "$n"}}}])
            if inspect.isawaitable(sums):  # PyMongo's own client has to be waited for here, motor has not
                sums = await sums
            return sum([int(document["total"]) async for document in sums])


def _row(document: Mapping[str, Any]) -> Row:
    return Row(key=document["key"], value=document["value"], reflects=document["reflects"], indexes=document["indexes"])


class MongoSequences:
    """Numbers of one service."""

    def __init__(self, base: Any) -> None:
        self._numbers = base["numbers"]

    async def block(self, name: str, size: int) -> int:
        with told():
            document = await self._numbers.find_one_and_update(
                {"_id": f"sequence/{name}"}, {"$inc": {"last": size}}, upsert=True, return_document=ReturnDocument.AFTER)
        return int(document["last"]) - size + 1
