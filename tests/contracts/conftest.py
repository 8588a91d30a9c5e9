"""Every adapter the port has, made fresh for each test; a durable one can be reopened."""

import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from services.foundation.runtime import settings, wiring

DECLARED = {"dossiers": ("office", "route"), "other": ()}
Open = Callable[[], AbstractAsyncContextManager[Any]]
STORES = ("memory", "sqlite", "mongo-motor", "mongo-pymongo")
LOGS = ("memory", "sqlite", "kafka")


def _opener(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    kind, _, driver = request.param.partition("-")
    if kind == "mongo":
        store = request.getfixturevalue("mongo_server")
    else:
        store = "memory:" if kind == "memory" else f"sqlite:{tmp_path / 'x.sqlite'}"
    chosen = settings.Settings(store=store, log="kafka://unused", mongo_driver=driver or "motor",
                               mongo_database=f"t{uuid.uuid4().hex[:10]}")
    return lambda: wiring.open_stores(chosen, "intake", DECLARED)


@pytest.fixture(params=STORES)
def open_stores(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same stores each time it is called."""
    return _opener(request, tmp_path)


@pytest.fixture(params=STORES[1:])
def open_durable_stores(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """The same for those that promise to keep what was stored; memory does not."""
    return _opener(request, tmp_path)


def _log_opener(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    store, log = {"memory": ("memory:", "store"), "sqlite": (f"sqlite:{tmp_path / 'x.sqlite'}", "store")}.get(
        request.param, ("memory:", ""))
    if request.param == "kafka":
        log = request.getfixturevalue("kafka_server")
    return lambda: wiring.open_log(settings.Settings(store=store, log=log))


@pytest.fixture(params=LOGS)
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same log each time it is called."""
    return _log_opener(request, tmp_path)


@pytest.fixture(params=LOGS[1:])
def open_durable_log(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """The same for those that promise to keep what was published."""
    return _log_opener(request, tmp_path)
