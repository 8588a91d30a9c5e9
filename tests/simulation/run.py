"""One seed: people carry dossiers while processes die and freeze, lines fail and the log is lost; then calm, and the verifier."""

import asyncio
import gc
import hashlib
import logging
import random
import secrets
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest import mock

from services.foundation.events import Recorded
from tests.chaos.verifier import report
from tests.chaos.verifier.dataset import DataSet, Fact, Op, Published, ViewRow
from tests.chaos.workload import CANARIES, Carrier, GaveUp

from .loop import VirtualLoop
from .processes import MODULES, VIEWS, Process, SimDoors, keys
from .world import START, Killed, Life, Weather, World

STORM_S, CALM_S, CARRIERS, PROCESSES_EACH = 80.0, 600.0, 8, 2
_CLOCK_OFF_S = 120.0  # a machine's clock, at the most


@dataclass
class Outcome:
    """What a seed leaves."""

    seed: int
    violations: dict[str, list[str]]
    steps: int
    seen: dict[str, int]
    finished: int
    fingerprint: str  # of every stored fact: equal if the seed took the same steps
    operations: int = 0


@dataclass
class Heard:
    """What clients asked and were told, in memory."""

    ops: list[Op] = field(default_factory=list)

    def asked(self, client: str, op: str, key: str, request: dict[str, Any]) -> int:
        """Number of the operation."""
        self.ops.append(Op(len(self.ops), client, op, key, request))
        return len(self.ops) - 1

    def told(self, number: int, outcome: str, answer: dict[str, Any] | None = None, digest: str = "", reason: str = "") -> None:
        """The end of an operation."""
        op = self.ops[number]
        op.outcome, op.answer, op.digest, op.reason = outcome, answer or {}, digest, reason


@dataclass
class Shown:
    """Somebody who looks at every row again and again: what is shown never goes back."""

    world: World
    wrong: list[str] = field(default_factory=list)

    async def watch(self) -> None:
        """Until cancelled."""
        seen: dict[tuple[str, str, str], int] = {}
        while True:
            for service, views in self.world.views.items():
                for view, rows in views._rows.items():
                    for key, row in rows.items():
                        if row.reflects < seen.get((service, view, key), 0):
                            self.wrong.append(f"{service}/{view} showed {key} as of fact {seen[service, view, key]}, "
                                              f"then {row.reflects}")
                        seen[service, view, key] = row.reflects
            await asyncio.sleep(0.05)


class _TrueClock:
    """What people's watches show: right, to the second."""

    def now(self) -> Any:
        return START + timedelta(milliseconds=int(asyncio.get_running_loop().time() * 1000))


def run(seed: int, storm_s: float = STORM_S) -> Outcome:
    """Runs a seed. The same seed takes the same steps on every machine."""
    keys()  # made before chance is replaced
    loop = VirtualLoop(Killed)
    chance = random.Random(~seed)
    with ExitStack() as patched:
        patched.enter_context(mock.patch.object(secrets, "randbits", chance.getrandbits))
        patched.enter_context(mock.patch.object(secrets, "token_bytes", chance.randbytes))
        logging.disable(logging.CRITICAL)  # a line for each failure on purpose
        patched.callback(logging.disable, logging.NOTSET)
        outcome: Outcome = loop.run_until_complete(_story(seed, storm_s, loop))
        outcome.steps = loop.steps
    return outcome


async def _story(seed: int, storm_s: float, loop: VirtualLoop) -> Outcome:
    world, heard = World(seed, VIEWS), Heard()
    processes = [Process(service, number, world) for service in MODULES for number in range(PROCESSES_EACH)]
    for each in processes:
        each.start()
    doors = SimDoors(world, processes)
    carriers = [Carrier(f"{number}", doors, heard, random.Random(world.draw.random()), clock=_TrueClock())  # type: ignore[arg-type]
                for number in range(CARRIERS)]
    stop, shown = asyncio.Event(), Shown(world)
    watching = loop.create_task(shown.watch())
    people = [loop.create_task(carrier.run(stop)) for carrier in carriers]
    await _storm(world, processes, storm_s)
    stop.set()
    stuck = await _all_ended(people, loop)
    data = await _quiet(world, loop)
    watching.cancel()
    for process in processes:
        if process.life:
            process.life.kill()
    await asyncio.sleep(1)
    gc.collect()
    data.history = heard.ops
    found = report.violations(data)
    for name, wrong in (("I29", shown.wrong), ("stuck", stuck), ("fault", loop.faults), ("refused", list(_refused(heard.ops)))):
        if wrong:
            found[name] = found.get(name, []) + wrong
    return Outcome(seed, found, 0, world.seen, sum(carrier.finished for carrier in carriers), _fingerprint(data), len(heard.ops))


async def _storm(world: World, processes: list[Process], storm_s: float) -> None:
    """Something happens every other second."""
    loop, draw = asyncio.get_running_loop(), world.draw
    thawing: list[asyncio.Task[None]] = []
    end = loop.time() + storm_s
    while loop.time() < end:
        await asyncio.sleep(draw.expovariate(0.5))
        life = draw.choice(processes).life
        what = draw.random()
        if what < 0.35 and life:
            thawing.append(loop.create_task(_die_and_come_back(next(each for each in processes if each.life is life), draw)))
        elif what < 0.6 and life and not life.dead and life.frozen_since is None:
            life.freeze()
            thawing.append(loop.create_task(_thaw(life, draw.uniform(0.1, 12.0))))
        elif what < 0.7 and not world.log_away:
            world.log_away = True
            loop.call_later(draw.uniform(0.2, 8.0), setattr, world, "log_away", False)
        elif what < 0.72:
            world.lose_the_log()
        elif what < 0.83 and life:
            life.skew = timedelta(seconds=draw.uniform(-_CLOCK_OFF_S, _CLOCK_OFF_S))
            world.count("clock stepped")
        else:
            world.weather = Weather(refuses=draw.choice((0.0, 0.02, 0.2)), forgets=draw.choice((0.0, 0.02, 0.1)),
                                    freezes=draw.choice((0.0, 0.1, 0.3)), slowest_s=draw.choice((0.004, 0.02, 0.3)))
    world.log_away, world.weather = False, Weather(slowest_s=0.01)
    await asyncio.gather(*thawing)


async def _die_and_come_back(process: Process, draw: random.Random) -> None:
    if process.life and not process.life.dead:
        process.life.kill()
        await asyncio.sleep(draw.uniform(0.05, 3.0))
        process.start()


async def _thaw(life: Life, after_s: float) -> None:
    await asyncio.sleep(after_s)
    life.thaw()


async def _all_ended(people: list[asyncio.Task[None]], loop: VirtualLoop) -> list[str]:
    """Who did not come to an end, and who ended with an error."""
    deadline = loop.time() + CALM_S
    while not all(task.done() for task in people) and loop.time() < deadline:
        await asyncio.sleep(0.5)
    wrong = []
    for task in people:
        if not task.done():
            wrong.append("a carrier waits for ever")
            task.cancel()
        elif task.exception() and not isinstance(task.exception(), GaveUp):
            wrong.append(f"a carrier ended with {task.exception()!r}")
    return wrong


async def _quiet(world: World, loop: VirtualLoop) -> DataSet:
    deadline = loop.time() + 60
    while True:
        data = _data(world)
        if not report.unsettled(data) or loop.time() > deadline:
            return data
        await asyncio.sleep(0.5)


def _refused(ops: list[Op]) -> Iterator[str]:
    """These people ask nothing that may be refused, but for the filing without a procedure, the look that comes too early, the
    label that was used before and the person who has the same open."""
    expected = ("JOURNEY_UNKNOWN", "LABEL_TAKEN", "POSSIBLE_DOUBLE")
    for op in ops:
        if op.outcome == "refused" and op.request.get("procedure_code") != "" and op.reason not in expected:
            yield f"{op.op} of {op.client} was refused: {op.reason}"


def _data(world: World) -> DataSet:
    rows: dict[tuple[str, str], dict[str, ViewRow]] = defaultdict(dict)
    private: dict[str, list[bytes]] = {}
    for service, views in world.views.items():
        for view, kept in views._rows.items():
            for key, row in kept.items():
                rows[service, view][key] = ViewRow(row.reflects, dict(row.value), {
                    name: [value] if isinstance(value, str) else list(value) for name, value in row.indexes.items()})
        private |= world.streams[service]._private
    data = DataSet(
        streams={name: {subject: [_fact(each) for each in facts] for subject, facts in store._facts.items()}
                 for name, store in world.streams.items()},
        waiting={name: list(store._waiting) for name, store in world.streams.items()},
        topics={topic: [Published(topic, number, offset, _fact(fact) if fact else None, raw)
                        for number, part in enumerate(world.parts(topic)) for offset, (fact, raw) in enumerate(part)]
                for topic in ("postal.dossiers.v1", "postal.parcels.v1", "postal.set-aside.v1")},
        rows=rows, private=private, history=[], clocks_ms=round(2000 * _CLOCK_OFF_S))
    data.canaries = CANARIES
    data.seal_key = keys().seal_key
    return data


def _fact(fact: Recorded) -> Fact:
    return Fact(fact.subject, fact.key, fact.sequence, fact.type, fact.data, round(fact.occurred.timestamp() * 1000),
                round(fact.recorded.timestamp() * 1000), fact.cause, fact.fingerprint, fact.actor.person, fact.actor.role,
                fact.actor.place, fact.actor.device, fact.trace, fact.previous, fact.hash)


def _fingerprint(data: DataSet) -> str:
    hashes = sorted(fact.hash for streams in data.streams.values() for facts in streams.values() for fact in facts)
    return hashlib.sha256("".join(hashes).encode()).hexdigest()
