"""Servers in processes of their own, and what they cost: CPU and memory as the system counts them."""

import asyncio
import os
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from services.foundation.localservers import kafka, mongod, process

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("intake", "courier", "tracking")
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Standing:
    """A system that answers: addresses by service, its processes, how to reach its page, how long it took to stand."""

    addresses: dict[str, str]
    http: str
    keys: Path
    pids: list[int]
    started_s: float

    def cpu_s(self) -> float:
        """CPU seconds of all its processes so far."""
        return sum(cpu_s(pid) for pid in self.pids)

    def rss_mb(self) -> float:
        """Memory of all its processes."""
        return sum(rss_mb(pid) for pid in self.pids)

    def memory(self) -> dict[str, float]:
        """Memory in MB of each process by its name; one process that runs all is called so."""
        names = SERVICES if len(self.pids) == len(SERVICES) else ("everything in one process",)
        return {name: rss_mb(pid) for name, pid in zip(names, self.pids, strict=True)}


class Servers(NamedTuple):
    """A MongoDB and a Kafka: addresses, and process ids in this order."""

    uri: str
    log: str
    pids: tuple[int, int]


def cpu_s(pid: int) -> float:
    """User and system seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def rss_mb(pid: int) -> float:
    """Resident memory in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


@asynccontextmanager
async def embedded(home: Path, **more: str) -> AsyncIterator[Standing]:
    """Everything in one process on one SQLite file; ``more`` are settings."""
    settings = {"POSTAL_STORE": f"sqlite:{home / 'postal.sqlite'}", "POSTAL_LOG": "store", **more}
    async with _standing(home, settings, ("services",)) as found:
        yield found


@asynccontextmanager
async def on_servers(home: Path, database: str = "bench") -> AsyncIterator[Standing]:
    """Three services on a real MongoDB and a real Kafka."""
    async with database_servers(home) as servers, services_on(home, servers, database) as found:
        yield found


@asynccontextmanager
async def services_on(home: Path, servers: Servers, database: str) -> AsyncIterator[Standing]:
    """Three services on servers that run."""
    settings = {"POSTAL_STORE": servers.uri, "POSTAL_LOG": servers.log, "POSTAL_MONGO_DATABASE": database}
    async with _standing(home, settings, tuple(f"services.{name}" for name in SERVICES)) as found:
        yield found


@asynccontextmanager
async def database_servers(home: Path) -> AsyncIterator[Servers]:
    """A fresh one of each."""
    pids, ports = [], (process.free_port(), process.free_port())
    try:
        for module, port in zip((mongod, kafka), ports, strict=True):
            pids.append(await asyncio.to_thread(module.start, port, home / module.__name__.rsplit(".", 1)[1]))
        yield Servers(mongod.address(ports[0]), kafka.address(ports[1]), (pids[0], pids[1]))
    finally:
        for pid in pids:
            await asyncio.to_thread(process.stop, pid)


@asynccontextmanager
async def helper(home: Path, module: str, *arguments: str) -> AsyncIterator[tuple[str, int]]:
    """(address, process id) of one of our small servers; its port is the last argument."""
    port = process.free_port()
    pid = process.start((sys.executable, "-m", module, *arguments, str(port)), home / f"{module}.log", {**os.environ})
    try:
        await _until_open(port, pid)
        yield f"127.0.0.1:{port}", pid
    finally:
        await asyncio.to_thread(process.stop, pid)


@asynccontextmanager
async def _standing(home: Path, settings: dict[str, str], modules: tuple[str, ...]) -> AsyncIterator[Standing]:
    ports, http = {name: process.free_port() for name in SERVICES}, process.free_port()
    environment = {**os.environ, "POSTAL_KEYS_DIR": str(home / "keys"), "POSTAL_HTTP_PORT": str(http),
                   "POSTAL_INTAKE_HTTP_PORT": str(process.free_port()), "POSTAL_COURIER_HTTP_PORT": str(process.free_port()),
                   "POSTAL_LOG_LEVEL": "ERROR", **{f"POSTAL_{name.upper()}_PORT": str(port) for name, port in ports.items()},
                   **settings}
    start, pids = asyncio.get_running_loop().time(), []
    try:
        for module in modules:
            pids.append(process.start((sys.executable, "-m", module), home / f"{module}.log", environment))
        for port in (*ports.values(), http):
            await _until_open(port, pids[0])
        yield Standing({name: f"127.0.0.1:{port}" for name, port in ports.items()}, f"http://127.0.0.1:{http}", home / "keys",
                       pids, asyncio.get_running_loop().time() - start)
    finally:
        for pid in pids:
            await asyncio.to_thread(process.stop, pid)


async def _until_open(port: int, pid: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                if not process.is_alive(pid):
                    raise RuntimeError("a server of the benchmark did not start") from None
                await asyncio.sleep(0.005)
                continue
            writer.close()
            return
