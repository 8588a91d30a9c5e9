"""The facts of a counter's own streams, none of them published (proto/postal/intake/v1/counter_events.proto)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class RollPrinted:
    roll_id: str
    office_code: str
    tracking_codes: tuple[str, ...]
    parcel_codes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelPrinted:
    roll_id: str
    office_code: str
    tracking_code: str
    parcel_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelNumbered:
    tracking_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelBound:
    filing_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubleFiled:
    filing_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicantTold:
    parcel_code: str
    taken: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DayClosed:
    office_code: str
    date: str
    dossiers: int
    cancelled: int
    weight_grams: int
    fee_vnd: int
    postage_vnd: int
    fee_counted_vnd: int
    postage_counted_vnd: int
    remark: str
    person: str


ALL = (RollPrinted, LabelPrinted, LabelNumbered, LabelBound, DoubleFiled, ApplicantTold, DayClosed)
