"""The numbers of docs/scale.md, worked out from docs/benchmarks.json; `python -m loadtests.scale` writes them in.

Every constant is measured by `make bench` or named here with its source. Nothing else is to be trusted in a plan.
"""

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- numbers of loadtests/scale.py -->\n", "<!-- end of numbers -->"
USED = 0.5  # of each core, so that one machine of two may be lost and a peak still has room
PARTITIONS, COPIES, YEARS = 8, 3, 5  # of a topic as it is made; of MongoDB and of Kafka; kept


@dataclass(frozen=True)
class Plan:
    """A load: dossiers a year and at the worst second filings, scans, look-ups."""

    name: str
    a_year: int
    filings: float
    scans: float
    looks: float


# The nation: 33 million dossiers a year (MIC 1669/BTTTT-BC, 2022), at the peak three times an ordinary working second. A large
# province: twice its thirty-fourth part.
NATION = Plan("the nation, 2026, at the peak", 33_000_000, 17, 200, 300)
PLANS = (Plan("one large province, at the peak", 2_000_000, 1, 12, 18), NATION,
         Plan("ten times the nation", 330_000_000, 170, 2_000, 3_000))


def measured(path: Path = DOCS / "benchmarks.json") -> dict[str, float]:
    """Row name -> value."""
    return {row["name"]: row["value"] for row in json.loads(path.read_text(encoding="utf-8"))["rows"]}


def needs(plan: Plan, found: dict[str, float]) -> dict[str, Any]:
    """What a plan needs. A life costs what the slow way of a life costs, one call after the other with nothing to share a write
    with: under load it is cheaper, so this errs to the safe side. A look-up costs a page."""
    life = "for a dossier's whole life, MongoDB + Kafka"
    page_s = 1 / found["the citizen's page by code"]
    cores = {name: plan.filings * found[f"CPU of {name} {life}"] / 1000 for name in ("services", "mongod", "Kafka")}
    cores["pages"] = plan.looks * page_s
    kept = {name: found[f"bytes a dossier's whole life leaves in {name}, MongoDB + Kafka"] * 1000 for name in ("MongoDB", "Kafka")}
    facts_s = plan.scans + 20 * plan.filings  # a life has about twenty facts besides its scans
    members = math.ceil(facts_s / USED / found["catch-up of 50,000 filings: the same, MongoDB + Kafka"])
    return {"cores": {name: math.ceil(value / USED * 10) / 10 for name, value in cores.items()},
            "terabytes": {name: value * plan.a_year * YEARS * COPIES / 1e12 for name, value in kept.items()},
            "facts_s": facts_s, "members": members, "partitions": PARTITIONS * max(1, math.ceil(2 * members / PARTITIONS))}


def table(found: dict[str, float]) -> str:
    """The constants and the plans as Markdown."""
    constants = [name for name in found if "whole life" in name] + ["the citizen's page by code"]
    lines = ["| Measured constant | Value |", "|---|---|"]
    lines += [f"| {name} | {found[name]:,.1f} {'pages/s' if 'page by' in name else 'ms' if name.startswith('CPU') else 'kB'} |"
              for name in constants]
    lines += ["", "| | " + " | ".join(plan.name for plan in PLANS) + " |", "|---|" + "---|" * len(PLANS)]
    needed = [needs(plan, found) for plan in PLANS]
    lines.append("| filings, scans, look-ups a second | " + " | ".join(
        f"{plan.filings:,.0f}, {plan.scans:,.0f}, {plan.looks:,.0f}" for plan in PLANS) + " |")
    lines.append("| facts a second | " + " | ".join(f"{each['facts_s']:,.0f}" for each in needed) + " |")
    for part in ("services", "mongod", "Kafka", "pages"):
        lines.append(f"| cores for {part}, half used | " + " | ".join(f"{each['cores'][part]:,.1f}" for each in needed) + " |")
    for part in ("MongoDB", "Kafka"):
        lines.append(f"| {part}, {YEARS} years, {COPIES} copies, before compression | " + " | ".join(
            f"{each['terabytes'][part]:,.1f} TB" for each in needed) + " |")
    lines.append("| members of each group of readers, half used | " + " | ".join(f"{each['members']}" for each in needed) + " |")
    lines.append("| partitions of a topic, two for each member | " + " | ".join(f"{each['partitions']}" for each in needed) + " |")
    return "\n".join(lines) + "\n"


def written(text: str, found: dict[str, float]) -> str:
    """The document with the numbers as they are now."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + table(found) + END + rest.split(END)[1]


def main() -> int:
    """Writes docs/scale.md."""
    path = DOCS / "scale.md"
    path.write_text(written(path.read_text(encoding="utf-8"), measured()), encoding="utf-8")
    sys.stdout.write(f"wrote {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
