"""Which generation of each view is the live one: one document a service, so that several views change hands in one write."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from .memory_views import overtaken
from .mongodb_driver import told

LEASE_S = 1.0  # a reader looks again after so long; a writer looks after each write


class Generations:
    """Of one service's views. ``beside`` gives one that names, for some views, the generation after the live one."""

    def __init__(self, places: Any, beside: Mapping[str, int] | None = None) -> None:
        self._places, self._beside = places, dict(beside or {})
        self._live: dict[str, int] = {}
        self._looked = -LEASE_S
        self.token = uuid.uuid4().hex

    async def of(self, view: str, *, now: bool = False) -> int:
        """The generation meant by a view's name."""
        if view in self._beside:
            return self._beside[view]
        if now or asyncio.get_running_loop().time() - self._looked >= LEASE_S:
            await self.look()
        return self._live.get(view, 0)

    async def look(self) -> None:
        """Reads what is live."""
        looked = asyncio.get_running_loop().time()  # before the answer, which may take its time
        with told():
            document = await self._places.find_one({"_id": "live"}) or {"views": {}}
        self._live, self._looked = {name: int(number) for name, number in document["views"].items()}, looked

    async def beside(self, views: Sequence[str]) -> "Generations":
        """The same with the next generation of these views, under a token of its own."""
        other = Generations(self._places, {view: await self.of(view, now=True) + 1 for view in views})
        with told():
            await self._places.update_one({"_id": "live"}, {"$set": {f"begun.{view}": other.token for view in views},
                                                            "$setOnInsert": {"views": {}}}, upsert=True)
        return other

    async def swap(self, views: Sequence[str]) -> None:
        """Makes this generation the live one, of all in one write. Raises Conflict VIEW_OVERTAKEN if another was begun since."""
        with told():
            done = await self._places.update_one(
                {"_id": "live", **{f"begun.{view}": self.token for view in views}},
                {"$inc": {f"views.{view}": 1 for view in views}, "$unset": {f"begun.{view}": "" for view in views}})
        if not done.matched_count:
            raise overtaken(views)
