"""Whether a parcel is on its way: the office where it should be, if it is seen elsewhere."""

from collections.abc import Sequence

from .parcel_facts import ScanActivity

_AT_THE_END = (ScanActivity.AT_DELIVERY_OFFICE, ScanActivity.OUT_FOR_DELIVERY)


def should_be_in(route: Sequence[str], passed: Sequence[str], activity: ScanActivity, office: str) -> str:
    """The office where it belongs; "" if it may well be here. ``passed`` are the offices where it was seen before, oldest first.

    An office that was skipped is no error: a scan may have been forgotten. Going back is one, except on the way back to the sender.
    """
    if not route or activity is ScanActivity.RETURNED:
        return ""
    furthest = max((route.index(each) for each in passed if each in route), default=0)
    if office not in route:
        return route[0] if activity is ScanActivity.ACCEPTED else route[min(furthest + 1, len(route) - 1)]
    if activity in _AT_THE_END and office != route[-1]:
        return route[-1]
    return route[furthest] if route.index(office) < furthest else ""
