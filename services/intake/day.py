"""An office's day in sums: what was taken in, what is in the drawer, and what the counting says. Pure.

Fees and postage are two ledgers that never mix (fees.py), so they are counted apart; the cash drawer holds both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.foundation.errors import Invalid, Refused

from . import fees
from .counter_facts import DayClosed
from .dossier import Dossier

LONGEST_REMARK = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class DayTotals:
    """Sums; grams and whole đồng. Field names are the contract's."""

    dossiers: int = 0
    cancelled: int = 0
    weight_grams: int = 0
    fee_vnd: int = 0
    postage_vnd: int = 0

    @property
    def cash_vnd(self) -> int:
        """Cash expected in the drawer."""
        return self.fee_vnd + self.postage_vnd

    def since(self, earlier: "DayTotals") -> "DayTotals":
        """What has changed since then; below zero where something was cancelled."""
        return DayTotals(dossiers=self.dossiers - earlier.dossiers, cancelled=self.cancelled - earlier.cancelled,
                         weight_grams=self.weight_grams - earlier.weight_grams, fee_vnd=self.fee_vnd - earlier.fee_vnd,
                         postage_vnd=self.postage_vnd - earlier.postage_vnd)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What a clerk has counted, and the number of dossiers seen when counting."""

    dossiers_seen: int
    fee_vnd: int
    postage_vnd: int
    remark: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DayClosing:
    """A closing that holds. Field names are the contract's."""

    totals: DayTotals
    fee_counted_vnd: int
    postage_counted_vnd: int
    difference_vnd: int
    remark: str
    person: str
    close_time: datetime


def totals(dossiers: Iterable[Dossier]) -> DayTotals:
    """The sums of a day's dossiers; a cancelled one counts for its number alone, since its money was given back."""
    real = [each for each in dossiers if not each.synthetic]
    kept = [each for each in real if not each.void_parcel_code]
    return DayTotals(dossiers=len(real), cancelled=len(real) - len(kept), weight_grams=sum(each.weight_grams for each in kept),
                     fee_vnd=sum(each.fee_vnd for each in real), postage_vnd=sum(each.postage_vnd for each in real))


def close(office: str, day: date, today: date, found: DayTotals, counted: Counted, person: str) -> DayClosed:
    """The closing fact. Raises Invalid MONEY_*, REMARK_MISSING, Refused DAY_NOT_OVER, DAY_HAS_CHANGED."""
    if day > today:
        raise Refused("DAY_NOT_OVER", "a day to come cannot be closed", field="date")
    fees.check_amount(counted.fee_vnd, "fee_counted_vnd")
    fees.check_amount(counted.postage_vnd, "postage_counted_vnd")
    if counted.dossiers_seen != found.dossiers:
        raise Refused("DAY_HAS_CHANGED", f"there are {found.dossiers} dossiers now; look at the day again and count",
                      field="dossiers_seen", value=counted.dossiers_seen)
    if not counted.remark and (counted.fee_vnd, counted.postage_vnd) != (found.fee_vnd, found.postage_vnd):
        raise Invalid("REMARK_MISSING", f"counted and expected differ; say why in 1 to {LONGEST_REMARK} characters", field="remark")
    return DayClosed(office_code=office, date=day.isoformat(), dossiers=found.dossiers, cancelled=found.cancelled,
                     weight_grams=found.weight_grams, fee_vnd=found.fee_vnd, postage_vnd=found.postage_vnd, person=person,
                     fee_counted_vnd=counted.fee_vnd, postage_counted_vnd=counted.postage_vnd, remark=counted.remark)


def closing(fact: DayClosed, when: datetime) -> DayClosing:
    """What a closing fact says."""
    then = DayTotals(dossiers=fact.dossiers, cancelled=fact.cancelled, weight_grams=fact.weight_grams, fee_vnd=fact.fee_vnd,
                     postage_vnd=fact.postage_vnd)
    return DayClosing(totals=then, fee_counted_vnd=fact.fee_counted_vnd, postage_counted_vnd=fact.postage_counted_vnd,
                      difference_vnd=fact.fee_counted_vnd + fact.postage_counted_vnd - then.cash_vnd, remark=fact.remark,
                      person=fact.person, close_time=when)


def iso_day(text: str, field: str = "date") -> date:
    """A civil date; raises Invalid DATE_MALFORMED."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a civil date has no zone
    except ValueError:
        raise Invalid("DATE_MALFORMED", "a date like 2026-12-03 is needed", field=field, value=text) from None
