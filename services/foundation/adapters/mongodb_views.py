"""Views and sequences on MongoDB."""

import asyncio
import copy
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from ..ports import Row, Views
from .memory_views import check_declared, index_values, named, swapped
from .mongodb_driver import LONG_S, duplicates, told
from .mongodb_generations import LEASE_S, Generations


class MongoViews:
    """Views of one service: one document a row, its indexes as "name=value" texts."""

    def __init__(self, base: Any, declared: Mapping[str, Sequence[str]]) -> None:
        self._rows, self._counted = base["rows"], base["counted"]
        self._declared = {view: tuple(names) for view, names in declared.items()}
        self._generations = Generations(base["generations"])

    async def put_many(self, view: str, rows: Sequence[Row]) -> None:
        for row in rows:
            check_declared(self._declared, view, row.indexes)
        newest: dict[str, Row] = {}
        for row in rows:
            if row.key not in newest or newest[row.key].reflects < row.reflects:
                newest[row.key] = row
        generation = await self._generations.of(view)
        if any(row.generation not in (None, generation) for row in rows):
            await self._generations.look()
            raise swapped(view)
        there = await self._write(named(view, generation), list(newest.values()), upsert=True)
        # These rows exist: as new already, or just written by another at the same moment. The guard tells which.
        await self._write(named(view, generation), there, upsert=False)
        if rows and await self._generations.of(view, now=True) != generation:
            raise swapped(view)

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
        generation = await self._generations.of(view)
        with told():
            cursor = self._rows.find({"_id": {"$in": [f"{named(view, generation)}/{key}" for key in keys]}})
            return {document["key"]: _row(document, generation) async for document in cursor}

    async def find(self, view: str, index: str, value: str, *, after: str = "", limit: int = 50) -> list[Row]:
        check_declared(self._declared, view, (index,))
        generation = await self._generations.of(view)
        asked = {"view": named(view, generation), "found_by": {"$eq": f"{index}={value}"}, "key": {"$gt": after}}
        with told():
            return [_row(document, generation) async for document in self._rows.find(asked).sort("key", 1).limit(limit)]

    async def count(self, view: str, index: str, value: str, *, until: str = "", most: int = 50_000) -> int:
        check_declared(self._declared, view, (index,))
        low = f"{index}={value}"
        # One element must lie in the range: else the index would be read from one end of it to the end of all.
        which = {"$elemMatch": {"$gte": low, "$lt": f"{index}={until}"}} if until else {"$eq": low}
        asked = {"view": named(view, await self._generations.of(view)), "found_by": which}
        with told():
            return int(await self._rows.count_documents(asked, limit=most))

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


    async def rows(self, view: str, *, after: str = "", limit: int = 500) -> list[Row]:
        generation = await self._generations.of(view)
        name = named(view, generation)
        with told():
            cursor = self._rows.find({"_id": {"$gt": f"{name}/{after}", "$lt": f"{name}0"}}).sort("_id", 1).limit(limit)
            return [_row(document, generation) async for document in cursor]

    async def size(self, view: str) -> int:
        name = named(view, await self._generations.of(view))
        with told(LONG_S):
            return int(await self._rows.count_documents({"_id": {"$gt": f"{name}/", "$lt": f"{name}0"}}))

    async def remove(self, view: str, keys: Sequence[str]) -> None:
        name = named(view, await self._generations.of(view, now=True))
        with told():
            await self._rows.delete_many({"_id": {"$in": [f"{name}/{key}" for key in keys]}})

    async def beside(self, views: Sequence[str]) -> Views:
        other = copy.copy(self)
        other._generations = await self._generations.beside(views)
        for view in views:
            await self._clear(view, await other._generations.of(view))
        return other

    async def swap(self, views: Sequence[str]) -> None:
        await self._generations.swap(views)

    async def tidy(self, views: Sequence[str]) -> None:
        await asyncio.sleep(LEASE_S)  # so long a reader may hold on to what it has looked up
        for view in views:
            live = await self._generations.of(view, now=True)
            for generation in (live - 1, live + 1):
                if generation >= 0:
                    await self._clear(view, generation)

    async def _clear(self, view: str, generation: int) -> None:
        name = named(view, generation)
        with told(LONG_S):
            await self._rows.delete_many({"_id": {"$gt": f"{name}/", "$lt": f"{name}0"}})


def _row(document: Mapping[str, Any], generation: int) -> Row:
    return Row(key=document["key"], value=document["value"], reflects=document["reflects"], indexes=document["indexes"],
               generation=generation)


class MongoSequences:
    """Numbers of one service."""

    def __init__(self, base: Any) -> None:
        self._numbers = base["numbers"]

    async def block(self, name: str, size: int) -> int:
        with told():
            document = await self._numbers.find_one_and_update(
                {"_id": f"sequence/{name}"}, {"$inc": {"last": size}}, upsert=True, return_document=ReturnDocument.AFTER)
        return int(document["last"]) - size + 1

    async def lasts(self) -> dict[str, int]:
        with told():
            return {document["_id"].removeprefix("sequence/"): int(document["last"]) async for document in self._numbers.find()}

    async def raise_to(self, name: str, last: int) -> None:
        with told():
            await self._numbers.update_one({"_id": f"sequence/{name}"}, {"$max": {"last": last}}, upsert=True)
