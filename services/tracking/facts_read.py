"""What is read of the other services' facts: codes, offices and dates, nothing about persons."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.foundation import codec


class ScanActivity(StrEnum):
    ACCEPTED = "ACCEPTED"
    DEPARTED = "DEPARTED"
    ARRIVED = "ARRIVED"
    AT_DELIVERY_OFFICE = "AT_DELIVERY_OFFICE"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    ATTEMPT_FAILED = "ATTEMPT_FAILED"
    HELD = "HELD"
    RETURNED = "RETURNED"


class ParcelDirection(StrEnum):
    OUTBOUND = "OUTBOUND"
    INBOUND = "INBOUND"


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierFiled:
    filing_id: str
    tracking_code: str
    parcel_code: str
    office_code: str
    authority_code: str
    transit_due_date: str
    expected_due_date: str
    route: tuple[str, ...]
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierLodged:
    parcel_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierAccepted:
    due_date: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PapersSupplied:
    parcel_code: str
    office_code: str
    transit_due_date: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplementReceived:
    due_date: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierDecided:
    result_parcel_code: str
    transit_due_date: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierWithdrawn:
    void_parcel_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    person: str
    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    device: str
    device_sequence: int
    activity: ScanActivity
    office_code: str
    occur_time: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ParcelRegistered:
    filing_id: str
    direction: ParcelDirection
    holder: Holder
    route: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanRecorded:
    scan: Scan


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverAccepted:
    taker: Holder


READ = codec.Registry()
READ.register("postal.intake.v1", DossierFiled, DossierLodged, DossierAccepted, PapersSupplied, SupplementReceived,
              DossierDecided, DossierWithdrawn)
READ.register("postal.courier.v1", ParcelRegistered, ScanRecorded, HandoverAccepted)
