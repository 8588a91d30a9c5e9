"""Hand-overs, deliveries and failed tries as a device says they were done: the facts that follow, or why none do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.foundation.calendar import WorkingCalendar
from services.foundation.errors import Invalid, Problem
from services.foundation.events import Actor

from . import delivery, handover
from .entry import Entry, EntryParcel
from .parcel import Parcel
from .parcel_facts import DeliveryProof, Evidence, Holder, Scan, ScanActivity, ScanRecorded


class EntryOutcome(StrEnum):
    """What came of an entry; of several the first in this order matters most."""

    REFUSED = "REFUSED"
    CONFLICT = "CONFLICT"
    PENDING = "PENDING"
    LATE = "LATE"
    APPLIED = "APPLIED"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True, slots=True)
class Act:
    """One parcel's part of an entry, when it happened and by whom."""

    entry: Entry
    met: EntryParcel
    actor: Actor
    moment: datetime
    evidence: Evidence


def facts_of(act: Act, parcel: Parcel, calendar: WorkingCalendar, request_id: str, code_key: bytes) -> Sequence[Any]:
    """The facts that follow for a parcel. Raises Problem."""
    entry, met = act.entry, act.met
    who = Holder(person=act.actor.person, place=act.actor.place)
    if entry.offer is not None:
        fact: Any = handover.offer(parcel, entry.offer.handover_id, who, entry.offer.taker)
    elif entry.accept is not None:
        fact = handover.accept(parcel, entry.accept.handover_id, who, act.actor.role, met.papers_counted, met.differences)
    elif entry.deliver is not None:
        said = entry.deliver
        proof = DeliveryProof(
            relation=said.relation, identity_paper=said.identity_paper, signature_sha256=said.signature_sha256,
            receiver_sha256=said.receiver_sha256, picture=said.picture, occur_time=act.moment)
        fact = delivery.deliver(parcel, who, delivery.Delivery(proof=proof, receiver=said.receiver), request_id, code_key)
    elif entry.attempt is not None:
        fact = replace(delivery.attempt(parcel, who, entry.attempt.reason), next_step=entry.attempt.next_step,
                       occur_time=act.moment)
        tries = [*(each.occur_time for each in parcel.attempts if each.occur_time is not None), act.moment]
        delivery.check_next(entry.attempt.reason, entry.attempt.next_step, tries, calendar)
        return [replace(fact, evidence=act.evidence), _seen(act, parcel.filing_id)]
    else:
        raise Invalid("ACT_MISSING", "say what was done", field="act")
    return [replace(fact, evidence=act.evidence)]


def _seen(act: Act, filing_id: str) -> ScanRecorded:
    """A try that failed is an observation too: it tells where the parcel was."""
    return ScanRecorded(filing_id=filing_id, scan=scan_of(act, ScanActivity.ATTEMPT_FAILED), evidence=act.evidence)


def scan_of(act: Act, activity: ScanActivity) -> Scan:
    """The observation of an entry."""
    return Scan(device=act.actor.device, device_sequence=act.entry.device_sequence, parcel_code=act.met.parcel_code,
                activity=activity, office_code=act.entry.office_code, occur_time=act.moment)


def outcome_of(problem: Problem, act: Act, parcel: Parcel | None, awaits_custody: bool) -> EntryOutcome:
    """What becomes of an act that is not allowed now. ``awaits_custody``: the actor's own acceptance of this parcel is pending.

    What another device's entry may yet explain is pending; what the parcel's state speaks against is kept as a conflict.
    """
    if isinstance(problem, Invalid) or problem.reason == "REQUEST_ID_REUSED":
        return EntryOutcome.REFUSED
    if parcel is None:
        return EntryOutcome.PENDING if problem.reason == "PARCEL_UNKNOWN" else EntryOutcome.CONFLICT
    if parcel.ended:
        return EntryOutcome.CONFLICT
    accept = act.entry.accept
    if problem.reason == "NOTHING_OFFERED" and accept is not None and accept.handover_id not in parcel.handovers:
        return EntryOutcome.PENDING
    if problem.reason == "NOT_HOLDER" and awaits_custody:
        return EntryOutcome.PENDING
    return EntryOutcome.CONFLICT
