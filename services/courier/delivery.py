"""Given to the citizen with proof, or tried in vain; and what may be done after a try that failed.

Sources: Luật Bưu chính Đ.17 (reasons), TT 17/2017 Đ.5 k2h (two invitations, two working days apart, then back to the authority).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.foundation.calendar import VIETNAM, WorkingCalendar
from services.foundation.errors import Refused

from .handover import acts_for
from .parcel import Parcel
from .parcel_facts import (
    AttemptReason,
    DeliveryAttempted,
    DeliveryProof,
    Holder,
    NextStep,
    ParcelDelivered,
    ParcelDirection,
)

INVITATIONS, INVITATIONS_APART_DAYS = 2, 2  # working days
_AGAIN, _HOLD, _ASK, _BACK = NextStep.TRY_AGAIN, NextStep.HOLD_AT_OFFICE, NextStep.ASK_ADDRESS, NextStep.GIVE_BACK
NEXT: Mapping[AttemptReason, tuple[NextStep, ...]] = {
    AttemptReason.WRONG_ADDRESS: (_ASK, _HOLD, _BACK), AttemptReason.MOVED: (_ASK, _HOLD, _BACK),
    AttemptReason.NOT_FOUND: (_AGAIN, _HOLD, _BACK), AttemptReason.REFUSED: (_BACK, _AGAIN),
    AttemptReason.AUTHORITY_CLOSED: (_AGAIN, _HOLD), AttemptReason.IDENTITY_NOT_SHOWN: (_AGAIN, _HOLD, _BACK),
    AttemptReason.AUTHORISATION_MISSING: (_AGAIN, _HOLD, _BACK),
}
_AT_ONCE = AttemptReason.REFUSED  # given back without a second invitation


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


def deliver(parcel: Parcel, who: Holder, proof: DeliveryProof) -> ParcelDelivered:
    """Its holder gives it to the citizen. Raises Refused PARCEL_ENDED, NOT_HOLDER, NOT_FOR_CITIZEN."""
    _check_holder(parcel, who)
    if parcel.direction is not ParcelDirection.INBOUND:
        raise Refused("NOT_FOR_CITIZEN", "this envelope goes to the authority; hand it over there", field="parcel_code")
    return ParcelDelivered(filing_id=parcel.filing_id, direction=parcel.direction, proof=proof)


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
