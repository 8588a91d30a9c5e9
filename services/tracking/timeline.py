"""Folds facts into what may be shown: pure, and without anything about persons.

One row per stream, as plain values: ``dossier_row`` for a dossier, ``parcel_row`` for a parcel. ``stage`` and ``entries`` join
them when somebody asks, so the two topics need no order between them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# Dossier facts that are an entry of the timeline, and the stage they lead to.
_EVENTS = {
    "DossierFiled": ("FILED", "RECEIVED_BY_POST"), "DossierLodged": ("LODGED", "AT_AUTHORITY"),
    "DossierAccepted": ("ACCEPTED", "IN_REVIEW"), "DossierDeclined": ("DECLINED", "DECLINED"),
    "ReviewStarted": ("", "IN_REVIEW"), "SupplementRequested": ("SUPPLEMENT_REQUESTED", "PAPERS_NEEDED"),
    "PapersSupplied": ("PAPERS_SUPPLIED", "PAPERS_ON_WAY"), "SupplementReceived": ("SUPPLEMENT_RECEIVED", "IN_REVIEW"),
    "PaymentRequested": ("PAYMENT_REQUESTED", "PAYMENT_NEEDED"), "PaymentReceived": ("PAYMENT_RECEIVED", "IN_REVIEW"),
    "DossierWithdrawn": ("WITHDRAWN", "WITHDRAWN"), "DossierStopped": ("STOPPED", "STOPPED"),
    "ReviewResumed": ("", "IN_REVIEW"), "DossierDecided": ("DECIDED", "DECIDED"), "DecisionCorrected": ("", "IN_REVIEW"),
    "DossierReturned": ("DELIVERED", "DONE"),
}
_SCANS = {"ACCEPTED": "", "DEPARTED": "DEPARTED", "ARRIVED": "ARRIVED", "AT_DELIVERY_OFFICE": "ARRIVED",
          "OUT_FOR_DELIVERY": "OUT_FOR_DELIVERY", "ATTEMPT_FAILED": "ATTEMPT_FAILED", "HELD": "HELD",
          "RETURNED": "DEPARTED"}
_MOVED = ("DEPARTED", "ARRIVED", "OUT_FOR_DELIVERY")
_CLOSED = ("DONE", "DECLINED", "WITHDRAWN", "STOPPED", "CANCELLED")
OPEN = tuple(sorted({stage for _, stage in _EVENTS.values()} - set(_CLOSED)))

Value = Mapping[str, Any]


def dossier_row(row: Value | None, kind: str, fact: Any, occurred_ms: int) -> dict[str, Any]:
    """The dossier's row after a fact; ``fact`` may be None where only its kind matters."""
    after = dict(row or {"entries": [], "stage": "", "due": "", "transit_due": ""})
    event, stage = _EVENTS.get(kind, ("", ""))
    if getattr(fact, "void_parcel_code", ""):  # the office's mistake, not the citizen's wish
        event = stage = "CANCELLED"
    after["stage"] = stage or after["stage"]
    office = getattr(fact, "office_code", "")
    if event:
        after["entries"] = [*after["entries"], [event, office, occurred_ms]]
    if kind == "DossierFiled":
        after |= {"filing_id": fact.filing_id, "tracking_code": fact.tracking_code, "office": fact.office_code,
                  "authority": fact.authority_code, "route": list(fact.route), "transit_due": fact.transit_due_date,
                  "due": fact.expected_due_date, "carrying": fact.parcel_code, "synthetic": fact.synthetic}
    elif kind == "PapersSupplied":
        after |= {"transit_due": fact.transit_due_date, "carrying": fact.parcel_code}
    elif kind == "DossierDecided":
        after |= {"transit_due": fact.transit_due_date, "carrying": fact.result_parcel_code}
    elif kind in ("DossierLodged", "SupplementReceived", "DossierReturned"):
        after |= {"transit_due": "", "carrying": ""}
    if kind in ("DossierAccepted", "SupplementReceived") and fact.due_date:
        after["due"] = fact.due_date
    return after


def parcel_row(row: Value | None, kind: str, fact: Any, occurred_ms: int) -> dict[str, Any]:
    """The parcel's row after a fact. Scans are kept by device and number: a repeat changes nothing."""
    after = dict(row or {"scans": {}, "holder": "", "filing_id": "", "back": False, "route": []})
    if kind == "ParcelRegistered":
        after |= {"filing_id": fact.filing_id, "back": fact.direction == "INBOUND", "holder": fact.holder.place,
                  "route": list(fact.route)}
    elif kind == "ScanRecorded":
        scan = fact.scan
        after["scans"] = {**after["scans"], f"{scan.device}/{scan.device_sequence}": [
            scan.activity.value, scan.office_code, occurred_ms]}
    elif kind == "HandoverAccepted":
        after["holder"] = fact.taker.place
    return after


def entries(dossier: Value, parcels: Iterable[Value]) -> list[tuple[str, str, int]]:
    """(event, office code, milliseconds), newest first."""
    found = [(event, office, ms) for event, office, ms in dossier["entries"]]
    for parcel in parcels:
        found += [(_SCANS[activity], office, ms) for activity, office, ms in parcel["scans"].values() if _SCANS[activity]]
    return sorted(found, key=lambda entry: entry[2], reverse=True)


def stage(dossier: Value, parcels: Mapping[str, Value]) -> str:
    """The stage in the citizen's terms: what was decided, refined by whether the envelope has set out."""
    decided = str(dossier["stage"])
    parcel = parcels.get(dossier.get("carrying", ""))
    if parcel is None or not moved(parcel):
        return decided
    return {"RECEIVED_BY_POST": "ON_WAY_TO_AUTHORITY", "DECIDED": "RESULT_ON_WAY"}.get(decided, decided)


def moved(parcel: Value) -> bool:
    """Whether an envelope has left where it started."""
    return any(activity in _MOVED for activity, _, _ in parcel["scans"].values())


def place(parcel: Value) -> str:
    """Office of the newest scan by its own time; "" before the first."""
    newest: Sequence[Any] = max(parcel["scans"].values(), key=lambda scan: scan[2], default=("", "", 0))
    return str(newest[1])


def is_closed(reached: str) -> bool:
    """Whether nothing more is promised."""
    return reached in _CLOSED
