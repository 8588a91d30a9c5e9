"""An installation with a little in it, on either back end, and operators' commands as they are typed."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pymongo
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from postal.courier.v1 import courier_service_pb2 as courier
from typer.testing import CliRunner

from loadtests.bench import processes
from services import registry
from services.admin import installation
from services.admin.__main__ import app
from services.demo.cases import PHARMACIST
from services.demo.doors import Doors
from services.demo.journey import Journey
from services.foundation.adapters.kafka_log import reach_of
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter
from tests.builders import CLERK, a_filing
from tests.handheld import Handheld, minting

SERVICES = ("intake", "courier", "tracking")
GROUPS = ("intake-parcels", "intake-list", "courier-dossiers", "courier-list", "tracking")


class Died(Exception):
    """The process has ended here."""


@dataclass
class World:
    """Settings, and what was done: one dossier carried all the way, one scanned by a handheld that also claimed a delivery."""

    chosen: settings.Settings
    whole: str = ""
    scanned: str = ""
    tracking_code: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {"POSTAL_STORE": self.chosen.store, "POSTAL_LOG": self.chosen.log, "POSTAL_KEYS_DIR": str(self.chosen.keys_dir),
                "POSTAL_MONGO_DATABASE": self.chosen.mongo_database, "POSTAL_MONGO_DRIVER": self.chosen.mongo_driver}

    def admin(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Exit code and report of a command."""
        done = CliRunner().invoke(app, [*words, "--json"], env=self.environment)
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        return done.exit_code, json.loads(done.stdout) if done.stdout.strip() else {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Doors]:
        """The services on it: in this process on one file, as processes of their own on servers."""
        async with self._standing() as addresses:
            doors = Doors(addresses, minting(Minter(Keys.load_or_make(self.chosen.keys_dir))), patience_s=20)
            await doors.ready()
            yield doors
            await doors.close()

    @asynccontextmanager
    async def _standing(self) -> AsyncIterator[dict[str, str]]:
        if self.chosen.store.startswith("sqlite:"):
            async with wiring.running(SERVICES, self.chosen) as found:
                yield {name: f"127.0.0.1:{port}" for name, port in found.ports.items()}
            return
        servers = processes.Servers(self.chosen.store, self.chosen.log, (0, 0))
        async with processes.services_on(self.chosen.keys_dir.parent, servers, self.chosen.mongo_database) as standing:
            yield standing.addresses

    async def until_shown(self) -> None:
        """Runs the services until every view shows every stream and every group has stored that it has read so far: else what it
        reads again at the next start comes before what a test does meanwhile."""
        async with self.running():
            async with asyncio.timeout(90):
                while not (await self._level() and await self._read_to_the_end()):
                    await asyncio.sleep(0.1)

    def until_shown_now(self) -> None:
        """The same for who has no loop running."""
        asyncio.run(self.until_shown())

    async def _level(self) -> bool:
        """Whether a verification beside the running system finds nothing."""
        return (await asyncio.to_thread(self.admin, "verify", "--patience", "0"))[1].get("ok", False)

    async def _read_to_the_end(self) -> bool:
        if self.chosen.store.startswith("sqlite:"):
            with contextlib.closing(sqlite3.connect(self.chosen.store.removeprefix("sqlite:"))) as store:
                return not store.execute("SELECT 1 FROM positions JOIN log USING (topic) WHERE log.position>positions.position "
                                         "LIMIT 1").fetchall()
        reach = reach_of(self.chosen.log.removeprefix("kafka://"))
        brokers, reader = AIOKafkaAdminClient(**reach), AIOKafkaConsumer(**reach)
        await brokers.start()
        await reader.start()
        try:
            for group in GROUPS:
                stored = await brokers.list_consumer_group_offsets(group)
                ends = await reader.end_offsets(list(stored)) if stored else {}
                if not stored or any(stored[part].offset < end for part, end in ends.items()):
                    return False
            return True
        finally:
            await reader.stop()
            await brokers.close()

    def copied(self, home: Path) -> "World":
        """The same on a copy of its file."""
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.chosen.store.removeprefix("sqlite:"), home / "postal.sqlite")
        return replace(self, chosen=replace(self.chosen, store=f"sqlite:{home / 'postal.sqlite'}"))

    def empty(self, home: Path) -> "World":
        """Another installation with nothing in it and the same keys, on one file."""
        return World(replace(self.chosen, store=f"sqlite:{home / 'empty' / 'postal.sqlite'}", log="store"))

    def made(self) -> None:
        """As a first start leaves it: everything is there, and empty."""
        async def once() -> None:
            async with installation.opened(writing=True, chosen=self.chosen):
                pass

        asyncio.run(once())

    def state(self) -> Any:
        """Everything that is stored, to see whether anything was changed."""
        if self.chosen.store.startswith("sqlite:"):
            return Path(self.chosen.store.removeprefix("sqlite:")).read_bytes()
        with pymongo.MongoClient(self.chosen.store) as client:
            base = {service: client[f"{self.chosen.mongo_database}_{service}"] for service in SERVICES}
            return {(service, name): sorted(repr(document) for document in base[service][name].find())
                    for service in SERVICES for name in ("appends", "rows", "numbers", "generations")}


async def filled(world: World) -> World:
    """With one dossier carried all the way, and one whose parcel a handheld has scanned and claims to have delivered."""
    known = registry.load()
    home = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
    async with world.running() as doors:
        journey = Journey(doors, home.code, PHARMACIST)
        await journey.run()
        world.whole, world.tracking_code = journey.filing_id, journey.tracking_code
        filed = (await doors.call("FileDossier", a_filing(request_id=str(uuid.uuid4())), CLERK)).dossier
        world.scanned = filed.filing_id
        hand = await Handheld(operator="gdv", role="CLERK").enrol(doors)
        await doors.call("UploadBundle", hand.bundle(hand.scan(filed.parcel_code), hand.deliver(filed.parcel_code)), hand)
        async with asyncio.timeout(30):
            while not (await doors.call("GetParcel", courier.GetParcelRequest(parcel_code=filed.parcel_code), CLERK)).parcel.scans:
                await asyncio.sleep(0.05)
    await world.until_shown()
    return world
