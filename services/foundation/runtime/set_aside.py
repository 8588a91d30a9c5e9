"""Filings that a group has set aside: one of their facts could not be taken in, and they wait for an operator."""

import asyncio

from ..envelope import pack
from ..events import Recorded
from ..ports import EventLog, Row, Views
from . import metrics

VIEW, INDEXES = "set_aside", ("group",)  # one row per group and filing: {"reason": ..., "facts": [ids]}
LOOKED_UP_EVERY_S = 2.0  # an operator's release is noticed after so long at the latest
_PAGE = 500


class SetAside:
    """Of one group. What is set aside is kept in mind, since nearly always it is nothing; only who is given a filing's part of the
    log sets it aside, so it is looked up when that part changes hands."""

    def __init__(self, group: str, log: EventLog, views: Views) -> None:
        self._group, self._log, self._views = group, log, views
        self._keys: set[str] = set()
        self._turn: int | None = None
        self._looked_up = 0.0
        metrics.SET_ASIDE.labels(group, "REACTION_FAILED")  # tells nought from the beginning on

    async def look(self, turn: int) -> None:
        """Looks up if that is due; ``turn`` is the reader's (L12)."""
        now = asyncio.get_running_loop().time()
        if turn == self._turn and now - self._looked_up < LOOKED_UP_EVERY_S:
            return
        keys: set[str] = set()
        after, page = "", _PAGE
        while page == _PAGE:
            rows = await self._views.find(VIEW, "group", self._group, after=after, limit=_PAGE)
            keys |= {row.key for row in rows}
            after, page = rows[-1].key if rows else "", len(rows)
        self._keys, self._turn, self._looked_up = keys, turn, now

    def has(self, fact: Recorded) -> bool:
        """Whether the fact's filing is set aside."""
        return self._key(fact) in self._keys

    async def put(self, fact: Recorded, reason: str) -> None:
        """Sets the fact aside, and with it its filing."""
        await self._log.set_aside(self._group, fact.key, pack(fact), reason)
        key = self._key(fact)
        row = await self._views.get(VIEW, key)
        facts = [*(row.value["facts"] if row else ()), fact.id]
        first = row.value["reason"] if row else reason
        await self._views.put_many(VIEW, [Row(key=key, value={"reason": first, "facts": facts}, reflects=len(facts),
                                              indexes={"group": self._group})])
        self._keys.add(key)
        metrics.SET_ASIDE.labels(self._group, reason).inc()

    async def put_unreadable(self, topic: str, raw: bytes, reason: str) -> None:
        """Keeps a record that is no fact."""
        await self._log.set_aside(topic, "", raw, reason)
        metrics.SET_ASIDE.labels(self._group, reason).inc()

    def _key(self, fact: Recorded) -> str:
        return f"{self._group}/{fact.key}"
