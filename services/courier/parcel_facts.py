"""The facts of a parcel's stream, and the words they use (proto/postal/courier/v1/parcel_events.proto)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .proof_words import DeliveryKind, PictureKind


class ParcelDirection(StrEnum):
    """Which way it goes; UNSPECIFIED while the parcel's own fact is awaited."""

    UNSPECIFIED = ""
    OUTBOUND = "OUTBOUND"
    INBOUND = "INBOUND"


class ParcelStage(StrEnum):
    """Where it is on its way."""

    UNSPECIFIED = ""
    REGISTERED = "REGISTERED"
    AT_OFFICE = "AT_OFFICE"
    IN_TRANSIT = "IN_TRANSIT"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    ATTEMPT_FAILED = "ATTEMPT_FAILED"
    SIGNED_AT_AUTHORITY = "SIGNED_AT_AUTHORITY"
    DELIVERED = "DELIVERED"
    RETURNING = "RETURNING"


class ScanActivity(StrEnum):
    """What was being done (UPU EMSEVT code in the contract)."""

    ACCEPTED = "ACCEPTED"
    DEPARTED = "DEPARTED"
    ARRIVED = "ARRIVED"
    AT_DELIVERY_OFFICE = "AT_DELIVERY_OFFICE"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    ATTEMPT_FAILED = "ATTEMPT_FAILED"
    HELD = "HELD"
    RETURNED = "RETURNED"


class DifferenceKind(StrEnum):
    """What differed at a hand-over."""

    PAPERS_MISSING = "PAPERS_MISSING"
    PAPERS_SURPLUS = "PAPERS_SURPLUS"
    SEAL_BROKEN = "SEAL_BROKEN"
    DAMAGED = "DAMAGED"


class ReceiverRelation(StrEnum):
    """Who received it."""

    APPLICANT = "APPLICANT"
    AUTHORISED = "AUTHORISED"
    HOUSEHOLD = "HOUSEHOLD"


class IdentityPaper(StrEnum):
    """What was shown."""

    IDENTITY_CARD = "IDENTITY_CARD"
    PASSPORT = "PASSPORT"
    ELECTRONIC = "ELECTRONIC"


class AttemptReason(StrEnum):
    """Why a try failed (Luật Bưu chính Đ.17)."""

    UNSPECIFIED = ""
    WRONG_ADDRESS = "WRONG_ADDRESS"
    MOVED = "MOVED"
    NOT_FOUND = "NOT_FOUND"
    REFUSED = "REFUSED"
    AUTHORITY_CLOSED = "AUTHORITY_CLOSED"
    IDENTITY_NOT_SHOWN = "IDENTITY_NOT_SHOWN"
    AUTHORISATION_MISSING = "AUTHORISATION_MISSING"


class NextStep(StrEnum):
    """What is done after a try that failed."""

    UNSPECIFIED = ""
    TRY_AGAIN = "TRY_AGAIN"
    HOLD_AT_OFFICE = "HOLD_AT_OFFICE"
    ASK_ADDRESS = "ASK_ADDRESS"
    GIVE_BACK = "GIVE_BACK"


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Who answers: a person at a place, or a desk as a whole (person "")."""

    person: str
    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """One observation; device and device_sequence name it for ever."""

    device: str
    device_sequence: int
    parcel_code: str
    activity: ScanActivity
    office_code: str
    occur_time: datetime
    record_time: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What a device signed; an empty statement lies in the entry's own stream."""

    device_sequence: int
    statement: bytes
    signature: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    kind: DifferenceKind
    count: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryProof:
    relation: ReceiverRelation
    identity_paper: IdentityPaper
    signature_sha256: str
    occur_time: datetime
    receiver_sha256: str = ""
    picture: PictureKind = PictureKind.UNSPECIFIED
    one_time_code_held: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ParcelRegistered:
    parcel_code: str
    filing_id: str
    direction: ParcelDirection
    origin_office_code: str
    destination_office_code: str
    authority_code: str
    route: tuple[str, ...]
    transit_due_date: str
    papers_count: int
    weight_grams: int
    holder: Holder
    delivery_kind: DeliveryKind = DeliveryKind.UNSPECIFIED


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelRenewed:
    label_version: int
    filing_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ParcelVoided:
    reason_code: str
    filing_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanRecorded:
    scan: Scan
    filing_id: str
    evidence: Evidence | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverOffered:
    handover_id: str
    giver: Holder
    taker: Holder
    evidence: Evidence | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverAccepted:
    handover_id: str
    giver: Holder
    taker: Holder
    at_authority: bool
    papers_counted: int | None
    differences: tuple[Difference, ...]
    filing_id: str
    direction: ParcelDirection
    evidence: Evidence | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParcelDelivered:
    filing_id: str
    direction: ParcelDirection
    proof: DeliveryProof
    evidence: Evidence | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryCodeIssued:
    filing_id: str
    salt: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryCodeMissed:
    filing_id: str
    request_id: str
    evidence: Evidence | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryAttempted:
    reason: AttemptReason
    filing_id: str
    next_step: NextStep = NextStep.UNSPECIFIED
    occur_time: datetime | None = None
    evidence: Evidence | None = None


ALL = (ParcelRegistered, LabelRenewed, ParcelVoided, ScanRecorded, HandoverOffered, HandoverAccepted, ParcelDelivered,
       DeliveryAttempted, DeliveryCodeIssued, DeliveryCodeMissed)
