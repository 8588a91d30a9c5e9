"""`rebuild`: makes a projection's views anew beside the live ones, by the service's own code, and swaps them in one write.

The new rows are made from the log, by a reader of their own, which goes on until it has passed whatever the live ones had taken in
at the swap; the live ones go on all the while. What was broken off leaves nothing that anybody reads: the next run begins anew.
"""

import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress

from services.foundation.envelope import sound
from services.foundation.errors import Problem, Unavailable
from services.foundation.events import Recorded
from services.foundation.ports import Delivery, LogReader, Views

from .console import Report, Steps
from .installation import PAGE, Installation, Projection, walk

_WAIT_S = 0.2
_COMMIT_EVERY = 10  # batches


class Rebuild:
    """One run. ``left_out`` are filings whose facts could not be taken in."""

    def __init__(self, over: Installation, name: str) -> None:
        self._over, self.live = over, over.named(name)
        self._views: Views = over.stores[self.live.service].views
        self.facts = 0
        self.left_out: set[str] = set()

    async def run(self, steps: Steps) -> None:
        """Beside, swap, and on until nothing of before the swap is missing."""
        names = sorted(self.live.views)
        beside = await self._views.beside(names)
        new = self._over.beside(self.live.name, beside)
        with steps.step(f"{self.live.name}: facts") as on:
            if not self.live.topics:
                await self._from_streams(new)
                await beside.swap(names)
                await self._from_streams(self.live)  # what commands have written to the old one meanwhile
            else:
                async with self._over.log.reader(self.live.topics, f"rebuild-{uuid.uuid4().hex}") as reader:
                    await self._follow(reader, new, on)
                    await beside.swap(names)
                    await self._follow(reader, new, on)
        with steps.step("removing the old rows"):
            await self._views.tidy(names)

    async def _follow(self, reader: LogReader, into: Projection, on: Callable[[int], None]) -> None:
        """Until the log's end as it is by now. A busy machine may lose its place in the group: it goes on at the last commit, and
        what comes twice changes nothing."""
        batches = 0
        while not await reader.at_end():
            while deliveries := await reader.batch(PAGE, _WAIT_S):
                await self._take(deliveries, into)
                on(len(deliveries))
                batches += 1
                if batches % _COMMIT_EVERY == 0:
                    with suppress(Unavailable):  # a place that was just lost; whether the log answers, at_end asks
                        await reader.commit()

    async def _take(self, deliveries: Sequence[Delivery], into: Projection) -> None:
        facts = []
        for delivery in deliveries:
            if delivery.fact is None or not sound(delivery.fact):
                self.left_out.add(delivery.fact.key if delivery.fact else "")
            elif delivery.fact.key not in self.left_out:
                facts.append(delivery.fact)
        self.facts += len(facts)
        try:
            await into.project(facts)
        except Unavailable:
            raise
        except (Problem, KeyError, ValueError, AttributeError):
            for fact in facts:
                await self._one(fact, into)

    async def _one(self, fact: Recorded, into: Projection) -> None:
        """A filing at fault is left out, as a consumer would set it aside."""
        if fact.key in self.left_out:
            return
        try:
            await into.project([fact])
        except Unavailable:
            raise
        except (Problem, KeyError, ValueError, AttributeError):
            self.left_out.add(fact.key)

    async def _from_streams(self, into: Projection) -> None:
        async for page in walk(self._over.stores[self.live.service].streams):
            facts = [fact for whole in page if into.shows(self.live.service, whole) for fact in whole.facts]
            self.facts += len(facts)
            await into.project(facts)


async def rebuilt(over: Installation, name: str, steps: Steps, *, dry_run: bool) -> Report:
    """What was made anew, or would be."""
    run = Rebuild(over, name)
    if not dry_run:
        await run.run(steps)
    return Report("rebuild", ok=not run.left_out, dry_run=dry_run, facts={
        "projection": name, "service": run.live.service, "views": sorted(run.live.views), "facts": run.facts,
        "left_out": sorted(run.left_out)})
