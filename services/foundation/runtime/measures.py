"""Gauges that the store and the log have to be asked for: by bounded questions of an index, at intervals, never at a scrape.

Every member of a service asks, and each tells the same of the store it shares; of the log each tells its own part.
"""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Sequence

from ..envelope import milliseconds
from ..errors import Problem
from ..ports import Clock, Streams, Views
from . import logs, metrics, set_aside
from .consumer import Consumer

_EVERY_S, _FIGURES_EVERY = 5.0, 3  # the trade's own figures are asked for every third time
_MOST_PARKED = 10_000
_OLDEST = 16  # looked at, since damaged ones are not told (S13)
_TICK_S = 0.5


class Measures:
    """One per service."""

    def __init__(self, service: str, streams: Streams, views: Views, consumers: Sequence[Consumer], clock: Clock,
                 figures: Callable[[], Awaitable[None]] | None) -> None:
        self._service, self._streams, self._views, self._consumers = service, streams, views, consumers
        self._clock, self._figures = clock, figures

    async def run(self) -> None:
        """Until cancelled."""
        for turn in itertools.count():
            try:
                if self._figures is not None and turn % _FIGURES_EVERY == 0:
                    await self._figures()
                await self.look()
            except Problem as problem:  # how old the gauges are is told by themselves
                logs.line("measures wait", level=logging.WARNING, service=self._service, reason=problem.reason)
            await asyncio.sleep(_EVERY_S)

    async def look(self) -> None:
        """Asks once: the store, then the log, which may be away without making the rest old. Raises Unavailable."""
        oldest = await self._streams.unpublished(_OLDEST)
        now_ms = milliseconds(self._clock.now())
        age_s = (now_ms - milliseconds(oldest[0].facts[0].recorded)) / 1000 if oldest else 0
        metrics.UNPUBLISHED_AGE.labels(self._service).set(max(0, age_s))
        for each in self._consumers:
            parked = await self._views.count(set_aside.VIEW, "group", each.group, most=_MOST_PARKED)
            metrics.PARKED.labels(each.group).set(parked)
        metrics.MEASURED.labels(self._service).set(now_ms / 1000)
        for each in self._consumers:
            behind = await each.behind()
            if behind is not None:
                metrics.LAG.labels(each.group).set(behind)


async def event_loop_late() -> None:
    """Until cancelled: how late the loop's timers ring."""
    now = asyncio.get_running_loop().time
    while True:
        due = now() + _TICK_S
        await asyncio.sleep(_TICK_S)
        metrics.LOOP_LATE.observe(max(0.0, now() - due))
