"""One supervised consumer of a group: batches, commits, and a look whether it is stuck."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import KafkaError

from ..errors import Unavailable
from ..ports import Delivery
from .kafka_records import delivery

_ANSWER_S = 10.0
_STUCK_S = 30.0  # a reader that is behind and gets nothing for so long is replaced (aio-libs/aiokafka#1154)


def unavailable() -> Unavailable:
    """What every failure of the client becomes."""
    return Unavailable("LOG_UNAVAILABLE", "the event log does not answer; what waits is published later")


class Turns(ConsumerRebalanceListener):  # type: ignore[misc]
    """Counts how often a reader is given its part of the topics; ``afresh`` sets what it is given back to its beginning."""

    def __init__(self, consumer: AIOKafkaConsumer, *, afresh: bool) -> None:
        self._consumer, self._afresh = consumer, afresh
        self.count = 0

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Nothing: effects are told apart by what they reflect."""

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Called before anything is fetched."""
        self.count += 1
        if self._afresh and assigned:
            await self._consumer.seek_to_beginning(*assigned)


class KafkaReader:
    """A member of a group."""

    def __init__(self, consumer: AIOKafkaConsumer, turns: Turns) -> None:
        self._consumer, self._turns = consumer, turns
        self._progress = asyncio.get_running_loop().time()

    @property
    def turn(self) -> int:
        return self._turns.count

    async def batch(self, limit: int, wait_s: float) -> list[Delivery]:
        found = await self._consumer.getmany(timeout_ms=round(wait_s * 1000), max_records=limit)
        now = asyncio.get_running_loop().time()
        if found:
            self._progress = now
        elif now - self._progress > _STUCK_S:
            await self._check_not_stuck()
            self._progress = now
        return [delivery(record) for records in found.values() for record in records]

    async def _check_not_stuck(self) -> None:
        """Raises Unavailable, so that the reader is replaced, if there is something to read and nothing comes."""
        if await self.behind():
            raise unavailable()

    async def at_end(self) -> bool:
        return bool(self._consumer.assignment()) and not await self.behind()

    async def behind(self) -> int:
        mine = self._consumer.assignment()
        try:
            async with asyncio.timeout(_ANSWER_S):
                ends = await self._consumer.end_offsets(mine) if mine else {}
                return sum([max(0, end - await self._consumer.position(part)) for part, end in ends.items()])
        except (KafkaError, TimeoutError, OSError) as error:
            raise unavailable() from error

    async def commit(self) -> None:
        try:
            await asyncio.wait_for(self._consumer.commit(), _ANSWER_S)
        except (KafkaError, TimeoutError) as error:
            raise unavailable() from error
