"""The system under a journey, as real processes that can be killed: embedded on one SQLite file, or three services."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from services.demo.doors import RECONNECT
from services.foundation.localservers.process import free_port

SERVICES = ("intake", "courier", "tracking")
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class System:
    """Processes by name; ``commands`` says how each is started."""

    home: Path
    environment: dict[str, str]
    ports: dict[str, int]
    http_ports: dict[str, int]  # by service; one and the same where everything is one process
    commands: dict[str, tuple[str, ...]]
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    kills: int = 0
    told: dict[str, int] = field(default_factory=dict)  # ports that clients are told, where something stands between
    metrics: dict[str, int] = field(default_factory=dict)  # ports of metrics by process, where they are asked for
    members: dict[str, str] = field(default_factory=dict)  # their names in Kafka's groups, by process

    @property
    def http_port(self) -> int:
        """Where the citizen's page is."""
        return self.http_ports["tracking"]

    @property
    def addresses(self) -> dict[str, str]:
        return {name: f"127.0.0.1:{self.told.get(name, port)}" for name, port in self.ports.items()}

    @property
    def keys_dir(self) -> Path:
        return Path(self.environment["POSTAL_KEYS_DIR"])

    async def start(self, name: str, **more: str) -> None:
        if name in self.metrics:
            more["POSTAL_METRICS_PORT"] = str(self.metrics[name])
        if name in self.members:
            more["POSTAL_MEMBER"] = self.members[name]
        log = (self.home / f"{name}.log").open("ab")
        with log:
            self.processes[name] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *self.commands[name], env={**self.environment, **more}, cwd=ROOT, stdout=log, stderr=log)

    async def kill_and_restart(self, name: str) -> None:
        """kill -9, then a new process on the same ports and data."""
        self.processes[name].send_signal(signal.SIGKILL)
        await self.processes[name].wait()
        self.kills += 1
        await self.start(name)

    async def keys_made(self) -> None:
        deadline = asyncio.get_running_loop().time() + 30
        while not (self.keys_dir.exists() and any(self.keys_dir.iterdir())):
            assert asyncio.get_running_loop().time() < deadline, "no keys were made"
            await asyncio.sleep(0.05)

    async def until_ready(self) -> None:
        for name, address in self.addresses.items():
            async with grpc.aio.insecure_channel(address, options=RECONNECT) as channel:
                try:
                    await asyncio.wait_for(channel.channel_ready(), 60)
                except TimeoutError:
                    logs = "\n".join(path.read_text()[-2000:] for path in self.home.glob("*.log"))
                    raise AssertionError(f"{name} did not start:\n{logs}") from None

    async def stop(self) -> list[int]:
        """SIGTERM to all; their exit codes."""
        for process in self.processes.values():
            if process.returncode is None:
                process.terminate()
        return [await self._ended(name, process) for name, process in self.processes.items()]

    async def _ended(self, name: str, process: asyncio.subprocess.Process) -> int:
        try:
            return await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            raise AssertionError(f"{name} did not end after SIGTERM; see {self.home / name}.log") from None


def _environment(home: Path, ports: dict[str, int], http_ports: dict[str, int], **more: str) -> dict[str, str]:
    return {**os.environ, "POSTAL_KEYS_DIR": str(home / "keys"), "POSTAL_HTTP_PORT": str(http_ports["tracking"]),
            "POSTAL_INTAKE_HTTP_PORT": str(http_ports["intake"]), "POSTAL_COURIER_HTTP_PORT": str(http_ports["courier"]),
            "POSTAL_NOTIFIER": f"folder:{home / 'notices'}", "POSTAL_PUBLIC_URL": f"http://127.0.0.1:{http_ports['tracking']}",
            **{f"POSTAL_{name.upper()}_PORT": str(port) for name, port in ports.items()}, **more}


@asynccontextmanager
async def embedded(home: Path, *, metrics: bool = False, **more: str) -> AsyncIterator[System]:
    """Everything in one process on one SQLite file; ``more`` are settings."""
    ports, http_ports = {name: free_port() for name in SERVICES}, dict.fromkeys(SERVICES, free_port())
    environment = _environment(home, ports, http_ports, POSTAL_STORE=f"sqlite:{home / 'postal.sqlite'}", POSTAL_LOG="store", **more)
    system = System(home, environment, ports, http_ports, {"everything": ("services",)})
    system.metrics = {name: free_port() for name in system.commands if metrics}
    async with _running(system):
        yield system


@asynccontextmanager
async def three_services(home: Path, mongo: str, kafka: str, database: str, *, metrics: bool = False, named: bool = True,
                         **more: str) -> AsyncIterator[System]:
    """Three processes on MongoDB and Kafka; ``more`` are settings. ``named``, as `make up` starts them, one that was killed has its
    part of the log back at once; else, as in a cluster, when Kafka has missed it for six seconds."""
    ports, http_ports = ({name: free_port() for name in SERVICES} for _ in ("gRPC", "HTTP"))
    environment = _environment(home, ports, http_ports, POSTAL_STORE=mongo, POSTAL_LOG=kafka,
                               POSTAL_MONGO_DATABASE=database, **more)
    system = System(home, environment, ports, http_ports, {name: (f"services.{name}",) for name in SERVICES})
    system.metrics = {name: free_port() for name in system.commands if metrics}
    system.members = {name: f"{name}-1" for name in system.commands if named}
    async with _running(system):
        yield system


@asynccontextmanager
async def _running(system: System) -> AsyncIterator[None]:
    for number, name in enumerate(system.commands):
        await system.start(name)
        if number == 0:  # the first makes the keys that the others share
            await system.keys_made()
    await system.until_ready()
    try:
        yield
    finally:
        codes = await system.stop()
    assert codes == [0] * len(codes), f"exit codes {codes}; see {system.home}"

