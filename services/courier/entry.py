"""What a handheld says was done, once; field names are the contract's (proto/postal/courier/v1/entry.proto)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .parcel_facts import AttemptReason, Difference, Evidence, Holder, IdentityPaper, NextStep, ReceiverRelation, ScanActivity
from .proof_words import PictureKind


class HandheldMode(StrEnum):
    """Mode of the handheld."""

    PICK_UP = "PICK_UP"
    OUT_TO_COURIER = "OUT_TO_COURIER"
    INTO_HUB = "INTO_HUB"
    OUT_OF_HUB = "OUT_OF_HUB"
    HAND_OVER = "HAND_OVER"
    SIGN_AT_AUTHORITY = "SIGN_AT_AUTHORITY"
    DELIVER = "DELIVER"
    ATTEMPT_FAILED = "ATTEMPT_FAILED"
    GIVE_BACK = "GIVE_BACK"


@dataclass(frozen=True, kw_only=True, slots=True)
class CoarsePlace:
    latitude_hundredths: int
    longitude_hundredths: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryParcel:
    parcel_code: str
    label_version: int = 0
    papers_counted: int | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanAct:
    activity: ScanActivity


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferAct:
    handover_id: str
    taker: Holder
    signature_sha256: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptAct:
    handover_id: str
    signature_sha256: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiverShown:
    """Personal: it goes to the seal and nowhere else."""

    salt: str
    full_name: str
    last_four: str
    one_time_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliverAct:
    relation: ReceiverRelation
    identity_paper: IdentityPaper
    signature_sha256: str
    receiver_sha256: str = ""
    receiver: ReceiverShown | None = None
    picture: PictureKind = PictureKind.UNSPECIFIED


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptAct:
    reason: AttemptReason
    next_step: NextStep = NextStep.UNSPECIFIED


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One of the five acts is there."""

    device_sequence: int
    device_time: datetime
    operator: str
    office_code: str
    mode: HandheldMode
    parcels: tuple[EntryParcel, ...]
    signature: bytes
    coarse_place: CoarsePlace | None = None
    scan: ScanAct | None = None
    offer: OfferAct | None = None
    accept: AcceptAct | None = None
    deliver: DeliverAct | None = None
    attempt: AttemptAct | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryReceived:
    """Fact of the stream entries/<device>/<sequence>: an entry that names several parcels."""

    evidence: Evidence


@dataclass(frozen=True, kw_only=True, slots=True)
class ActClaimed:
    """Fact of the stream waiting-scans/<parcel code>: something was said that has had no effect, or not yet."""

    entry: Entry
    evidence: Evidence
    reason_code: str
    pending: bool
