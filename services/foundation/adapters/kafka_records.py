"""A fact as a Kafka record and back: CloudEvents binary mode."""

from typing import Any

from ..envelope import iso, moment_of
from ..events import Actor, Recorded
from ..ports import Delivery


def headers(fact: Recorded) -> list[tuple[str, bytes]]:
    """The envelope as headers; the value is the fact's own bytes."""
    actor = fact.actor
    pairs = {
        "ce_specversion": "1.0", "ce_id": fact.id, "ce_source": f"/postal/{fact.subject}", "ce_type": fact.type,
        "ce_subject": fact.subject, "ce_time": iso(fact.occurred),
        "ce_recordedtime": iso(fact.recorded), "ce_sequence": f"{fact.sequence:08d}",
        "ce_partitionkey": fact.key, "ce_causationid": fact.cause, "content-type": "application/protobuf",
        "traceparent": fact.trace, "postal_fingerprint": fact.fingerprint, "postal_previous": fact.previous,
        "postal_hash": fact.hash, "postal_person": actor.person, "postal_role": actor.role, "postal_place": actor.place,
        "postal_device": actor.device,
    }
    return [(name, value.encode()) for name, value in pairs.items()]


def delivery(record: Any) -> Delivery:
    """What a record holds; one that cannot be read comes without a fact (L8)."""
    try:
        head = {name: value.decode() for name, value in record.headers}
        fact = Recorded(
            subject=head["ce_subject"], key=head["ce_partitionkey"], sequence=int(head["ce_sequence"]), type=head["ce_type"],
            data=record.value, occurred=moment_of(head["ce_time"]), recorded=moment_of(head["ce_recordedtime"]),
            cause=head["ce_causationid"], fingerprint=head["postal_fingerprint"], trace=head["traceparent"],
            previous=head["postal_previous"], hash=head["postal_hash"],
            actor=Actor(person=head["postal_person"], role=head["postal_role"], place=head["postal_place"],
                        device=head["postal_device"]))
    except (KeyError, ValueError, AttributeError, TypeError):
        return Delivery(topic=record.topic, partition=record.partition, offset=record.offset, fact=None,
                        raw=record.value or b"", reason="ENVELOPE_UNREADABLE")
    return Delivery(topic=record.topic, partition=record.partition, offset=record.offset, fact=fact)
