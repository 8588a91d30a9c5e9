"""Shapes start, end and peak where they say."""

import pytest

from loadtests.curves import CURVES, level


@pytest.mark.parametrize("name", CURVES)
def test_a_shape_reaches_its_most_and_never_more(name: str) -> None:
    levels = [level(name, moment / 1000) for moment in range(1001)]

    assert max(levels) == pytest.approx(0.5 if name == "soak" else 1, abs=0.01)
    assert min(levels) > 0


def test_tet_is_three_times_a_usual_day() -> None:
    assert level("tet", 0.5) / level("tet", 0.1) == pytest.approx(3, abs=0.1)


def test_break_goes_up_in_ten_steps() -> None:
    assert len({level("break", moment / 1000) for moment in range(1000)}) == 10
