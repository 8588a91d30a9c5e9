"""What a device is told of its entries; field names are the contract's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.foundation.errors import Problem

from .acts import EntryOutcome
from .entry import Entry
from .notices import Notice
from .picture import PictureOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A problem as it is told."""

    reason: str
    field: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryKey:
    device: str
    device_sequence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryParcelResult:
    parcel_code: str
    outcome: EntryOutcome
    problem: Told | None = None
    duplicate_of: EntryKey | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryResult:
    device_sequence: int
    outcome: EntryOutcome
    problem: Told | None = None
    occur_time: datetime | None = None
    parcels: tuple[EntryParcelResult, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureResult:
    device_sequence: int
    sha256: str
    outcome: PictureOutcome
    problem: Told | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    entry: Entry
    device_id: str
    place: str
    occur_time: datetime
    reason_code: str
    pending: bool


_MATTERS = {outcome: place for place, outcome in enumerate(EntryOutcome)}


def told(problem: Problem | None) -> Told | None:
    """The problem in the answer's form."""
    return None if problem is None else Told(reason=problem.reason, field=problem.field, message=problem.message)


def refused(sequence: int, problem: Problem) -> EntryResult:
    """An entry that was refused as a whole."""
    return EntryResult(device_sequence=sequence, outcome=EntryOutcome.REFUSED, problem=told(problem))


def result(sequence: int, moment: datetime, parcels: Sequence[EntryParcelResult]) -> EntryResult:
    """An entry's answer from its parcels'."""
    return EntryResult(device_sequence=sequence, outcome=_worst(each.outcome for each in parcels), occur_time=moment,
                       parcels=tuple(parcels))


def _worst(outcomes: Iterable[EntryOutcome]) -> EntryOutcome:
    return min(outcomes, key=_MATTERS.__getitem__)
