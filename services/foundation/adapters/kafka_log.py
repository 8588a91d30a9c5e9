"""The event log on Kafka: the only place that knows aiokafka.

CloudEvents binary mode: the envelope travels as ``ce_*`` headers, the value is the fact's own protobuf bytes, the key is the filing
id. The producer is idempotent and thrown away on any error: aiokafka's can wedge for ever after one (aio-libs/aiokafka#1017),
and what was not marked is published again. No Kafka transactions.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.helpers import create_ssl_context

from ..crashpoints import reach
from ..errors import Refused, Unavailable
from ..events import Recorded
from ..ports import LogReader
from .kafka_reader import KafkaReader, Turns, unavailable
from .kafka_records import headers

SET_ASIDE = "postal.set-aside.v1"
TOPICS = ("postal.dossiers.v1", "postal.parcels.v1", SET_ASIDE)
PARTITIONS = 8  # the same for all: a filing's facts lie in the same partition number of each
_SEND_S, _STOP_S = 10.0, 5.0


def reach_of(address: str) -> dict[str, Any]:
    """How clients reach the brokers of ``HOST:PORT,…[?certificates=FOLDER]``: in the clear, or by TLS as whom the folder's user.crt
    and user.key say, to brokers that its ca.crt vouches for. Read again with every new client, so that a renewed one is taken."""
    hosts, _, asked = address.partition("?")
    folder = parse_qs(asked).get("certificates", [""])[0]
    if not folder:
        return {"bootstrap_servers": hosts}
    context = create_ssl_context(cafile=f"{folder}/ca.crt", certfile=f"{folder}/user.crt", keyfile=f"{folder}/user.key")
    return {"bootstrap_servers": hosts, "security_protocol": "SSL", "ssl_context": context}


@asynccontextmanager
async def open_log(bootstrap: str, member: str = "", own: Sequence[str] = TOPICS, *,
                   make: bool = True) -> AsyncIterator["KafkaEventLog"]:
    """The log. A service makes its ``own`` topics alone: so none exists again, after a broker came back empty, before its owner has
    noticed; who only operates (``make`` False) makes none. A log that is down does not stop the start: the relay retries."""
    log = KafkaEventLog(bootstrap, member, own)
    try:
        if make:
            await asyncio.wait_for(log.ensure_topics(), _SEND_S)
    except (TimeoutError, Unavailable):
        log.topics_missing = True
    try:
        yield log
    finally:
        await log.discard_producer()


class KafkaEventLog:
    """Publishes with one disposable producer; a reader is one supervised consumer."""

    def __init__(self, bootstrap: str, member: str = "", own: Sequence[str] = TOPICS) -> None:
        self._bootstrap, self._member, self._own = bootstrap, member, own
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self.topics_missing = False

    async def ensure_topics(self, replication: int | None = None) -> None:
        """Makes the topics that are missing: three copies, or as many as there are brokers; facts are kept for ever."""
        admin = AIOKafkaAdminClient(**reach_of(self._bootstrap))
        try:
            await admin.start()
            there = {each["topic"]: len(each["partitions"]) for each in await admin.describe_topics()}
            changed = [name for name in TOPICS if there.get(name, PARTITIONS) != PARTITIONS]
            if changed:  # a key would lie in another partition than before, and its order be lost
                raise Refused("PARTITIONS_CHANGED", f"must have {PARTITIONS} partitions; make a new topic version instead",
                              field="POSTAL_LOG", value=", ".join(changed))
            copies = replication or min(3, len((await admin.describe_cluster())["brokers"]))
            kept = {"retention.ms": "-1", "min.insync.replicas": str(max(1, copies - 1))}
            wanted = [NewTopic(name=name, num_partitions=PARTITIONS, replication_factor=copies, topic_configs=kept)
                      for name in sorted({*self._own, SET_ASIDE}) if name not in there]
            if wanted:
                for _, code, *_rest in (await admin.create_topics(wanted)).topic_errors:  # it does not raise them
                    if code:
                        raise for_code(code)
        except TopicAlreadyExistsError:
            pass  # another service was first, with the same list
        except KafkaError as error:
            raise unavailable() from error
        finally:
            await admin.close()
        self.topics_missing = False

    async def publish(self, topic: str, facts: Sequence[Recorded]) -> None:
        await self._send([(topic, fact.key.encode(), fact.data, headers(fact)) for fact in facts])

    async def set_aside(self, topic: str, key: str, value: bytes, reason: str) -> None:
        await self._send([(SET_ASIDE, key.encode(), value, [("from", topic.encode()), ("reason", reason.encode())])])

    async def ask(self) -> None:
        try:
            producer = await self._ready_producer()
            await asyncio.wait_for(producer.client.fetch_all_metadata(), _STOP_S)
        except (KafkaError, TimeoutError, OSError) as error:
            raise unavailable() from error

    async def extent(self, topic: str) -> tuple[str, int]:
        admin = AIOKafkaAdminClient(**reach_of(self._bootstrap))
        consumer = AIOKafkaConsumer(**reach_of(self._bootstrap))
        try:
            await asyncio.wait_for(asyncio.gather(admin.start(), consumer.start()), _SEND_S)
            about = await asyncio.wait_for(admin.describe_cluster(), _SEND_S)
            if topic not in await asyncio.wait_for(admin.list_topics(), _SEND_S):
                return str(about["cluster_id"]), 0
            parts = [TopicPartition(topic, part) for part in range(PARTITIONS)]
            ends = await asyncio.wait_for(consumer.end_offsets(parts), _SEND_S)
            return str(about["cluster_id"]), sum(ends.values())
        except (KafkaError, TimeoutError, OSError) as error:
            raise unavailable() from error
        finally:
            await _stopped(consumer)
            await admin.close()

    async def put_raw(self, topic: str, raw: bytes) -> None:
        """An unreadable record, for tests of L8."""
        await self._send([(topic, b"", raw, [])])

    async def _send(self, records: Sequence[tuple[str, bytes, bytes, list[tuple[str, bytes]]]]) -> None:
        try:
            if self.topics_missing:
                await asyncio.wait_for(self.ensure_topics(), _SEND_S)
            producer = await self._ready_producer()
            waiting = [await asyncio.wait_for(producer.send(topic, value, key=key, headers=head), _SEND_S)
                       for topic, key, value, head in records]
            reach("log.sent")
            await asyncio.wait_for(asyncio.gather(*waiting), _SEND_S)
        except (KafkaError, TimeoutError, OSError) as error:
            await self.discard_producer()
            self.topics_missing = True  # a broker that came back empty has none
            raise unavailable() from error

    async def _ready_producer(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                self._producer = await self._fresh_producer()
            return self._producer

    async def _fresh_producer(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(**reach_of(self._bootstrap), enable_idempotence=True, acks="all",
                                    linger_ms=0, request_timeout_ms=5000, metadata_max_age_ms=2000)
        try:
            await asyncio.wait_for(producer.start(), _SEND_S)
        except BaseException:
            await _stopped(producer)
            raise
        return producer

    async def discard_producer(self) -> None:
        """Throws the producer away; the next send makes another."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stopped(producer)

    @asynccontextmanager
    async def reader(self, topics: Sequence[str], group: str, *, afresh: bool = False) -> AsyncIterator[LogReader]:
        consumer = AIOKafkaConsumer(
            **reach_of(self._bootstrap), group_id=group, enable_auto_commit=False,
            group_instance_id=f"{group}-{self._member}" if self._member else None,
            auto_offset_reset="earliest", isolation_level="read_committed", fetch_max_wait_ms=50,
            session_timeout_ms=6000, heartbeat_interval_ms=1000, request_timeout_ms=10_000, metadata_max_age_ms=1000)
        consumer.subscribe(list(topics), listener=(turns := Turns(consumer, afresh=afresh)))
        try:
            await asyncio.wait_for(consumer.start(), _SEND_S * 2)
            yield KafkaReader(consumer, turns)
        except (KafkaError, TimeoutError, OSError) as error:
            raise unavailable() from error
        finally:
            await _stopped(consumer)


async def _stopped(client: Any) -> None:
    """Stops a client. Its own stop may hang (aiokafka#1101) or end in the cancellation of a task of its own (aiokafka#647), which
    must not become ours. What did not stop is cut off: a sender left running would send its old facts after the next one's."""
    stopping = asyncio.ensure_future(client.stop())
    try:
        await asyncio.wait([stopping], timeout=_STOP_S)
    finally:
        if not stopping.done():
            stopping.cancel()
    if stopping.done() and not stopping.cancelled() and stopping.exception() is None:
        return
    sender = getattr(client, "_sender", None)
    if sender is not None and sender.sender_task is not None:
        sender.sender_task.cancel()
        await asyncio.wait([sender.sender_task], timeout=_STOP_S)
    connections = client.client if sender is not None else client._client
    await asyncio.wait([asyncio.ensure_future(connections.close())], timeout=_STOP_S)
