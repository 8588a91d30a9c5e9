"""Carries appended facts from a service's streams to the log, at least once, in order per subject."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import groupby

from ..crashpoints import reach
from ..errors import Problem
from ..ports import EventLog, Streams
from . import logs, metrics

_AT_ONCE = 512
_NET_S = 0.25  # appends wake the relay; looking this often is only the net for what another process has left
_FIRST_PAUSE_S = 0.05
_REST_S = 0.005  # between two passes: under load one pass for many appends instead of one for each
_LONGEST_PAUSE_S = 5.0


class Relay:
    """One loop per service."""

    def __init__(self, service: str, streams: Streams, log: EventLog, look_first: Callable[[], Awaitable[None]]) -> None:
        self._service, self._streams, self._log, self._look_first = service, streams, log, look_first

    async def run(self) -> None:
        """Until cancelled. A failure is retried after a growing pause; nothing is marked that was not published."""
        pause_s, certain = _FIRST_PAUSE_S, False
        while True:
            try:
                if not certain:  # whether the log still has what it was given; else the new would come before the old
                    await self._look_first()
                    certain = True
                passed = await self.pass_on()
                if passed < _AT_ONCE:
                    await asyncio.sleep(_REST_S if passed else 0)  # who comes meanwhile travels together
                    await self._streams.wait_unpublished(_NET_S)
                pause_s = _FIRST_PAUSE_S
            except Problem as problem:
                certain = False
                logs.line("relay waits", level=logging.WARNING, service=self._service, reason=problem.reason)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def pass_on(self) -> int:
        """Publishes what waits, then marks it; how many appends there were."""
        waiting = await self._streams.unpublished(_AT_ONCE)
        if waiting:
            reach("relay.read")
        metrics.RELAY_WAITING.labels(self._service).set(len(waiting))
        for topic, together in groupby(waiting, key=lambda stored: stored.topic):
            stored = list(together)
            facts = [fact for each in stored for fact in each.facts]
            await self._log.publish(topic, facts)
            reach("relay.published")
            await self._streams.mark_published(stored)
            reach("relay.marked")
            metrics.PUBLISHED.labels(self._service).inc(len(facts))
        return len(waiting)
