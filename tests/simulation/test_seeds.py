"""The real services in simulated worlds: nothing is lost, seeds replay, and the simulation notices each defence that is off."""

import os
import subprocess
import sys

import pytest

from .defences import DEFENCES
from .run import run

CALM_ENOUGH, MOST_TO_NOTICE = 3, 4  # `make seeds` runs dozens


@pytest.mark.parametrize("seed", range(1, CALM_ENOUGH + 1))
def test_nothing_is_lost_doubled_or_stuck(seed: int) -> None:
    outcome = run(seed)

    assert outcome.violations == {}
    assert outcome.finished > 0
    assert outcome.seen["killed"] > 0
    assert outcome.seen["frozen"] > 0


def test_a_seed_takes_the_same_steps_again_whatever_the_hash_seed() -> None:
    here = run(5, storm_s=20)
    code = "from tests.simulation.run import run; o = run(5, storm_s=20); print(o.steps, o.operations, o.fingerprint)"
    there = [subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                            capture_output=True, text=True).stdout.split() for seed in ("1", "2")]

    assert there[0] == there[1] == [str(here.steps), str(here.operations), here.fingerprint]
    assert run(6, storm_s=20).fingerprint != here.fingerprint


@pytest.mark.parametrize("defence", DEFENCES)
def test_a_defence_that_is_off_is_noticed(defence: str) -> None:
    with DEFENCES[defence]():
        assert any(run(seed).violations for seed in range(1, MOST_TO_NOTICE + 1))
