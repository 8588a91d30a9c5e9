"""Puts the parts together, in one place, by plain arguments: stores, log, services, relays, consumers, servers."""

import asyncio
import importlib
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..adapters import notifiers
from ..adapters.clocks import SystemClock
from ..adapters.memory import MemoryEventLog, MemorySequences, MemoryStreams, MemoryViews
from ..adapters.printers import opened
from ..adapters.sqlite import SqliteStore
from ..calendar import VIETNAM
from ..errors import Invalid, Problem
from ..ports import Clock, EventLog, Stores
from . import disk, logs, metrics, page_door
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
from .measures import Measures, event_loop_late
from .parts import ServiceContext, ServiceParts
from .readiness import Readiness
from .relay import Relay
from .set_aside import INDEXES as SET_ASIDE_INDEXES
from .set_aside import VIEW as SET_ASIDE_VIEW
from .settings import Settings, read

if TYPE_CHECKING:
    from .spans import Spans

Declared = Mapping[str, Sequence[str]]
RESTORES_VIEW = "restores"  # which backup was put back into these stores


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

    def __init__(self, settings: Settings, stack: AsyncExitStack, spans: "Spans | None" = None, *, read_only: bool = False) -> None:
        self._settings, self._stack, self._spans, self._read_only = settings, stack, spans, read_only
        self._file: SqliteStore | None = None
        self._memory_log = MemoryEventLog()

    async def stores(self, service: str, declared: Declared) -> Stores:
        declared = {**declared, SET_ASIDE_VIEW: SET_ASIDE_INDEXES, LOG_SEEN_VIEW: (), RESTORES_VIEW: ()}
        if self._settings.store.startswith("memory:"):
            return self._seen(Stores(MemoryStreams(), MemoryViews(declared), MemorySequences()))
        if self._settings.store.startswith("sqlite:"):
            file = await self._opened()
            return self._seen(Stores(file.streams(service), file.views(service, declared), file.sequences(service)))
        mongo = importlib.import_module("services.foundation.adapters.mongodb")  # imported only where it is used
        found: Stores = await self._stack.enter_async_context(mongo.stores(
            self._settings.store, f"{self._settings.mongo_database}_{service}", declared, self._settings.mongo_driver,
            read_only=self._read_only))
        inner = found.streams if self._spans is None else self._spans.streams(found.streams, "commit")
        return self._seen(replace(found, streams=GroupedStreams(inner)))  # SQLite groups in its writer

    def _seen(self, stores: Stores) -> Stores:
        return stores if self._spans is None else replace(stores, streams=self._spans.streams(stores.streams))

    async def log(self, own: Sequence[str] = (), *, make: bool = True) -> EventLog:
        if self._settings.log.startswith("kafka://"):
            kafka = importlib.import_module("services.foundation.adapters.kafka_log")
            return await self._stack.enter_async_context(kafka.open_log(
                self._settings.log.removeprefix("kafka://"), self._settings.member, own or kafka.TOPICS, make=make))
        if self._settings.store.startswith("memory:"):
            return self._memory_log
        return (await self._opened()).event_log()

    async def _opened(self) -> SqliteStore:
        if self._file is None:
            path = self._settings.store.removeprefix("sqlite:")
            self._file = await self._stack.enter_async_context(SqliteStore(path, read_only=self._read_only))
            self._file.committed = partial(metrics.committed, "sqlite")
            disk.watched(path)
        return self._file


def _spans(names: Sequence[str], settings: Settings) -> "Spans | None":
    """What makes spans, where traces are asked for; raises Invalid TRACING_MISSING where its packages are not there."""
    if not settings.traces:
        return None
    try:
        made = importlib.import_module("services.foundation.runtime.spans")
    except ImportError:
        raise Invalid("TRACING_MISSING", "install requirements/tracing.txt or leave it away", field="POSTAL_TRACES") from None
    name = names[0] if len(names) == 1 else "dossier-post"
    spans: Spans = made.Spans(name, made.to_collector(settings.traces), settings.traces_share)
    return spans


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
async def open_installation(settings: Settings, names: Sequence[str], *, read_only: bool = False) -> AsyncIterator[Running]:
    """All services' stores and the log, for operators: nothing runs and no topic is made. Who only reads may do so beside a system
    that runs on one file; who writes is refused there."""
    async with AsyncExitStack() as stack:
        backend = _Backend(settings, stack, read_only=read_only)
        declared = {name: importlib.import_module(f"services.{name}.service").VIEWS for name in names}
        yield Running(settings, stores={name: await backend.stores(name, views) for name, views in declared.items()},
                      log=await backend.log(make=False))


@asynccontextmanager
async def running(names: Sequence[str], settings: Settings, *, clock: Clock | None = None,
                  spans: "Spans | None" = None) -> AsyncIterator[Running]:
    """Runs the named services until the block ends; port 0 takes a free one."""
    async with AsyncExitStack() as stack:
        spans = spans or _spans(names, settings)
        if spans is not None:
            stack.callback(spans.end)
        backend = _Backend(settings, stack, spans)
        told = clock or SystemClock()
        registry_on, today = importlib.import_module("services.registry.versions").effective, told.now().astimezone(VIETNAM).date()
        modules = {name: importlib.import_module(f"services.{name}.service") for name in names}
        keys = Keys.load_or_make(settings.keys_dir, settings.token_keys_dir)
        printers = opened(settings.printers)
        log = await backend.log([module.TOPIC for module in modules.values() if module.TOPIC])
        log = log if spans is None else spans.log(log)
        verifier, found = Verifier(keys), Running(settings, log=log)
        routes: list[Any] = []
        for name, module in modules.items():
            found.stores[name] = await backend.stores(name, module.VIEWS)
        loops: list[asyncio.Task[None]] = []
        stack.push_async_callback(end, loops)  # after the doors are shut, before the stores are
        for name, module in modules.items():
            stores = found.stores[name]
            parts: ServiceParts = module.build(ServiceContext(
                stores=stores, log=log, clock=told, registry=await registry_on(stores.streams, today), keys=keys, settings=settings,
                printers=printers, notifier=notifiers.opened(settings.notifier)))
            devices = DeviceTokens(parts.device_keys, told) if parts.device_keys is not None else None
            server = GrpcServer(name, verifier, parts.add_to_server, devices, spans)
            await server.start(settings.host, settings.port(name))
            stack.push_async_callback(server.stop)
            found.ports[name] = server.port
            routes += [*page_door.told(name, parts.routes), *JsonFront(server).routes()]
            if spans is not None:
                parts = replace(parts, subscriptions=tuple(spans.reaction(each) for each in parts.subscriptions))
            ready = Readiness(name, server, stores.streams, log)
            await ready.look()
            own = _beside(name, module.TOPIC, stores, log, parts, told, measured=settings.metrics_port > 0)
            loops.extend(asyncio.create_task(kept_running(each.run, name, type(each).__name__)) for each in (ready, *own))
        if settings.metrics_port:
            stack.callback(metrics.serve(settings.host, settings.metrics_port))
            loops.append(asyncio.create_task(kept_running(event_loop_late, names[0], "EventLoop")))
        http = HttpServer(routes)
        await http.start(settings.host, settings.http_port_of(names))
        stack.push_async_callback(http.stop)
        found.http_port = http.port
        yield found


def _beside(name: str, topic: str, stores: Stores, log: EventLog, parts: ServiceParts, clock: Clock, *,
            measured: bool) -> list[LogWatch | Relay | Consumer | Measures]:
    """What runs beside a service's door."""
    consumers = [Consumer(each, log, stores.views) for each in parts.subscriptions]
    watch = LogWatch(name, topic, log, stores.streams, stores.views, consumers)
    measures = Measures(name, stores.streams, stores.views, consumers, clock, parts.figures)
    return [watch, Relay(name, stores.streams, log, watch.look), *consumers, *([measures] if measured else [])]


async def _run_until_told(names: Sequence[str]) -> None:
    settings = read()
    logs.configure(settings.log_level)
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
