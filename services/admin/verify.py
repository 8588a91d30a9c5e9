"""`verify`: every chain, and every row of every view against the service's own fold of the streams. Reads alone, in bounded memory.

A system that runs goes on meanwhile: a row that does not fit at first is looked at again until it does or patience ends.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Sequence

from services.foundation.adapters.memory import MemoryViews
from services.foundation.errors import Problem, Unavailable
from services.foundation.events import Recorded
from services.foundation.ports import Whole
from services.foundation.runtime.set_aside import VIEW as SET_ASIDE

from . import erasures, findings
from .console import Report, Steps
from .findings import Finding, Findings
from .installation import OWNERS, PAGE, SERVICES, Installation, Projection, declared, walk

_MOST_DOUBTS = 5_000  # rows looked at again; beyond, they are told as they were found
_AGAIN_S = 0.25
Doubt = tuple[Projection, str, str, str]  # projection, service of the stream, view, key


class Verification:
    """One run."""

    def __init__(self, over: Installation, patience_s: float) -> None:
        self._over, self._patience_s = over, patience_s
        self._fresh = {name: MemoryViews(declared(name)) for name in SERVICES}
        self._projections = over.projections(self._fresh)
        self._doubts: list[Doubt] = []
        self._fitting: Counter[tuple[str, str]] = Counter()  # rows that have a stream, by projection and view
        self.facts = self.streams = self.rows = self.parked = 0
        self.found = Findings()

    async def run(self, steps: Steps, *, rows: bool) -> None:
        """All of it; without ``rows`` the chains alone."""
        for service in SERVICES:
            with steps.step(f"{service}: streams") as on:
                async for page in walk(self._over.stores[service].streams):
                    whole = await self._chains(service, page)
                    for projection in self._projections if rows else ():
                        await self._compare(projection, service, [each for each in whole if projection.shows(service, each)])
                    on(len(page))
        if rows:
            with steps.step("rows without a stream") as on:
                for projection in self._projections:
                    if projection.topics:
                        await self._strays(projection)
                    on(1)
            await self._settle()

    async def _chains(self, service: str, page: Sequence[Whole]) -> list[Whole]:
        """Those whose chain holds."""
        holding = []
        for whole in page:
            self.streams += 1
            self.facts += len(whole.facts)
            wrong = findings.of_chain(service, whole)
            if wrong:
                self.found.add(wrong)
                continue
            holding.append(whole)
            for left in await erasures.unfinished(self._over, whole):
                self.found.add(left)
        return holding

    async def _compare(self, projection: Projection, service: str, page: Sequence[Whole]) -> None:
        """The rows that the service's own code makes of these streams, and those that are there."""
        if not page:
            return
        try:
            await projection.project([fact for whole in page for fact in whole.facts])
        except Unavailable:
            raise
        except (Problem, KeyError, ValueError, AttributeError):
            if len(page) > 1:
                for whole in page:
                    await self._compare(projection, service, [whole])
            else:
                self.found.add(Finding(kind="FACT_UNREADABLE", service=projection.service, where=page[0].subject))
            return
        for view in projection.views:
            for key, wrong in (await self._wrong(projection, view)).items():
                if len(self._doubts) < _MOST_DOUBTS:
                    self._doubts.append((projection, service, view, key))
                else:
                    self.found.add(Finding(kind=wrong, service=projection.service, where=f"{view}/{key}"))

    async def _wrong(self, projection: Projection, view: str) -> dict[str, str]:
        """Keys of rows that do not fit what was just worked out, which is then forgotten."""
        fresh = self._fresh[projection.service]
        expected = await fresh.rows(view, limit=10 * PAGE)
        await fresh.remove(view, findings.keys_of(expected))
        live = await self._over.stores[projection.service].views.get_many(view, findings.keys_of(expected))
        self._fitting[projection.name, view] += len(live)
        return {row.key: wrong for row in expected if (wrong := findings.of_row(row, live.get(row.key)))}

    async def _strays(self, projection: Projection) -> None:
        """Rows without a stream of the kind they are made of."""
        owners = {service: self._over.stores[service].streams for service in OWNERS}
        for view, prefix in projection.views.items():
            views, after = self._over.stores[projection.service].views, ""
            count = await views.size(view)
            self.rows += count
            if count <= self._fitting[projection.name, view]:
                continue  # all are known to have one
            while page := await views.rows(view, after=after, limit=PAGE):
                after = page[-1].key
                names = {f"{prefix}{row.key}" for row in page}
                for streams in owners.values():
                    names -= {name for name, facts in (await streams.read_many(sorted(names))).items() if facts} if names else set()
                for name in sorted(names):
                    self.found.add(Finding(kind="ROW_STRAY", service=projection.service,
                                           where=f"{view}/{name.removeprefix(prefix)}"))

    async def _settle(self) -> None:
        """Looks at what was in doubt until it fits or patience ends. What is parked waits rightly."""
        parked = await parked_filings(self._over)
        deadline = time.monotonic() + self._patience_s
        while True:
            still: list[tuple[Doubt, str, str]] = []
            for projection, service, view, key in self._doubts:
                subject = f"{projection.views[view]}{key}"
                facts = await self._over.stores[service].streams.read(subject)
                await projection.project(list(facts))
                wrong = (await self._wrong(projection, view)).get(key, "")
                if wrong:
                    still.append(((projection, service, view, key), wrong, _key(facts)))
            self._doubts = [doubt for doubt, _, _ in still]
            if not still or time.monotonic() >= deadline:
                break
            await asyncio.sleep(_AGAIN_S)
        for (projection, _, view, key), wrong, filing in still:
            if wrong in ("ROW_MISSING", "ROW_BEHIND") and filing in parked[projection.name]:
                self.parked += 1
            else:
                self.found.add(Finding(kind=wrong, service=projection.service, where=f"{view}/{key}"))


def _key(facts: Sequence[Recorded]) -> str:
    return facts[0].key if facts else ""


async def parked_filings(over: Installation) -> dict[str, set[str]]:
    """Filings that wait for an operator, by group."""
    found: dict[str, set[str]] = defaultdict(set)
    for service in SERVICES:
        after = ""
        while page := await over.stores[service].views.rows(SET_ASIDE, after=after, limit=PAGE):
            after = page[-1].key
            for row in page:
                group, _, filing = row.key.partition("/")
                found[group].add(filing)
    return found


async def verified(over: Installation, steps: Steps, *, rows: bool = True, patience_s: float = 10.0) -> Report:
    """The report of a verification."""
    run, started = Verification(over, patience_s), time.monotonic()
    await run.run(steps, rows=rows)
    taken = max(time.monotonic() - started, 1e-9)
    return Report("verify", ok=not run.found.counts, listed="findings", facts={
        "facts": run.facts, "streams": run.streams, "rows": run.rows, "parked": run.parked, "seconds": round(taken, 3),
        "facts_per_second": round(run.facts / taken), "found": dict(run.found.counts), "findings": run.found.as_json()})
