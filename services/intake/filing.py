"""Filing: what a clerk's request becomes. ``prepare`` checks and reckons; the batch is one read and one append."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from services.foundation.calendar import WorkingCalendar
from services.foundation.codes import check_request_id, clean_text, new_tracking_code, parcel_code
from services.foundation.crashpoints import reach
from services.foundation.errors import Invalid
from services.foundation.ports import Sequences
from services.registry import Authority, Office, Procedure, Registry

from . import deadlines, fees, routing
from .dossier_facts import DossierFiled, FilingService, LedgerPosted, Paper

_NAMESPACE = uuid.UUID("6d7f6c0e-3b0a-5b43-9a55-0d0551e29057")
PREFIX, _BLOCK = "RH", 100
OLDEST = timedelta(days=30)
MOST_GRAMS, MOST_OF_A_PAPER, MOST_PAPERS = 30_000, 999, 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Applicant:
    """Who hands in. Sealed before it is stored; shown only to those whose work needs it."""

    full_name: str
    identity_number: str
    phone: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """A clerk's request in typed values."""

    procedure_code: str
    unit_code: str
    place: str
    applicant: Applicant
    papers: tuple[Paper, ...]
    service: FilingService
    weight_grams: int
    fee_vnd: int
    postage_vnd: int
    seal_number: str
    synthetic: bool
    request_id: str
    label_code: str = ""
    confirm_double: bool = False
    take_time: datetime | None = None


def filing_id_of(person: str, request_id: str) -> str:
    """The id a request always leads to: a repeated request meets its own dossier."""
    return str(uuid.uuid5(_NAMESPACE, f"{person}/{check_request_id(request_id)}"))


def check_papers(papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """Counts 0 to 999, at least one of each kind; raises Invalid COUNT_WRONG, PAPERS_MISSING."""
    if not papers or len(papers) > MOST_PAPERS:
        raise Invalid("PAPERS_MISSING", f"count 1 to {MOST_PAPERS} kinds of papers with the citizen", field="papers")
    for number, paper in enumerate(papers):
        clean_text(paper.name, f"papers[{number}].name", 300)
        counts = (paper.originals, paper.copies)
        if min(counts) < 0 or max(counts) > MOST_OF_A_PAPER or sum(counts) == 0:
            raise Invalid("COUNT_WRONG", f"count 0 to {MOST_OF_A_PAPER} originals and copies, at least one in all",
                          field=f"papers[{number}]", value=counts)
    return tuple(papers)


def check_applicant(applicant: Applicant) -> Applicant:
    """Raises Invalid naming the field, never the value."""
    for field, limit in (("full_name", 200), ("address", 400)):
        clean_text(getattr(applicant, field), f"applicant.{field}", limit, personal=True)
    number, phone = applicant.identity_number, applicant.phone
    if not (number.isascii() and number.isdigit() and len(number) in (9, 12)):
        raise Invalid("IDENTITY_NUMBER_WRONG", "12 digits (căn cước) or 9 (CMND) are needed", field="applicant.identity_number")
    if not (phone.isascii() and phone.removeprefix("+").isdigit() and 8 <= len(phone) <= 15):
        raise Invalid("PHONE_WRONG", "8 to 15 digits are needed", field="applicant.phone")
    return applicant


def check_taken(taken: datetime | None, now: datetime) -> datetime:
    """When the citizen handed it in: a counter without a network sends it later, its clock is a claim. Raises Invalid
    TAKE_TIME_TOO_OLD."""
    if taken is not None and taken < now - OLDEST:
        raise Invalid("TAKE_TIME_TOO_OLD", f"at most {OLDEST.days} days ago; look at the counter's clock", field="take_time")
    return min(taken or now, now)


def check_weight(grams: int) -> int:
    """1 to 30,000 grams; raises Invalid WEIGHT_WRONG."""
    if not 1 <= grams <= MOST_GRAMS:
        raise Invalid("WEIGHT_WRONG", f"1 to {MOST_GRAMS} grams", field="weight_grams", value=grams)
    return grams


class ParcelNumbers:
    """S10 numbers, leased in blocks so that the counter in the store is no hot spot."""

    def __init__(self, sequences: Sequences) -> None:
        self._sequences = sequences
        self._next = self._end = 0

    async def take(self) -> str:
        """A number that was never given before."""
        while self._next >= self._end:
            first = await self._sequences.block(f"s10/{PREFIX}", _BLOCK)
            reach("numbers.leased")
            if self._next >= self._end:  # another call may have leased meanwhile; its block is as good
                self._next, self._end = first, first + _BLOCK
        self._next += 1
        return parcel_code(PREFIX, self._next - 1)

    async def row(self, count: int) -> list[str]:
        """So many numbers one after the other, for a roll."""
        first = await self._sequences.block(f"s10/{PREFIX}", count)
        reach("numbers.leased")
        return [parcel_code(PREFIX, first + place) for place in range(count)]


class Desk:
    """Reckons routes and promises with the registry and the two calendars."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        days = registry.holidays()
        self.postal, self.authority = WorkingCalendar(*days["postal"]), WorkingCalendar(*days["authority"])
        # The registry does not change while it runs, and a counter asks for the same few places all day.
        self.competent = lru_cache(maxsize=4096)(self._competent)
        self.way = lru_cache(maxsize=4096)(self._way)

    def _competent(self, procedure: Procedure, unit_code: str, place: str) -> Authority:
        """The one competent authority; raises PLACE_SPLIT and the registry's refusals."""
        units = self.registry.resolve_unit(unit_code, place)
        by_level = {self.registry.authority_for(procedure.level, unit).code for unit in units}
        routing.check_one_place(sorted(by_level) if len(by_level) == 1 else [unit.code for unit in units])
        return self.registry.authority_for(procedure.level, units[0])

    def _way(self, origin: Office, destination: Office) -> tuple[str, ...]:
        """Offices to pass."""
        hubs = (self.registry.hub(origin.province_code).code, self.registry.hub(destination.province_code).code)
        return routing.route(origin.code, *hubs, destination.code)

    def transit(self, origin: Office, destination: Office, now: datetime) -> tuple[str, int]:
        """(ISO date promised, n of J+n)."""
        day, days = deadlines.transit_due(self.postal, now, self.registry.transit_class(origin, destination))
        return day.isoformat(), days

    def due_text(self, start: datetime, value: int | None, unit: str) -> str:
        """ISO date of the authority's term; "" if unknown."""
        day = deadlines.due(self.authority, start, value, unit)
        return day.isoformat() if day else ""

    def promises(self, procedure: Procedure, authority: Authority, office: Office, now: datetime) -> tuple[str, str]:
        """(ISO date promised at the authority, ISO date its decision is to be expected by), if handed in now."""
        transit_due, _ = self.transit(office, self.registry.office(authority.office_code), now)
        return transit_due, self.expected(transit_due, procedure)

    def expected(self, transit_due: str, procedure: Procedure) -> str:
        """ISO date of the decision if the envelope arrives on its own promise; "" if the term is unknown."""
        arrives = datetime.fromisoformat(f"{transit_due}T07:00:00+07:00")
        return self.due_text(arrives, procedure.term_value, procedure.term_unit)

    def filed(self, filing: Filing, office_code: str, now: datetime, draw: Callable[[], int]) -> DossierFiled:
        """Everything but the S10 number; raises the refusals of the rules."""
        procedure = self.registry.procedure(filing.procedure_code)
        routing.check_by_post(procedure, filing.service.value)
        office = self.registry.office(office_code)
        authority = self.competent(procedure, filing.unit_code, filing.place)
        destination = self.registry.office(authority.office_code)
        check_applicant(filing.applicant)
        fees.check_fee(filing.fee_vnd, procedure.fee_vnd)
        fees.check_amount(filing.postage_vnd, "postage_vnd")
        transit_due, days = self.transit(office, destination, now)
        return DossierFiled(
            filing_id="", tracking_code=new_tracking_code(draw()), parcel_code="", office_code=office.code,
            procedure_code=procedure.code, procedure_version=procedure.version, authority_code=authority.code,
            destination_office_code=destination.code, service=filing.service, papers=check_papers(filing.papers),
            weight_grams=check_weight(filing.weight_grams), seal_number=clean_text(filing.seal_number, "seal_number", 32),
            transit_due_date=transit_due, transit_days=days, term_value=procedure.term_value, term_unit=procedure.term_unit,
            expected_due_date=self.expected(transit_due, procedure),
            route=self.way(office, destination), calendar_version=self.registry.version, synthetic=filing.synthetic)


def money(fact: DossierFiled, filing: Filing) -> list[LedgerPosted]:
    """The ledger entries of a filing."""
    return fees.taken_at_filing(fact.office_code, fact.authority_code, filing.fee_vnd, filing.postage_vnd)
