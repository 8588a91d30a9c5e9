"""What must prove a delivery: one table, for the server that judges and for handhelds, which are given it as data.

Sources: TT 17/2017 Đ.5 k2 d and đ (identity card or passport shown, a representative by authorisation, signed for), k3 (RETURN
and BOTH end in the same delivery), QĐ 45/2016 Đ.7 (SEND ends at the authority, by a hand-over). Ours, to be confirmed by who knows
the trade: the last four digits instead of the number, the photo in the signature's place, and that a member of the household may
take copies alone, the applicant's one-time code standing for the authorisation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from services.foundation.errors import Refused

from .parcel_facts import IdentityPaper, ReceiverRelation
from .proof_words import DeliveryKind, PictureKind

_ANY_PAPER = (IdentityPaper.IDENTITY_CARD, IdentityPaper.PASSPORT, IdentityPaper.ELECTRONIC)
_SIGNATURE, _PHOTO = (PictureKind.SIGNATURE,), (PictureKind.PHOTO,)
_LENGTH = 4


class CodeFound(StrEnum):
    """What a one-time code that was named, or not, proves."""

    NONE = "NONE"
    RIGHT = "RIGHT"
    WRONG = "WRONG"
    NOT_ISSUED = "NOT_ISSUED"
    SPENT = "SPENT"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProofWay:
    """One way to prove a delivery; all of it is needed. Field names are the contract's."""

    relation: ReceiverRelation
    identity_papers: tuple[IdentityPaper, ...] = _ANY_PAPER
    pictures: tuple[PictureKind, ...] = _SIGNATURE + _PHOTO
    full_name: bool = True
    last_four: bool = True
    one_time_code: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ProofRule:
    """What must prove deliveries of one kind: any of the ways."""

    delivery_kind: DeliveryKind
    ways: tuple[ProofWay, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What was shown at the door."""

    relation: ReceiverRelation
    identity_paper: IdentityPaper
    picture: PictureKind
    full_name: str
    last_four: str


_APPLICANT = ProofWay(relation=ReceiverRelation.APPLICANT, full_name=False)
_AUTHORISED = ProofWay(relation=ReceiverRelation.AUTHORISED)
_HOUSEHOLD = ProofWay(relation=ReceiverRelation.HOUSEHOLD, one_time_code=True)
_TABLE: Mapping[DeliveryKind, tuple[ProofWay, ...]] = {
    DeliveryKind.TO_AUTHORITY: (),
    DeliveryKind.RESULT_ORIGINALS: (
        _APPLICANT, replace(_AUTHORISED, pictures=_SIGNATURE), replace(_AUTHORISED, pictures=_PHOTO, one_time_code=True)),
    DeliveryKind.RESULT_COPIES: (_APPLICANT, _AUTHORISED, _HOUSEHOLD),
    DeliveryKind.RESULT_IN_PERSON: (
        replace(_APPLICANT, pictures=_PHOTO), replace(_APPLICANT, pictures=_SIGNATURE, one_time_code=True)),
}


def rule_of(kind: DeliveryKind) -> ProofRule:
    """The rule of a kind; what was registered before kinds were told is judged like a result with originals."""
    known = DeliveryKind.RESULT_ORIGINALS if kind is DeliveryKind.UNSPECIFIED else kind
    return ProofRule(delivery_kind=kind, ways=_TABLE[known])


RULES = tuple(rule_of(kind) for kind in DeliveryKind)


def kind_of_result(originals: int, *, in_person_only: bool) -> DeliveryKind:
    """What kind of delivery a result's parcel ends in; the authority's own demand comes first."""
    if in_person_only:
        return DeliveryKind.RESULT_IN_PERSON
    return DeliveryKind.RESULT_ORIGINALS if originals else DeliveryKind.RESULT_COPIES


def check(kind: DeliveryKind, shown: Shown, code: CodeFound) -> None:
    """Raises Refused RECEIVER_NOT_ALLOWED, PROOF_SHORT naming what the nearest way still lacks, ONE_TIME_CODE_NOT_ISSUED or
    ONE_TIME_CODE_SPENT if that is all it lacks. A wrong code is the caller's to tell (``CodeFound.WRONG`` counts as named)."""
    ways = [way for way in rule_of(kind).ways if way.relation is shown.relation]
    if not ways:
        raise Refused("RECEIVER_NOT_ALLOWED", "this parcel may not be given to such a receiver", field="relation")
    missing = min((_lacks(way, shown, code) for way in ways), key=len)
    if not missing:
        return
    if missing == ["one_time_code"] and code in (CodeFound.NOT_ISSUED, CodeFound.SPENT):
        raise Refused(f"ONE_TIME_CODE_{code}", "prove it in a way of the rule that needs no code", field="one_time_code")
    raise Refused("PROOF_SHORT", "the parcel's rule needs more (GetParcel tells it)", field=missing[0])


def _lacks(way: ProofWay, shown: Shown, code: CodeFound) -> list[str]:
    """Fields of which a way needs more than was shown."""
    held: Sequence[tuple[str, bool]] = (
        ("identity_paper", shown.identity_paper in way.identity_papers),
        ("full_name", not way.full_name or bool(shown.full_name.strip())),
        ("last_four", not way.last_four or (len(shown.last_four) == _LENGTH and shown.last_four.isascii()
                                            and shown.last_four.isdigit())),
        ("picture", shown.picture in way.pictures or (not shown.picture and set(way.pictures) == {*_SIGNATURE, *_PHOTO})),
        ("one_time_code", not way.one_time_code or code in (CodeFound.RIGHT, CodeFound.WRONG)),
    )
    return [name for name, holds in held if not holds]
