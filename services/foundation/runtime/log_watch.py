"""Notices that the log has lost what it was given, and has everything published and read once more.

A broker may come back empty, or without its newest records. What a log holds is told by its identity and how many records a
topic was given; both are kept beside the streams. When the identity has changed or the number has shrunk, facts of this service's
own topic wait for the relay again, and readers of the topic start at the beginning. Effects carry what they reflect: repeats are
dropped.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import Problem
from ..ports import EventLog, Row, Streams, Views
from . import logs, metrics
from .consumer import Consumer

VIEW = "log_seen"
_EVERY_S = 5.0


class LogWatch:
    """One per service."""

    def __init__(self, service: str, topic: str, log: EventLog, streams: Streams, views: Views,
                 consumers: Sequence[Consumer]) -> None:
        self._service, self._own, self._log = service, topic, log
        self._streams, self._views, self._consumers = streams, views, consumers
        self._topics = tuple(dict.fromkeys([*([topic] if topic else []), *(name for each in consumers for name in each.topics)]))
        for name in self._topics:
            metrics.LOG_LOST.labels(name)  # tells nought from the beginning on

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except Problem as problem:  # a log that is away has not lost anything yet
                logs.line("log watch waits", level=logging.DEBUG, service=self._service, reason=problem.reason)
            await asyncio.sleep(_EVERY_S)

    async def look(self) -> None:
        """Compares once."""
        for topic in self._topics:
            identity, length = await self._log.extent(topic)
            row = await self._views.get(VIEW, topic)
            seen: Mapping[str, Any] = row.value if row else {"identity": identity, "length": 0}
            if identity != seen["identity"] or length < seen["length"]:
                await self._begin_anew(topic)
            elif row and length == seen["length"]:
                continue
            await self._views.put_many(VIEW, [Row(key=topic, value={"identity": identity, "length": length},
                                                  reflects=row.reflects + 1 if row else 1)])

    async def _begin_anew(self, topic: str) -> None:
        logs.line("the log has lost records; publishing again", level=logging.ERROR, service=self._service, topic=topic)
        metrics.LOG_LOST.labels(topic).inc()
        for consumer in self._consumers:
            if topic in consumer.topics:
                consumer.start_afresh()
        if topic == self._own:
            await self._streams.unmark(topic)
