"""The text of an entry that a device signs, after the contract's words (proto/postal/courier/v1/entry.proto)."""

import hashlib
from collections.abc import Iterator

from .entry import Entry, EntryParcel, ReceiverShown


def receiver_sha256(receiver: ReceiverShown) -> str:
    """The hash that stands for the receiver in facts."""
    return hashlib.sha256(receiver_text(receiver)).hexdigest()


def receiver_text(receiver: ReceiverShown) -> bytes:
    """The words that are hashed and sealed."""
    return "\n".join((receiver.salt, receiver.full_name, receiver.last_four, receiver.one_time_code)).encode()


def receiver_of(text: bytes) -> ReceiverShown:
    """The words of a receiver's text; a name may have line breaks, the others are the page's own short ones."""
    salt, *name, last_four, one_time_code = text.decode().split("\n")
    return ReceiverShown(salt=salt, full_name="\n".join(name), last_four=last_four, one_time_code=one_time_code)


def statement(device_id: str, entry: Entry) -> bytes:
    """The text that is signed."""
    return "\n".join((*_head(device_id, entry), *_act_lines(entry), *(f"parcel {_parcel_line(each)}" for each in entry.parcels))
                     ).encode()


def _head(device_id: str, entry: Entry) -> Iterator[str]:
    yield "postal.courier.v1.Entry"
    yield f"device {device_id}"
    yield f"sequence {entry.device_sequence}"
    yield f"time {round(entry.device_time.timestamp() * 1000)}"
    yield f"operator {entry.operator}"
    yield f"office {entry.office_code}"
    if entry.coarse_place is not None:
        yield f"place {entry.coarse_place.latitude_hundredths} {entry.coarse_place.longitude_hundredths}"
    yield f"mode {entry.mode}"


def _act_lines(entry: Entry) -> Iterator[str]:
    if entry.scan is not None:
        yield from ("act SCAN", f"activity {entry.scan.activity}")
    elif entry.offer is not None:
        yield from ("act OFFER", f"handover {entry.offer.handover_id}", f"taker {entry.offer.taker.place}")
        yield from _if("person", entry.offer.taker.person)
        yield from _if("signature", entry.offer.signature_sha256)
    elif entry.accept is not None:
        yield from ("act ACCEPT", f"handover {entry.accept.handover_id}")
        yield from _if("signature", entry.accept.signature_sha256)
    elif entry.deliver is not None:
        yield "act DELIVER"
        yield from _if("signature", entry.deliver.signature_sha256)
        yield from (f"relation {entry.deliver.relation}", f"identity {entry.deliver.identity_paper}")
        yield from _if("receiver", entry.deliver.receiver_sha256)
        yield from _if("picture", entry.deliver.picture)
    elif entry.attempt is not None:
        yield from ("act ATTEMPT", f"reason {entry.attempt.reason}")
        yield from _if("next", entry.attempt.next_step)


def _if(name: str, value: str) -> Iterator[str]:
    if value:
        yield f"{name} {value}"


def _parcel_line(parcel: EntryParcel) -> str:
    words = [parcel.parcel_code, *_if_number("label", parcel.label_version or None), *_if_number("papers", parcel.papers_counted)]
    return " ".join((*words, *(f"{each.kind}={each.count}" for each in parcel.differences)))


def _if_number(name: str, value: int | None) -> Iterator[str]:
    if value is not None:
        yield f"{name}={value}"
