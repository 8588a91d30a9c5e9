"""MongoDB, Kafka and the three services for a storm, with handles to kill, freeze, empty and restart each server.

One of each; or three of each, a replica set and brokers with three copies; or one of each behind proxies.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pymongo
from aiokafka.admin import AIOKafkaAdminClient

from services.foundation.adapters import mongodb_set
from services.foundation.localservers import kafka, mongod, process
from tests.journeys import systems

from . import network
from .network import Proxies
from .verifier import reading

DATABASE, OF_MANY = "storm", 3


@dataclass
class Servers:
    """``each`` mongods and Kafka brokers, on ports that stay; behind ``proxies`` clients are told the proxies' ports."""

    home: Path
    each: int = 1
    proxies: Proxies | None = None
    ports: dict[str, int] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    cluster: str = field(default_factory=kafka.new_id)
    controllers: tuple[int, ...] = ()

    @property
    def mongods(self) -> list[str]:
        return ["mongod"] if self.each == 1 else [f"mongod-{number}" for number in range(1, self.each + 1)]

    @property
    def brokers(self) -> list[str]:
        return ["kafka"] if self.each == 1 else [f"kafka-{number}" for number in range(1, self.each + 1)]

    async def start_all(self) -> None:
        """All of them; several mongods become one set. Brokers start together: one alone waits for a second."""
        self.controllers = tuple(process.free_port() for _ in self.brokers)
        await asyncio.gather(*(self.start(name) for name in (*self.mongods, *self.brokers)))
        if self.each > 1:
            members = [self.ports[name] for name in self.mongods]
            await asyncio.to_thread(mongodb_set.make_replica_set, members[0], members)

    async def start(self, name: str) -> None:
        """Starts it on its port and data."""
        port = self.ports.setdefault(name, process.free_port())
        told = self.told(name)
        if name in self.mongods:
            self.pids[name] = await asyncio.to_thread(mongod.start, port, self.home / name, told=told, members=self.each)
        else:
            node = kafka.Node(self.brokers.index(name) + 1, self.controllers, self.cluster)
            self.pids[name] = await asyncio.to_thread(kafka.start, port, self.home / name, told=told, node=node)

    def told(self, name: str) -> int:
        """The port that clients are told."""
        return self.proxies.before(name, self.ports[name]) if self.proxies else self.ports[name]

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
        """Takes away all it has stored; it must not run. What comes back is another cluster."""
        await asyncio.to_thread(shutil.rmtree, self.home / name / "data")
        self.cluster = kafka.new_id()

    async def stop(self) -> None:
        """Ends all: their data are thrown away, nothing is waited for."""
        await asyncio.gather(*(asyncio.to_thread(process.stop, pid, 3) for pid in self.pids.values()))

    async def primary(self) -> str:
        """Name of the mongod that is primary."""
        def ask() -> str:
            with pymongo.MongoClient(self.uri, serverSelectionTimeoutMS=20_000) as client:
                port = int(str(client.admin.command("hello")["primary"]).rsplit(":", 1)[1])
            return next(name for name in self.mongods if self.ports[name] == port)

        return await asyncio.to_thread(ask)

    async def leader(self, topic: str) -> str:
        """Name of the broker that leads the topic's first partition."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap.removeprefix("kafka://"))
        await admin.start()
        try:
            described = await admin.describe_topics([topic])
        finally:
            await admin.close()
        part = next(each for each in described[0]["partitions"] if each["partition"] == 0)
        return self.brokers[part["leader"] - 1]

    @property
    def uri(self) -> str:
        return mongod.address(*(self.told(name) for name in self.mongods))

    @property
    def bootstrap(self) -> str:
        return "kafka://" + ",".join(f"127.0.0.1:{self.told(name)}" for name in self.brokers)

    async def read(self) -> reading.DataSet:
        """The data set as it is now."""
        return await reading.mongo_and_kafka(self.uri, DATABASE, self.bootstrap.removeprefix("kafka://"))


def missing(*, proxied: bool = False) -> str | None:
    """Why they cannot run here."""
    return mongod.missing() or kafka.missing() or (network.missing() if proxied else None)


@asynccontextmanager
async def standing(home: Path, *, each: int = 1, proxied: bool = False) -> AsyncIterator[tuple[Servers, systems.System]]:
    """The servers and the three services."""
    proxies = await asyncio.to_thread(Proxies.start, home) if proxied else None
    servers = Servers(home, each, proxies)
    try:
        await servers.start_all()
        async with systems.three_services(home, servers.uri, servers.bootstrap, DATABASE, named=False) as system:
            if proxies:
                system.told = {name: proxies.before(name, port) for name, port in system.ports.items()}
            yield servers, system
    finally:
        await servers.stop()
        if proxies:
            proxies.stop()
