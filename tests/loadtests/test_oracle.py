"""The oracle can say no: one planted fault of each kind is found, a clean story gives none."""

import copy
from typing import Any

import pytest

from loadtests.oracle import Present, judge

TOLD: list[dict[str, Any]] = [
    *({"told": "filed", "id": f"d{number}", "tracking": f"T{number}", "parcel": f"RH{number}", "office": "032248", "process": "p"}
      for number in range(3)),
    {"told": "accepted", "id": "d0", "tracking": "T0"}, {"told": "decided", "id": "d0", "tracking": "T0"},
    {"told": "saw", "tracking": "T0", "entries": 2, "stage": 3, "process": "p"},
    {"told": "saw", "tracking": "T0", "entries": 5, "stage": 8, "process": "p"},
    {"told": "saw", "tracking": "T0", "entries": 3, "stage": 3, "process": "another"}]
PRESENT = Present(dossiers={"d0": "T0", "d1": "T1", "d2": "T2"}, stages={"T0": 8, "T1": 1, "T2": 2}, again={"d0": "d0"})


def test_a_clean_story_is_clean() -> None:
    assert not any(judge(TOLD, PRESENT).values())


@pytest.mark.parametrize(("kind", "change"), [
    ("lost", lambda told, present: present.dossiers.pop("d1")), ("lost", lambda told, present: present.stages.pop("T2")),
    ("doubled", lambda told, present: present.again.update(d0="d9")),
    ("doubled", lambda told, present: told[1].update(parcel="RH0")),
    ("regressed", lambda told, present: told.append({"told": "saw", "tracking": "T0", "entries": 4, "process": "p"})),
    ("disordered", lambda told, present: present.stages.update(T0=4))])
def test_a_planted_fault_is_found(kind: str, change: Any) -> None:
    told, present = copy.deepcopy(TOLD), copy.deepcopy(PRESENT)
    change(told, present)

    assert judge(told, present)[kind]
