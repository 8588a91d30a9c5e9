"""The whole system in this process on stores that a test chooses, and doors that wait for it."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from services.demo.doors import Doors
from services.foundation.adapters.clocks import TurnableClock
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter
from tests.handheld import minting


@asynccontextmanager
async def standing_on(request: pytest.FixtureRequest, home: Path, clock: TurnableClock) -> AsyncIterator[Any]:
    """On "memory", "sqlite" or "mongodb+kafka", as the fixture's parameter says."""
    store, log, kind = f"sqlite:{home / 'post.sqlite'}", "store", request.param
    if kind == "memory":
        store = "memory:"
    elif kind == "mongodb+kafka":
        store, log = request.getfixturevalue("mongo_server"), request.getfixturevalue("kafka_server")
    chosen = settings.Settings(store=store, log=log, mongo_database=f"t{uuid.uuid4().hex[:10]}", intake_port=0, courier_port=0,
                               tracking_port=0, http_port=0, keys_dir=home)
    async with wiring.running(("intake", "courier", "tracking"), chosen, clock=clock) as found:
        yield found


@asynccontextmanager
async def doors_of(system: Any, patience_s: float) -> AsyncIterator[Doors]:
    """Its doors."""
    made = Doors({name: f"127.0.0.1:{port}" for name, port in system.ports.items()},
                 minting(Minter(Keys.load_or_make(system.settings.keys_dir))), patience_s=patience_s)
    await made.ready()
    yield made
    await made.close()
