"""Two promises, two clocks: the post's (transit) and the authority's (decision). Late is said plainly."""

from datetime import date, datetime

from services.foundation.calendar import VIETNAM

_PAUSED = ("PAPERS_NEEDED", "PAPERS_ON_WAY", "PAYMENT_NEEDED")  # national states 5 and 6: the authority's clock rests
_NOT_ACCEPTED = ("RECEIVED_BY_POST", "ON_WAY_TO_AUTHORITY", "AT_AUTHORITY")  # no promise of the authority yet
_DECIDED = ("DECIDED", "RESULT_ON_WAY")


LEGS = ("OUTBOUND", "DECISION", "INBOUND")  # papers to the authority, the authority's own time, the result to the citizen


def running(stage: str, transit_due: str, due: str) -> dict[str, str]:
    """The dates that are promised and not yet kept, by leg: one the post has, one the authority; "" is none."""
    legs = {"INBOUND" if stage in _DECIDED else "OUTBOUND": transit_due}
    if stage not in (*_NOT_ACCEPTED, *_PAUSED, *_DECIDED):
        legs["DECISION"] = due
    return {leg: date for leg, date in legs.items() if date}


def today(now: datetime) -> date:
    """The civil date in Việt Nam."""
    return now.astimezone(VIETNAM).date()


def transit_late(transit_due: str, day: date) -> bool:
    """Whether the post's promise has passed; "" means nothing is on its way."""
    return bool(transit_due) and date.fromisoformat(transit_due) < day


def is_promised(stage: str) -> bool:
    """Whether the authority has promised its date; before it has accepted, the date is only to be expected."""
    return stage not in _NOT_ACCEPTED


def decision_late(due: str, stage: str, day: date) -> bool:
    """Whether the authority's promise has passed while its clock runs."""
    promised = running(stage, "", due).get("DECISION")
    return promised is not None and date.fromisoformat(promised) < day
