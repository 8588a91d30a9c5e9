"""How many dossiers are filed when: seasons, weekdays, hours, around the registry's calendar."""

import random
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate

from loadtests.curves import level
from services.foundation.calendar import WorkingCalendar

from .assumptions import HOUR, Assumptions

_SLOTS = 114  # of five minutes in a day at the counter; only how finely the curve is read


def tet(calendar: WorkingCalendar, year: int) -> tuple[date, date]:
    """First and last weekday off of Tết Nguyên đán: the year's only holidays between 15 January and 25 February."""
    days = sorted(day for day in calendar.off if date(year, 1, 15) <= day <= date(year, 2, 25))
    if not days:
        raise ValueError(f"the registry's calendar does not know Tết {year}")
    return days[0], days[-1]


class Seasons:
    """One year's demand: ``factor`` of each day, an ordinary day being 1."""

    def __init__(self, assumed: Assumptions, calendar: WorkingCalendar, year: int) -> None:
        self._assumed, self._calendar = assumed, calendar
        self.tet_first, self.tet_last = tet(calendar, year)
        self.days = [date(year, 1, 1) + timedelta(days=number)
                     for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
        self.factors = [self.season(day) * assumed.weekdays[day.weekday()] if calendar.is_working_day(day) else 0.0
                        for day in self.days]
        self.ordinary = assumed.dossiers_a_year / sum(self.factors)  # dossiers of an ordinary day in the whole nation
        slots = [level(assumed.day_curve, (slot + 0.5) / _SLOTS) for slot in range(_SLOTS)]
        self._day = [0.0, *(each / sum(slots) for each in accumulate(slots))]

    def season(self, day: date) -> float:
        """The time of year alone, whatever the weekday."""
        assumed = self._assumed
        if timedelta() < self.tet_first - day <= timedelta(days=assumed.tet_days_before):
            return assumed.tet_factor
        if timedelta() < day - self.tet_last <= timedelta(days=7):
            return assumed.after_tet_factor
        return next((factor for first, last, factor in assumed.seasons if first <= (day.month, day.day) <= last), 1.0)

    def peaks(self) -> dict[str, tuple[date, date]]:
        """First and last day of the two that plots show: Tết with the rush before it, and the fullest season."""
        (first, last, _), year = max(self._assumed.seasons, key=lambda season: season[2]), self.days[0].year
        return {"Tết": (self.tet_first - timedelta(days=self._assumed.tet_days_before), self.tet_last),
                "enrolment": (date(year, *first), date(year, *last))}

    def is_reinforced(self, day: date) -> bool:
        """Whether the extra people and vans of Tết work; they stay on until its backlog should be gone."""
        return (self.tet_first - timedelta(days=self._assumed.tet_days_before) <= day
                <= self.tet_last + timedelta(days=self._assumed.extra_days_after))

    def arrivals(self, number: int, share: float, draw: random.Random) -> Iterator[int]:
        """Milliseconds of the day of each filing on the year's ``number``-th day: a Poisson process along the day's curve."""
        expected, spent = self.ordinary * share * self.factors[number], 0.0
        opens, closes = (hour * HOUR for hour in self._assumed.counter_hours)
        while (spent := spent + draw.expovariate(1.0)) < expected:
            yield int(opens + (closes - opens) * self._moment(spent / expected))

    def _moment(self, part: float) -> float:
        """The point of the counter's day, 0 to 1, by which this part of the day's people have come."""
        slot = bisect_left(self._day, part, 1, _SLOTS)
        before, after = self._day[slot - 1], self._day[slot]
        return (slot - 1 + (part - before) / (after - before)) / _SLOTS
