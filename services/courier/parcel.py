"""A parcel is observed: the paper has moved already, so no scan of a known parcel is refused.

Stage and place come from the scans in the order of their own time (then device and its number), so late, repeated and
shuffled scans tell the same story. Scans never change who answers; only an accepted hand-over does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .parcel_facts import (
    HandoverAccepted,
    HandoverOffered,
    Holder,
    ParcelDelivered,
    ParcelDirection,
    ParcelRegistered,
    ParcelStage,
    Scan,
    ScanActivity,
    ScanRecorded,
)

_STAGE = {
    ScanActivity.ACCEPTED: ParcelStage.AT_OFFICE, ScanActivity.DEPARTED: ParcelStage.IN_TRANSIT,
    ScanActivity.ARRIVED: ParcelStage.AT_OFFICE, ScanActivity.AT_DELIVERY_OFFICE: ParcelStage.AT_OFFICE,
    ScanActivity.OUT_FOR_DELIVERY: ParcelStage.OUT_FOR_DELIVERY, ScanActivity.HELD: ParcelStage.AT_OFFICE,
    ScanActivity.ATTEMPT_FAILED: ParcelStage.ATTEMPT_FAILED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """Custody offered, awaiting its taker."""

    handover_id: str
    giver: Holder
    taker: Holder


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """State of a parcel; field names are the contract's."""

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
    etag: str = "1"


def order_of(scan: Scan) -> tuple[datetime, str, int]:
    """The order of the scans' own time; the device and its number settle ties the same way everywhere."""
    return scan.occur_time, scan.device, scan.device_sequence


def key_of(scan: Scan) -> tuple[str, int]:
    """What names a scan for ever."""
    return scan.device, scan.device_sequence


def fold(facts: Iterable[Any]) -> Parcel | None:
    """State from facts; None without facts."""
    parcel: Parcel | None = None
    for number, fact in enumerate(facts, start=1):
        parcel = _registered(fact) if parcel is None else _next(parcel, fact)
        parcel = replace(parcel, etag=str(number))
    return parcel


def _registered(fact: ParcelRegistered) -> Parcel:
    return Parcel(parcel_code=fact.parcel_code, filing_id=fact.filing_id, direction=fact.direction,
                  origin_office_code=fact.origin_office_code, destination_office_code=fact.destination_office_code,
                  authority_code=fact.authority_code, route=fact.route, transit_due_date=fact.transit_due_date,
                  papers_count=fact.papers_count, holder=fact.holder)


def _next(parcel: Parcel, fact: Any) -> Parcel:
    match fact:
        case ScanRecorded():
            return _seen(parcel, fact.scan)
        case HandoverOffered():
            return replace(parcel, offer=Offer(handover_id=fact.handover_id, giver=fact.giver, taker=fact.taker))
        case HandoverAccepted():
            parcel = replace(parcel, holder=fact.taker, offer=None)
            if fact.at_authority and fact.direction is ParcelDirection.OUTBOUND:
                return replace(parcel, stage=ParcelStage.SIGNED_AT_AUTHORITY, ended=True)
        case ParcelDelivered():
            return replace(parcel, stage=ParcelStage.DELIVERED, ended=True, offer=None)
    return parcel


def _seen(parcel: Parcel, scan: Scan) -> Parcel:
    if key_of(scan) in {key_of(each) for each in parcel.scans}:
        return parcel
    scans = tuple(sorted((*parcel.scans, scan), key=order_of))
    newest = scans[-1]
    stage = parcel.stage if parcel.ended else _STAGE[newest.activity]
    return replace(parcel, scans=scans, stage=stage, office_code=newest.office_code)
