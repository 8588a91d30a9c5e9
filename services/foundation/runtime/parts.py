"""What a service is given, and what it gives back to be run."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc

from ..events import Recorded
from ..outlets import Notifier, Printer
from ..ports import Clock, EventLog, Stores
from .device_tokens import Find
from .identity import Keys
from .settings import Settings

React = Callable[[list[Recorded]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceContext:
    """All a service may use of the world."""

    stores: Stores
    log: EventLog
    clock: Clock
    registry: Any  # services.registry.Registry; the foundation knows no service's types
    keys: Keys
    settings: Settings
    printers: Mapping[str, Printer]
    notifier: Notifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A group's reaction to topics. ``react`` is idempotent; Unavailable and Conflict make it be called again. ``views`` are those
    it alone keeps, each with what the subjects' names begin with that its rows are named after; ``project`` is the part of
    ``react`` that keeps them, and does nothing else; None: all of it."""

    topics: tuple[str, ...]
    group: str
    react: React
    views: Mapping[str, str] = field(default_factory=dict)
    project: React | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnViews:
    """Views that commands keep beside streams that are never published; ``project`` makes their rows from the facts."""

    views: Mapping[str, str]
    project: React


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """A service ready to be run. ``device_keys`` is given by the one service whose door devices may knock at; ``figures`` reads
    what the trade asks of all dossiers together into gauges."""

    name: str
    add_to_server: Callable[[grpc.aio.Server], None]
    subscriptions: tuple[Subscription, ...] = ()
    own_views: tuple[OwnViews, ...] = ()
    routes: tuple[Any, ...] = ()
    device_keys: Find | None = None
    figures: Callable[[], Awaitable[None]] | None = None
