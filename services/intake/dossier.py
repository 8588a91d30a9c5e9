"""A dossier is decided: one table of moves over the ten national states; anything else is refused by name.

Source: the national status list shared with the portal, and the moves it allows. Facts go in, state comes out (``fold``);
a rule (``move``) only checks. What a parcel does never changes a state by itself: the reactions ask for a move here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.foundation.errors import NotFound, Refused

from . import fees
from .dossier_facts import (
    DecisionCorrected,
    DecisionOutcome,
    DossierAccepted,
    DossierDecided,
    DossierDeclined,
    DossierFiled,
    DossierLodged,
    DossierReturned,
    DossierState,
    DossierStopped,
    DossierWithdrawn,
    FilingService,
    LabelReprinted,
    LabelVersion,
    LedgerPosted,
    Paper,
    PapersSupplied,
    PaymentReceived,
    PaymentRequested,
    ReviewResumed,
    ReviewStarted,
    SupplementReceived,
    SupplementRequested,
)

_S = DossierState
# Fact of the move: (states it may start from, state it leads to).
MOVES: dict[type, tuple[frozenset[DossierState], DossierState]] = {
    DossierAccepted: (frozenset({_S.REGISTERED, _S.SUPPLEMENT_REQUESTED, _S.PAYMENT_REQUESTED}), _S.ACCEPTED),
    DossierDeclined: (frozenset({_S.REGISTERED, _S.SUPPLEMENT_REQUESTED}), _S.DECLINED),
    ReviewStarted: (frozenset({_S.ACCEPTED}), _S.UNDER_REVIEW),
    SupplementRequested: (frozenset({_S.REGISTERED, _S.ACCEPTED, _S.UNDER_REVIEW}), _S.SUPPLEMENT_REQUESTED),
    SupplementReceived: (frozenset({_S.SUPPLEMENT_REQUESTED}), _S.UNDER_REVIEW),
    PaymentRequested: (frozenset({_S.ACCEPTED, _S.UNDER_REVIEW}), _S.PAYMENT_REQUESTED),
    PaymentReceived: (frozenset({_S.PAYMENT_REQUESTED}), _S.UNDER_REVIEW),
    DossierWithdrawn: (frozenset({_S.REGISTERED, _S.ACCEPTED, _S.UNDER_REVIEW, _S.SUPPLEMENT_REQUESTED,
                                  _S.PAYMENT_REQUESTED}), _S.WITHDRAWN),
    DossierStopped: (frozenset({_S.ACCEPTED, _S.UNDER_REVIEW, _S.SUPPLEMENT_REQUESTED, _S.PAYMENT_REQUESTED}), _S.STOPPED),
    ReviewResumed: (frozenset({_S.STOPPED}), _S.UNDER_REVIEW),
    DossierDecided: (frozenset({_S.UNDER_REVIEW}), _S.DECIDED),
    DecisionCorrected: (frozenset({_S.DECIDED}), _S.UNDER_REVIEW),
    DossierReturned: (frozenset({_S.DECIDED, _S.WITHDRAWN, _S.STOPPED}), _S.RETURNED),
}
# A dossier is open until it is declined, taken back, decided or given back: what is asked when the same person files again.
OPEN = frozenset({_S.REGISTERED, _S.ACCEPTED, _S.UNDER_REVIEW, _S.SUPPLEMENT_REQUESTED, _S.PAYMENT_REQUESTED, _S.STOPPED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """State of a dossier; field names are the contract's. Dates are ISO texts, "" is unknown."""

    filing_id: str
    tracking_code: str
    parcel_code: str
    state: DossierState
    office_code: str
    procedure_code: str
    procedure_version: str
    authority_code: str
    service: FilingService
    papers: tuple[Paper, ...]
    weight_grams: int
    seal_number: str
    transit_due_date: str
    due_date: str
    route: tuple[str, ...]
    synthetic: bool
    term_value: int | None
    term_unit: str
    destination_office_code: str
    file_time: datetime
    etag: str = "1"
    dossier_code: str = ""
    fee_vnd: int = 0
    postage_vnd: int = 0
    lodge_time: datetime | None = None
    result_parcel_code: str = ""
    papers_requested: tuple[Paper, ...] = ()
    supplement_parcel_code: str = ""
    supplement_asked: bool = False
    papers_supplied: tuple[Paper, ...] = ()
    supplement_weight_grams: int = 0
    result_papers: tuple[Paper, ...] = ()
    outcome: DecisionOutcome = DecisionOutcome.UNSPECIFIED
    reason_code: str = ""
    void_parcel_code: str = ""
    label_versions: tuple[LabelVersion, ...] = ()

    @property
    def envelopes(self) -> tuple[str, ...]:
        """S10 numbers of its envelopes so far."""
        return tuple(code for code in (self.parcel_code, self.supplement_parcel_code, self.result_parcel_code) if code)

    def label_version(self, parcel_code: str) -> int:
        """Version of an envelope's newest label, from 1."""
        return next((each.version for each in self.label_versions if each.parcel_code == parcel_code), 1)

    def check_envelope(self, parcel_code: str) -> str:
        """The code, if it is of one of its envelopes; raises NotFound PARCEL_UNKNOWN."""
        if parcel_code not in self.envelopes:
            raise NotFound("PARCEL_UNKNOWN", "the dossier has no such envelope", field="parcel_code", value=parcel_code)
        return parcel_code


def move(dossier: Dossier, fact: Any) -> Any:
    """The fact, if the table allows its move now; else Refused MOVE_NOT_ALLOWED naming state and move."""
    allowed, _ = MOVES[type(fact)]
    if dossier.state not in allowed:
        raise Refused("MOVE_NOT_ALLOWED", f"{type(fact).__name__} is not possible from {dossier.state.value}",
                      field="state", value=dossier.state.value)
    if isinstance(fact, DossierAccepted | DossierDeclined) and dossier.lodge_time is None:
        raise Refused("NOT_LODGED_YET", "the authority's desk has not signed for the envelope", field="filing_id")
    if isinstance(fact, SupplementRequested) and dossier.supplement_asked:
        raise Refused("SUPPLEMENT_ALREADY_REQUESTED", "papers may be asked for once (NĐ 61/2018 Đ.15 k3)", field="papers")
    return fact


def supply(dossier: Dossier, fact: PapersSupplied) -> PapersSupplied:
    """Papers are taken once they were asked for; the state changes when they reach the authority."""
    if dossier.state is not _S.SUPPLEMENT_REQUESTED:
        raise Refused("MOVE_NOT_ALLOWED", f"PapersSupplied is not possible from {dossier.state.value}", field="state",
                      value=dossier.state.value)
    if dossier.supplement_parcel_code:
        raise Refused("PAPERS_ALREADY_SUPPLIED", "the papers asked for are on their way already", field="papers")
    return fact


def fold(facts: Iterable[tuple[Any, datetime]]) -> Dossier | None:
    """State from facts with the time each happened; None without facts."""
    values: dict[str, Any] = {}
    number = 0
    for number, (fact, occurred) in enumerate(facts, start=1):
        if number == 1:
            values = _filed(fact, occurred)
        else:
            _next(values, fact, occurred)
    return Dossier(**values, etag=str(number)) if values else None


def _filed(fact: DossierFiled, occurred: datetime) -> dict[str, Any]:
    return {
        "filing_id": fact.filing_id, "tracking_code": fact.tracking_code, "parcel_code": fact.parcel_code,
        "state": _S.REGISTERED, "office_code": fact.office_code, "procedure_code": fact.procedure_code,
        "procedure_version": fact.procedure_version, "authority_code": fact.authority_code, "service": fact.service,
        "papers": fact.papers, "weight_grams": fact.weight_grams, "seal_number": fact.seal_number,
        "transit_due_date": fact.transit_due_date, "due_date": fact.expected_due_date, "route": fact.route,
        "synthetic": fact.synthetic, "term_value": fact.term_value, "term_unit": fact.term_unit,
        "destination_office_code": fact.destination_office_code, "file_time": occurred, "fee_vnd": 0, "postage_vnd": 0}


def _next(values: dict[str, Any], fact: Any, occurred: datetime) -> None:
    """Changes the values as the fact says; one record is made of them at the end."""
    if type(fact) in MOVES:
        values["state"] = MOVES[type(fact)][1]
    match fact:
        case LedgerPosted():
            values["fee_vnd" if fact.ledger == fees.FEE else "postage_vnd"] += fees.taken(fact)
        case DossierLodged():
            values["lodge_time"] = occurred
        case DossierAccepted():
            values |= {"dossier_code": fact.dossier_code, "due_date": fact.due_date or values["due_date"]}
        case SupplementRequested():
            values |= {"papers_requested": fact.papers, "supplement_asked": True, "reason_code": fact.reason_code}
        case PapersSupplied():
            values |= {"supplement_parcel_code": fact.parcel_code, "papers_supplied": fact.papers,
                       "supplement_weight_grams": fact.weight_grams}
        case SupplementReceived():
            values |= {"papers_requested": (), "due_date": fact.due_date or values["due_date"], "reason_code": ""}
        case DossierDecided():
            values |= {"outcome": fact.outcome, "result_parcel_code": fact.result_parcel_code, "result_papers": fact.papers}
        case LabelReprinted():
            others = (each for each in values.get("label_versions", ()) if each.parcel_code != fact.parcel_code)
            values["label_versions"] = (*others, LabelVersion(parcel_code=fact.parcel_code, version=fact.label_version))
        case DossierWithdrawn():
            values |= {"reason_code": fact.reason_code, "void_parcel_code": fact.void_parcel_code}
        case DossierDeclined() | DossierStopped() | ReviewResumed() | DecisionCorrected():
            values["reason_code"] = fact.reason_code
