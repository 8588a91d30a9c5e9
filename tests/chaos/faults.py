"""Faults of servers and services, one after the other while clients go on; names are the rows of the failure catalogue."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from services.foundation.localservers import process
from tests.journeys.systems import SERVICES, System

from .servers import Servers
from .storm import Outcome

_CALM_BETWEEN_S = 2.0  # clients work again before the next fault
_PAST_THE_SESSION_S = 8.0  # a Kafka group gives a silent member up after 6
Fault = Callable[[Servers, System], Awaitable[None]]


async def c1_mongod_is_killed(servers: Servers, _: System) -> None:
    for _time in range(3):
        await servers.kill("mongod")
        await servers.start("mongod")
        await asyncio.sleep(_CALM_BETWEEN_S)


async def c3_mongod_is_frozen(servers: Servers, _: System) -> None:
    await servers.freeze("mongod", 7)


async def b2_kafka_is_killed(servers: Servers, _: System) -> None:
    for _time in range(2):
        await servers.kill("kafka")
        await servers.start("kafka")
        await asyncio.sleep(_CALM_BETWEEN_S)


async def b7_kafka_is_frozen(servers: Servers, _: System) -> None:
    await servers.freeze("kafka", 12)


async def b3_kafka_comes_back_empty(servers: Servers, _: System) -> None:
    await servers.kill("kafka")
    await servers.empty("kafka")
    await servers.start("kafka")


async def b9_members_come_and_go(_: Servers, system: System) -> None:
    for _time in range(5):
        pid = _second(system, "tracking")
        await asyncio.sleep(2)
        await asyncio.to_thread(process.stop, pid)


async def b10_a_frozen_service_wakes_when_another_has_its_place(_: Servers, system: System) -> None:
    for name in ("courier", "intake"):
        pid = _second(system, name)
        await asyncio.sleep(_CALM_BETWEEN_S)
        system.processes[name].send_signal(signal.SIGSTOP)
        await asyncio.sleep(_PAST_THE_SESSION_S)
        system.processes[name].send_signal(signal.SIGCONT)
        await asyncio.sleep(_CALM_BETWEEN_S)
        await asyncio.to_thread(process.stop, pid)


async def a17_services_are_told_to_end_and_start_again(_: Servers, system: System) -> None:
    for name in (*SERVICES, *SERVICES):
        system.processes[name].terminate()
        code = await asyncio.wait_for(system.processes[name].wait(), 30)
        if code:
            raise RuntimeError(f"{name} ended with {code} when told to")
        await system.start(name)
        await asyncio.sleep(_CALM_BETWEEN_S)


FAULTS: dict[str, Fault] = {fault.__name__: fault for fault in (
    c1_mongod_is_killed, c3_mongod_is_frozen, b2_kafka_is_killed, b7_kafka_is_frozen, b9_members_come_and_go,
    b10_a_frozen_service_wakes_when_another_has_its_place, a17_services_are_told_to_end_and_start_again,
    b3_kafka_comes_back_empty)}


def deed(servers: Servers, system: System, names: list[str], told: Callable[[str], Any]) -> Callable[[Outcome], Awaitable[None]]:
    """All the named faults, one after the other."""
    async def one_after_the_other(outcome: Outcome) -> None:
        for name in names:
            await asyncio.sleep(_CALM_BETWEEN_S)
            told(name)
            await FAULTS[name](servers, system)
            outcome.faults.append(name)
        await asyncio.sleep(_CALM_BETWEEN_S)

    return one_after_the_other


def _second(system: System, name: str) -> int:
    """A second instance of a service, on ports of its own, a member like the first."""
    environment = {**os.environ, **system.environment, f"POSTAL_{name.upper()}_PORT": str(process.free_port()),
                   "POSTAL_HTTP_PORT": str(process.free_port())}
    return process.start((sys.executable, "-m", f"services.{name}"), system.home / f"{name}-second.log", environment)
