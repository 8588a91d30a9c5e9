"""What intake's facts start here: a parcel for each dossier, supplement and result; and the list view."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.foundation import codec
from services.foundation.crashpoints import reach
from services.foundation.errors import Problem
from services.foundation.events import Recorded
from services.foundation.ports import Row, Streams, Views
from services.foundation.subjects import Ask, Request, Rule

from .claims import Claims
from .delivery import issue_code
from .parcel import Parcel
from .parcel_facts import Holder, LabelRenewed, ParcelDirection, ParcelRegistered, ParcelVoided, ScanActivity
from .proof import kind_of_result
from .proof_words import DeliveryKind
from .stream import FACTS, OFFERED, PARCEL, SCANNED, Parcels

Draw = Callable[[int], bytes]  # so many bytes that nobody can foretell
VIEW = "parcels"
INDEXES = ("holder", "place")


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """Counts alone: what is inside is nobody's business on the way."""

    originals: int
    copies: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierFiled:
    """What is read of intake's fact."""

    filing_id: str
    parcel_code: str
    office_code: str
    authority_code: str
    destination_office_code: str
    papers: tuple[Paper, ...]
    weight_grams: int
    transit_due_date: str
    route: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PapersSupplied:
    """What is read of intake's fact."""

    parcel_code: str
    office_code: str
    authority_code: str
    destination_office_code: str
    papers: tuple[Paper, ...]
    weight_grams: int
    transit_due_date: str
    route: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierDecided:
    """What is read of intake's fact."""

    result_parcel_code: str
    origin_office_code: str
    destination_office_code: str
    authority_code: str
    papers: tuple[Paper, ...]
    transit_due_date: str
    route: tuple[str, ...]
    in_person_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelReprinted:
    """What is read of intake's fact."""

    parcel_code: str
    label_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierWithdrawn:
    """What is read of intake's fact."""

    reason_code: str
    void_parcel_code: str


READ = codec.Registry()
READ.register("postal.intake.v1", DossierFiled, PapersSupplied, DossierDecided, LabelReprinted, DossierWithdrawn)


def registered(record: Recorded) -> ParcelRegistered | None:
    """The parcel a fact starts; None if none."""
    if not READ.knows(record.type):
        return None
    fact = READ.decode(record.type, record.data)
    if isinstance(fact, LabelReprinted | DossierWithdrawn):
        return None
    back = isinstance(fact, DossierDecided)
    code = fact.result_parcel_code if back else fact.parcel_code
    if not code:
        return None
    holder = (Holder(person="", place=fact.authority_code) if back
              else Holder(person=record.actor.person, place=fact.office_code))
    return ParcelRegistered(
        parcel_code=code, filing_id=record.key, direction=ParcelDirection.INBOUND if back else ParcelDirection.OUTBOUND,
        origin_office_code=fact.origin_office_code if back else fact.office_code,
        destination_office_code=fact.destination_office_code, authority_code=fact.authority_code, route=fact.route,
        transit_due_date=fact.transit_due_date, papers_count=sum(paper.originals + paper.copies for paper in fact.papers),
        weight_grams=0 if back else fact.weight_grams, holder=holder, delivery_kind=kind_of_result(
            sum(paper.originals for paper in fact.papers), in_person_only=fact.in_person_only,
        ) if back else DeliveryKind.TO_AUTHORITY)


def changed(record: Recorded) -> Ask | None:
    """What a fact changes of a parcel that is known: its label's version, or that its code is void; None if nothing."""
    fact = READ.decode(record.type, record.data) if READ.knows(record.type) else None
    if isinstance(fact, LabelReprinted):
        return Ask(fact.parcel_code, _renewed(fact), Request.because_of(record), record.occurred)
    if isinstance(fact, DossierWithdrawn) and fact.void_parcel_code:
        return Ask(fact.void_parcel_code, _voided(fact), Request.because_of(record), record.occurred)
    return None


def _renewed(fact: LabelReprinted) -> Rule:
    async def rule(parcel: Parcel) -> Sequence[Any]:
        return [LabelRenewed(label_version=fact.label_version, filing_id=parcel.filing_id)]
    return rule


def _voided(fact: DossierWithdrawn) -> Rule:
    async def rule(parcel: Parcel) -> Sequence[Any]:
        return [ParcelVoided(reason_code=fact.reason_code, filing_id=parcel.filing_id)]
    return rule


class Reactions:
    """Three groups: one registers parcels, one keeps the list, one makes one-time codes."""

    def __init__(self, parcels: Parcels, claims: Claims, streams: Streams, views: Views, *,
                 draw: Draw = lambda size: secrets.token_bytes(size)) -> None:
        self._parcels, self._claims, self._streams, self._views, self._draw = parcels, claims, streams, views, draw

    async def on_dossiers(self, facts: list[Recorded]) -> None:
        """Registers each parcel once, all in one append, then matches the scans and claims that waited."""
        started = [(record, parcel) for record in facts if (parcel := registered(record)) is not None]
        appends = [self._parcels.append_of(parcel.parcel_code, parcel.filing_id, [], [(parcel, record.occurred)],
                                           Request.because_of(record)) for record, parcel in started]
        await self._streams.append_many(appends)  # one that is not stored is registered already
        if started:
            reach("parcel.registered")
            await self._claims.match([parcel.parcel_code for _, parcel in started])
        asks = [ask for record in facts if (ask := changed(record)) is not None]  # behind their parcels: one key, one order
        for answer in await self._parcels.decide_many(asks):
            if isinstance(answer, Problem):
                raise answer

    async def on_parcels(self, facts: Sequence[Recorded]) -> None:
        """The list; and an offer may be what an acceptance has waited for."""
        await self.keep_list(facts)
        offered = {PARCEL.name_of(fact.subject) for fact in facts if fact.type == OFFERED}
        await self._claims.match(sorted(offered))

    async def keep_list(self, facts: Sequence[Recorded]) -> None:
        """Keeps a row per parcel: who holds it, to whom it is offered."""
        rows = []
        for parcel in await self._parcels.states_after(facts):
            holders = [parcel.holder, *([parcel.offer.taker] if parcel.offer else [])]
            indexes = {"holder": sorted({holder_key(each) for each in holders}), "place": sorted({each.place for each in holders})}
            rows.append(Row(key=parcel.parcel_code, value={}, reflects=int(parcel.etag), indexes={} if parcel.ended else indexes))
        await self._views.put_many(VIEW, rows)

    async def on_going_out(self, facts: Sequence[Recorded]) -> None:
        """Makes the one-time code of a result when a courier goes out with it: once a parcel, however often it is seen."""
        asks = [Ask(PARCEL.name_of(fact.subject), self._issued, Request.because_of(fact)) for fact in facts if _goes_out(fact)]
        for answer in await self._parcels.decide_many(asks):
            if isinstance(answer, Problem):
                raise answer

    async def _issued(self, parcel: Parcel) -> Sequence[Any]:
        return issue_code(parcel, self._draw)


def holder_key(holder: Holder) -> str:
    """A holder as an index value."""
    return f"{holder.place}/{holder.person}"


def _goes_out(record: Recorded) -> bool:
    return record.type == SCANNED and FACTS.decode(record.type, record.data).scan.activity is ScanActivity.OUT_FOR_DELIVERY

