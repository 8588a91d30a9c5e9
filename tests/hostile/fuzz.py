"""The fuzzer: draws a door, a caller and bytes, sends them, and keeps what went where nothing had been before.

One seed, one run, as far as the services answer alike. The world is begun anew every few thousand inputs, so that what is stored
rightly neither slows the next input nor hides memory that is kept wrongly.
"""

import gc
import random
import resource
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import mutation
from .corpus import HTTP, JSON, NOBODY, Caller, Corpus, Input
from .edges import Edges
from .json_texts import a_text
from .requests import a_request
from .verdict import Verdict
from .world import KINDS, World, a_world

SERVICES = Path(__file__).resolve().parents[2] / "services"
OF_A_WORLD, _TRAIL, _MOST_FINDINGS = 4000, 40, 100
_CALM, _MOST_BLOCKS = 60, 1.0  # allocated blocks that may stay for each input that was refused
_REFUSALS = 480  # so many that what the process frees or keeps by the way does not hide or feign a block for each
_BY_CHANCE = 0.05  # about as many as a run that is led keeps of its first thousands
_MOST_GROWTH_MB = 96.0  # of the process from its second world on: the corpus itself, and the bounded caches that still fill

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """``guided`` off keeps inputs by chance, whatever they reach; ``blind`` sends random bytes alone. Both are there to be
    compared with."""

    seed: int = 1
    executions: int | None = None
    seconds: float | None = None
    doors: Collection[str] = (*KINDS, HTTP, JSON)
    guided: bool = True
    blind: bool = False
    to_the_first: bool = False  # ends with the first finding
    watched: tuple[Path, ...] = (SERVICES,)


@dataclass(slots=True)
class Report:
    """What a run has seen."""

    executions: int = 0
    seconds: float = 0.0
    corpus: Corpus = field(default_factory=Corpus)
    outcomes: Counter[str] = field(default_factory=Counter)
    granted: Counter[str] = field(default_factory=Counter)  # how often each door said yes: whether its depths were reached
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)  # by what is wrong and where: one of each
    over_time: list[dict[str, Any]] = field(default_factory=list)

    def as_record(self) -> dict[str, Any]:
        """For a file."""
        return {"executions": self.executions, "seconds": round(self.seconds, 1),
                "executions_per_second": round(self.executions / max(self.seconds, 0.001)),
                "edges": len(self.corpus.everywhere), "corpus": self.corpus.sizes(), "over_time": self.over_time,
                "outcomes": dict(self.outcomes.most_common()),
                "granted": dict(sorted(self.granted.items())), "findings": list(self.findings.values())}


class Fuzzer:
    """One run. ``at_hand`` is called with each input before it is sent, so that a crash leaves its cause behind."""

    def __init__(self, plan: Plan, *, at_hand: Callable[[Input], None] = lambda _: None, tell: Tell = lambda _: None) -> None:
        self._plan, self._at_hand, self._tell = plan, at_hand, tell
        self._draw = random.Random(plan.seed)
        self._doors = sorted(plan.doors)
        self._edges = Edges(*plan.watched)
        self._start, self._first_peak = time.perf_counter(), 0.0
        self.report = Report()

    async def run(self) -> Report:
        """World after world until the executions or the seconds are used up."""
        while self._goes_on():
            async with a_world(self._plan.seed) as world:
                await self._explore(world)
        return self.report

    def _goes_on(self) -> bool:
        self.report.seconds = time.perf_counter() - self._start
        few = self._plan.executions is None or self.report.executions < self._plan.executions
        if self._plan.to_the_first and self.report.findings:
            return False
        return few and (self._plan.seconds is None or self.report.seconds < self._plan.seconds)

    async def _explore(self, world: World) -> None:
        self._edges.leave_aside(world.loops)
        trail: deque[Input] = deque(maxlen=_TRAIL)
        calm: dict[tuple[str, str], Input] = {}
        seeds = [each for each in world.seeds if each.door in self._doors]
        waiting = [] if self._plan.blind or self.report.corpus.kept else seeds
        for number in range(OF_A_WORLD):
            if not self._goes_on():
                break
            given = waiting[number] if number < len(waiting) else self._next(world)
            verdict = await self._give(world, given, trail)
            if verdict.outcome in ("OK", "HTTP 200"):
                trail.append(given)
                self.report.granted[given.door] += 1
            elif not verdict.wrong and len(calm) < _CALM:
                calm.setdefault((given.door, verdict.outcome), given)
        await self._check_memory(world, list(calm.values()), trail)

    def _next(self, world: World) -> Input:
        draw, door = self._draw, self._draw.choice(self._doors)
        old = self.report.corpus.pick(draw, door)
        if self._plan.blind:
            return Input(door, self._caller(world, None), draw.randbytes(draw.choice((1, 4, 16, 64, 256))))
        if door == HTTP:
            raw = mutation.damaged(old.raw, old.raw, draw) if old and draw.random() < 0.5 else a_request(draw, world.known)
            return Input(door, NOBODY, raw)
        if door == JSON:
            other = self.report.corpus.pick(draw, door)
            raw = a_text(KINDS, old.raw if old else None, other.raw if other else None, draw, world.known)
            return Input(door, self._caller(world, old.caller if old else None), raw)
        kind, way = KINDS[door], draw.random()
        if old is None or way < 0.12:
            return Input(door, self._caller(world, None), mutation.fresh(kind, draw, world.known))
        other = self.report.corpus.pick(draw, door) or old
        raw = (mutation.changed(kind, old.raw, other.raw, draw, world.known) if way < 0.85 else
               mutation.damaged(old.raw, other.raw, draw))
        return Input(door, self._caller(world, old.caller), raw)

    def _caller(self, world: World, old: Caller | None) -> Caller:
        """Most often the same person again; seldom somebody without a token, who gets no deeper whatever the bytes."""
        chance = self._draw.random()
        if chance < 0.05:
            return self._draw.choice(world.strangers)
        if chance < 0.2 or old is None or old in world.strangers:
            return self._draw.choice(world.staff)
        return old

    async def _give(self, world: World, given: Input, trail: Collection[Input]) -> Verdict:
        self._at_hand(given)
        with self._edges.watched() as reached:
            verdict = await world.give(given)
        self.report.executions += 1
        self.report.outcomes[verdict.outcome] += 1
        new = self.report.corpus.judge(given, reached)
        if new if self._plan.guided else self._draw.random() < _BY_CHANCE:
            self.report.corpus.keep(given, len(reached))
        if verdict.wrong:
            self._find(verdict.wrong, given, trail)
        if self.report.executions % 2000 == 0:
            self._show()
        return verdict

    def _find(self, wrong: str, given: Input, trail: Collection[Input]) -> None:
        name = f"{given.door}: {wrong}"
        if name not in self.report.findings and len(self.report.findings) < _MOST_FINDINGS:
            self._tell(f"FOUND {name} by {given.caller}: {given.raw[:200].hex()}")
            self.report.findings[name] = {"wrong": wrong, "seed": self._plan.seed, "execution": self.report.executions,
                                          **given.as_record(), "trail": [each.as_record() for each in trail]}

    async def _check_memory(self, world: World, calm: list[Input], trail: Collection[Input]) -> None:
        """What is refused again and again leaves nothing behind; and the process does not grow from world to world."""
        await world.quiet()
        if self.report.executions and calm:
            left = await _blocks_left(world, calm)
            if left > _MOST_BLOCKS:
                self._find("memory stays for each refused input", calm[0], calm)
                self._tell(f"{left:.1f} blocks of memory stay for each")
        peak = peak_mb()
        if self.report.executions <= 2 * OF_A_WORLD:
            self._first_peak = peak
        elif calm and peak - self._first_peak > _MOST_GROWTH_MB:
            self._find(f"the process grew by more than {_MOST_GROWTH_MB:.0f} MB", calm[0], trail)
        self._show()

    def _show(self) -> None:
        report = self.report
        report.seconds = time.perf_counter() - self._start
        now = {"executions": report.executions, "seconds": round(report.seconds, 1), "edges": len(report.corpus.everywhere),
               "kept": sum(report.corpus.sizes().values()), "peak_mb": round(peak_mb())}
        report.over_time.append(now)
        self._tell("  ".join(f"{name} {number}" for name, number in now.items()))


async def _blocks_left(world: World, calm: list[Input]) -> float:
    """Blocks more after some rounds of the same inputs than before, for each input."""
    before, rounds = 0, -(-_REFUSALS // len(calm))
    for number in range(rounds + 2):  # the first two fill what is filled once
        if number == 2:
            gc.collect()
            before = sys.getallocatedblocks()
        for given in calm:
            await world.give(given)
    gc.collect()
    return (sys.getallocatedblocks() - before) / (rounds * len(calm))


def peak_mb() -> float:
    """The most memory this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
