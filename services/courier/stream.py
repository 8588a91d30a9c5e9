"""A parcel's stream, and the unpublished stream of scans that came before the parcel's own fact."""

from collections.abc import Sequence

from services.foundation import codec
from services.foundation.errors import NotFound
from services.foundation.events import Recorded
from services.foundation.subjects import Kind, Subjects

from . import parcel_facts
from .parcel import Parcel, fold, order_of
from .parcel_facts import Scan

TOPIC = "postal.parcels.v1"
FACTS = codec.Registry()
FACTS.register("postal.courier.v1", *parcel_facts.ALL)


def unknown(code: str) -> NotFound:
    """The answer for a parcel that is not there, and for one of others."""
    return NotFound("PARCEL_UNKNOWN", "no such parcel with you", field="parcel_code", value=code)


PARCEL: Kind[Parcel] = Kind(prefix="parcels/", topic=TOPIC, field="parcel_code", facts=FACTS,
                            fold=lambda decided: fold(fact for fact, _ in decided), unknown=unknown)
Parcels = Subjects[Parcel]


def waiting_of(code: str) -> str:
    """Name of the stream of scans that wait."""
    return f"waiting-scans/{code}"


def waiting_scans(history: Sequence[Recorded]) -> list[Scan]:
    """The scans of a waiting stream in the order of their own time."""
    return sorted((FACTS.decode(fact.type, fact.data).scan for fact in history), key=order_of)
