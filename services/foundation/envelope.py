"""A recorded fact as bytes, for stores and logs that keep it as one value."""

import json
from datetime import UTC, datetime

from .errors import Invalid
from .events import Actor, Recorded, digest
from .recent import Recent

_packed: Recent[bytes] = Recent(8192)  # records by the fact's hash
_unpacked: Recent[Recorded] = Recent(8192)  # facts by their record
_sound: Recent[bool] = Recent(8192)  # facts whose hash has been worked out once


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, UTC."""
    return round(moment.timestamp() * 1000)


def moment(ms: int) -> datetime:
    """The aware UTC time of milliseconds since 1970, exact."""
    return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)


def iso(when: datetime) -> str:
    """RFC 3339, UTC, milliseconds: "2026-11-24T03:00:00.007Z"."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(text: str) -> datetime:
    """The aware UTC time of an RFC 3339 text; raises ValueError."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a zone is needed")
    return when.astimezone(UTC)


def pack(fact: Recorded) -> bytes:
    """Four bytes of length, the envelope as a JSON list, then the fact's own bytes."""
    known = _packed.get(fact.hash)
    if known is not None and fact.hash:
        return known
    actor = fact.actor
    head = json.dumps([
        fact.subject, fact.key, fact.sequence, fact.type, milliseconds(fact.occurred), milliseconds(fact.recorded),
        fact.cause, fact.fingerprint, actor.person, actor.role, actor.place, actor.device, fact.trace,
        fact.previous, fact.hash,
    ], ensure_ascii=False, separators=(",", ":")).encode()
    record = len(head).to_bytes(4, "big") + head + fact.data
    _unpacked.keep(record, fact)
    return _packed.keep(fact.hash, record)


def unpack(record: bytes) -> Recorded:
    """The fact of ``pack``; raises Invalid ENVELOPE_UNREADABLE."""
    known = _unpacked.get(record)
    if known is not None:
        return known
    try:
        size = int.from_bytes(record[:4], "big")
        (subject, key, sequence, kind, occurred, recorded, cause, fingerprint, person, role, place, device, trace,
         previous, own) = json.loads(record[4:4 + size])
        return _unpacked.keep(record, Recorded(
            subject=subject, key=key, sequence=sequence, type=kind, data=record[4 + size:], occurred=moment(occurred),
            recorded=moment(recorded), cause=cause, fingerprint=fingerprint, trace=trace, previous=previous, hash=own,
            actor=Actor(person=person, role=role, place=place, device=device),
        ))
    except (ValueError, TypeError) as error:
        raise Invalid("ENVELOPE_UNREADABLE", "the record is not one of ours", field="envelope") from error


def sound(fact: Recorded) -> bool:
    """Whether the fact is still what its hash was made from: no bit of it has changed on a disk or on the way."""
    return _sound.get(fact) or (digest(fact) == fact.hash and _sound.keep(fact, True))


def kept(record: bytes, subject: str) -> Recorded:
    """The fact of a record in a store. One that a disk has damaged past reading comes as a fact that is not sound: its subject is
    refused by name, those read with it are not."""
    try:
        return unpack(record)
    except Invalid:
        nothing = datetime.fromtimestamp(0, UTC)
        return Recorded(subject=subject, key="", sequence=0, type="", data=record, occurred=nothing, recorded=nothing, cause="",
                        fingerprint="", actor=Actor(person="", role="", place=""))
