"""A storm: every process dies at one named point after the other while clients go on; then calm, and the verifier.

Each process has a queue of (point, hit). It is started with the first, dies there, is started with the next, and so on; one that
does not reach its point in time fails the run.
"""

import asyncio
import random
import signal
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from services.demo.badge import minting
from services.demo.doors import Doors
from tests.journeys.systems import System

from .history import History
from .verifier import reading, report
from .verifier.dataset import DataSet
from .workload import CANARIES, Carrier

_OF_ALL = ("rpc.accepted", "rpc.before_reply", "consumer.fetched", "consumer.reacted", "consumer.committed")
_OF_WRITERS = ("command.decided", "store.before_commit", "store.committed", "relay.read", "relay.published", "relay.marked")
POINTS = {
    "intake": (*_OF_ALL, *_OF_WRITERS, "log.sent", "numbers.leased", "roll.kept", "label.bound"),
    "courier": (*_OF_ALL, *_OF_WRITERS, "log.sent", "parcel.registered", "scan.waiting"),
    "tracking": (*_OF_ALL, "projection.half"),
}
POINTS["everything"] = tuple(sorted({point for points in POINTS.values() for point in points} - {"log.sent"}))  # no Kafka there
_SELDOM = {"numbers.leased", "roll.kept", "label.bound"}  # once in a hundred filings, in twenty, in five
CARRIERS, _REACH_S, _CALM_S = 8, 180.0, 120.0  # a slow machine is slow, not wrong: only what is never reached is
_BETWEEN_READINGS_S = 0.5  # longer than a fact is under way when nothing is wrong
Read = Callable[[], Awaitable[DataSet]]
Deed = Callable[["Outcome"], Awaitable[None]]


@dataclass
class Outcome:
    """What a storm leaves."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    never: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    recovery_s: list[float] = field(default_factory=list)
    violations: dict[str, list[str]] = field(default_factory=dict)
    acknowledged: int = 0
    unknown: int = 0
    finished: int = 0
    stuck: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.violations or self.never or self.stuck)

    def told(self) -> dict[str, Any]:
        """As out/chaos.json keeps it."""
        def count(*invariants: str) -> int:
            return sum(len(self.violations.get(each, ())) for each in invariants)

        times = sorted(self.recovery_s)
        return {"seed": self.seed, "seconds": round(self.seconds, 1), "kills": sum(self.kills.values()),
                "kills_per_point": dict(sorted(self.kills.items())), "never_reached": self.never, "faults": self.faults,
                "acknowledged_filings": self.acknowledged, "operations_without_answer": self.unknown,
                "dossiers_carried_to_the_end": self.finished, "lost": count("I1", "I18"), "doubled": count("I3", "I4", "I22"),
                "regressed": count("I29"), "stuck": self.stuck, "violations": self.violations,
                "recovery_s": {"median": round(statistics.median(times), 2), "max": round(times[-1], 2)} if times else {}}


def schedule(points: tuple[str, ...], kills: int, draw: random.Random) -> list[tuple[str, int]]:
    """Each point at its first to third hit as far as the number goes, then others by chance; in an order of chance."""
    planned = [(point, hit) for hit in (1, 2, 3) for point in points][:kills]
    planned += [(point, draw.randrange(1, 4 if point in _SELDOM else 12)) for point in draw.choices(points, k=kills - len(planned))]
    draw.shuffle(planned)
    return planned


async def rage(system: System, kills: int, seed: int, read: Read) -> Outcome:
    """Kills at every point while clients go on; then calm, and the verifier."""
    draw = random.Random(seed)
    each = -(-kills // len(system.commands))  # at least as many as asked for
    plans = {name: schedule(POINTS[name], each, random.Random(draw.random())) for name in system.commands}

    async def kill_all(outcome: Outcome) -> None:
        await asyncio.gather(*(_kill_again_and_again(system, name, plan, outcome) for name, plan in plans.items()))

    return await during(system, seed, read, kill_all, tuple(sorted({point for name in plans for point in POINTS[name]})))


async def during(system: System, seed: int, read: Read, deed: Deed, expected_points: tuple[str, ...] = ()) -> Outcome:
    """Clients go on while the deed is done; then calm, and the verifier."""
    outcome, start = Outcome(seed), time.monotonic()
    path = system.home / "history.jsonl"
    history = History(path)
    doors = Doors(system.addresses, minting(system.keys_dir).mint_for, patience_s=60)
    stop = asyncio.Event()
    carriers = [Carrier(f"{seed}-{number}", doors, history, random.Random(f"{seed}/{number}"), misremembers=True)
                for number in range(CARRIERS)]
    running = [asyncio.create_task(carrier.run(stop)) for carrier in carriers]
    await deed(outcome)
    stop.set()
    done, pending = await asyncio.wait(running, timeout=_CALM_S)
    outcome.stuck = [f"a client: {task.exception()!r}" for task in done if task.exception()]
    outcome.stuck += [f"{len(pending)} clients waited for ever"] if pending else []
    for task in pending:
        task.cancel()
    await doors.close()
    history.close()
    data = await quiet(read)
    data.history = reading.history(path)
    data.canaries = CANARIES
    data.texts = {log.name: log.read_bytes() for log in system.home.glob("*.log")}
    data.seal_key = (system.keys_dir / "seal.key").read_bytes()
    data.points, data.expected_points = dict(outcome.kills), expected_points
    outcome.violations = report.violations(data)
    outcome.acknowledged = len({op.key for op in data.of("FileDossier")})
    outcome.unknown = len([op for op in data.history if op.outcome == "unknown"])
    outcome.finished, outcome.seconds = sum(carrier.finished for carrier in carriers), time.monotonic() - start
    return outcome


async def _kill_again_and_again(system: System, name: str, planned: list[tuple[str, int]], outcome: Outcome) -> None:
    for point, hit in [*planned, ("", 0)]:  # the last start is without a point
        process = system.processes[name]
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()
        died = time.monotonic()
        await system.start(name, POSTAL_CRASH_AT=f"{point}:{hit}" if point else "")
        recovery = asyncio.create_task(_until_answering(system, name, died))
        if point:
            code = await _ended(system.processes[name], _REACH_S * (4 if point in _SELDOM else 1))
            if code == -signal.SIGKILL:
                outcome.kills[point] += 1
            else:
                outcome.never.append(f"{name} {point}:{hit} (exit {code})")
        if recovery.done() or not point:
            outcome.recovery_s.append(await recovery)
        else:
            recovery.cancel()  # it died again before it answered


async def _ended(process: asyncio.subprocess.Process, within_s: float) -> int | None:
    try:
        return await asyncio.wait_for(process.wait(), within_s)
    except TimeoutError:
        return None


async def _until_answering(system: System, name: str, died: float) -> float:
    port = system.ports.get(name, system.ports["intake"])
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        return time.monotonic() - died


async def quiet(read: Read) -> DataSet:
    """The data set once nothing is under way, or as it is after a minute: then I8 and I10 say what has not come. Stores and topics
    are read one after the other: only what two readings show alike was whole at one moment."""
    deadline, before = time.monotonic() + 60, None
    while True:
        data = await read()
        if (data.extent == before and not report.unsettled(data)) or time.monotonic() > deadline:
            return data
        before = data.extent
        await asyncio.sleep(_BETWEEN_READINGS_S)
