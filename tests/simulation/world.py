"""What is shared and survives: stores, topics and groups; and the processes that come and go on them.

A *life* is one run of one process. When it is killed its tasks end where they stand, and nothing it asks for happens any more;
while it is frozen nothing it asked for is answered.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.foundation.adapters.memory import MemorySequences, MemoryStreams, MemoryViews
from services.foundation.errors import Unavailable
from services.foundation.events import Recorded
from services.foundation.outlets import Notice

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PARTITIONS, SESSION_S = 2, 6.0


class Killed(BaseException):
    """What a dead process gets for an answer; no ``except Exception`` may catch it."""


@dataclass
class Group:
    """A group of readers: members by life, positions, and a number for each way of dealing the partitions."""

    members: list[Any] = field(default_factory=list)
    committed: dict[tuple[str, int], int] = field(default_factory=dict)
    generation: int = 0


@dataclass
class Weather:
    """How bad it is: chances per question of a store or the log."""

    refuses: float = 0.0  # nothing done
    forgets: float = 0.0  # done, and the answer lost
    freezes: float = 0.0  # of a process that is about to write a view
    slowest_s: float = 0.02


class World:
    """One seed's world."""

    def __init__(self, seed: int, views: dict[str, dict[str, tuple[str, ...]]]) -> None:
        self.draw = random.Random(seed)
        self.weather = Weather()
        self.streams = {name: MemoryStreams() for name in views}
        self.views = {name: MemoryViews(declared) for name, declared in views.items()}
        self.sequences = {name: MemorySequences() for name in views}
        self.told: dict[str, Notice] = {}  # what telephones show, by key
        self.log_identity = 1
        self.log_away = False
        self.topics: dict[str, list[list[tuple[Recorded | None, bytes]]]] = {}
        self.groups: dict[str, Group] = {}
        self.seen: dict[str, int] = {}  # what happened, how often
        self._generations = 0

    def count(self, what: str) -> None:
        """Remembers that it happened."""
        self.seen[what] = self.seen.get(what, 0) + 1

    def next_generation(self) -> int:
        """A number no group has had, not even one of a log that was lost."""
        self._generations += 1
        return self._generations

    def parts(self, topic: str) -> list[list[tuple[Recorded | None, bytes]]]:
        """The partitions of a topic."""
        return self.topics.setdefault(topic, [[] for _ in range(PARTITIONS)])

    def lose_the_log(self) -> None:
        """The broker comes back empty."""
        self.topics.clear()
        self.groups.clear()
        self.log_identity += 1
        self.count("log lost")


class Life:
    """One run of a process."""

    def __init__(self, name: str, world: World, skew: timedelta = timedelta(0)) -> None:
        self.name, self.world, self.skew = name, world, skew
        self.dead = False
        self.died_at = 0.0
        self.frozen_since: float | None = None
        self._thawed: asyncio.Event | None = None
        self.tasks: list[asyncio.Task[Any]] = []

    def now(self) -> datetime:
        """The process's clock, which need not be right."""
        return START + timedelta(milliseconds=int(asyncio.get_running_loop().time() * 1000)) + self.skew

    def spawn(self, coroutine: Any) -> asyncio.Task[Any]:
        """A task that ends with this life."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.append(task)
        return task

    def kill(self) -> None:
        """kill -9."""
        self.dead, self.died_at = True, asyncio.get_running_loop().time()
        for task in self.tasks:
            task.cancel()
        self.thaw()
        self.world.count("killed")

    def freeze(self) -> None:
        """SIGSTOP."""
        self.frozen_since, self._thawed = asyncio.get_running_loop().time(), asyncio.Event()
        self.world.count("frozen")

    def perhaps_freezes(self) -> None:
        """Now and then just before it writes what it has read, and for so long that another takes its place."""
        world = self.world
        if world.draw.random() < world.weather.freezes and self.frozen_since is None and not self.dead:
            self.freeze()
            asyncio.get_running_loop().call_later(world.draw.uniform(SESSION_S, 4 * SESSION_S), self.thaw)

    def thaw(self) -> None:
        """SIGCONT."""
        if self._thawed is not None:
            self._thawed.set()
        self.frozen_since = self._thawed = None

    @property
    def gone(self) -> bool:
        """Whether a group would have given it up by now."""
        now = asyncio.get_running_loop().time()
        since = self.died_at if self.dead else self.frozen_since
        return since is not None and now - since > SESSION_S

    async def travels(self) -> None:
        """A question or an answer on its way; it does not arrive at a dead process, and late at a frozen one."""
        if self.dead:
            raise Killed
        await asyncio.sleep(self.world.draw.random() * self.world.weather.slowest_s)
        while self._thawed is not None:
            await self._thawed.wait()
        if self.dead:
            raise Killed

    async def asks(self, what: Any, *args: Any, **named: Any) -> Any:
        """A question to a store: it may be refused, or be done and its answer lost."""
        await self.travels()
        weather, draw = self.world.weather, self.world.draw
        if draw.random() < weather.refuses:
            self.world.count("refused")
            raise Unavailable("STORE_UNAVAILABLE", "not now")
        answer = await what(*args, **named)
        await self.travels()
        if draw.random() < weather.forgets:
            self.world.count("answer lost")
            raise Unavailable("STORE_UNAVAILABLE", "the answer was lost")
        return answer
