"""Brings the log's facts to a reaction, at least once; sets a filing aside rather than stopping or skipping."""

import asyncio
import logging
from collections.abc import Sequence

from .. import trace as traces
from ..crashpoints import reach
from ..envelope import sound
from ..errors import Conflict, Problem, Unavailable
from ..events import Recorded
from ..ports import Delivery, EventLog, LogReader, Views
from . import logs, metrics
from .parts import Subscription
from .set_aside import SetAside

_AT_ONCE = 500
_WAIT_S = 0.5
_STORED_EVERY_S = 0.25
_REST_S = 0.01  # between two batches: under load one batch of many facts instead of many of few
_LONGEST_PAUSE_S = 2.0
_WORTH_RETRYING = (Unavailable, Conflict)


class Consumer:
    """One member of a group. Effects first, then the position."""

    def __init__(self, subscription: Subscription, log: EventLog, views: Views) -> None:
        self._what, self._log, self._aside = subscription, log, SetAside(subscription.group, log, views)
        self._afresh = False
        self._reader: LogReader | None = None
        self._in_hand = 0

    @property
    def group(self) -> str:
        """Whose member it is."""
        return self._what.group

    async def behind(self) -> int | None:
        """Records of its part that have not had their effects yet; None while it has no reader. Raises Unavailable."""
        return None if self._reader is None else self._in_hand + await self._reader.behind()

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
                    self._reader = reader
                    await self._read(reader)
            except Problem as problem:
                logs.line("consumer starts again", level=logging.WARNING, group=self._what.group, reason=problem.reason)
                await asyncio.sleep(_LONGEST_PAUSE_S / 4)
            finally:
                self._reader = None

    async def _read(self, reader: LogReader) -> None:
        """Until the reader fails or everything is to be read afresh. The position is stored a few times a second, not with each
        batch: what is read again after an end is dropped by what the effects reflect."""
        now, ahead = asyncio.get_running_loop().time, False
        stored = now()
        while not self._afresh:
            deliveries = await reader.batch(_AT_ONCE, _WAIT_S)
            self._in_hand = len(deliveries)
            if deliveries:
                reach("consumer.fetched")
                await self.take_in(deliveries, reader.turn)
                self._in_hand = 0
                reach("consumer.reacted")
                ahead = True
            if ahead and (not deliveries or now() - stored >= _STORED_EVERY_S):
                await reader.commit()
                reach("consumer.committed")
                stored, ahead = now(), False
            if deliveries and len(deliveries) < _AT_ONCE:
                await asyncio.sleep(_REST_S)

    async def take_in(self, deliveries: Sequence[Delivery], turn: int = 0) -> None:
        """The effects of a batch: together if it can be, else one by one."""
        await self._aside.look(turn)
        flowing: list[Recorded] = []
        for delivery in deliveries:
            fact = delivery.fact
            if fact is None:
                await self._aside.put_unreadable(delivery.topic, delivery.raw, delivery.reason)
            elif self._aside.has(fact):
                await self._aside.put(fact, "FILING_SET_ASIDE")
            elif not sound(fact):  # changed on its way: its filing waits for an operator
                await self._aside.put(fact, "FACT_DAMAGED")
            else:
                flowing.append(fact)
        try:
            await self._react(flowing)
        except Exception as error:  # one of them is at fault; which, their own turn tells
            logs.line("batch split", level=logging.WARNING, group=self._what.group, error_type=type(error).__name__)
            await self._one_by_one(flowing)
        metrics.CONSUMED.labels(self._what.group).inc(len(deliveries))

    async def _one_by_one(self, facts: Sequence[Recorded]) -> None:
        for fact in facts:
            if self._aside.has(fact):
                await self._aside.put(fact, "FILING_SET_ASIDE")
                continue
            try:
                await self._react([fact])
            except Exception as error:  # its filing waits for an operator, all others go on
                reason = error.reason if isinstance(error, Problem) else "REACTION_FAILED"
                logs.line("set aside", level=logging.ERROR, group=self._what.group, reason=reason,
                          error_type=type(error).__name__, fact_type=fact.type, trace=traces.id_of(fact.trace))
                await self._aside.put(fact, reason)

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
