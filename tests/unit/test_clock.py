"""Clocks, clause by clause."""

from datetime import UTC, datetime, timedelta

import pytest

from services.foundation.adapters.clocks import SystemClock, TurnableClock
from tests.builders import START


@pytest.mark.parametrize("clock", [SystemClock(), TurnableClock(START)], ids=["system", "turnable"])
def test_c1_the_time_is_aware_and_in_utc(clock: SystemClock | TurnableClock) -> None:
    assert clock.now().tzinfo is UTC


def test_c1_the_time_is_whole_milliseconds() -> None:
    clock = TurnableClock(START + timedelta(microseconds=1999))
    clock.turn(timedelta(microseconds=1500))

    assert clock.now() == START + timedelta(milliseconds=2)
    assert [now.microsecond % 1000 for now in (SystemClock().now() for _ in range(10))] == [0] * 10


def test_a_turnable_clock_stands_still_and_turns_both_ways() -> None:
    clock = TurnableClock(datetime.fromisoformat("2026-11-24T10:00:00+07:00"))
    assert clock.now() == clock.now() == START
    clock.turn(timedelta(hours=1))
    clock.turn(timedelta(minutes=-90))

    assert clock.now() == START - timedelta(minutes=30)
