"""A service's process in the simulated world: the real service, relay, consumers, log watch and doorkeeper on simulated ports."""

import asyncio
import random
import secrets
import tempfile
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from services import registry
from services.courier import service as courier
from services.demo.doors import Person, Refusal
from services.foundation.errors import Problem, Unavailable
from services.foundation.ports import Stores
from services.foundation.runtime import set_aside
from services.foundation.runtime.consumer import Consumer
from services.foundation.runtime.doorkeeper import _CODES, Doorkeeper
from services.foundation.runtime.group_commit import GroupedStreams
from services.foundation.runtime.identity import Caller, Keys, Role
from services.foundation.runtime.log_watch import VIEW as LOG_SEEN_VIEW
from services.foundation.runtime.log_watch import LogWatch
from services.foundation.runtime.parts import ServiceContext
from services.foundation.runtime.relay import Relay
from services.foundation.runtime.settings import Settings
from services.intake import service as intake
from services.tracking import service as tracking

from .adapters import SimLog, SimNotifier, SimSequences, SimStreams, SimViews
from .world import Killed, Life, World

MODULES: dict[str, Any] = {"intake": intake, "courier": courier, "tracking": tracking}
VIEWS = {name: {**module.VIEWS, set_aside.VIEW: set_aside.INDEXES, LOG_SEEN_VIEW: ()} for name, module in MODULES.items()}
_SETTINGS = Settings(store="memory:", notifier="folder:not-used")  # there is one: codes are made
_TIMEOUT_S, _LINES_BREAK = 8.0, 0.1  # a client's patience; how often its connection breaks before


_registry = cache(registry.load)  # the same for every life


@cache
def keys() -> Keys:
    """The installation's keys, made once; the same in every process that runs seeds, for digests are made with them."""
    with tempfile.TemporaryDirectory() as home, mock.patch.object(secrets, "token_bytes", random.Random(0).randbytes):
        return Keys.load_or_make(Path(home))


class _Clock:
    def __init__(self, life: Life) -> None:
        self._life = life

    def now(self) -> datetime:
        return self._life.now()


class _Verifier:
    """Knows callers by their names: signatures are tested elsewhere."""

    def verify(self, header: str) -> Caller:
        person, role, place = header.split("/")
        return Caller(person=person, role=Role(role), place=place)


class _Methods:
    """Takes what a service would add to a gRPC server."""

    def __init__(self) -> None:
        self.bodies: dict[str, tuple[str, Any]] = {}

    def add_generic_rpc_handlers(self, _: Any) -> None: ...

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Any]) -> None:
        self.bodies |= {name: (f"/{service}/{name}", handler.unary_unary) for name, handler in handlers.items()}


class Process:
    """One service's process that can die, freeze and start again."""

    def __init__(self, service: str, number: int, world: World) -> None:
        self.service, self.name, self._world = service, f"{service}-{number}", world
        self.life: Life | None = None

    def start(self) -> None:
        """A new life: everything in memory is new."""
        life = self.life = Life(self.name, self._world)
        module, world = MODULES[self.service], self._world
        stores = Stores(GroupedStreams(SimStreams(life, world.streams[self.service])),
                        SimViews(life, world.views[self.service]), SimSequences(life, world.sequences[self.service]))
        log, methods = SimLog(life), _Methods()
        parts = module.build(ServiceContext(stores=stores, log=log, clock=_Clock(life), registry=_registry(), keys=keys(),
                                            settings=_SETTINGS, printers={}, notifier=SimNotifier(life, world.told)))
        parts.add_to_server(methods)
        self.bodies, self._keeper = methods.bodies, Doorkeeper(self.service, _Verifier())  # type: ignore[arg-type]
        consumers = [Consumer(each, log, stores.views) for each in parts.subscriptions]
        watch = LogWatch(self.service, module.TOPIC, log, stores.streams, stores.views, consumers)
        for run in (watch.run, Relay(self.service, stores.streams, log, watch.look).run, *(each.run for each in consumers)):
            life.spawn(_until_killed(run()))

    async def answer(self, method: str, request: Any, person: Person | None) -> Any:
        """A call's answer; raises Problem, Killed."""
        life = self.life
        if life is None or life.dead:
            raise Unavailable("NOBODY_THERE", "connection refused")
        await life.travels()
        path, body = self.bodies[method]
        authorization = f"{person.name}/{person.role}/{person.place}" if person else ""
        reply = await self._keeper.answer(path, body, None, request, authorization)
        await life.travels()
        return reply


async def _until_killed(run: Any) -> None:
    try:
        await run
    except Killed:
        pass


class SimDoors:
    """The services as a client sees them: any process may get the call, and the documented client policy retries."""

    def __init__(self, world: World, processes: Sequence[Process], patience_s: float = 60) -> None:
        self._world, self._processes, self._patience_s = world, processes, patience_s

    async def call(self, method: str, request: Any, person: Person | None = None) -> Any:
        """Calls a method by its name; raises Refusal."""

        loop = asyncio.get_running_loop()
        deadline, pause_s = loop.time() + self._patience_s, 0.05
        able = [each for each in self._processes if method in each.bodies]
        while True:
            chosen = self._world.draw.choice(able)
            try:
                return await self._once(chosen, method, request, person)
            except (Problem, Killed, TimeoutError) as error:
                problem = error if isinstance(error, Problem) else Unavailable("NO_ANSWER", "no answer came")
                if loop.time() > deadline or _CODES[type(problem)].name not in ("UNAVAILABLE", "ABORTED", "RESOURCE_EXHAUSTED"):
                    raise SimRefusal(method, problem) from None
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, 1)

    async def _once(self, chosen: Process, method: str, request: Any, person: Person | None) -> Any:

        life = chosen.life
        if life is None or life.dead:
            raise Unavailable("NOBODY_THERE", "connection refused")
        asked = life.spawn(chosen.answer(method, request, person))
        draw = self._world.draw
        breaks_s = draw.random() * 0.2 if draw.random() < _LINES_BREAK else _TIMEOUT_S
        try:
            return await asyncio.wait_for(asyncio.shield(asked), breaks_s)
        except TimeoutError:
            asked.cancel()  # the client goes away
            raise
        except asyncio.CancelledError:
            if life.dead:  # the connection broke with the process
                raise Unavailable("CONNECTION_LOST", "the connection broke") from None
            asked.cancel()
            raise


class SimRefusal(Refusal):
    """As a client sees a problem."""

    def __init__(self, method: str, problem: Problem) -> None:
        Exception.__init__(self, f"{method}: {problem.reason}")
        self.code, self.reason, self.field = _CODES[type(problem)], problem.reason, problem.field
