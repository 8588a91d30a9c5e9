"""The use cases: load, decide, append. Errors are raised; the door translates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.foundation.calendar import VIETNAM
from services.foundation.codes import check_dossier_code, clean_text
from services.foundation.errors import Invalid
from services.foundation.ports import Clock, Views
from services.foundation.subjects import Request

from . import corrections
from .day import iso_day
from .dossier import Dossier, move, supply
from .dossier_facts import (
    DecisionOutcome,
    DossierAccepted,
    DossierDecided,
    DossierDeclined,
    DossierWithdrawn,
    FilingService,
    Paper,
    PapersSupplied,
    ReviewStarted,
    SupplementReceived,
    SupplementRequested,
)
from .filing import Desk, ParcelNumbers, check_papers, check_weight
from .stream import Dossiers

SEEN = "seen"  # view: envelopes that a scan or a hand-over has shown on their way


class Commands:
    """Every change of a dossier that people ask for."""

    def __init__(self, dossiers: Dossiers, views: Views, clock: Clock, desk: Desk, numbers: ParcelNumbers) -> None:
        self.dossiers, self._views, self._clock, self._desk, self._numbers = dossiers, views, clock, desk, numbers

    async def accept(self, filing_id: str, dossier_code: str, due_date: str, request: Request) -> Dossier:
        """The authority takes the dossier in; its term counts from the legal filing."""
        code = check_dossier_code(dossier_code)
        given = iso_day(due_date, "due_date").isoformat() if due_date else ""

        async def rule(dossier: Dossier) -> Sequence[Any]:
            start = dossier.lodge_time or self._clock.now()
            due = given or self._desk.due_text(start, dossier.term_value, dossier.term_unit)
            return [move(dossier, DossierAccepted(dossier_code=code, due_date=due, clock_start=start.isoformat()))]

        return await self.dossiers.decide(filing_id, request, rule)

    async def decline(self, filing_id: str, reason_code: str, legal_basis: str, request: Request) -> Dossier:
        """The authority does not take it in; a legal reason is needed."""
        fact = DossierDeclined(reason_code=_reason(reason_code), legal_basis=clean_text(legal_basis, "legal_basis", 300))
        return await self._simple(filing_id, fact, request)

    async def request_supplement(self, filing_id: str, papers: Sequence[Paper], reason_code: str, request: Request) -> Dossier:
        """The authority asks for papers, once."""
        fact = SupplementRequested(papers=check_papers(papers), reason_code=_reason(reason_code))
        return await self._simple(filing_id, fact, request)

    async def withdraw(self, filing_id: str, reason_code: str, request: Request) -> Dossier:
        """The citizen takes the dossier back."""
        if reason_code == corrections.CLERK_MISTAKE:
            raise Invalid("REASON_RESERVED", "a clerk's mistake is cancelled by CancelDossier", field="reason_code")
        return await self._simple(filing_id, DossierWithdrawn(reason_code=_reason(reason_code)), request)

    async def cancel(self, filing_id: str, request: Request) -> Dossier:
        """The clerk takes back a filing that was a mistake. What is asked of the view may be some milliseconds old: a courier who
        took the envelope just then finds its code void."""
        filed_by = (await self.dossiers.history(filing_id))[0].actor.person

        async def rule(dossier: Dossier) -> Sequence[Any]:
            under_way = await self._views.get(SEEN, dossier.parcel_code) is not None
            today = self._clock.now().astimezone(VIETNAM).date()
            return corrections.cancel(dossier, today, filed_by, request.actor.person, under_way=under_way)

        return await self.dossiers.decide(filing_id, request, rule)

    async def reprint(self, filing_id: str, parcel_code: str, reason_code: str, request: Request) -> Dossier:
        """One of the dossier's envelopes, "" the outbound one, gets a new label; older ones are superseded."""
        reason = _reason(reason_code)

        async def rule(dossier: Dossier) -> Sequence[Any]:
            return [corrections.reprint(dossier, parcel_code or dossier.parcel_code, reason)]

        return await self.dossiers.decide(filing_id, request, rule)

    async def _simple(self, filing_id: str, fact: Any, request: Request) -> Dossier:
        async def rule(dossier: Dossier) -> Sequence[Any]:
            return [move(dossier, fact)]

        return await self.dossiers.decide(filing_id, request, rule)

    async def supply_at_post(self, filing_id: str, papers: Sequence[Paper], weight_grams: int, request: Request) -> Dossier:
        """A post office takes the papers asked for; they travel in an envelope of their own."""
        counted, weight = check_papers(papers), check_weight(weight_grams)
        origin = self._desk.registry.office(request.actor.place)

        async def rule(dossier: Dossier) -> Sequence[Any]:
            destination = self._desk.registry.office(dossier.destination_office_code)
            supply(dossier, PapersSupplied(papers=counted))
            transit_due, _ = self._desk.transit(origin, destination, self._clock.now())
            return [PapersSupplied(
                papers=counted, parcel_code=await self._numbers.take(), office_code=origin.code,
                destination_office_code=destination.code, route=self._desk.way(origin, destination),
                transit_due_date=transit_due, authority_code=dossier.authority_code, weight_grams=weight)]

        return await self.dossiers.decide(filing_id, request, rule)

    async def supply_at_authority(self, filing_id: str, papers: Sequence[Paper], request: Request) -> Dossier:
        """The citizen brings the papers to the desk: they have arrived."""
        counted = check_papers(papers)

        async def rule(dossier: Dossier) -> Sequence[Any]:
            supplied = supply(dossier, PapersSupplied(papers=counted))
            return [supplied, *self.received(dossier, "", self._clock.now())]

        return await self.dossiers.decide(filing_id, request, rule)

    def received(self, dossier: Dossier, parcel_code: str, when: datetime) -> list[SupplementReceived]:
        """The supplement has arrived: the term restarts (NĐ 61/2018 Đ.19 k4). Before acceptance nothing runs yet."""
        if not dossier.dossier_code:
            return []
        due = self._desk.due_text(when, dossier.term_value, dossier.term_unit)
        return [move(dossier, SupplementReceived(parcel_code=parcel_code, due_date=due))]

    async def decide(self, filing_id: str, outcome: DecisionOutcome, papers: Sequence[Paper], request: Request, *,
                     in_person_only: bool = False) -> Dossier:
        """The authority decides; by post the result gets an envelope of its own, else the citizen fetches it. It may let it go to
        the applicant alone."""
        if outcome is DecisionOutcome.UNSPECIFIED:
            raise Invalid("OUTCOME_MISSING", "name GRANTED or REFUSED", field="outcome")
        counted = check_papers(papers)

        async def rule(dossier: Dossier) -> Sequence[Any]:
            started: list[Any] = []
            if dossier.state.value == "ACCEPTED":
                started = [move(dossier, ReviewStarted(authority_code=dossier.authority_code))]
                dossier = replace(dossier, state=type(dossier.state).UNDER_REVIEW)
            fact = move(dossier, DossierDecided(outcome=outcome, papers=counted, authority_code=dossier.authority_code,
                                                in_person_only=in_person_only))
            if dossier.service is FilingService.SEND:
                return [*started, fact]
            registry = self._desk.registry
            origin, home = registry.office(dossier.destination_office_code), registry.office(dossier.office_code)
            transit_due, _ = self._desk.transit(origin, home, self._clock.now())
            return [*started, replace(
                fact, result_parcel_code=await self._numbers.take(), origin_office_code=origin.code,
                destination_office_code=home.code, route=self._desk.way(origin, home), transit_due_date=transit_due)]

        return await self.dossiers.decide(filing_id, request, rule)


def _reason(text: str) -> str:
    if not text.isascii() or not text.replace("_", "").isalnum() or text != text.upper() or len(text) > 64:
        raise Invalid("REASON_MISSING", "a reason in UPPER_SNAKE is needed", field="reason_code", value=text)
    return text
