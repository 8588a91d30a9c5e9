"""The use cases: load, decide, append. Errors are raised; the door translates."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.foundation.codes import check_dossier_code, clean_text
from services.foundation.crashpoints import reach
from services.foundation.errors import Conflict, Invalid, NotFound, Problem, Unavailable
from services.foundation.events import Append
from services.foundation.ports import Clock, Stores
from services.foundation.sealing import seal
from services.foundation.subjects import Request

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
from .filing import Desk, Filing, ParcelNumbers, check_papers, check_weight, filing_id_of, money
from .stream import DOSSIER, Dossiers

Draw = Callable[[], int]
Seal = Callable[[Filing], bytes]


class Commands:
    """Every change of a dossier that people ask for. ``encode_private`` turns an applicant into bytes to seal."""

    def __init__(self, stores: Stores, clock: Clock, desk: Desk, seal_key: bytes, encode_private: Seal,
                 *, draw: Draw = lambda: secrets.randbits(60)) -> None:
        self._streams, self._clock, self._desk = stores.streams, clock, desk
        self.dossiers = Dossiers(DOSSIER, stores.streams, clock)
        self._numbers = ParcelNumbers(stores.sequences)
        self._seal_key, self._encode_private, self._draw = seal_key, encode_private, draw

    async def file(self, filings: Sequence[tuple[Filing, Request]]) -> list[Dossier | Problem]:
        """Files each; one answer each in order. One append for all: whether a request was filed before is told by its place being
        taken, so what is new, as nearly all is, needs no look."""
        answers: dict[int, Dossier | Problem] = {}
        appends: dict[int, Append] = {}
        for number, (filing, request) in enumerate(filings):
            try:
                appends[number] = await self._prepare(filing, request)
            except Unavailable:
                raise  # no item's fault: the whole call is asked again, and nothing was written
            except Problem as problem:  # what was right when it was filed is answered as it was then
                answers[number] = await self._filed_before(filing, request) or problem
        reach("command.decided")
        stored = await self._streams.append_many(list(appends.values()))
        for (number, append), done in zip(appends.items(), stored, strict=True):
            known = DOSSIER.state_of(append.facts) if done else await self._filed_before(*filings[number])
            answers[number] = known or Conflict("DOSSIER_BUSY", "retry with the same request id", field="request_id")
        return [answers[number] for number in range(len(filings))]

    async def _prepare(self, filing: Filing, request: Request) -> Append:
        filing_id = filing_id_of(request.actor.person, filing.request_id)
        fact = self._desk.filed(filing, request.actor.place, self._clock.now(), self._draw)
        fact = replace(fact, filing_id=filing_id, parcel_code=await self._numbers.take())
        private = seal(self._seal_key, DOSSIER.subject_of(filing_id), self._encode_private(filing))
        now = self._clock.now()
        return self.dossiers.append_of(filing_id, filing_id, [], [(each, now) for each in (fact, *money(fact, filing))],
                                       request, private=private)

    async def _filed_before(self, filing: Filing, request: Request) -> Dossier | Problem | None:
        """What the same request has filed, perhaps just now; None if nothing. A store that does not answer fails the whole call:
        as an item's answer it would say "not filed" of a dossier that is."""
        try:
            history = await self.dossiers.history(filing_id_of(request.actor.person, filing.request_id))
            return DOSSIER.earlier_answer(history, request)
        except Unavailable:
            raise
        except NotFound:
            return None
        except Problem as problem:
            return problem

    async def accept(self, filing_id: str, dossier_code: str, due_date: str, request: Request) -> Dossier:
        """The authority takes the dossier in; its term counts from the legal filing."""
        code = check_dossier_code(dossier_code)
        given = _iso_date(due_date, "due_date") if due_date else ""

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
        return await self._simple(filing_id, DossierWithdrawn(reason_code=_reason(reason_code)), request)

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

    async def decide(self, filing_id: str, outcome: DecisionOutcome, papers: Sequence[Paper], request: Request) -> Dossier:
        """The authority decides; by post the result gets an envelope of its own, else the citizen fetches it."""
        if outcome is DecisionOutcome.UNSPECIFIED:
            raise Invalid("OUTCOME_MISSING", "name GRANTED or REFUSED", field="outcome")
        counted = check_papers(papers)

        async def rule(dossier: Dossier) -> Sequence[Any]:
            started: list[Any] = []
            if dossier.state.value == "ACCEPTED":
                started = [move(dossier, ReviewStarted(authority_code=dossier.authority_code))]
                dossier = replace(dossier, state=type(dossier.state).UNDER_REVIEW)
            fact = move(dossier, DossierDecided(outcome=outcome, papers=counted, authority_code=dossier.authority_code))
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


def _iso_date(text: str, field: str) -> str:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007  a civil date has no zone
    except ValueError:
        raise Invalid("DATE_MALFORMED", "a date like 2026-12-03 is needed", field=field, value=text) from None
