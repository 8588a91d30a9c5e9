"""Puts the parts together, in one place, by plain arguments: stores, log, services, relays, consumers, servers."""

import asyncio
import importlib
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from ..adapters.clocks import SystemClock
from ..adapters.memory import MemoryEventLog, MemorySequences, MemoryStreams, MemoryViews
from ..adapters.printers import opened
from ..adapters.sqlite import SqliteFile
from ..errors import Problem
from ..ports import Clock, EventLog, Stores
from . import logs, metrics
from .consumer import Consumer
from .device_tokens import DeviceTokens
from .group_commit import GroupedStreams
from .grpc_server import GrpcServer
from .http_server import HttpServer
from .identity import Keys, Verifier
from .json_front import JsonFront
from .log_watch import VIEW as LOG_SEEN_VIEW
from .log_watch import LogWatch
from .loops import end, kept_running
from .parts import ServiceContext, ServiceParts
from .readiness import Readiness
from .relay import Relay
from .set_aside import INDEXES as SET_ASIDE_INDEXES
from .set_aside import VIEW as SET_ASIDE_VIEW
from .settings import Settings, read

Declared = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Running:
    """What runs, for those who started it."""

    settings: Settings
    ports: dict[str, int] = field(default_factory=dict)
    http_port: int = 0
    stores: dict[str, Stores] = field(default_factory=dict)
    log: EventLog | None = None


class _Backend:
    """Opens each store once and lends it to the services of this process."""

    def __init__(self, settings: Settings, stack: AsyncExitStack) -> None:
        self._settings, self._stack = settings, stack
        self._file: SqliteFile | None = None
        self._memory_log = MemoryEventLog()

    async def stores(self, service: str, declared: Declared) -> Stores:
        declared = {**declared, SET_ASIDE_VIEW: SET_ASIDE_INDEXES, LOG_SEEN_VIEW: ()}
        if self._settings.store.startswith("memory:"):
            return Stores(MemoryStreams(), MemoryViews(declared), MemorySequences())
        if self._settings.store.startswith("sqlite:"):
            file = await self._opened()
            return Stores(file.streams(service), file.views(service, declared), file.sequences(service))
        mongo = importlib.import_module("services.foundation.adapters.mongodb")  # imported only where it is used
        found: Stores = await self._stack.enter_async_context(mongo.stores(
            self._settings.store, f"{self._settings.mongo_database}_{service}", declared, self._settings.mongo_driver))
        return Stores(GroupedStreams(found.streams), found.views, found.sequences)  # SQLite groups in its writer

    async def log(self, own: Sequence[str] = ()) -> EventLog:
        if self._settings.log.startswith("kafka://"):
            kafka = importlib.import_module("services.foundation.adapters.kafka_log")
            return await self._stack.enter_async_context(kafka.open_log(
                self._settings.log.removeprefix("kafka://"), self._settings.member, own or kafka.TOPICS))
        if self._settings.store.startswith("memory:"):
            return self._memory_log
        return (await self._opened()).event_log()

    async def _opened(self) -> SqliteFile:
        if self._file is None:
            path = self._settings.store.removeprefix("sqlite:")
            self._file = await self._stack.enter_async_context(SqliteFile(path))
        return self._file


@asynccontextmanager
async def open_stores(settings: Settings, service: str, declared: Declared) -> AsyncIterator[Stores]:
    """One service's stores alone, for operators and tests."""
    async with AsyncExitStack() as stack:
        yield await _Backend(settings, stack).stores(service, declared)


@asynccontextmanager
async def open_log(settings: Settings) -> AsyncIterator[EventLog]:
    """The event log alone, for operators and tests."""
    async with AsyncExitStack() as stack:
        yield await _Backend(settings, stack).log()


@asynccontextmanager
async def running(names: Sequence[str], settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Running]:
    """Runs the named services until the block ends; port 0 takes a free one."""
    async with AsyncExitStack() as stack:
        backend = _Backend(settings, stack)
        registry = importlib.import_module("services.registry").load()
        modules = {name: importlib.import_module(f"services.{name}.service") for name in names}
        keys = Keys.load_or_make(settings.keys_dir, settings.token_keys_dir)
        printers = opened(settings.printers)
        log = await backend.log([module.TOPIC for module in modules.values() if module.TOPIC])
        verifier, found = Verifier(keys), Running(settings, log=log)
        routes: list[Any] = []
        for name, module in modules.items():
            found.stores[name] = await backend.stores(name, module.VIEWS)
        loops: list[asyncio.Task[None]] = []
        stack.push_async_callback(end, loops)  # after the doors are shut, before the stores are
        for name, module in modules.items():
            stores = found.stores[name]
            told = clock or SystemClock()
            parts: ServiceParts = module.build(ServiceContext(
                stores=stores, log=log, clock=told, registry=registry, keys=keys, settings=settings,
                printers=printers))
            devices = DeviceTokens(parts.device_keys, told) if parts.device_keys is not None else None
            server = GrpcServer(name, verifier, parts.add_to_server, devices)
            await server.start(settings.host, settings.port(name))
            stack.push_async_callback(server.stop)
            found.ports[name], routes = server.port, [*routes, *parts.routes, *JsonFront(server).routes()]
            ready = Readiness(name, server, stores.streams, log)
            await ready.look()
            consumers = [Consumer(each, log, stores.views) for each in parts.subscriptions]
            watch = LogWatch(name, module.TOPIC, log, stores.streams, stores.views, consumers)
            relay = Relay(name, stores.streams, log, watch.look)
            own: tuple[Readiness | LogWatch | Relay | Consumer, ...] = (ready, watch, relay, *consumers)
            loops.extend(asyncio.create_task(kept_running(each.run, name, type(each).__name__)) for each in own)
        http = HttpServer(routes)
        await http.start(settings.host, settings.http_port_of(names))
        stack.push_async_callback(http.stop)
        found.http_port = http.port
        yield found


async def _run_until_told(names: Sequence[str]) -> None:
    settings = read()
    logs.configure(settings.log_level)
    metrics.serve(settings.metrics_port)
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with running(names, settings) as found:
        for name, port in found.ports.items():
            logs.line("ready", service=name, port=port)
        await told.wait()


def run(names: Sequence[str]) -> int:
    """Runs services until SIGTERM or Ctrl-C: stop taking work, finish, close. The exit code."""
    try:
        asyncio.run(_run_until_told(names))
    except Problem as problem:
        sys.stderr.write(f"{problem.reason}: {problem.message}\n")
        return 1
    return 0
