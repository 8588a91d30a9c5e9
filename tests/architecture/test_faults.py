"""docs/faults.md tells the truth: every proof it names exists, every row has one or says what is not built."""

import re
from pathlib import Path

from services.foundation.crashpoints import POINTS as NAMED
from tests.chaos.faults import FAULTS
from tests.chaos.storm import POINTS as KILLED
from tests.simulation.defences import DEFENCES

ROOT = Path(__file__).resolve().parents[2]
ROWS = [tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in
        (ROOT / "docs" / "faults.md").read_text(encoding="utf-8").splitlines() if re.match(r"\| [A-D]\d+ ", line)]
TESTS = {name for path in (ROOT / "tests").rglob("test_*.py")
         for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))}
THERE = {"test": TESTS, "fault": set(FAULTS), "kill": {point for points in KILLED.values() for point in points},
         "seeds": set(DEFENCES)}


def test_every_row_has_its_proof_or_says_that_it_is_not_built() -> None:
    without = [row[0] for row in ROWS if len(row) < 3 or not row[2].strip()]

    assert len(ROWS) == 19 + 20 + 17 + 10
    assert all("not built" in row[1] or "there are no" in row[1] for row in ROWS if row[0] in without), without


def test_every_proof_that_is_named_exists() -> None:
    proofs = [(kind, name) for row in ROWS if len(row) > 2 for kind, name in re.findall(r"(\w+) `([^`]+)`", row[2])]

    assert len(proofs) > 60
    assert [(kind, name) for kind, name in proofs if name not in THERE[kind]] == []


def test_every_fault_and_every_crash_point_is_in_the_table_or_killed_at() -> None:
    table = " ".join(" ".join(row) for row in ROWS)

    assert [name for name in FAULTS if f"`{name}`" not in table] == []
    assert set(NAMED) == THERE["kill"]
