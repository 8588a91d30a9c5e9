"""Reads a data set with raw drivers: SQLite read-only; MongoDB with majority reads; Kafka's whole topics without a group."""

import json
import sqlite3
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pymongo
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pymongo.read_concern import ReadConcern

from .dataset import DataSet, Fact, Op, Published, ViewRow, unpacked

SERVICES = ("intake", "courier", "tracking")
TOPICS = ("postal.dossiers.v1", "postal.parcels.v1", "postal.set-aside.v1")


def history(path: Path) -> list[Op]:
    """The clients' operations in the order they were asked."""
    ops: dict[int, Op] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        if "op" in said:
            ops[said["n"]] = Op(**said)
        else:
            for name in ("outcome", "answer", "digest", "reason"):
                setattr(ops[said["n"]], name, said[name])
    return list(ops.values())


def sqlite_file(path: Path) -> DataSet:
    """Everything of the embedded system's file."""
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        store.execute("BEGIN")  # one moment for all tables
        found = DataSet(streams={name: {} for name in SERVICES}, waiting={name: [] for name in SERVICES},
                        topics={name: [] for name in TOPICS}, rows=defaultdict(dict), private={}, history=[])
        for service, subject, record in store.execute("SELECT service, subject, record FROM facts ORDER BY 1, 2, sequence"):
            found.streams[service].setdefault(subject, []).append(unpacked(record))
        for service, subject, first in store.execute("SELECT service, subject, first FROM waiting"):
            found.waiting[service].append(f"{subject}/{first}")
        for position, topic, reason, record in store.execute("SELECT position, topic, reason, record FROM log ORDER BY 1"):
            found.topics[topic].append(_from_log(topic, position, reason, record))
        for service, view, key, reflects, value, indexes in store.execute(
                "SELECT service, view, key, reflects, value, indexes FROM rows"):
            found.rows[service, view][key] = ViewRow(reflects, json.loads(value), json.loads(indexes))
        for subject, sealed in store.execute("SELECT subject, sealed FROM private ORDER BY id"):
            found.private.setdefault(subject, []).append(sealed)
        return found
    finally:
        store.close()


def _from_log(topic: str, position: int, reason: str, record: bytes) -> Published:
    if reason:
        return Published(topic, 0, position, None, record)
    return Published(topic, 0, position, unpacked(record), record)


async def mongo_and_kafka(uri: str, prefix: str, bootstrap: str) -> DataSet:
    """Everything of the three services' databases and of the topics."""
    found = DataSet(streams={}, waiting={}, topics={}, rows=defaultdict(dict), private={}, history=[])
    with pymongo.MongoClient(uri) as client:
        for service in SERVICES:
            _read_database(client.get_database(f"{prefix}_{service}", read_concern=ReadConcern("majority")), service, found)
    found.topics = await _whole_topics(bootstrap)
    return found


def _read_database(base: Any, service: str, found: DataSet) -> None:
    streams: dict[str, list[Fact]] = {}
    found.waiting[service] = []
    for document in base["appends"].find().sort("_id", 1):
        facts = [unpacked(bytes(record)) for record in document["facts"]]
        streams.setdefault(document["subject"], []).extend(facts)
        if "waiting" in document:
            found.waiting[service].append(f"{document['subject']}/{facts[0].sequence}")
        if "private" in document:
            found.private.setdefault(document["subject"], []).append(bytes(document["private"]))
    found.streams[service] = streams
    for document in base["rows"].find():
        found.rows[service, document["view"]][document["key"]] = ViewRow(document["reflects"], document["value"],
                                                                         document["indexes"])


async def _whole_topics(bootstrap: str) -> dict[str, list[Published]]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics(list(TOPICS))
    finally:
        await admin.close()
    parts = [TopicPartition(topic["topic"], part["partition"]) for topic in described for part in topic["partitions"]]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        topics: dict[str, list[Published]] = {name: [] for name in TOPICS}
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        await consumer.seek_to_beginning(*parts)
        while any([await consumer.position(part) < end for part, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    topics[record.topic].append(Published(record.topic, record.partition, record.offset, _from_kafka(record),
                                                          record.value or b""))
        return topics
    finally:
        await consumer.stop()


def _from_kafka(record: Any) -> Fact | None:
    head = {name: value.decode() for name, value in record.headers}
    if "ce_type" not in head:
        return None
    return Fact(
        subject=head["ce_subject"], key=record.key.decode(), sequence=int(head["ce_sequence"]), type=head["ce_type"],
        data=record.value, occurred=_ms(head["ce_time"]), recorded=_ms(head["ce_recordedtime"]), cause=head["ce_causationid"],
        fingerprint=head["postal_fingerprint"], person=head["postal_person"], role=head["postal_role"],
        place=head["postal_place"], device=head["postal_device"], trace=head["traceparent"], previous=head["postal_previous"],
        hash=head["postal_hash"])


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
