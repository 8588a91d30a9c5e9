"""The rights of deploy/k8s/components/mongodb on a real server: what each user may do is all its service needs, and no more."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pymongo
import pytest
import yaml

from services.foundation.errors import Unavailable
from services.foundation.localservers import mongod, process
from services.foundation.ports import Row
from services.foundation.runtime import settings, wiring
from tests.builders import an_append
from tests.conftest import need

SET = Path(__file__).resolve().parents[2] / "deploy/k8s/components/mongodb/mongodb.yaml"


def _with_users(home: Path) -> tuple[int, int]:
    """Port and process of a server that asks for names and passwords, with the manifest's users."""
    port, key = process.free_port(), home / "key"
    key.write_text("c2Vj" * 8, encoding="utf-8")
    key.chmod(0o600)
    pid = mongod.start(port, home)
    with pymongo.MongoClient(mongod.address(port)) as client:
        for user in yaml.safe_load(SET.read_text(encoding="utf-8"))["spec"]["users"]:
            client[user["db"]].command("createUser", user["name"], pwd=f"of-{user['name']}", roles=[
                {"role": role["name"], "db": role["db"]} for role in user["roles"]])
    process.stop(pid)
    pid = process.start((str(mongod.binary()), "--port", str(port), "--bind_ip", "127.0.0.1", "--dbpath", str(home / "data"),
                         "--replSet", "rs0", "--keyFile", str(key)), home / "mongod.log")
    assert process.until(lambda: process.is_open(port), 30)
    return port, pid


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[str]:
    """What stands after the password in a connection string."""
    need("mongo", mongod.missing())
    port, pid = await asyncio.to_thread(_with_users, tmp_path)
    try:
        yield f"127.0.0.1:{port}/admin?replicaSet=rs0"
    finally:
        await asyncio.to_thread(process.stop, pid)


def _as(user: str, server: str) -> settings.Settings:
    return settings.Settings(store=f"mongodb://{user}:of-{user}@{server}", log="kafka://unused")


async def test_each_service_has_all_of_its_own_database_and_nothing_of_another(server: str) -> None:
    append = an_append("dossiers/a")
    for user in ("intake", "courier", "tracking"):
        async with wiring.open_stores(_as(user, server), user, {"rows": ()}) as stores:
            await stores.streams.append(append)
            assert [each.facts for each in await stores.streams.unpublished(10)] == [append.facts]
            await stores.views.put_many("rows", [Row(key="a", value={}, reflects=1)])
            assert await stores.sequences.block("numbers", 10) is not None
    with pytest.raises(Unavailable):
        async with wiring.open_stores(_as("courier", server), "intake", {}):
            pytest.fail("it was opened")
