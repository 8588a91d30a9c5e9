"""A parcel's stream, and the unpublished ones beside it: what waits for the parcel, the text of entries that name several, the
pictures that entries name, and the cases people are to look at."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.foundation import codec
from services.foundation.errors import NotFound
from services.foundation.events import Recorded
from services.foundation.subjects import Decided, Kind, Subjects

from . import case, parcel_facts
from .entry import ActClaimed, EntryReceived
from .parcel import Parcel, fold, order_of
from .parcel_facts import ScanRecorded
from .picture import PictureKept

TOPIC = "postal.parcels.v1"
SCANNED = "postal.courier.v1.ScanRecorded"
MISSED = "postal.courier.v1.DeliveryCodeMissed"
OFFERED = "postal.courier.v1.HandoverOffered"
FACTS = codec.Registry()
FACTS.register("postal.courier.v1", *parcel_facts.ALL, EntryReceived, ActClaimed, PictureKept, *case.FACTS)
CASES = "cases/"


def unknown(code: str) -> NotFound:
    """The answer for a parcel that is not there, and for one of others."""
    return NotFound("PARCEL_UNKNOWN", "no such parcel with you", field="parcel_code", value=code)


def _resume(parcel: Parcel, decided: Iterable[Decided]) -> Parcel:
    return fold((fact for fact, _ in decided), parcel) or parcel


PARCEL: Kind[Parcel] = Kind(prefix="parcels/", topic=TOPIC, field="parcel_code", facts=FACTS,
                            fold=lambda decided: fold(fact for fact, _ in decided), unknown=unknown, resume=_resume)
Parcels = Subjects[Parcel]


def waiting_of(code: str) -> str:
    """Name of the stream of scans and claims that wait for a parcel."""
    return f"waiting-scans/{code}"


def entry_of(device_id: str, sequence: int) -> str:
    """Name of the stream of one entry's text."""
    return f"entries/{device_id}/{sequence}"


def picture_of(device_id: str, sequence: int, sha256: str) -> str:
    """Name of the stream of one picture."""
    return f"pictures/{device_id}/{sequence}/{sha256}"


def case_of(case_id: str) -> str:
    """Name of the stream of one case."""
    return CASES + case_id


def case_in(history: Sequence[Recorded]) -> case.Case | None:
    """The case that a whole stream tells of; None without its opening."""
    return case.fold((FACTS.decode(record.type, record.data), record.actor, record.occurred) for record in history)


def waiting_scans(history: Sequence[Recorded]) -> list[tuple[Recorded, ScanRecorded]]:
    """The scans of a waiting stream in the order of their own time."""
    return sorted(_of(history, ScanRecorded), key=lambda each: order_of(each[1].scan))


def claims(history: Sequence[Recorded]) -> list[tuple[Recorded, ActClaimed]]:
    """The claims of a waiting stream in the order of their own time, those of one device in the order of their numbers."""
    return sorted(_of(history, ActClaimed), key=lambda each: (each[0].occurred, each[1].entry.device_sequence))


def _of(history: Sequence[Recorded], kind: Any) -> list[tuple[Recorded, Any]]:
    decoded = ((record, FACTS.decode(record.type, record.data)) for record in history)
    return [(record, fact) for record, fact in decoded if isinstance(fact, kind)]
