"""The verifier's own fold of the facts, written apart from the services': states, holders and what the public page shows."""

from dataclasses import dataclass, field
from typing import Any

from .dataset import Fact

# The national list of states and the facts that lead from one to the next, copied by hand from the list itself.
NEXT = {
    "DossierAccepted": ((1, 5, 6), 2), "DossierDeclined": ((1, 5), 3), "ReviewStarted": ((2,), 4),
    "SupplementRequested": ((1, 2, 4), 5), "SupplementReceived": ((5,), 4), "PaymentRequested": ((2, 4), 6),
    "PaymentReceived": ((6,), 4), "DossierWithdrawn": ((1, 2, 4, 5, 6), 7), "DossierStopped": ((2, 4, 5, 6), 8),
    "ReviewResumed": ((8,), 4), "DossierDecided": ((4,), 9), "DecisionCorrected": ((9,), 4), "DossierReturned": ((7, 8, 9), 10),
}
SHOWN = {  # fact -> (event on the timeline or "", stage it leads to)
    "DossierFiled": ("FILED", "RECEIVED_BY_POST"), "DossierLodged": ("LODGED", "AT_AUTHORITY"),
    "DossierAccepted": ("ACCEPTED", "IN_REVIEW"), "DossierDeclined": ("DECLINED", "DECLINED"), "ReviewStarted": ("", "IN_REVIEW"),
    "SupplementRequested": ("SUPPLEMENT_REQUESTED", "PAPERS_NEEDED"), "PapersSupplied": ("PAPERS_SUPPLIED", "PAPERS_ON_WAY"),
    "SupplementReceived": ("SUPPLEMENT_RECEIVED", "IN_REVIEW"), "DossierWithdrawn": ("WITHDRAWN", "WITHDRAWN"),
    "DossierDecided": ("DECIDED", "DECIDED"), "DossierReturned": ("DELIVERED", "DONE"),
}


@dataclass
class DossierNow:
    """A dossier after its facts."""

    state: int = 0
    wrong_moves: list[str] = field(default_factory=list)
    lodged: int = 0
    filed: Any = None
    parcels: list[str] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)  # newest label by parcel, of those printed again
    void: str = ""


def dossier(facts: list[Fact]) -> DossierNow:
    """State by the national numbers; moves outside the table are listed."""
    now = DossierNow()
    for fact in facts:
        message = fact.message
        if fact.kind == "DossierFiled":
            now.wrong_moves += [fact.kind] if now.state else []
            now.state, now.filed = 1, message
            now.parcels.append(message.parcel_code)
        elif fact.kind == "DossierLodged":
            now.lodged += message.parcel_code == now.parcels[0]
        elif fact.kind == "PapersSupplied":
            now.wrong_moves += [fact.kind] if now.state != 5 else []
            now.parcels += [message.parcel_code] if message.parcel_code else []
        elif fact.kind == "LabelReprinted":
            now.wrong_moves += [fact.kind] if message.label_version != now.labels.get(message.parcel_code, 1) + 1 else []
            now.labels[message.parcel_code] = message.label_version
        elif fact.kind in NEXT:
            start, now_state = NEXT[fact.kind]
            now.wrong_moves += [fact.kind] if now.state not in start else []
            now.state = now_state
            if fact.kind == "DossierDecided" and message.result_parcel_code:
                now.parcels.append(message.result_parcel_code)
            now.void = message.void_parcel_code if fact.kind == "DossierWithdrawn" else now.void
    return now


@dataclass
class ParcelNow:
    """A parcel after its facts."""

    filing_id: str = ""
    back: bool = False
    route: list[str] = field(default_factory=list)
    holder: tuple[str, str] = ("", "")  # place, person
    ended: bool = False
    label: int = 1
    void: bool = False
    offer: tuple[str, tuple[str, str]] | None = None  # hand-over, taker
    scans: dict[tuple[str, int], tuple[str, str, int]] = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)  # (invariant, what)


def parcel(facts: list[Fact]) -> ParcelNow:
    """Custody and scans; what breaks the line of holders is listed."""
    now = ParcelNow()
    for number, fact in enumerate(facts):
        _ONE[fact.kind](now, fact, number)
    return now


def _registered(now: ParcelNow, fact: Fact, number: int) -> None:
    message = fact.message
    if number:
        now.wrong.append(("I13", f"{fact.subject} registered twice"))
    now.filing_id, now.back, now.route = message.filing_id, message.direction == 2, list(message.route)
    now.holder = (message.holder.place, message.holder.person)


def _scanned(now: ParcelNow, fact: Fact, _: int) -> None:
    scan = fact.message.scan
    key = (scan.device, scan.device_sequence)
    if key in now.scans:
        now.wrong.append(("I18", f"{fact.subject} holds scan {key} twice"))
    now.scans[key] = (type(scan).DESCRIPTOR.fields_by_name["activity"].enum_type.values_by_number[scan.activity].name,
                      scan.office_code, fact.occurred)


def _offered(now: ParcelNow, fact: Fact, _: int) -> None:
    message = fact.message
    if (message.giver.place, message.giver.person) != now.holder:
        now.wrong.append(("I14", f"{fact.subject}/{fact.sequence} is offered by who does not hold it"))
    if not _stands_for((fact.place, fact.person), now.holder):
        now.wrong.append(("I14", f"{fact.subject}/{fact.sequence} was offered by {fact.place}/{fact.person}"))
    now.offer = (message.handover_id, (message.taker.place, message.taker.person))


def _accepted(now: ParcelNow, fact: Fact, _: int) -> None:
    message = fact.message
    if (message.giver.place, message.giver.person) != now.holder or now.ended:
        now.wrong.append(("I13", f"{fact.subject}/{fact.sequence} is taken from who does not hold it"))
    if now.offer is None or now.offer[0] != message.handover_id or not _stands_for((fact.place, fact.person), now.offer[1]):
        now.wrong.append(("I14", f"{fact.subject}/{fact.sequence} is accepted without an offer to the taker"))
    now.holder, now.offer = (message.taker.place, message.taker.person), None
    now.ended = now.ended or (message.at_authority and not now.back)


def _delivered(now: ParcelNow, fact: Fact, _: int) -> None:
    if now.ended:
        now.wrong.append(("I13", f"{fact.subject}/{fact.sequence} is delivered after its end"))
    if not _stands_for((fact.place, fact.person), now.holder):
        now.wrong.append(("I14", f"{fact.subject}/{fact.sequence} is delivered by who does not hold it"))
    now.ended, now.offer = True, None


def _relabelled(now: ParcelNow, fact: Fact, _: int) -> None:
    now.label = fact.message.label_version


def _voided(now: ParcelNow, _fact: Fact, _number: int) -> None:
    now.ended, now.void, now.offer = True, True, None


def _attempted(_now: ParcelNow, _fact: Fact, _number: int) -> None:
    """A try that failed changes neither holder nor scans."""


def _code_counted(_now: ParcelNow, _fact: Fact, _number: int) -> None:
    """A one-time code that was made, or a wrong one: custody.i36 counts them."""


def _stands_for(who: tuple[str, str], holder: tuple[str, str]) -> bool:
    return who[0] == holder[0] and holder[1] in ("", who[1])


_ONE = {"ParcelRegistered": _registered, "LabelRenewed": _relabelled, "ParcelVoided": _voided, "ScanRecorded": _scanned,
        "HandoverOffered": _offered, "HandoverAccepted": _accepted, "ParcelDelivered": _delivered,
        "DeliveryAttempted": _attempted, "DeliveryCodeIssued": _code_counted, "DeliveryCodeMissed": _code_counted}


def shown(facts: list[Fact]) -> dict[str, Any]:
    """What tracking's row of a dossier must say."""
    row: dict[str, Any] = {"stage": "", "entries": [], "transit_due": "", "due": "", "carrying": ""}
    for fact in facts:
        event, stage = SHOWN.get(fact.kind, ("", ""))
        message = fact.message
        if fact.kind == "DossierWithdrawn" and message.void_parcel_code:
            event = stage = "CANCELLED"
        row["stage"] = stage or row["stage"]
        if event:
            row["entries"].append([event, getattr(message, "office_code", ""), fact.occurred])
        if fact.kind == "DossierFiled":
            row |= {"transit_due": message.transit_due_date, "due": message.expected_due_date, "carrying": message.parcel_code,
                    "tracking_code": message.tracking_code}
        elif fact.kind == "PapersSupplied":
            row |= {"transit_due": message.transit_due_date, "carrying": message.parcel_code}
        elif fact.kind == "DossierDecided":
            row |= {"transit_due": message.transit_due_date, "carrying": message.result_parcel_code}
        elif fact.kind in ("DossierLodged", "SupplementReceived", "DossierReturned"):
            row |= {"transit_due": "", "carrying": ""}
        if fact.kind in ("DossierAccepted", "SupplementReceived") and message.due_date:
            row["due"] = message.due_date
    return row
