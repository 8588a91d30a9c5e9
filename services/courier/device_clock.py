"""When entries can have happened, by a clock that may be wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta

_ON_THE_WAY = timedelta(seconds=10)


def ahead_of(now: datetime, device_now: datetime) -> timedelta:
    """How far a device's clock is ahead of ours. A few seconds are the upload's way here, and no fault of the clock."""
    ahead = device_now - now
    return timedelta() if abs(ahead) <= _ON_THE_WAY else ahead


def occurred(claimed: Sequence[datetime], ahead: timedelta, enrolled: datetime, now: datetime) -> list[datetime]:
    """When entries can have happened, of one device in the order of their numbers. ``ahead`` is how far its clock is ahead now.

    The clock may have been set in between, so a claim is bounded by what came after it: nothing happened after the next entry,
    nothing after now, nothing before the device was enrolled.
    """
    bounded, latest = [], now
    for moment in reversed(claimed):
        latest = max(enrolled, min(latest, _earlier(moment, ahead)))
        bounded.append(latest)
    return bounded[::-1]


def _earlier(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment - by
    except OverflowError:  # a clock at one end of the calendar
        return moment
