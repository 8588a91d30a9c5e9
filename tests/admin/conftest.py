"""Installations for operators' commands, filled once: a file of which each test has a copy, and servers that all share."""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.foundation.localservers import kafka
from services.foundation.runtime import settings
from tests.conftest import _server, need

from .worlds import World, filled

_PORTS = {"intake_port": 0, "courier_port": 0, "tracking_port": 0, "http_port": 0}
_made: dict[str, World] = {}
Make = Callable[[str], World]


@pytest.fixture(scope="session")
def lasting_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    need("kafka", kafka.missing())
    yield from _server(kafka, tmp_path_factory.mktemp("admin-kafka"))


@pytest.fixture
def one_file(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """A copy of the filled file."""
    if "one_file" not in _made:
        home = tmp_path_factory.mktemp("admin")
        chosen = settings.Settings(store=f"sqlite:{home / 'postal.sqlite'}", keys_dir=home / "keys", **_PORTS)
        _made["one_file"] = asyncio.run(filled(World(chosen)))
    return _made["one_file"].copied(tmp_path / "world")


@pytest.fixture
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """MongoDB and Kafka, shared: a test leaves it as whole as it found it."""
    store, log = request.getfixturevalue("mongo_server"), request.getfixturevalue("lasting_kafka")
    if "servers" not in _made:
        chosen = settings.Settings(store=store, log=log, mongo_database=f"admin{uuid.uuid4().hex[:8]}",
                                   keys_dir=tmp_path_factory.mktemp("servers") / "keys", **_PORTS)
        _made["servers"] = asyncio.run(filled(World(chosen)))
    return _made["servers"]


@pytest.fixture(params=("one_file", "servers"))
def world(request: pytest.FixtureRequest) -> World:
    """Either."""
    found: World = request.getfixturevalue(request.param)
    return found
