"""Given to the citizen with proof, or tried in vain; and what may be done after a try that failed. What proves it: proof.py.

Sources: Luật Bưu chính Đ.17 (reasons), TT 17/2017 Đ.5 k2h (two invitations, two working days apart, then back to the authority).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.foundation.calendar import VIETNAM, WorkingCalendar
from services.foundation.errors import Refused
from services.foundation.one_time_code import is_code_of

from .entry import ReceiverShown
from .handover import acts_for
from .parcel import Parcel
from .parcel_facts import (
    AttemptReason,
    DeliveryAttempted,
    DeliveryCodeIssued,
    DeliveryCodeMissed,
    DeliveryProof,
    Holder,
    NextStep,
    ParcelDelivered,
    ParcelDirection,
)
from .proof import CodeFound, Shown, check
from .proof_words import OneTimeCodeState

INVITATIONS, INVITATIONS_APART_DAYS = 2, 2  # working days
_AGAIN, _HOLD, _ASK, _BACK = NextStep.TRY_AGAIN, NextStep.HOLD_AT_OFFICE, NextStep.ASK_ADDRESS, NextStep.GIVE_BACK
NEXT: Mapping[AttemptReason, tuple[NextStep, ...]] = {
    AttemptReason.WRONG_ADDRESS: (_ASK, _HOLD, _BACK), AttemptReason.MOVED: (_ASK, _HOLD, _BACK),
    AttemptReason.NOT_FOUND: (_AGAIN, _HOLD, _BACK), AttemptReason.REFUSED: (_BACK, _AGAIN),
    AttemptReason.AUTHORITY_CLOSED: (_AGAIN, _HOLD), AttemptReason.IDENTITY_NOT_SHOWN: (_AGAIN, _HOLD, _BACK),
    AttemptReason.AUTHORISATION_MISSING: (_AGAIN, _HOLD, _BACK),
}
_AT_ONCE = AttemptReason.REFUSED  # given back without a second invitation
_SALT_BYTES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What is said of a delivery: the proof as facts carry it, and who received it, which no fact does."""

    proof: DeliveryProof
    receiver: ReceiverShown | None


def next_steps(reason: AttemptReason, tries: Sequence[datetime], calendar: WorkingCalendar) -> tuple[NextStep, ...]:
    """What may follow; ``tries`` are all that failed, this one too."""
    days = sorted(moment.astimezone(VIETNAM).date() for moment in tries)
    invited = len(days) >= INVITATIONS and calendar.add_working_days(days[0], INVITATIONS_APART_DAYS) <= days[-1]
    return tuple(step for step in NEXT[reason] if step is not _BACK or reason is _AT_ONCE or invited)


def check_next(reason: AttemptReason, step: NextStep, tries: Sequence[datetime], calendar: WorkingCalendar) -> None:
    """Raises Refused NEXT_STEP_NOT_ALLOWED. No choice is allowed always."""
    allowed = next_steps(reason, tries, calendar)
    if step is not NextStep.UNSPECIFIED and step not in allowed:
        raise Refused("NEXT_STEP_NOT_ALLOWED", f"after this reason and so many tries: {', '.join(allowed)}", field="next_step")


def deliver(parcel: Parcel, who: Holder, done: Delivery, request_id: str, code_key: bytes) -> ParcelDelivered | DeliveryCodeMissed:
    """Its holder gives it to the citizen; a wrong one-time code is a fact too, but then nothing is delivered (``missed``). Raises
    Refused PARCEL_ENDED, NOT_HOLDER, NOT_FOR_CITIZEN and those of proof.check."""
    _check_holder(parcel, who)
    if parcel.direction is not ParcelDirection.INBOUND:
        raise Refused("NOT_FOR_CITIZEN", "this envelope goes to the authority; hand it over there", field="parcel_code")
    proof, receiver = done.proof, done.receiver
    shown = Shown(relation=proof.relation, identity_paper=proof.identity_paper, picture=proof.picture,
                  full_name=receiver.full_name if receiver else "", last_four=receiver.last_four if receiver else "")
    found = _code(parcel, receiver.one_time_code if receiver else "", code_key)
    check(parcel.delivery_kind, shown, found)
    if found is CodeFound.WRONG:  # told last, so that nothing else is spent on a proof that is short anyhow
        return DeliveryCodeMissed(filing_id=parcel.filing_id, request_id=request_id)
    return ParcelDelivered(filing_id=parcel.filing_id, direction=parcel.direction, proof=replace(
        proof, one_time_code_held=found is CodeFound.RIGHT))


def missed(parcel: Parcel, request_id: str) -> Refused | None:
    """What a request is told that named a wrong code, now or when it came first."""
    if request_id not in parcel.code_misses:
        return None
    return Refused("ONE_TIME_CODE_WRONG", "it is not the code the applicant was told; ask again, or prove it in another way",
                   field="one_time_code")


def issue_code(parcel: Parcel, draw: Callable[[int], bytes]) -> list[DeliveryCodeIssued]:
    """A code for a parcel that goes out to a citizen, once for ever: more codes would be more guesses."""
    if parcel.ended or parcel.direction is not ParcelDirection.INBOUND or parcel.code_salt:
        return []
    return [DeliveryCodeIssued(filing_id=parcel.filing_id, salt=draw(_SALT_BYTES))]


def _code(parcel: Parcel, named: str, key: bytes) -> CodeFound:
    if parcel.one_time_code is OneTimeCodeState.SPENT:
        return CodeFound.SPENT
    if not named:
        return CodeFound.NONE
    if not parcel.code_salt:
        return CodeFound.NOT_ISSUED
    return CodeFound.RIGHT if is_code_of(key, parcel.parcel_code, parcel.code_salt, named) else CodeFound.WRONG


def attempt(parcel: Parcel, who: Holder, reason: AttemptReason) -> DeliveryAttempted:
    """Its holder tried in vain. Raises Refused PARCEL_ENDED, NOT_HOLDER."""
    _check_holder(parcel, who)
    return DeliveryAttempted(reason=reason, filing_id=parcel.filing_id)


def _check_holder(parcel: Parcel, who: Holder) -> None:
    if parcel.ended:
        raise Refused("PARCEL_ENDED", "it was signed for or delivered already", field="parcel_code")
    if not acts_for(who.person, who.place, parcel.holder):
        raise Refused("NOT_HOLDER", "only who answers for the parcel can deliver it", field="parcel_code",
                      value=parcel.parcel_code)
