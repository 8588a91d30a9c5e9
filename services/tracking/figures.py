"""What a supervisor asks of all dossiers together: how many in which stage, how many late on which leg. Training's are left out."""

import asyncio
from collections.abc import Mapping, Sequence

from services.foundation.envelope import milliseconds
from services.foundation.events import Recorded
from services.foundation.ports import Clock, Views
from services.foundation.runtime import metrics

from . import clocks_of_promise, timeline
from .projector import DOSSIERS


class Figures:
    """Counts by the indexes of the projector's rows: entries of an index, no rows, and of those at most the port's bound."""

    def __init__(self, views: Views, clock: Clock) -> None:
        self._views, self._clock = views, clock

    def shown(self, facts: Sequence[Recorded], entered: Mapping[str, int]) -> None:
        """Notes how long facts took until they were shown, and which stages they led to. What a log tells once more is noted once
        more where a stream begins."""
        now_ms = milliseconds(self._clock.now())
        for fact in facts:
            metrics.VISIBLE_SECONDS.observe(max(0, now_ms - milliseconds(fact.recorded)) / 1000)
        for stage, count in entered.items():
            metrics.ENTERED.labels(stage).inc(count)

    async def look(self) -> None:
        """Asks once, a question for each stage and leg."""
        today = clocks_of_promise.today(self._clock.now()).isoformat()
        for stage in timeline.OPEN:
            metrics.DOSSIERS.labels(stage).set(await self._views.count(DOSSIERS, "stage", stage))
            await asyncio.sleep(0)  # in one file the counting is in the way of the doors: let them in between
        for leg in clocks_of_promise.LEGS:
            late = await self._views.count(DOSSIERS, "due", f"{leg}/", until=f"{leg}/{today}")
            metrics.OVERDUE.labels(leg).set(late)
            await asyncio.sleep(0)
