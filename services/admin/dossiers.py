"""Which streams belong to a dossier: its own, its envelopes', what waited for them, entries, pictures and cases."""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import descriptor_pool, json_format, message_factory

from services.foundation.errors import NotFound
from services.foundation.events import Recorded

from .installation import Installation

_CODES = ("parcelCode", "resultParcelCode", "voidParcelCode")
_CASES = 1000  # of one envelope; there are seldom two
_HASH, _PARCEL = re.compile(r"\b[0-9a-f]{64}\b"), re.compile(r"^parcel (\S+)", re.MULTILINE)
Streams = dict[str, dict[str, list[Recorded]]]  # service -> subject -> facts


@dataclass(frozen=True, slots=True)
class Signed:
    """What a device signed: its number there, the text and the signature."""

    device: str
    sequence: int
    statement: bytes
    signature: bytes

    @property
    def parcels(self) -> set[str]:
        """The envelopes it names."""
        return set(_PARCEL.findall(self.statement.decode()))

    @property
    def pictures(self) -> list[str]:
        """Streams of the pictures it may name by their hashes."""
        return [f"pictures/{self.device}/{self.sequence}/{each}" for each in _HASH.findall(self.statement.decode())]


@dataclass(slots=True)
class Belongings:
    """Streams that hold facts, what devices signed, and streams that other dossiers share."""

    streams: Streams
    signed: list[Signed] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)


def said(fact: Recorded) -> dict[str, Any]:
    """What a fact says, as JSON; {} for one of a kind or version that is not known here: its bytes stay."""
    try:
        kind = message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(fact.type))
        return dict(json_format.MessageToDict(kind.FromString(fact.data)))
    except (KeyError, ValueError, json_format.Error):
        return {}


async def of(over: Installation, filing_id: str) -> Belongings:
    """All that belongs to a dossier. Raises NotFound DOSSIER_UNKNOWN."""
    intake, courier = over.stores["intake"].streams, over.stores["courier"].streams
    own = await intake.read(f"dossiers/{filing_id}")
    if not own:
        raise NotFound("DOSSIER_UNKNOWN", "no such dossier", field="filing_id", value=filing_id)
    told = [said(fact) for fact in own]
    codes = sorted({str(each[name]) for each in told for name in _CODES if each.get(name)})
    labels = sorted({f"labels/{each['trackingCode']}" for each in told if each.get("trackingCode")})
    envelopes = await courier.read_many([f"{kind}/{code}" for code in codes for kind in ("parcels", "waiting-scans")])
    named = [(fact.actor.device, told_by["evidence"]) for facts in envelopes.values() for fact in facts
             if "evidence" in (told_by := said(fact))]
    entries = await courier.read_many(sorted({f"entries/{device}/{told.get('deviceSequence', 0)}" for device, told in named}))
    signed = list(_signed([*named, *((fact.actor.device, said(fact).get("evidence", {}))
                                     for facts in entries.values() for fact in facts)]))
    pictures = await courier.read_many(sorted({name for each in signed for name in each.pictures}))
    cases = await courier.read_many([f"cases/{row.key}" for code in codes
                                     for row in await over.stores["courier"].views.find("cases", "parcel", code, limit=_CASES)])
    shared = {name for each in signed if not each.parcels <= set(codes) for name in each.pictures if pictures[name]}
    return Belongings(streams={
        "intake": _there({f"dossiers/{filing_id}": own, **await intake.read_many([*labels, f"erasures/{filing_id}"])}),
        "courier": _there({**envelopes, **entries, **pictures, **cases})}, signed=signed, shared=shared)


def _there(streams: dict[str, list[Recorded]]) -> dict[str, list[Recorded]]:
    return {subject: facts for subject, facts in streams.items() if facts}


def _signed(named: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[Signed]:
    """Each text once; evidence without one has it in the entry's own stream."""
    seen: set[tuple[str, int]] = set()
    for device, evidence in named:
        number = int(evidence.get("deviceSequence", 0))
        if evidence.get("statement") and (device, number) not in seen:
            seen.add((device, number))
            yield Signed(device, number, *(base64.b64decode(evidence.get(name, "")) for name in ("statement", "signature")))
