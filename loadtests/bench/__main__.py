"""`make bench`: measures, prints the table, writes docs/benchmarks.md and .json; ONLY=… and QUICK=1 write nothing."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from . import bundles, labels, lives, processes, report, rows, seeing, stored
from .measure import Row
from .rows import Size

Part = Callable[[Path, Size, bool], Awaitable[list[Row]]]


async def one_file(home: Path, size: Size, quick: bool) -> list[Row]:
    """Doors, lone caller, page and visibility of the embedded system."""
    async with processes.embedded(home) as standing, processes.helper(home, "loadtests.bench.floors", "echo") as (at, pid):
        idle = standing.memory()
        found = await lives.on_one_file(standing, home, 3 if quick else 36)
        found += await rows.lone(standing, lambda: rows.durable_insert_sqlite(home), "SQLite", size)
        found += await rows.commit_to_visible(standing, 100 if quick else 500, "one file", 50, size)
        found += await rows.page(standing, home, size)
        found += await rows.json_door(standing, size)
        found += await rows.doors(standing, at, pid, "SQLite", size)
        return found + rows.memory(idle, standing.memory(), "one file")


async def on_servers(home: Path, size: Size, quick: bool) -> list[Row]:
    """The same on MongoDB and Kafka."""
    async with processes.database_servers(home) as servers, processes.services_on(home, servers, "bench") as standing, \
            processes.helper(home, "loadtests.bench.floors", "echo") as (at, pid):
        idle = standing.memory()
        found = await lives.on_servers(standing, servers, home, "bench", 3 if quick else 36)
        found += await rows.lone(standing, lambda: rows.durable_insert_mongo(servers.uri), "MongoDB", size)
        for per_s, limit in ((200, 100), (1000, 300))[:1 if quick else 2]:
            found += await rows.commit_to_visible(standing, per_s, "MongoDB + Kafka", limit, size)
        found += await rows.doors(standing, at, pid, "MongoDB", size)
        return found + rows.memory(idle, standing.memory(), "MongoDB + Kafka")


PARTS: dict[str, Part] = {
    "start": lambda home, size, quick: stored.starting(home, size.times),
    "label": lambda home, size, quick: labels.labels(size),
    "one_file": one_file,
    "bundles": lambda home, size, quick: bundles.on_one_file(home, size, 2_000 if quick else 10_000),
    "seeing": lambda home, size, quick: seeing.on_one_file(home, size),
    "tutorial": lambda home, size, quick: rows.tutorial(home, size),
    "catch_up": lambda home, size, quick: stored.catch_up(home, 1_000 if quick else 100_000),
    "servers": on_servers,
    "catch_up_servers": lambda home, size, quick: stored.catch_up_on_servers(home, 500 if quick else 50_000),
    "growth": lambda home, size, quick: stored.growth(home, (100, 1_000) if quick else (1_000, 10_000, 100_000, 1_000_000), size),
}


async def main() -> int:
    """0 once everything was measured; a target that is not met is told, not failed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    size = Size(seconds=0.5, times=1, callers=16) if chosen.quick else Size()
    names = [name for name in chosen.only.split(",") if name] or list(PARTS)
    found: list[Row] = []
    for name in names:
        start = time.perf_counter()
        with rows.scratch() as home:
            found += await PARTS[name](Path(home), size, chosen.quick)
        sys.stderr.write(f"measured: {name}, {time.perf_counter() - start:.0f} s\n")
    sys.stdout.write(report.table(found) + "\n")
    if not chosen.only and not chosen.quick:
        report.write(found)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
