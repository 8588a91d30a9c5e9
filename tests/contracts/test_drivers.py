"""What a real server may do to an adapter beyond the clauses: the traps each driver has."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.admin import DeleteGroupsRequest
from pymongo import MongoClient
from pymongo.errors import BulkWriteError

from services.foundation.adapters import kafka_log, kafka_reader
from services.foundation.adapters.mongodb_driver import duplicates
from services.foundation.errors import Conflict, Refused, Unavailable
from services.foundation.localservers import mongod, process
from services.foundation.runtime import settings, wiring
from tests.builders import an_append
from tests.conftest import need
from tests.contracts.test_event_log import read_until

TOPIC = "postal.dossiers.v1"


def test_c6_a_write_that_a_majority_did_not_confirm_is_no_mere_duplicate() -> None:
    taken = {"index": 3, "code": 11000}
    for details in ({"writeErrors": [taken], "writeConcernErrors": [{"code": 64}]}, {"writeErrors": []},
                    {"writeErrors": [taken, {"index": 4, "code": 50}]}):
        with pytest.raises(BulkWriteError):
            duplicates(BulkWriteError(details))

    assert duplicates(BulkWriteError({"writeErrors": [taken], "writeConcernErrors": []})) == [3]


async def test_m6_a_standalone_mongod_is_refused(tmp_path: Path) -> None:
    need("mongo", mongod.missing())
    port = process.free_port()
    (tmp_path / "data").mkdir()
    pid = process.start((str(mongod.binary()), "--port", str(port), "--bind_ip", "127.0.0.1", "--dbpath",
                         str(tmp_path / "data")), tmp_path / "mongod.log")
    try:
        assert await asyncio.to_thread(process.until, lambda: process.is_open(port), 30)
        with pytest.raises(Refused) as refusal:
            async with wiring.open_stores(settings.Settings(store=f"mongodb://127.0.0.1:{port}/", log="kafka://x"), "intake", {}):
                pytest.fail("it was opened")
    finally:
        await asyncio.to_thread(process.stop, pid)

    assert refusal.value.reason == "STORE_NOT_A_REPLICA_SET"


async def test_b17_b20_kafka_keeps_facts_for_ever_and_refuses_other_partition_counts(kafka_server: str) -> None:
    bootstrap = kafka_server.removeprefix("kafka://")
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic("postal.parcels.v1", num_partitions=3, replication_factor=1)])
        with pytest.raises(Refused) as refusal:  # B17: a key would lie elsewhere than before
            async with kafka_log.open_log(bootstrap):
                pytest.fail("it was opened")
        assert refusal.value.reason == "PARTITIONS_CHANGED"
        await admin.delete_topics(["postal.parcels.v1"])
        async with asyncio.timeout(30):
            while "postal.parcels.v1" in await admin.list_topics():
                await asyncio.sleep(0.1)
        kept: dict[str, str] = {}
        async with kafka_log.open_log(bootstrap), asyncio.timeout(30):
            while not kept:  # a topic is made before the broker can tell about it
                answer = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC)])
                kept = {entry[0]: entry[1] for entry in answer[0].resources[0][4]}
        assert kept["retention.ms"] == "-1"
    finally:
        await admin.close()


async def test_k4_a_reader_that_is_behind_and_gets_nothing_is_replaced(
        kafka_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_reader, "_STUCK_S", 0.0)
    async with kafka_log.open_log(kafka_server.removeprefix("kafka://")) as log, log.reader([TOPIC], "g") as reader:
        while not reader._consumer.assignment():
            await reader.batch(10, 0.1)
        assert await reader.batch(10, 0.1) == []  # nothing to read is not stuck
        await log.publish(TOPIC, an_append("dossiers/a").facts)

        async def nothing(**_: Any) -> dict[Any, Any]:
            return {}

        reader._consumer.getmany = nothing
        with pytest.raises(Unavailable):
            await reader.batch(10, 0.1)


async def test_b18_a_group_whose_positions_are_gone_starts_at_the_beginning_and_skips_nothing(kafka_server: str) -> None:
    bootstrap = kafka_server.removeprefix("kafka://")
    facts = an_append("dossiers/a", count=3).facts
    async with kafka_log.open_log(bootstrap) as log:
        await log.publish(TOPIC, facts[:2])
        async with log.reader([TOPIC], "g") as reader:
            assert len(await read_until(reader, 2)) == 2
            await reader.commit()
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            answer = await admin._send_request_to_node(await admin.find_coordinator("g"), DeleteGroupsRequest(["g"]))
        finally:
            await admin.close()
        await log.publish(TOPIC, facts[2:])
        async with log.reader([TOPIC], "g") as reader:
            again = await read_until(reader, 3)

    assert [tuple(result) for result in answer.results] == [("g", 0)]
    assert tuple(each.fact for each in again) == facts


async def test_b5_a_producer_that_failed_is_thrown_away_and_the_next_send_makes_another(
        kafka_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = an_append("dossiers/a").facts
    async with kafka_log.open_log(kafka_server.removeprefix("kafka://")) as log:
        await log.publish(TOPIC, facts)
        wedged = log._producer

        async def never(*_: Any, **__: Any) -> Any:
            return asyncio.get_running_loop().create_future()

        monkeypatch.setattr(kafka_log, "_SEND_S", 0.3)
        wedged.send = never
        with pytest.raises(Unavailable):
            await log.publish(TOPIC, facts)
        monkeypatch.setattr(kafka_log, "_SEND_S", 10.0)
        await log.publish(TOPIC, facts)

        assert isinstance(log._producer, AIOKafkaProducer)
        assert log._producer is not wedged
        assert wedged._closed


async def test_c14_indexes_that_were_dropped_are_made_again_at_the_start(mongo_server: str) -> None:
    chosen = settings.Settings(store=mongo_server, log="kafka://unused", mongo_database="indexes")
    append = an_append("dossiers/a")
    async with wiring.open_stores(chosen, "intake", {}) as stores:
        await stores.streams.append(append)
    with MongoClient(mongo_server) as client:
        base = client["indexes_intake"]
        before = {name: set(base[name].index_information()) for name in ("appends", "rows")}
        for name in before:
            base[name].drop_indexes()
        assert {name: set(base[name].index_information()) for name in before} == {"appends": {"_id_"}, "rows": {"_id_"}}
    async with wiring.open_stores(chosen, "intake", {}) as stores:
        with pytest.raises(Conflict):
            await stores.streams.append(append)
        assert [each.facts for each in await stores.streams.unpublished(10)] == [append.facts]
    with MongoClient(mongo_server) as client:
        assert {name: set(client["indexes_intake"][name].index_information()) for name in before} == before
