"""Two promises, two clocks: the post's (transit) and the authority's (decision). Late is said plainly."""

from datetime import date, datetime

from services.foundation.calendar import VIETNAM

_PAUSED = ("PAPERS_NEEDED", "PAPERS_ON_WAY", "PAYMENT_NEEDED")  # national states 5 and 6: the authority's clock rests
_NOT_ACCEPTED = ("RECEIVED_BY_POST", "ON_WAY_TO_AUTHORITY", "AT_AUTHORITY")  # no promise of the authority yet
_DECIDED = ("DECIDED", "RESULT_ON_WAY")


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
    return bool(due) and stage not in (*_NOT_ACCEPTED, *_PAUSED, *_DECIDED) and date.fromisoformat(due) < day
