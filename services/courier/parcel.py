"""A parcel is observed: the paper has moved already, so no scan of a known parcel is refused.

Stage and place come from the scans in the order of their own time (then device and its number), so late, repeated and
shuffled scans tell the same story. Scans never change who answers; only an accepted hand-over does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from services.foundation.one_time_code import MOST_WRONG

from .parcel_facts import (
    DeliveryAttempted,
    DeliveryCodeIssued,
    DeliveryCodeMissed,
    HandoverAccepted,
    HandoverOffered,
    Holder,
    LabelRenewed,
    NextStep,
    ParcelDelivered,
    ParcelDirection,
    ParcelRegistered,
    ParcelStage,
    ParcelVoided,
    Scan,
    ScanActivity,
    ScanRecorded,
)
from .proof_words import DeliveryKind, OneTimeCodeState

_STAGE = {
    ScanActivity.ACCEPTED: ParcelStage.AT_OFFICE, ScanActivity.DEPARTED: ParcelStage.IN_TRANSIT,
    ScanActivity.ARRIVED: ParcelStage.AT_OFFICE, ScanActivity.AT_DELIVERY_OFFICE: ParcelStage.AT_OFFICE,
    ScanActivity.OUT_FOR_DELIVERY: ParcelStage.OUT_FOR_DELIVERY, ScanActivity.HELD: ParcelStage.AT_OFFICE,
    ScanActivity.ATTEMPT_FAILED: ParcelStage.ATTEMPT_FAILED, ScanActivity.RETURNED: ParcelStage.RETURNING,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """Custody offered, awaiting its taker."""

    handover_id: str
    giver: Holder
    taker: Holder


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A try to deliver that failed; without a time if it was recorded without one."""

    reason_code: str
    next_step: NextStep
    occur_time: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """State of a parcel; field names are the contract's. ``handovers`` are the ids that were ever offered, ``code_salt`` and
    ``code_misses`` (the requests that named a wrong one) are of its one-time code."""

    parcel_code: str
    filing_id: str
    direction: ParcelDirection
    origin_office_code: str
    destination_office_code: str
    authority_code: str
    route: tuple[str, ...]
    transit_due_date: str
    papers_count: int
    holder: Holder
    stage: ParcelStage = ParcelStage.REGISTERED
    office_code: str = ""
    offer: Offer | None = None
    scans: tuple[Scan, ...] = ()
    ended: bool = False
    attempts: tuple[Attempt, ...] = ()
    label_version: int = 1
    void: bool = False
    handovers: tuple[str, ...] = ()
    delivery_kind: DeliveryKind = DeliveryKind.UNSPECIFIED
    one_time_code: OneTimeCodeState = OneTimeCodeState.UNSPECIFIED
    code_salt: bytes = b""
    code_misses: tuple[str, ...] = ()
    etag: str = "1"


_CARRIED = tuple(field.name for field in fields(Parcel) if field.name not in ("scans", "etag"))


def order_of(scan: Scan) -> tuple[datetime, str, int]:
    """The order of the scans' own time; the device and its number settle ties the same way everywhere."""
    return scan.occur_time, scan.device, scan.device_sequence


def key_of(scan: Scan) -> tuple[str, int]:
    """What names a scan for ever."""
    return scan.device, scan.device_sequence


def fold(facts: Iterable[Any], after: Parcel | None = None) -> Parcel | None:
    """State from facts, or from the state before them; None without either."""
    values: dict[str, Any] = {} if after is None else {name: getattr(after, name) for name in _CARRIED}
    scans = {} if after is None else {key_of(scan): scan for scan in after.scans}
    number = before = 0 if after is None else int(after.etag)
    for number, fact in enumerate(facts, start=before + 1):
        if number == 1:
            values = _registered(fact)
        elif isinstance(fact, ScanRecorded):
            scans.setdefault(key_of(fact.scan), fact.scan)
        else:
            _next(values, fact)
    if not values:
        return None
    in_order = tuple(sorted(scans.values(), key=order_of))
    if in_order:
        values["office_code"] = in_order[-1].office_code
        if not values["ended"]:
            values["stage"] = _STAGE[in_order[-1].activity]
    return Parcel(**values, scans=in_order, etag=str(number))


def _registered(fact: ParcelRegistered) -> dict[str, Any]:
    return {
        "parcel_code": fact.parcel_code, "filing_id": fact.filing_id, "direction": fact.direction,
        "origin_office_code": fact.origin_office_code, "destination_office_code": fact.destination_office_code,
        "authority_code": fact.authority_code, "route": fact.route, "transit_due_date": fact.transit_due_date,
        "papers_count": fact.papers_count, "holder": fact.holder, "ended": False, "delivery_kind": fact.delivery_kind,
        "attempts": (), "handovers": (), "code_misses": ()}


def _next(values: dict[str, Any], fact: Any) -> None:
    """Changes the values as the fact says; one record is made of them at the end."""
    match fact:
        case HandoverOffered():
            values["offer"] = Offer(handover_id=fact.handover_id, giver=fact.giver, taker=fact.taker)
            values["handovers"] += (fact.handover_id,)
        case HandoverAccepted():
            values |= {"holder": fact.taker, "offer": None}
            if fact.at_authority and fact.direction is ParcelDirection.OUTBOUND:
                values |= {"stage": ParcelStage.SIGNED_AT_AUTHORITY, "ended": True}
        case LabelRenewed():
            values["label_version"] = fact.label_version
        case ParcelVoided():
            values |= {"void": True, "ended": True, "offer": None}
        case ParcelDelivered():
            values |= {"stage": ParcelStage.DELIVERED, "ended": True, "offer": None}
        case DeliveryCodeIssued():
            values |= {"code_salt": fact.salt, "one_time_code": OneTimeCodeState.ISSUED}
        case DeliveryCodeMissed():
            values["code_misses"] += (fact.request_id,)
            if len(values["code_misses"]) == MOST_WRONG:
                values["one_time_code"] = OneTimeCodeState.SPENT
        case DeliveryAttempted():
            values["attempts"] += (Attempt(reason_code=fact.reason.value, next_step=fact.next_step, occur_time=fact.occur_time),)
