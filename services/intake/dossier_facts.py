"""The facts of a dossier's stream, and the words they use (proto/postal/intake/v1/dossier_events.proto)."""

from dataclasses import dataclass
from enum import StrEnum


class DossierState(StrEnum):
    """The ten national states, in the national order."""

    REGISTERED = "REGISTERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    UNDER_REVIEW = "UNDER_REVIEW"
    SUPPLEMENT_REQUESTED = "SUPPLEMENT_REQUESTED"
    PAYMENT_REQUESTED = "PAYMENT_REQUESTED"
    WITHDRAWN = "WITHDRAWN"
    STOPPED = "STOPPED"
    DECIDED = "DECIDED"
    RETURNED = "RETURNED"


class FilingService(StrEnum):
    """Ways the post carries (QĐ 45/2016 Đ.5)."""

    SEND = "SEND"
    RETURN = "RETURN"
    BOTH = "BOTH"


class DecisionOutcome(StrEnum):
    """Outcome of a decision."""

    UNSPECIFIED = ""
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A kind of paper and how many of it."""

    name: str
    originals: int
    copies: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelVersion:
    """The newest label of one of the dossier's envelopes."""

    parcel_code: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierFiled:
    filing_id: str
    tracking_code: str
    parcel_code: str
    office_code: str
    procedure_code: str
    procedure_version: str
    authority_code: str
    destination_office_code: str
    service: FilingService
    papers: tuple[Paper, ...]
    weight_grams: int
    seal_number: str
    transit_due_date: str
    transit_days: int
    term_value: int | None
    term_unit: str
    expected_due_date: str
    route: tuple[str, ...]
    calendar_version: str
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerPosted:
    ledger: str
    debit_account: str
    credit_account: str
    amount_vnd: int
    purpose: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierLodged:
    parcel_code: str
    handover_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierAccepted:
    dossier_code: str
    due_date: str
    clock_start: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierDeclined:
    reason_code: str
    legal_basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewStarted:
    authority_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplementRequested:
    papers: tuple[Paper, ...]
    reason_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PapersSupplied:
    papers: tuple[Paper, ...]
    parcel_code: str = ""
    office_code: str = ""
    destination_office_code: str = ""
    route: tuple[str, ...] = ()
    transit_due_date: str = ""
    authority_code: str = ""
    weight_grams: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplementReceived:
    parcel_code: str
    due_date: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentRequested:
    amount_vnd: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentReceived:
    amount_vnd: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierWithdrawn:
    reason_code: str
    void_parcel_code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierStopped:
    reason_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewResumed:
    reason_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierDecided:
    outcome: DecisionOutcome
    papers: tuple[Paper, ...]
    result_parcel_code: str = ""
    origin_office_code: str = ""
    destination_office_code: str = ""
    route: tuple[str, ...] = ()
    transit_due_date: str = ""
    authority_code: str = ""
    in_person_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionCorrected:
    reason_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelReprinted:
    parcel_code: str
    label_version: int
    reason_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierReturned:
    parcel_code: str


ALL = (DossierFiled, LedgerPosted, DossierLodged, DossierAccepted, DossierDeclined, ReviewStarted, SupplementRequested,
       PapersSupplied, SupplementReceived, PaymentRequested, PaymentReceived, DossierWithdrawn, DossierStopped,
       ReviewResumed, DossierDecided, DecisionCorrected, LabelReprinted, DossierReturned)
