"""Brings the log's facts to a reaction, at least once; sets a filing aside rather than stopping or skipping."""

import asyncio
import logging
from collections.abc import Sequence

from ..crashpoints import reach
from ..envelope import pack, sound
from ..errors import Conflict, Problem, Unavailable
from ..events import Recorded
from ..ports import Delivery, EventLog, Row, Views
from . import logs, metrics
from .parts import Subscription

VIEW = "set_aside"  # one row per filing that is set aside: {"reason": ..., "facts": [ids]}
_AT_ONCE = 500
_WAIT_S = 0.5
_REST_S = 0.01  # between two batches: under load one batch of many facts instead of many of few
_LONGEST_PAUSE_S = 2.0
_WORTH_RETRYING = (Unavailable, Conflict)


class Consumer:
    """One member of a group. Effects first, then the commit of the position."""

    def __init__(self, subscription: Subscription, log: EventLog, views: Views) -> None:
        self._what, self._log, self._views = subscription, log, views
        self._afresh = False

    @property
    def topics(self) -> tuple[str, ...]:
        """What it reads."""
        return self._what.topics

    def start_afresh(self) -> None:
        """Reads everything once more, from the beginning: the log has begun anew. Repeats are dropped as ever."""
        self._afresh = True

    async def run(self) -> None:
        """Until cancelled; a reader that fails is replaced and starts at the last commit."""
        while True:
            try:
                afresh, self._afresh = self._afresh, False
                async with self._log.reader(self._what.topics, self._what.group, afresh=afresh) as reader:
                    while not self._afresh:
                        deliveries = await reader.batch(_AT_ONCE, _WAIT_S)
                        if deliveries:
                            reach("consumer.fetched")
                            await self.take_in(deliveries)
                            reach("consumer.reacted")
                            await reader.commit()
                            reach("consumer.committed")
                            if len(deliveries) < _AT_ONCE:
                                await asyncio.sleep(_REST_S)
            except Problem as problem:
                logs.line("consumer starts again", level=logging.WARNING, group=self._what.group, reason=problem.reason)
                await asyncio.sleep(_LONGEST_PAUSE_S / 4)

    async def take_in(self, deliveries: Sequence[Delivery]) -> None:
        """The effects of a batch: together if it can be, else one by one."""
        for delivery in deliveries:
            if delivery.fact is None:
                await self._log.set_aside(delivery.topic, "", delivery.raw, delivery.reason)
                self._count(delivery.reason)
        came = [delivery.fact for delivery in deliveries if delivery.fact is not None]
        facts = [fact for fact in came if sound(fact)]
        for fact in came:
            if not sound(fact):  # one that was changed on its way: its filing waits for an operator
                await self._set_aside(fact, "FACT_DAMAGED")
        aside = await self._views.get_many(VIEW, sorted({self._row_key(fact) for fact in facts}))
        flowing = [fact for fact in facts if self._row_key(fact) not in aside]
        for fact in facts:
            if self._row_key(fact) in aside:
                await self._set_aside(fact, "FILING_SET_ASIDE")
        try:
            await self._react(flowing)
        except Exception as error:  # one of them is at fault; which, their own turn tells
            logs.line("batch split", level=logging.WARNING, group=self._what.group, error_type=type(error).__name__)
            await self._one_by_one(flowing)
        metrics.CONSUMED.labels(self._what.group).inc(len(came))

    async def _one_by_one(self, facts: Sequence[Recorded]) -> None:
        stopped: set[str] = set()
        for fact in facts:
            if fact.key in stopped:
                await self._set_aside(fact, "FILING_SET_ASIDE")
                continue
            try:
                await self._react([fact])
            except Exception as error:  # its filing waits for an operator, all others go on
                stopped.add(fact.key)
                reason = error.reason if isinstance(error, Problem) else "REACTION_FAILED"
                logs.line("set aside", level=logging.ERROR, group=self._what.group, reason=reason,
                          error_type=type(error).__name__, fact_type=fact.type)
                await self._set_aside(fact, reason)

    async def _react(self, facts: list[Recorded]) -> None:
        pause_s = 0.02
        while facts:
            try:
                await self._what.react(facts)
                return
            except _WORTH_RETRYING as problem:
                if isinstance(problem, Conflict) and pause_s >= _LONGEST_PAUSE_S:
                    raise  # a gap that does not close is a case for an operator
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _set_aside(self, fact: Recorded, reason: str) -> None:
        await self._log.set_aside(self._what.group, fact.key, pack(fact), reason)
        row = await self._views.get(VIEW, self._row_key(fact))
        facts = [*(row.value["facts"] if row else ()), fact.id]
        first = row.value["reason"] if row else reason
        await self._views.put_many(VIEW, [Row(key=self._row_key(fact), value={"reason": first, "facts": facts},
                                              reflects=len(facts))])
        self._count(reason)

    def _row_key(self, fact: Recorded) -> str:
        return f"{self._what.group}/{fact.key}"

    def _count(self, reason: str) -> None:
        metrics.SET_ASIDE.labels(self._what.group, reason).inc()
