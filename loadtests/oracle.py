"""After the storm: what users were told against what is there. ``python -m loadtests.oracle FOLDER`` for a run's histories.

Nothing lost: every acknowledged filing is there for its clerk and behind its code. Nothing doubled: no code twice, and a request
sent again is answered with the same dossier. Nothing regressed: no citizen saw fewer entries than before. In order: what is shown
at the end is not behind what an officer was told.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from postal.intake.v1 import intake_service_pb2 as intake
from postal.tracking.v1 import tracking_service_pb2 as tracking

from services.demo.doors import Doors, Person, Refusal
from services.foundation.runtime.identity import Caller, Keys, Minter, Role

REACHED = {"accepted": 4, "decided": 8}  # stage shown at least, by what an officer was told (JourneyStage)
_SENT_AGAIN = 100


@dataclass
class Present:
    """What is there: filing id -> tracking code at its clerk's door, tracking code -> stage shown, answers to repeats."""

    dossiers: dict[str, str] = field(default_factory=dict)
    stages: dict[str, int] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)


def judge(told: Iterable[dict[str, Any]], present: Present) -> dict[str, list[str]]:
    """What is wrong, by kind; all empty if nothing is."""
    lines = list(told)
    filed = [line for line in lines if line["told"] == "filed"]
    wrong: dict[str, list[str]] = {"lost": [], "doubled": [], "regressed": [], "disordered": []}
    for line in filed:
        if present.dossiers.get(line["id"]) != line["tracking"] or line["tracking"] not in present.stages:
            wrong["lost"].append(line["id"])
        if present.again.get(line["id"], line["id"]) != line["id"]:
            wrong["doubled"].append(f"{line['id']} was filed again as {present.again[line['id']]}")
    for name in ("id", "tracking", "parcel"):
        wrong["doubled"] += [f"{name} {value}" for value, count in Counter(line[name] for line in filed).items() if count > 1]
    most: dict[tuple[str, str], int] = {}
    for line in lines:
        if line["told"] == "saw":
            key = (line.get("process", ""), line["tracking"])
            if line["entries"] < most.get(key, 0):
                wrong["regressed"].append(f"{line['tracking']}: {most[key]} entries, then {line['entries']}")
            most[key] = max(most.get(key, 0), line["entries"])
        elif line["told"] in REACHED and present.stages.get(line["tracking"], 0) < REACHED[line["told"]]:
            shown = present.stages.get(line["tracking"])
            wrong["disordered"].append(f"{line['tracking']} was {line['told']} and shows stage {shown}")
    return wrong


def histories(folder: Path) -> list[dict[str, Any]]:
    """All lines of a run, each with the process that wrote it."""
    return [json.loads(line) | {"process": path.stem} for path in sorted(folder.glob("history-*.jsonl"))
            for line in path.read_text().splitlines()]


async def look(told: list[dict[str, Any]], doors: Doors) -> Present:
    """Asks the doors for everything that was acknowledged, until what follows by itself has come, at most a minute."""
    present = Present()
    behind = {line["tracking"]: 1 for line in told if line["told"] == "filed"}
    behind |= {line["tracking"]: REACHED[line["told"]] for line in told if line["told"] in REACHED}
    deadline = asyncio.get_running_loop().time() + 60
    while behind and asyncio.get_running_loop().time() < deadline:
        for code, stage in list(behind.items()):
            present.stages |= await _stage(doors, code)
            if present.stages.get(code, 0) >= stage:
                del behind[code]
        await asyncio.sleep(0.05)
    for number, line in enumerate(line for line in told if line["told"] == "filed"):
        clerk = Person(f"load-{line['office']}", "CLERK", line["office"])
        try:
            found = await doors.call("GetDossier", intake.GetDossierRequest(filing_id=line["id"]), clerk)
            present.dossiers[line["id"]] = found.dossier.tracking_code
            if number < _SENT_AGAIN:
                again = await doors.call("FileDossier", intake.FileDossierRequest.FromString(bytes.fromhex(line["request"])), clerk)
                present.again[line["id"]] = again.dossier.filing_id
        except Refusal as refusal:
            if refusal.reason != "DOSSIER_UNKNOWN":
                raise
    return present


async def _stage(doors: Doors, code: str) -> dict[str, int]:
    try:
        return {code: (await doors.call("Track", tracking.TrackRequest(tracking_code=code))).journey.stage}
    except Refusal as refusal:
        if refusal.reason != "JOURNEY_UNKNOWN":
            raise
        return {}


def _minting(keys_dir: Path) -> Any:
    minter = Minter(Keys.load_or_make(keys_dir))
    return lambda person: minter.mint(Caller(person=person.name, role=Role(person.role), place=person.place), minutes=60)


async def main(folder: Path) -> int:
    """0 if nothing is wrong; prints and writes summary.json."""
    told = histories(folder)
    addresses = {name: os.environ.get(f"POSTAL_{name.upper()}", f"127.0.0.1:810{number}")
                 for number, name in enumerate(("intake", "courier", "tracking"), start=1)}
    doors = Doors(addresses, _minting(Path(os.environ.get("POSTAL_KEYS_DIR", "var/keys"))))
    try:
        wrong = judge(told, await look(told, doors))
    finally:
        await doors.close()
    counts = Counter(line["told"] for line in told)
    summary = {"told": dict(counts), **{kind: len(found) for kind, found in wrong.items()}, "wrong": wrong}
    (folder / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    print(f"{counts['filed']} filings acknowledged, {counts['accepted']} accepted, {counts['decided']} decided, "
          f"{counts['saw']} looks: " + ", ".join(f"{len(found)} {kind}" for kind, found in wrong.items()))
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/load"))))
