"""Custody changes hands only by offer and accept; the giver answers until the taker accepts.

So each parcel has exactly one responsible holder at each instant; "between two custodians" is no state.
"""

from collections.abc import Sequence

from services.foundation.errors import Invalid, Refused

from .parcel import Parcel
from .parcel_facts import Difference, DifferenceKind, HandoverAccepted, HandoverOffered, Holder

AUTHORITY_ROLE = "OFFICER"


def acts_for(person: str, place: str, holder: Holder) -> bool:
    """Whether a person at a place is the holder, or stands at the desk that is."""
    return holder.place == place and holder.person in ("", person)


def offer(parcel: Parcel, handover_id: str, giver: Holder, taker: Holder) -> HandoverOffered:
    """The present holder offers; a new offer replaces an open one. Raises NOT_HOLDER, PARCEL_ENDED, TAKER_MISSING."""
    if parcel.ended:
        raise Refused("PARCEL_ENDED", "it was signed for or delivered; no hand-over is left", field="parcel_codes")
    if not acts_for(giver.person, giver.place, parcel.holder):
        raise Refused("NOT_HOLDER", "only who answers for the parcel can offer it", field="parcel_codes",
                      value=parcel.parcel_code)
    if not taker.place:
        raise Invalid("TAKER_MISSING", "name the office or authority that takes it", field="taker.place")
    return HandoverOffered(handover_id=handover_id, giver=parcel.holder, taker=taker)


def accept(parcel: Parcel, handover_id: str, taker: Holder, role: str, counted: int | None,
           named: Sequence[Difference]) -> HandoverAccepted:
    """The named taker accepts; differences are named by the taker and by the count. Raises NOTHING_OFFERED."""
    offered = parcel.offer
    if offered is None or offered.handover_id != handover_id or not acts_for(taker.person, taker.place, offered.taker):
        raise Refused("NOTHING_OFFERED", "this parcel is not offered to you in this hand-over", field="handover_id")
    if counted is not None and counted < 0:
        raise Invalid("COUNT_WRONG", "count zero or more papers", field="papers_counted", value=counted)
    at_authority = role == AUTHORITY_ROLE and taker.place == parcel.authority_code  # an officer elsewhere signs for no filing
    # At the authority the desk as a whole answers from now on; elsewhere the person who took it.
    holder = Holder(person="" if at_authority else taker.person, place=taker.place)
    return HandoverAccepted(
        handover_id=handover_id, giver=offered.giver, taker=holder, at_authority=at_authority, papers_counted=counted,
        differences=(*named, *_by_count(parcel.papers_count, counted, named)), filing_id=parcel.filing_id,
        direction=parcel.direction)


def _by_count(expected: int, counted: int | None, named: Sequence[Difference]) -> list[Difference]:
    if counted is None or counted == expected:
        return []
    kind = DifferenceKind.PAPERS_MISSING if counted < expected else DifferenceKind.PAPERS_SURPLUS
    return [] if kind in {each.kind for each in named} else [Difference(kind=kind, count=abs(counted - expected))]
