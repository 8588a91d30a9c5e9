"""Counting rules: every worked example of the domain notes, with the official swaps."""

from datetime import date, datetime

import pytest

from services import registry
from services.foundation.calendar import VIETNAM, WorkingCalendar
from services.intake import deadlines

AUTHORITY = WorkingCalendar(*registry.load().holidays()["authority"])
POSTAL = WorkingCalendar(*registry.load().holidays()["postal"])


def d(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(("start", "days", "end"), [
    ("2026-11-20", 1, "2026-11-23"), ("2026-11-20", 2, "2026-11-25"), ("2026-11-20", 3, "2026-11-26"),
    ("2026-11-20", 5, "2026-11-30"), ("2026-11-23", 1, "2026-11-25"), ("2026-02-12", 3, "2026-02-24"),
    ("2026-02-13", 1, "2026-02-23"), ("2026-08-21", 1, "2026-08-22"), ("2026-08-21", 3, "2026-08-25"),
    ("2026-08-28", 1, "2026-09-03"), ("2026-08-28", 3, "2026-09-07"), ("2026-04-24", 1, "2026-04-28"),
    ("2026-04-24", 3, "2026-05-04"), ("2025-12-31", 1, "2026-01-05"), ("2025-12-31", 5, "2026-01-09"),
    ("2026-01-08", 2, "2026-01-10"), ("2027-02-03", 1, "2027-02-11"), ("2027-02-03", 3, "2027-02-15"),
])
def test_working_days_skip_days_off_and_use_worked_saturdays(start: str, days: int, end: str) -> None:
    assert AUTHORITY.add_working_days(d(start), days) == d(end)


@pytest.mark.parametrize(("start", "days", "end"), [
    ("2026-11-20", 4, "2026-11-25"), ("2026-11-14", 10, "2026-11-25"), ("2026-02-01", 15, "2026-02-23"),
    ("2026-08-16", 15, "2026-09-03"),
])
def test_calendar_days_roll_off_a_day_off(start: str, days: int, end: str) -> None:
    assert AUTHORITY.add_days(d(start), days) == d(end)


@pytest.mark.parametrize(("received", "start"), [
    ("2026-11-20T15:01", "2026-11-23"), ("2026-11-20T14:59", "2026-11-20"), ("2026-11-23T15:30", "2026-11-25")])
def test_a_transfer_after_three_counts_from_the_next_working_day(received: str, start: str) -> None:
    assert AUTHORITY.transfer_start(at(received)) == d(start)


@pytest.mark.parametrize(("start", "hours", "end"), [
    ("2026-11-23T15:30", 4, "2026-11-25T09:30"), ("2026-11-23T15:30", 8, "2026-11-25T15:30"),
    ("2026-11-23T12:00", 2, "2026-11-23T15:30"), ("2026-11-20T18:00", 1, "2026-11-23T08:00"),
    ("2026-11-20T06:10", 8, "2026-11-20T17:00"), ("2026-08-21T16:00", 8, "2026-08-22T16:00"),
])
def test_hours_count_inside_the_working_windows(start: str, hours: int, end: str) -> None:
    assert AUTHORITY.add_working_hours(at(start), hours) == at(end)


def test_working_days_per_year_are_as_published() -> None:
    first = {year: date(year, 1, 1).toordinal() for year in (2025, 2026, 2027, 2028)}
    counted = {year: sum(AUTHORITY.is_working_day(date.fromordinal(day)) for day in range(first[year], first[year + 1]))
               for year in (2025, 2026, 2027)}

    assert counted == {2025: 250, 2026: 249, 2027: 249}


def test_the_whole_way_between_provinces() -> None:
    handover, days = deadlines.transit_due(POSTAL, at("2026-11-19T10:00"), "INTER")
    decided = deadlines.due_on(AUTHORITY, handover, 5, "WORKING_DAY")

    assert (handover, days) == (d("2026-11-26"), 4)
    assert decided == d("2026-12-03")
    assert deadlines.apology_due(AUTHORITY, decided) == d("2026-12-02")
    assert POSTAL.add_working_days(decided, 4) == d("2026-12-09")


def test_the_whole_way_over_tet() -> None:
    handover, _ = deadlines.transit_due(POSTAL, at("2026-02-12T10:00"), "PROVINCE")
    decided = deadlines.due_on(AUTHORITY, handover, 3, "WORKING_DAY")

    assert (handover, decided) == (d("2026-02-23"), d("2026-02-26"))
    assert POSTAL.add_working_days(decided, 2) == d("2026-03-02")


def test_a_supplement_is_asked_within_three_days_and_restarts_the_term() -> None:
    assert AUTHORITY.add_working_days(d("2026-11-26"), deadlines.SUPPLEMENT_NOTICE_DAYS) == d("2026-12-01")
    assert deadlines.due_on(AUTHORITY, d("2026-12-07"), 5, "WORKING_DAY") == d("2026-12-14")


def test_a_resumed_term_moves_on_by_the_days_waited() -> None:
    assert deadlines.resumed_due(AUTHORITY, d("2026-12-03"), d("2026-12-01"), d("2026-12-07")) == d("2026-12-09")


def test_invitations_are_two_working_days_apart() -> None:
    second = deadlines.next_invitation(POSTAL, d("2026-11-20"))

    assert second == d("2026-11-25")
    assert deadlines.next_invitation(POSTAL, second) == d("2026-11-27")


def test_a_complaint_has_six_months_and_its_answer_five_or_seven_days() -> None:
    assert deadlines.complaint_until(d("2026-11-26")) == d("2027-05-26")
    assert deadlines.complaint_until(d("2026-08-31")) == d("2027-02-28")
    assert deadlines.complaint_answer_due(POSTAL, d("2026-12-01"), "PROVINCE") == d("2026-12-08")
    assert deadlines.complaint_answer_due(POSTAL, d("2026-12-01"), "INTER") == d("2026-12-10")


def test_an_unknown_term_promises_nothing() -> None:
    assert deadlines.due_on(AUTHORITY, d("2026-12-01"), None, "") is None
