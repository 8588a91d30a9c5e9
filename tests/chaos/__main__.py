"""`make chaos KILLS=… SEED=…`: storms on both back ends, each verified; writes out/chaos.json; exit code 1 if anything is wrong."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from services.foundation.localservers import kafka, mongod, process
from tests.journeys import systems

from . import storm
from .verifier import reading, report

OUT = Path("out/chaos.json")


async def on_one_file(kills: int, seed: int, home: Path) -> storm.Outcome:
    """Everything in one process on one SQLite file."""
    async def read() -> reading.DataSet:
        return await asyncio.to_thread(reading.sqlite_file, home / "postal.sqlite")

    async with systems.embedded(home) as system:
        return await storm.rage(system, kills, seed, read)


async def on_servers(kills: int, seed: int, home: Path) -> storm.Outcome:
    """Three services on MongoDB and Kafka."""
    ports = {"mongod": process.free_port(), "kafka": process.free_port()}
    pids = []
    try:
        for name, module in (("mongod", mongod), ("kafka", kafka)):
            if module.missing():
                raise RuntimeError(f"{name}: {module.missing()}")
            pids.append(await asyncio.to_thread(module.start, ports[name], home / name))
        uri, bootstrap = mongod.address(ports["mongod"]), kafka.address(ports["kafka"])

        async def read() -> reading.DataSet:
            return await reading.mongo_and_kafka(uri, "chaos", bootstrap.removeprefix("kafka://"))

        async with systems.three_services(home, uri, bootstrap, "chaos") as system:
            return await storm.rage(system, kills, seed, read)
    finally:
        for pid in pids:
            await asyncio.to_thread(process.stop, pid)


BACK_ENDS: dict[str, Callable[[int, int, Path], Awaitable[storm.Outcome]]] = {"embedded": on_one_file, "servers": on_servers}


async def main() -> int:
    """0 if nothing was lost, doubled or stuck, and every point was reached."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--back-ends", default="embedded,servers")
    chosen = parser.parse_args()
    names = chosen.back_ends.split(",")
    told, passed = {}, True
    for number, name in enumerate(names):
        kills = chosen.kills * 3 // 5 if len(names) == 2 and number == 0 else chosen.kills - number * (chosen.kills * 3 // 5)
        with tempfile.TemporaryDirectory(prefix="storm-") as home:
            outcome = await BACK_ENDS[name](kills, chosen.seed, Path(home))
        told[name] = outcome.told()
        passed = passed and outcome.whole
        _show(name, outcome)
    told["not_yet_checkable"] = report.NOT_YET
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{OUT}: {'whole' if passed else 'NOT whole'}\n")
    return 0 if passed else 1


def _show(name: str, outcome: storm.Outcome) -> None:
    told = outcome.told()
    sys.stdout.write(f"{name}: {told['kills']} kills at {len(outcome.kills)} points in {told['seconds']} s; "
                     f"{told['acknowledged_filings']} filings acknowledged, {told['lost']} lost, {told['doubled']} doubled, "
                     f"{told['regressed']} regressed; recovery {told['recovery_s']}\n")
    for line in (*outcome.never, *outcome.stuck, *(f"{invariant}: {what}" for invariant, found in outcome.violations.items()
                                                   for what in found[:5])):
        sys.stdout.write(f"  {line}\n")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
