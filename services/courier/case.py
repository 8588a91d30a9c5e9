"""A case: what a device said of one parcel and people should look at, because it came late or the parcel's state speaks against
it. Field names are the contract's."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from services.foundation.events import Actor, utc_ms

from .acts import EntryOutcome
from .entry import Entry, HandheldMode
from .parcel_facts import Scan

_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_ZERO = datetime.fromtimestamp(0, UTC)
_TIMES = ("device_time", "occur_time", "receive_time", "settle_time")


class CaseState(StrEnum):
    """Whether it needs a look."""

    OPEN = "OPEN"
    SETTLED = "SETTLED"
    TOOK_EFFECT = "TOOK_EFFECT"


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseOpened:
    """First fact of the stream cases/<case id>. Times are cut to milliseconds, as its bytes hold them."""

    case_id: str
    outcome: EntryOutcome
    reason_code: str
    parcel_code: str
    operator: str
    device_id: str
    device_sequence: int
    office_code: str
    place: str
    mode: HandheldMode | None
    device_time: datetime
    occur_time: datetime
    receive_time: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseSettled:
    """Ends a case: somebody has looked at it; the note lies sealed beside it."""

    parcel_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseTookEffect:
    """Ends a case: what was in conflict has had its effect after all."""

    parcel_code: str


FACTS = (CaseOpened, CaseSettled, CaseTookEffect)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case(CaseOpened):
    """As it stands."""

    state: CaseState = CaseState.OPEN
    settler: str = ""
    settle_time: datetime | None = None
    note: str = ""


def id_of(device_time: datetime, device: str, sequence: int, parcel_code: str) -> str:
    """Its id: what the device said and nothing else, so that a repeat is the same case; ids stand in the order of the devices'
    own time."""
    said = hashlib.sha256(f"{device}\n{sequence}\n{parcel_code}".encode()).hexdigest()[:20]
    return f"{(device_time - _FIRST) // _MS:015d}-{said}"


def of_act(entry: Entry, parcel_code: str, actor: Actor, moment: datetime, reason: str, now: datetime) -> CaseOpened:
    """A signed act in conflict."""
    return CaseOpened(
        case_id=id_of(entry.device_time, actor.device, entry.device_sequence, parcel_code), outcome=EntryOutcome.CONFLICT,
        reason_code=reason, parcel_code=parcel_code, operator=actor.person, device_id=actor.device,
        device_sequence=entry.device_sequence, office_code=entry.office_code, place=actor.place, mode=entry.mode,
        device_time=utc_ms(entry.device_time), occur_time=utc_ms(moment), receive_time=utc_ms(now))


def of_scan(scan: Scan, entry: Entry | None, actor: Actor, now: datetime) -> CaseOpened:
    """A scan that came late; ``entry`` is None if nobody signed it."""
    claimed = scan.occur_time if entry is None else entry.device_time
    return CaseOpened(
        case_id=id_of(claimed, scan.device, scan.device_sequence, scan.parcel_code), outcome=EntryOutcome.LATE, reason_code="",
        parcel_code=scan.parcel_code, operator=actor.person, device_id=scan.device, device_sequence=scan.device_sequence,
        office_code=scan.office_code, place=actor.place, mode=None if entry is None else entry.mode,
        device_time=utc_ms(claimed), occur_time=utc_ms(scan.occur_time), receive_time=utc_ms(now))


def fold(told: Iterable[tuple[Any, Actor, datetime]]) -> Case | None:
    """The case after its facts, each with who stated it and when; None if it was never opened."""
    case = None
    for fact, who, when in told:
        if isinstance(fact, CaseOpened):
            case = Case(**{field.name: getattr(fact, field.name) for field in fields(CaseOpened)})
        elif case is not None and isinstance(fact, CaseSettled):
            case = replace(case, state=CaseState.SETTLED, settler=who.person, settle_time=when)
        elif case is not None and isinstance(fact, CaseTookEffect):
            case = replace(case, state=CaseState.TOOK_EFFECT)
    return case


def to_row(case: Case) -> dict[str, Any]:
    """What a view keeps of it: all but the note. Times in milliseconds since 1970."""
    return {field.name: _plain(getattr(case, field.name)) for field in fields(Case) if field.name not in ("case_id", "note")}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value - _ZERO) // _MS
    return str(value) if isinstance(value, StrEnum) else value


def from_row(case_id: str, value: Mapping[str, Any]) -> Case:
    """The case of a view's row."""
    times = {name: None if value[name] is None else _ZERO + value[name] * _MS for name in _TIMES}
    return Case(**{**value, **times, "case_id": case_id, "outcome": EntryOutcome(value["outcome"]),
                   "state": CaseState(value["state"]), "mode": HandheldMode(value["mode"]) if value["mode"] else None})
