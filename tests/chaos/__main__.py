"""`make chaos KILLS=… SEED=…`: storms on both back ends, each verified; writes out/chaos.json; exit code 1 if anything is wrong."""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from tests.journeys import systems

from . import faults, servers, storm
from .verifier import reading, report

OUT = Path("out/chaos.json")


async def kills_on_one_file(kills: int, seed: int, home: Path) -> storm.Outcome:
    """Everything in one process on one SQLite file, killed at every point."""
    async def read() -> reading.DataSet:
        return await asyncio.to_thread(reading.sqlite_file, home / "postal.sqlite")

    async with systems.embedded(home) as system:
        return await storm.rage(system, kills, seed, read)


async def kills_on_servers(kills: int, seed: int, home: Path) -> storm.Outcome:
    """Three services on MongoDB and Kafka, each killed at every point of its own."""
    async with servers.standing(home) as (standing, system):
        return await storm.rage(system, kills, seed, standing.read)


async def faults_on_servers(names: list[str], seed: int, home: Path) -> storm.Outcome:
    """Three services on MongoDB and Kafka, with faults of the servers and of the processes."""
    async with servers.standing(home) as (standing, system):
        return await storm.during(system, seed, standing.read, faults.deed(standing, system, names, _tell))


def _tell(name: str) -> None:
    sys.stdout.write(f"  {name}\n")
    sys.stdout.flush()


async def main() -> int:
    """0 if nothing was lost, doubled or stuck, and every point was reached."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="file,servers,faults", help="file, servers, faults, or names of faults")
    chosen = parser.parse_args()
    only = chosen.only.split(",")
    on_file = chosen.kills * 3 // 5 if "servers" in only else chosen.kills
    on_servers = chosen.kills - on_file if "file" in only else chosen.kills
    wanted = list(faults.FAULTS) if "faults" in only else [name for name in only if name in faults.FAULTS]
    runs = [("one_file", kills_on_one_file, on_file)] if "file" in only else []
    runs += [("servers", kills_on_servers, on_servers)] if "servers" in only else []
    runs += [("faults", faults_on_servers, wanted)] if wanted else []  # type: ignore[list-item]
    outcomes = {}
    for name, run, what in runs:
        with tempfile.TemporaryDirectory(prefix="storm-") as home:
            outcomes[name] = await run(what, chosen.seed, Path(home))
        _show(name, outcomes[name])
    whole = all(outcome.whole for outcome in outcomes.values())
    told = {name: outcome.told() for name, outcome in outcomes.items()} | {"not_yet_checkable": report.NOT_YET}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{OUT}: {'whole' if whole else 'NOT whole'}\n")
    return 0 if whole else 1


def _show(name: str, outcome: storm.Outcome) -> None:
    told = outcome.told()
    sys.stdout.write(f"{name}: {told['kills']} kills at {len(outcome.kills)} points, {len(outcome.faults)} faults in "
                     f"{told['seconds']} s; {told['acknowledged_filings']} filings acknowledged, {told['lost']} lost, "
                     f"{told['doubled']} doubled, {told['regressed']} regressed; recovery {told['recovery_s']}\n")
    for line in (*outcome.never, *outcome.stuck, *(f"{invariant}: {what}" for invariant, found in outcome.violations.items()
                                                   for what in found[:5])):
        sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
