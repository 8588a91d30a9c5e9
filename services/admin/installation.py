"""An installation as operators have it before them: every service's stores, the log, and what keeps each view."""

import importlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.foundation.adapters.clocks import SystemClock
from services.foundation.errors import Invalid, Refused
from services.foundation.ports import EventLog, Stores, Streams, Views, Whole
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys
from services.foundation.runtime.parts import React, ServiceContext, ServiceParts
from services.registry.versions import built_in

SERVICES = ("intake", "courier", "tracking")
OWNERS = ("intake", "courier")  # who states facts
PAGE = 500
_NO_KEYS = Keys(None, {}, bytes(32), bytes(32))  # what keeps views seals and checks nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection:
    """What keeps some views: the service's own code, bound to the views it was asked for. ``views`` tells what its subjects' names
    begin with. ``topics`` () if it is kept beside streams that are never published."""

    name: str
    service: str
    topics: tuple[str, ...]
    views: Mapping[str, str]
    project: React

    def shows(self, service: str, whole: Whole) -> bool:
        """Whether a subject of a service is shown in one of its views."""
        mine = whole.topic in self.topics if self.topics else service == self.service
        return mine and whole.subject.startswith(tuple(self.views.values()))


@dataclass(frozen=True, slots=True)
class Installation:
    """Stores by service, and the log."""

    chosen: settings.Settings
    stores: Mapping[str, Stores]
    log: EventLog

    def projections(self, views: Mapping[str, Views]) -> list[Projection]:
        """All there are, writing to these views by service."""
        found: list[Projection] = []
        for service in SERVICES:
            parts = self._parts(service, views[service])
            found += [Projection(name=each.group, service=service, topics=each.topics, views=each.views,
                                 project=each.project or each.react) for each in parts.subscriptions if each.views]
            found += [Projection(name=f"{service}-{'-'.join(each.views)}", service=service, topics=(), views=each.views,
                                 project=each.project) for each in parts.own_views]
        return found

    def live(self) -> list[Projection]:
        """Those of the live views."""
        return self.projections({name: stores.views for name, stores in self.stores.items()})

    def named(self, name: str) -> Projection:
        """One of the live ones; raises Invalid PROJECTION_UNKNOWN naming them all."""
        known = {each.name: each for each in self.live()}
        if name not in known:
            raise Invalid("PROJECTION_UNKNOWN", f"name one of {', '.join(known)}", field="projection")
        return known[name]

    def beside(self, name: str, views: Views) -> Projection:
        """One of them, writing to other views of its service."""
        mine = {service: stores.views for service, stores in self.stores.items()} | {self.named(name).service: views}
        return next(each for each in self.projections(mine) if each.name == name)

    def _parts(self, service: str, views: Views) -> ServiceParts:
        mine = self.stores[service]
        parts: ServiceParts = importlib.import_module(f"services.{service}.service").build(ServiceContext(
            stores=Stores(mine.streams, views, mine.sequences), log=self.log, clock=SystemClock(), registry=built_in(),
            keys=_NO_KEYS, settings=self.chosen, printers={}))
        return parts


def declared(service: str) -> Mapping[str, Sequence[str]]:
    """Its views and their indexes."""
    views: Mapping[str, Sequence[str]] = importlib.import_module(f"services.{service}.service").VIEWS
    return views


@asynccontextmanager
async def opened(*, writing: bool, chosen: settings.Settings | None = None) -> AsyncIterator[Installation]:
    """The installation of the settings. Raises Refused STORE_IN_USE who would write beside a system that runs on one file."""
    chosen = chosen or settings.read()
    if chosen.store.startswith("memory:"):
        raise Refused("STORE_IN_MEMORY", "what lies in a process's memory cannot be operated on", field="POSTAL_STORE")
    async with wiring.open_installation(chosen, SERVICES, read_only=not writing) as found:
        if found.log is None:
            raise Refused("LOG_MISSING", "name a log", field="POSTAL_LOG")
        yield Installation(chosen, found.stores, found.log)


async def walk(streams: Streams, after: str = "", limit: int = PAGE) -> AsyncIterator[list[Whole]]:
    """All subjects, a page at a time: memory stays bounded however many there are."""
    while page := await streams.wholes(after, limit):
        yield page
        after = page[-1].subject
