"""What the verifier looks at: facts, topics, views, sealed parts and the clients' history, as read from raw places."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from postal.courier.v1 import device_events_pb2 as _device_facts  # noqa: F401  fills the descriptor pool
from postal.courier.v1 import parcel_events_pb2 as _parcel_facts  # noqa: F401  fills the descriptor pool
from postal.intake.v1 import counter_events_pb2 as _counter_facts  # noqa: F401  fills the descriptor pool
from postal.intake.v1 import dossier_events_pb2 as _dossier_facts  # noqa: F401  fills the descriptor pool


@dataclass
class Fact:
    """One fact as stored or published; times in milliseconds since 1970."""

    subject: str
    key: str
    sequence: int
    type: str
    data: bytes
    occurred: int
    recorded: int
    cause: str
    fingerprint: str
    person: str
    role: str
    place: str
    device: str
    trace: str
    previous: str
    hash: str

    @property
    def kind(self) -> str:
        return self.type.rsplit(".", 1)[1]

    @cached_property
    def message(self) -> Any:
        """The fact's message."""
        known = message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(self.type))
        return known.FromString(self.data)

    def rehash(self) -> str:
        """The hash its bytes should have: SHA-256 over each envelope field with its length before it, then the data."""
        sha = hashlib.sha256()
        for text in (self.previous, self.subject, self.key, str(self.sequence), self.type, str(self.occurred), str(self.recorded),
                     self.cause, self.fingerprint, self.person, self.role, self.place, self.device, self.trace):
            raw = text.encode("utf-8")
            sha.update(len(raw).to_bytes(4, "big"))
            sha.update(raw)
        sha.update(self.data)
        return sha.hexdigest()


def unpacked(record: bytes) -> Fact:
    """A fact of the stores' packed form: length of the head, the head as a JSON list, the data."""
    size = int.from_bytes(record[:4], "big")
    head = json.loads(record[4:4 + size])
    names = ("subject", "key", "sequence", "type", "occurred", "recorded", "cause", "fingerprint", "person", "role", "place",
             "device", "trace", "previous", "hash")
    return Fact(**dict(zip(names, head, strict=True)), data=record[4 + size:])


@dataclass
class Published:
    """One record of a topic; ``fact`` None if it could not be read."""

    topic: str
    partition: int
    offset: int
    fact: Fact | None
    raw: bytes = b""


@dataclass
class ViewRow:
    reflects: int
    value: dict[str, Any]
    indexes: dict[str, list[str]]


@dataclass
class Op:
    """One operation of a client; ``outcome`` ok, refused or unknown."""

    n: int
    client: str
    op: str
    key: str
    request: dict[str, Any]
    outcome: str = "unknown"
    answer: dict[str, Any] = field(default_factory=dict)
    digest: str = ""
    reason: str = ""


@dataclass
class DataSet:
    """Everything at one quiet moment."""

    streams: dict[str, dict[str, list[Fact]]]  # service -> subject -> facts in order
    waiting: dict[str, list[str]]  # service -> ids of facts not marked as published
    topics: dict[str, list[Published]]
    rows: dict[tuple[str, str], dict[str, ViewRow]]  # (service, view) -> key -> row
    private: dict[str, list[bytes]]  # subject -> sealed parts
    history: list[Op]
    texts: dict[str, bytes] = field(default_factory=dict)  # logs and metrics by name
    canaries: tuple[bytes, ...] = ()
    seal_key: bytes = b""
    points: dict[str, int] = field(default_factory=dict)  # crash point -> times it was reached
    expected_points: tuple[str, ...] = ()
    clocks_ms: int = 5_000  # two machines' clocks may be so far apart

    @property
    def extent(self) -> tuple[int, ...]:
        """How many facts, records and effects there are: each grows, none shrinks."""
        return (sum(len(facts) for streams in self.streams.values() for facts in streams.values()),
                sum(len(records) for records in self.topics.values()),
                sum(row.reflects for rows in self.rows.values() for row in rows.values()))

    def dossiers(self) -> dict[str, list[Fact]]:
        """Filing id -> facts."""
        return {subject.removeprefix("dossiers/"): facts for subject, facts in self.streams.get("intake", {}).items()
                if subject.startswith("dossiers/")}

    def parcels(self) -> dict[str, list[Fact]]:
        """Parcel code -> facts."""
        return {subject.removeprefix("parcels/"): facts for subject, facts in self.streams.get("courier", {}).items()
                if subject.startswith("parcels/")}

    def of(self, *ops: str, outcome: str = "ok") -> list[Op]:
        """The history's operations of these names with this outcome."""
        return [op for op in self.history if op.op in ops and op.outcome == outcome]
