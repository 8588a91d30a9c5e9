"""Interleaved measuring: A B A B …, medians and ranges; a ratio is the median of the ratios of neighbours."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from .growth_plot import Point

Run = Callable[[], Awaitable[float]]


@dataclass
class Row:
    """One line of the table. ``ratio`` is against the floor of the same run; ``target`` is "≥ 0.95" or "" where none is set."""

    name: str
    unit: str
    values: list[float]
    floor: str = ""
    floor_values: list[float] = field(default_factory=list)
    target: str = ""
    against: str = "ratio"  # what the target speaks of: ratio or value
    cpu_us: float = 0.0
    note: str = ""
    point: Point | None = None  # of the growth plot

    @property
    def value(self) -> float:
        return statistics.median(self.values)

    @property
    def ratio(self) -> float | None:
        pairs = [mine / floor for mine, floor in zip(self.values, self.floor_values, strict=False) if floor]
        return statistics.median(pairs) if pairs else None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without one."""
        if not self.target:
            return None
        sign, limit = self.target.split()
        number = self.value if self.against == "value" else self.ratio
        return number is not None and (number >= float(limit) if sign == "≥" else number <= float(limit))


async def rate(call: Callable[[], Awaitable[int]], callers: int, seconds: float) -> float:
    """Things done a second by so many callers at once; ``call`` tells how many things one call did."""
    done, ends = 0, time.perf_counter() + seconds

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            finished = await call()  # apart: "done += await" would add to what done was before the wait
            done += finished

    start = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return done / (time.perf_counter() - start)


async def latency(call: Callable[[], Awaitable[int]], times: int) -> float:
    """Median milliseconds of a lone caller."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        await call()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


async def pairs(ours: Run, floor: Run, times: int) -> tuple[list[float], list[float]]:
    """(ours, floor), one after the other, so many times."""
    mine, floors = [], []
    for _ in range(times):
        floors.append(await floor())
        mine.append(await ours())
    return mine, floors
