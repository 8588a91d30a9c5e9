"""`make seeds SECONDS=60 FIRST=1`: seed after seed until the time is over; writes out/seeds.json; exit code 1 if one is red.

`make seeds TEETH=40` switches each defence off for so many seeds and tells how many were noticed.
"""

import argparse
import json
import sys
import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

from .defences import DEFENCES
from .run import Outcome, run

OUT = Path("out/seeds.json")
_ENOUGH = 0.9


def explore(first: int, seconds: float) -> dict[str, Any]:
    """What the seeds from ``first`` on show in so much time."""
    start, steps, seen, finished, red = time.perf_counter(), 0, Counter[str](), 0, {}
    for seed in count(first):
        outcome = run(seed)
        steps, finished = steps + outcome.steps, finished + outcome.finished
        seen.update(outcome.seen)
        if outcome.violations:
            red[seed] = outcome.violations
            _show(outcome)
        spent = time.perf_counter() - start
        if spent > seconds:
            break
    return {"seeds": [first, seed], "seconds": round(spent, 1), "steps": steps, "steps_per_second": round(steps / spent),
            "dossiers_carried_to_the_end": finished, "happened": dict(sorted(seen.items())), "red": red}


def teeth(seeds: int) -> dict[str, Any]:
    """How many of the first seeds notice that a defence is off."""
    noticed = {}
    for name, switched_off in DEFENCES.items():
        noticed[name] = 0
        for seed in range(1, seeds + 1):
            with switched_off():
                noticed[name] += bool(run(seed).violations)
        _say(f"without {name}: {noticed[name]} of {seeds} seeds are red")
    return {"seeds": seeds, "red_without": noticed}


def _show(outcome: Outcome) -> None:
    _say(f"seed {outcome.seed} is red; the same again: make seeds FIRST={outcome.seed} SECONDS=0")
    for invariant, wrong in outcome.violations.items():
        _say("".join(f"  {invariant}: {what}\n" for what in wrong[:3]).rstrip())


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """0 if no seed was red, or every defence was missed by nine seeds of ten."""
    parser = argparse.ArgumentParser(prog="make seeds", description=__doc__)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--teeth", type=int, default=0)
    chosen = parser.parse_args()
    OUT.parent.mkdir(exist_ok=True)
    if chosen.teeth:
        told = teeth(chosen.teeth)
        good = min(told["red_without"].values()) >= _ENOUGH * chosen.teeth
    else:
        told = explore(chosen.first, chosen.seconds)
        good = not told["red"]
        _say(f"seeds {told['seeds'][0]} to {told['seeds'][1]}: {told['steps']} steps, {told['steps_per_second']}/s; "
             f"{told['dossiers_carried_to_the_end']} dossiers carried to the end; {told['happened']}; {len(told['red'])} red")
    OUT.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
