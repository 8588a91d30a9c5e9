"""What gives way first: in one year, by the day on which a kind of station counts as broken; as load rises, by the load."""

from typing import Any

from .assumptions import Assumptions
from .measures import Ledger
from .timetable import run
from .world import World

STEPS = (1.0, 1.1, 1.2, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0)
LARGEST_SHARE = 0.002  # of each rung: a handful of communes shows the order, and the ladder takes no longer than the year


def breaks_first(ledger: Ledger) -> str | None:
    """The kind that broke first; of several on one day, the one with most days of its work left over that day."""
    if not ledger.breaks:
        return None
    first = min(ledger.breaks.values())
    return max((kind for kind, day in ledger.breaks.items() if day == first),
               key=lambda kind: ledger.queues[kind][first].left_days)


def rising(assumed: Assumptions, seed: int, year: int, share: float, steps: tuple[float, ...] = STEPS) -> list[dict[str, Any]]:
    """The year again and again under more and more dossiers, with the people and vans planned for ordinary ones."""
    found = []
    for times in steps:
        ledger = run(World(assumed, seed, year, min(share, LARGEST_SHARE), times)).ledger
        found.append({"times": times, "breaks_first": breaks_first(ledger),
                      "breaks": {kind: day.isoformat() for kind, day in sorted(ledger.breaks.items(), key=lambda each: each[1])}})
    return found
