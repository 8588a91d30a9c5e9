"""Faults of servers and services, one after the other while clients go on; names are the rows of the failure catalogue."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from services.foundation.localservers import process
from tests.journeys.systems import SERVICES, System

from .network import Proxies
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


async def c2_the_primary_is_killed(servers: Servers, _: System) -> None:
    for _time in range(2):
        name = await servers.primary()
        await servers.kill(name)
        await asyncio.sleep(6)
        await servers.start(name)
        await asyncio.sleep(_CALM_BETWEEN_S)


async def c3_the_primary_is_frozen(servers: Servers, _: System) -> None:
    await servers.freeze(await servers.primary(), 15)


async def b2_a_leader_is_killed(servers: Servers, _: System) -> None:
    name = await servers.leader("postal.dossiers.v1")
    await servers.kill(name)
    await asyncio.sleep(8)
    await servers.start(name)
    await asyncio.sleep(_CALM_BETWEEN_S)


async def b4_too_few_copies_and_enough_again(servers: Servers, _: System) -> None:
    """Two of three brokers are away: nothing can be published, filings go on."""
    for name in servers.brokers[1:]:
        await servers.kill(name)
    await asyncio.sleep(10)
    await asyncio.gather(*(servers.start(name) for name in servers.brokers[1:]))
    await asyncio.sleep(_CALM_BETWEEN_S * 2)


async def b8_everything_is_slow(servers: Servers, _: System) -> None:
    await _bad_for(servers, 10, list(_proxies(servers).ports), "latency", latency=150, jitter=120)


async def b8_everything_comes_in_slices(servers: Servers, _: System) -> None:
    proxies = _proxies(servers)
    for name in proxies.ports:
        proxies.worsen(name, "slicer", average_size=200, size_variation=150, delay=200)
        proxies.worsen(name, "slicer", stream="upstream", average_size=200, size_variation=150, delay=200)
    await asyncio.sleep(8)
    proxies.heal()


async def d1_each_is_cut_off(servers: Servers, _: System) -> None:
    """Nothing passes either way, nobody is told."""
    for name, seconds in (("mongod", 7), ("kafka", 12), *((service, 5) for service in SERVICES)):
        _proxies(servers).worsen(name, "timeout", stream="upstream", timeout=0)
        await _bad_for(servers, seconds, [name], "timeout", timeout=0)


async def d2_replies_are_lost(servers: Servers, _: System) -> None:
    for name, seconds in (("mongod", 7), ("kafka", 12), *((service, 5) for service in SERVICES)):
        await _bad_for(servers, seconds, [name], "timeout", timeout=0)


async def d3_connections_are_reset(servers: Servers, _: System) -> None:
    for name in list(_proxies(servers).ports) * 2:
        await _bad_for(servers, 0.5, [name], "reset_peer", timeout=20)


ONE, THREE, NETWORK = (
    {fault.__name__: fault for fault in faults} for faults in (
        (c1_mongod_is_killed, c3_mongod_is_frozen, b2_kafka_is_killed, b7_kafka_is_frozen, b9_members_come_and_go,
         b10_a_frozen_service_wakes_when_another_has_its_place, a17_services_are_told_to_end_and_start_again,
         b3_kafka_comes_back_empty),
        (c2_the_primary_is_killed, c3_the_primary_is_frozen, b2_a_leader_is_killed, b4_too_few_copies_and_enough_again),
        (b8_everything_is_slow, b8_everything_comes_in_slices, d1_each_is_cut_off, d2_replies_are_lost,
         d3_connections_are_reset)))
FAULTS: dict[str, Fault] = {**ONE, **THREE, **NETWORK}


def _proxies(servers: Servers) -> Proxies:
    if servers.proxies is None:
        raise RuntimeError("this fault needs proxies")
    return servers.proxies


async def _bad_for(servers: Servers, seconds: float, names: list[str], kind: str, **attributes: Any) -> None:
    for name in names:
        _proxies(servers).worsen(name, kind, **attributes)
    await asyncio.sleep(seconds)
    _proxies(servers).heal()


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
                   **{f"POSTAL_{each}HTTP_PORT": str(process.free_port()) for each in ("", "INTAKE_", "COURIER_")}}
    return process.start((sys.executable, "-m", f"services.{name}"), system.home / f"{name}-second.log", environment)
