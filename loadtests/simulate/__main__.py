"""`python -m loadtests.simulate --seed 1 --year 2027 --share 0.01 --times 1 --scenario plan`: a year as a table and plots.

Writes out/simulate/: summary.json, queues.svg, lateness.svg, days_to_result.svg.
"""

import argparse
import sys
import time
from pathlib import Path

from . import report
from .assumptions import SCENARIOS
from .breaking import STEPS, rising
from .summary import digest, summary
from .timetable import run
from .world import World


def _progress(number: int, world: World) -> None:
    """One line that is written over each month, for people only."""
    if world.days[number].day == 1 or number == len(world.days) - 1:
        day = world.days[number]
        filed = sum(world.ledger.filed.values())
        sys.stderr.write(f"\r{day:%Y-%m-%d}  filed {filed:>9,}  under way {world.ledger.under_way[day]:>7,} ")
        sys.stderr.flush()


def main() -> int:
    """0: a year that breaks is told, not failed."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.simulate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--year", type=int, default=2027, help="one whose holidays the registry knows")
    parser.add_argument("--share", type=float, default=0.01, help="of the nation's communes, each whole (0.01 takes about 10 s)")
    parser.add_argument("--times", type=float, default=1.0, help="so many times the dossiers, with the same people and vans")
    parser.add_argument("--scenario", choices=SCENARIOS, default="plan")
    parser.add_argument("--no-rising", action="store_true", help="leave out the ladder of rising load")
    parser.add_argument("--out", type=Path, default=report.OUT)
    chosen = parser.parse_args()
    assumed, start = SCENARIOS[chosen.scenario], time.perf_counter()
    world = run(World(assumed, chosen.seed, chosen.year, chosen.share, chosen.times), _progress)
    found, seconds = summary(world, chosen.scenario), time.perf_counter() - start
    sys.stderr.write("\n")
    steps = () if chosen.no_rising else STEPS
    rungs = rising(assumed, chosen.seed, chosen.year, chosen.share, steps)
    print(report.table(found, rungs))
    print(f"\nsummary {digest(found)[:16]}, {len(world.agenda):,} events in {seconds:.1f} s")
    print("wrote " + ", ".join(str(path) for path in report.write(found, rungs, chosen.out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
