"""Facts and their envelope: what happened, when, by whom, chained by hashes.

A service states its facts as frozen dataclasses whose class name and field names equal a protobuf
message's (``codec.py`` turns one into the other). ``Recorded`` is one such fact as it is stored and
published: the encoded bytes with their envelope. A stream's facts are numbered from 1 without gaps and
each carries the hash of the one before it, over the stored bytes, so that an edit shows.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

GENESIS = ""  # the ``previous`` of a stream's first fact


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts: person, role, the office or authority (``place``), and the device in hand."""

    person: str
    role: str
    place: str
    device: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """One fact of one stream. Times are UTC with millisecond precision (what every store keeps)."""

    subject: str  # "dossiers/<filing id>", "parcels/<S10>"
    key: str  # partition key: the filing id
    sequence: int  # 1, 2, 3 ... within the subject
    type: str  # full protobuf name, "postal.intake.v1.DossierFiled"
    data: bytes  # protobuf bytes
    occurred: datetime  # when it happened, as claimed
    recorded: datetime  # when we wrote it down
    cause: str  # request id, or the id of the fact reacted to
    fingerprint: str  # keyed digest of the request, to tell a repeat from a misuse
    actor: Actor
    trace: str = ""  # W3C traceparent
    previous: str = GENESIS  # hash of the fact before, hex
    hash: str = ""  # own hash, hex

    @property
    def id(self) -> str:
        """Name of this fact, unique for ever."""
        return f"{self.subject}/{self.sequence}"

    def __hash__(self) -> int:
        return hash(self.hash)  # made from all the rest: of facts that are equal it is equal


@dataclass(frozen=True, kw_only=True, slots=True)
class Append:
    """Facts to be added to one subject, all or none.

    ``expected`` is the last sequence the writer has seen, 0 for a new subject. ``topic`` is where the
    relay publishes them, None for facts that never leave. ``private`` is a sealed blob kept beside the
    first of the facts; it is never published. ``claim`` is a name that one append of the service alone may hold.
    """

    subject: str
    expected: int
    facts: tuple[Recorded, ...]
    topic: str | None
    private: bytes | None = None
    claim: str | None = None


def utc_ms(moment: datetime) -> datetime:
    """The same moment in UTC, cut to milliseconds: the precision every store keeps."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def digest(fact: Recorded) -> str:
    """SHA-256 (hex) over the hash before and every stored field, length-prefixed so that no two differ unseen."""
    return _digest(fact, fact.sequence, fact.previous)


def _digest(fact: Recorded, sequence: int, previous: str) -> str:
    actor = fact.actor
    parts = (
        previous, fact.subject, fact.key, str(sequence), fact.type,
        str(round(fact.occurred.timestamp() * 1000)), str(round(fact.recorded.timestamp() * 1000)),
        fact.cause, fact.fingerprint, actor.person, actor.role, actor.place, actor.device, fact.trace,
    )
    told: list[bytes] = []
    for part in parts:
        raw = part.encode()
        told += (len(raw).to_bytes(4, "big"), raw)
    return hashlib.sha256(b"".join((*told, fact.data))).hexdigest()


def chain(history: Sequence[Recorded], drafts: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """The drafts numbered and hashed so that they follow the history."""
    sequence = history[-1].sequence if history else 0
    previous = history[-1].hash if history else GENESIS
    linked = []
    for draft in drafts:
        sequence += 1
        fact = replace(draft, sequence=sequence, previous=previous, hash=_digest(draft, sequence, previous))
        previous = fact.hash
        linked.append(fact)
    return tuple(linked)


def broken_link(history: Sequence[Recorded]) -> int | None:
    """Sequence of the first fact whose number, link or hash is wrong; None if the whole chain holds."""
    previous = GENESIS
    for number, fact in enumerate(history, start=1):
        if fact.sequence != number or fact.previous != previous or digest(fact) != fact.hash:
            return number
        previous = fact.hash
    return None
