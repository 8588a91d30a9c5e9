"""Facts to bytes and back."""

from datetime import timedelta
from typing import Any

import pytest

from services.foundation import codec
from tests.builders import START
from tests.corpus.filling import every_fact
from tests.corpus.meaning import forget, reader_of

_WITHIN_A_MILLISECOND = START + timedelta(microseconds=7_654)


@pytest.mark.parametrize("fact", list(every_fact(_WITHIN_A_MILLISECOND)), ids=lambda fact: type(fact).__name__)
def test_a_fact_says_the_same_before_a_restart_and_after_it(fact: Any) -> None:
    name, data = codec.encode(fact)
    before = reader_of(name).decode(name, data)
    forget()

    assert reader_of(name).decode(name, data) == before


def test_times_are_cut_to_milliseconds_as_those_of_the_envelope() -> None:
    stamps = [codec._stamp(START + timedelta(microseconds=each)) for each in (7_000, 7_499, 7_501, 7_999, -1)]

    assert [each["nanos"] for each in stamps] == [7_000_000] * 4 + [999_000_000]
    assert stamps[-1]["seconds"] == stamps[0]["seconds"] - 1
