"""`make chaos KILLS=… SEED=…`: storms on both back ends, each verified; writes out/chaos.json; exit code 1 if anything is wrong."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys import systems

from . import faults, servers, storm
from .verifier import reading, report

OUT = Path("out/chaos.json")
Run = Callable[[Any, int, Path], Awaitable[storm.Outcome]]


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


def faults_on(each: int = 1, *, proxied: bool = False) -> Run:
    """Three services on MongoDB and Kafka, ``each`` so many, with faults of the servers, the processes and the network."""
    async def run(names: Sequence[str], seed: int, home: Path) -> storm.Outcome:
        async with servers.standing(home, each=each, proxied=proxied) as (standing, system):
            return await storm.during(system, seed, standing.read, faults.deed(standing, system, list(names), _tell))
    return run


def _tell(name: str) -> None:
    sys.stdout.write(f"  {name}\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Part:
    """One storm: ``what`` is the number of kills or the names of faults."""

    name: str
    run: Run
    what: Any
    proxied: bool = False

    @property
    def missing(self) -> str | None:
        """Why it cannot rage here."""
        return None if self.name == "file" else servers.missing(proxied=self.proxied)


def parts(kills: int, only: Sequence[str]) -> list[Part]:
    """What is asked for by names of parts and faults; the kills are shared out between the two back ends."""
    on_file = kills * 7 // 10 if "servers" in only else kills
    found = [Part("file", kills_on_one_file, on_file)] if "file" in only else []
    if "servers" in only:
        found.append(Part("servers", kills_on_servers, kills - on_file if "file" in only else kills))
    for name, run, there in (("faults", faults_on(), faults.ONE), ("three", faults_on(3), faults.THREE),
                             ("network", faults_on(proxied=True), faults.NETWORK)):
        wanted = [fault for fault in there if name in only or fault in only]
        found += [Part(name, run, wanted, proxied=name == "network")] if wanted else []
    return found


async def main() -> int:
    """0 if nothing was lost, doubled or stuck, every point was reached, and every part could run."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="file,servers,faults,three,network",
                        help="file, servers, faults, three, network, or names of faults")
    parser.add_argument("--keep", type=Path, help="a folder in which data and logs stay, to look into")
    chosen = parser.parse_args()
    outcomes, whole = {}, True
    for part in parts(chosen.kills, chosen.only.split(",")):
        if part.missing:
            sys.stdout.write(f"{part.name}: cannot run here: {part.missing} (ONLY=… leaves it out)\n")
            whole = False
            continue
        kept = nullcontext(chosen.keep / part.name) if chosen.keep else tempfile.TemporaryDirectory(prefix="storm-")
        with kept as home:
            Path(home).mkdir(parents=True, exist_ok=True)
            outcomes[part.name] = await part.run(part.what, chosen.seed, Path(home))
        _show(part.name, outcomes[part.name])
        whole = whole and outcomes[part.name].whole
    told = {name: outcome.told() for name, outcome in outcomes.items()} | {"not_yet_checkable": report.NOT_YET}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.writelines(f"not yet checkable: {name}: {why}\n" for name, why in report.NOT_YET.items())
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
