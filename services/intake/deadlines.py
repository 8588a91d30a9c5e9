"""Promises: what the post and the authority owe by when. Two clocks (QĐ 45/2016 Đ.7 k4: legal filing at the hand-over)."""

from datetime import date, datetime
from enum import StrEnum

from services.foundation.calendar import VIETNAM, WorkingCalendar
from services.foundation.errors import Invalid

# TT 17/2017/TT-BTTTT Đ.7, working days after J. "Intra-district" lost its meaning on 2025-07-01; a commune stands in.
TRANSIT_DAYS = {"COMMUNE": 1, "PROVINCE": 2, "INTER_MAJOR": 3, "INTER": 4}
SUPPLEMENT_NOTICE_DAYS = 3  # NĐ 61/2018 Đ.19 k4
INVITATIONS_APART_DAYS = 2  # TT 17/2017 Đ.5 k2h
COMPLAINT_MONTHS = 6  # TT 17/2017 Đ.8
COMPLAINT_ANSWER_DAYS = {"PROVINCE": 5, "INTER": 7}


class SupplementRule(StrEnum):
    """What a full supplement does to the term: the law restarts it (NĐ 61/2018 Đ.19 k4), some systems resume it."""

    RESTART = "RESTART"
    RESUME = "RESUME"


def transit_due(calendar: WorkingCalendar, filed: datetime, transit_class: str) -> tuple[date, int]:
    """(date promised at the authority, n of J+n)."""
    days = TRANSIT_DAYS[transit_class]
    return calendar.add_working_days(filed.astimezone(VIETNAM).date(), days), days


def due(calendar: WorkingCalendar, start: datetime, value: int | None, unit: str) -> date | None:
    """Date by which a term counted from ``start`` ends; None if the term is unknown."""
    if value is None or not unit:
        return None
    if unit == "HOUR":
        return calendar.add_working_hours(start, value).date()
    day = start.astimezone(VIETNAM).date()
    if unit == "WORKING_DAY":
        return calendar.add_working_days(day, value)
    if unit == "DAY":
        return calendar.add_days(day, value)
    raise Invalid("TERM_UNIT_UNKNOWN", "WORKING_DAY, DAY or HOUR", field="term_unit", value=unit)


def due_on(calendar: WorkingCalendar, start: date, value: int | None, unit: str) -> date | None:
    """The same from a day whose hour is not known: hours count from the day's opening."""
    return due(calendar, datetime(start.year, start.month, start.day, 7, tzinfo=VIETNAM), value, unit)


def resumed_due(calendar: WorkingCalendar, before: date, asked: date, received: date) -> date:
    """The due date moved on by the working days the dossier waited for its supplement."""
    waited, day = 0, asked
    while day < received:
        day = calendar.add_working_days(day, 1)
        waited += day <= received
    return calendar.add_working_days(before, waited)


def apology_due(calendar: WorkingCalendar, due_date: date) -> date:
    """Last day for the apology: a working day before the term ends (NĐ 61/2018 Đ.19 k9)."""
    day = due_date
    while True:
        day = date.fromordinal(day.toordinal() - 1)
        if calendar.is_working_day(day):
            return day


def next_invitation(calendar: WorkingCalendar, invited: date) -> date:
    """First day of the next invitation, or of the way back to the authority after the second."""
    return calendar.add_working_days(invited, INVITATIONS_APART_DAYS)


def complaint_until(transit_end: date) -> date:
    """Last day for a complaint: six months after the transit time's end."""
    month = transit_end.month - 1 + COMPLAINT_MONTHS
    year, month = transit_end.year + month // 12, month % 12 + 1
    for day in range(transit_end.day, 0, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def complaint_answer_due(calendar: WorkingCalendar, lodged: date, relation: str) -> date:
    """Last day for its answer; relation "PROVINCE" (inside one) or "INTER"."""
    return calendar.add_working_days(lodged, COMPLAINT_ANSWER_DAYS[relation])
