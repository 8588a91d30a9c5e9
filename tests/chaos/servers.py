"""MongoDB, Kafka and the three services for a storm, with handles to kill, freeze, empty and restart each server."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.foundation.localservers import kafka, mongod, process
from tests.journeys import systems

from .verifier import reading

DATABASE = "storm"


@dataclass
class Servers:
    """One mongod and one Kafka broker, on ports that stay."""

    home: Path
    ports: dict[str, int] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    modules: dict[str, Any] = field(default_factory=lambda: {"mongod": mongod, "kafka": kafka})

    async def start(self, name: str) -> None:
        """Starts it on its port and data."""
        port = self.ports.setdefault(name, process.free_port())
        self.pids[name] = await asyncio.to_thread(self.modules[name].start, port, self.home / name)

    async def kill(self, name: str) -> None:
        """kill -9."""
        os.kill(self.pids[name], signal.SIGKILL)
        await asyncio.to_thread(process.until, lambda: not process.is_alive(self.pids[name]), 10)

    async def freeze(self, name: str, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after so many seconds."""
        os.kill(self.pids[name], signal.SIGSTOP)
        await asyncio.sleep(seconds)
        os.kill(self.pids[name], signal.SIGCONT)

    async def empty(self, name: str) -> None:
        """Takes away all it has stored; it must not run."""
        await asyncio.to_thread(shutil.rmtree, self.home / name / "data")

    async def stop(self) -> None:
        """Ends both."""
        for pid in self.pids.values():
            await asyncio.to_thread(process.stop, pid)

    @property
    def uri(self) -> str:
        return mongod.address(self.ports["mongod"])

    @property
    def bootstrap(self) -> str:
        return kafka.address(self.ports["kafka"])

    async def read(self) -> reading.DataSet:
        """The data set as it is now."""
        return await reading.mongo_and_kafka(self.uri, DATABASE, self.bootstrap.removeprefix("kafka://"))


@asynccontextmanager
async def standing(home: Path) -> AsyncIterator[tuple[Servers, systems.System]]:
    """Both servers and the three services."""
    servers = Servers(home)
    for module in servers.modules.values():
        if module.missing():
            raise RuntimeError(f"{module.__name__}: {module.missing()}")
    try:
        for name in servers.modules:
            await servers.start(name)
        async with systems.three_services(home, servers.uri, servers.bootstrap, DATABASE) as system:
            yield servers, system
    finally:
        await servers.stop()
