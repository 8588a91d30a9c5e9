"""The day of an office: its sums from the list view, and its closing as the one fact of ``days/<office>/<date>``.

A closed day stays as it was closed. Filings go on, since a citizen is not sent away for a drawer; what comes after the closing
keeps its own date as its legal day and is shown apart, to be counted with the next day's money.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from services.foundation.calendar import VIETNAM
from services.foundation.codes import clean_text
from services.foundation.errors import Conflict, NotFound, Refused
from services.foundation.ports import Clock, Streams, Views
from services.foundation.subjects import Kind, Request, Subjects

from . import day as rules
from .day import Counted, DayClosing, DayTotals
from .dossier import Dossier
from .stream import FACTS, Dossiers

LIST, BY_DAY = "dossiers", "office_day"  # view and index (reactions.py)
_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficeDay:
    """A day as it stands; field names are the contract's."""

    office_code: str
    date: str
    totals: DayTotals
    closing: DayClosing | None
    since_closing: DayTotals | None


def _closing(decided: Iterable[tuple[Any, datetime]]) -> DayClosing | None:
    return next((rules.closing(fact, occurred) for fact, occurred in decided), None)


def _open(_: str) -> NotFound:
    return NotFound("DAY_OPEN", "the day is not closed", field="date")


DAY: Kind[DayClosing] = Kind(prefix="days/", topic=None, field="date", facts=FACTS, fold=_closing, unknown=_open)


class Days:
    """Reads and closes days."""

    def __init__(self, streams: Streams, views: Views, clock: Clock, dossiers: Dossiers) -> None:
        self._streams, self._views, self._clock, self._dossiers = streams, views, clock, dossiers
        self._days = Subjects(DAY, streams, clock)

    async def get(self, office: str, text: str) -> OfficeDay:
        """A day of the office, "" today."""
        day = self._day(text)
        closed = DAY.state_of(await self._streams.read(DAY.subject_of(_name(office, day))))
        return _shown(office, day, rules.totals(await self.dossiers_of(office, day)), closed)

    async def close(self, office: str, text: str, counted: Counted, request: Request) -> OfficeDay:
        """Closes it, once; raises DAY_CLOSED and what the rule refuses."""
        day, name = self._day(text), _name(office, self._day(text))
        remark = clean_text(counted.remark, "remark", rules.LONGEST_REMARK) if counted.remark else ""
        counted = replace(counted, remark=remark)
        history = await self._streams.read(DAY.subject_of(name))
        found = rules.totals(await self.dossiers_of(office, day))
        closed = DAY.earlier_answer(history, request)
        if closed is None and history:
            raise _closed()
        if closed is None:
            fact = rules.close(office, day, self._today(), found, counted, request.actor.person)
            try:
                closed = await self._days.start(name, request, [fact])
            except Conflict:  # another clerk was first
                raise _closed() from None
        return _shown(office, day, found, closed)

    async def dossiers_of(self, office: str, day: date) -> list[Dossier]:
        """All dossiers filed at the office on the day, by filing id."""
        found: list[Dossier] = []
        after = ""
        while True:
            rows = await self._views.find(LIST, BY_DAY, _name(office, day), after=after, limit=_AT_ONCE)
            found += await self._dossiers.states([row.key for row in rows])
            if len(rows) < _AT_ONCE:
                return found
            after = rows[-1].key

    def _today(self) -> date:
        return self._clock.now().astimezone(VIETNAM).date()

    def _day(self, text: str) -> date:
        return rules.iso_day(text) if text else self._today()


def day_key(office: str, filed: datetime) -> str:
    """A filing's value in the index by day."""
    return _name(office, filed.astimezone(VIETNAM).date())


def _name(office: str, day: date) -> str:
    return f"{office}/{day.isoformat()}"


def _shown(office: str, day: date, found: DayTotals, closed: DayClosing | None) -> OfficeDay:
    return OfficeDay(office_code=office, date=day.isoformat(), totals=found, closing=closed,
                     since_closing=found.since(closed.totals) if closed else None)


def _closed() -> Refused:
    return Refused("DAY_CLOSED", "the day was closed already; what came after it belongs to the next count", field="date")
