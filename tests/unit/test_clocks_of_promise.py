"""Two promises, two clocks."""

from datetime import UTC, date, datetime

import pytest

from services.tracking import clocks_of_promise as clocks

DAY = date(2026, 11, 25)


def test_the_day_changes_at_midnight_in_viet_nam() -> None:
    assert clocks.today(datetime(2026, 11, 24, 16, 59, tzinfo=UTC)) == date(2026, 11, 24)
    assert clocks.today(datetime(2026, 11, 24, 17, 0, tzinfo=UTC)) == DAY


@pytest.mark.parametrize(("due", "late"), [("2026-11-24", True), ("2026-11-25", False), ("", False)])
def test_the_posts_promise_holds_through_its_day(due: str, late: bool) -> None:
    assert clocks.transit_late(due, DAY) is late


@pytest.mark.parametrize(("stage", "late", "promised"), [
    ("RECEIVED_BY_POST", False, False), ("ON_WAY_TO_AUTHORITY", False, False), ("AT_AUTHORITY", False, False),
    ("IN_REVIEW", True, True), ("PAPERS_NEEDED", False, True), ("PAPERS_ON_WAY", False, True), ("PAYMENT_NEEDED", False, True),
    ("DECIDED", False, True), ("RESULT_ON_WAY", False, True)])
def test_the_authority_is_late_only_while_its_own_clock_runs(stage: str, late: bool, promised: bool) -> None:
    assert clocks.decision_late("2026-11-24", stage, DAY) is late
    assert clocks.is_promised(stage) is promised
