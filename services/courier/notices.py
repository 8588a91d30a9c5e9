"""What whoever holds a parcel should see, besides whether the entry was recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .entry import Entry, EntryParcel, HandheldMode
from .handover import acts_for
from .parcel import Parcel
from .parcel_facts import Holder
from .route import should_be_in

_PLACE_IS_ENOUGH = HandheldMode.PICK_UP  # the desk gives it; who of them holds it does not matter yet
_ANYBODYS = HandheldMode.INTO_HUB  # comes with whoever brings it


class NoticeKind(StrEnum):
    """What there is to see."""

    NOT_MINE = "NOT_MINE"
    WRONG_WAY = "WRONG_WAY"
    UNKNOWN = "UNKNOWN"
    SUPERSEDED_LABEL = "SUPERSEDED_LABEL"
    PARCEL_ENDED = "PARCEL_ENDED"
    DEVICE_REVOKED = "DEVICE_REVOKED"
    PARCEL_VOID = "PARCEL_VOID"


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    kind: NoticeKind
    should_be_in: str = ""


def notices(parcel: Parcel | None, entry: Entry, met: EntryParcel, who: Holder, passed: Sequence[str] = ()) -> Iterator[Notice]:
    """Of a parcel as it was before the entry; None if it is not known. ``passed`` are the offices a scan finds it has passed."""
    if parcel is None:
        yield Notice(kind=NoticeKind.UNKNOWN)
        return
    if parcel.ended:
        yield Notice(kind=NoticeKind.PARCEL_VOID if parcel.void else NoticeKind.PARCEL_ENDED)
    elif not is_mine(parcel, entry.mode, who):
        yield Notice(kind=NoticeKind.NOT_MINE)
    if 0 < met.label_version < parcel.label_version:
        yield Notice(kind=NoticeKind.SUPERSEDED_LABEL)
    if entry.scan is not None and not parcel.ended and entry.office_code != parcel.authority_code:
        place = should_be_in(parcel.route, passed, entry.scan.activity, entry.office_code)
        if place:
            yield Notice(kind=NoticeKind.WRONG_WAY, should_be_in=place)


def is_mine(parcel: Parcel, mode: HandheldMode, who: Holder) -> bool:
    """Whether it is for this person to do this: as its holder, or as the one it is offered to."""
    if mode is _ANYBODYS or (mode is _PLACE_IS_ENOUGH and parcel.holder.place == who.place):
        return True
    holders = (parcel.holder, *([parcel.offer.taker] if parcel.offer else []))
    return any(acts_for(who.person, who.place, holder) for holder in holders)
