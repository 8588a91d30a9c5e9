"""Real servers for the tests that need them, started here on free ports and stopped at the end.

A missing server skips its tests and is listed with the reason at the end; named in REQUIRE it fails them. On several processors
(`make test`) each worker takes file after file and has servers of its own.
"""

import fcntl
import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.foundation.localservers import kafka, mongod, process

ROOT = Path(__file__).resolve().parents[1]
REQUIRED = {name for name in os.environ.get("REQUIRE", "").split(",") if name}
_ran: set[str] = set()
_not_run: dict[str, str] = {}
# Rooms whose files take longest come first: none is left to one worker while the others have nothing to do.
_FIRST = ("journeys", "browser", "admin", "simulation", "hostile", "architecture", "seeing", "chaos", "contracts")


def need(name: str, missing: str | None) -> None:
    """Skips with the reason, or fails where REQUIRE names it."""
    if missing is None:
        _ran.add(name)
        return
    _not_run[name] = missing
    if name in REQUIRED:
        pytest.fail(f"REQUIRE names {name}, but: {missing}")
    pytest.skip(f"{name}: {missing}")


@pytest.fixture(autouse=True)
def _our_lines() -> Iterator[None]:
    """Who configures our logger for a test, to a stream that ends with the test, leaves it to the next as it was."""
    ours = logging.getLogger("postal")
    handlers, level, propagate = list(ours.handlers), ours.level, ours.propagate
    yield
    ours.handlers[:] = handlers
    ours.setLevel(level)
    ours.propagate = propagate


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real replica set of one."""
    need("mongo", mongod.missing())
    yield from _server(mongod, tmp_path_factory.mktemp("mongod"))


@pytest.fixture
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real Apache Kafka, empty for each test: its topics belong to one installation's stores."""
    need("kafka", kafka.missing())
    yield from _server(kafka, tmp_path_factory.mktemp("kafka"))


def _server(module: Any, folder: Path) -> Iterator[str]:
    port = process.free_port()
    pid = module.start(port, folder)
    try:
        yield module.address(port)
    finally:
        process.stop(pid)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a real Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    need("browser", None if found else "no chromium on PATH")
    return str(found)


@pytest.fixture(scope="session")
def node() -> str:
    """Path of Node.js, which runs the pages' pure modules."""
    found = shutil.which("node")
    need("node", None if found else "no node on PATH")
    return str(found)


@pytest.fixture(scope="session")
def built_pages() -> Path:
    """The folder of the pages of staff, built anew if a source has changed since."""
    missing = [name for name in ("node", "npm", "make") if shutil.which(name) is None]
    need("node", f"not on PATH: {', '.join(missing)}" if missing else None)
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / "pages.lock").open("w") as turn:  # workers build one after the other, and the second has nothing to do
        fcntl.flock(turn, fcntl.LOCK_EX)
        done = subprocess.run(["make", "pages"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / "build" / "pages"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        room = item.path.relative_to(ROOT / "tests").parts[0]
        return _FIRST.index(room) if room in _FIRST else len(_FIRST)

    items.sort(key=turn)  # within a room the order stays


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["servers"] = (sorted(_ran), _not_run)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    ran, not_run = getattr(node, "workeroutput", {}).get("servers", ((), {}))
    _ran.update(ran)
    _not_run.update(not_run)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.section("adapters and servers")
    terminalreporter.line(f"ran on: memory, sqlite{''.join(f', {name}' for name in sorted(_ran))}")
    for name, reason in sorted(_not_run.items()):
        terminalreporter.line(f"NOT run: {name}: {reason}")
