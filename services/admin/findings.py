"""What is wrong, where: stream and sequence, or view and row. Never what a fact says."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from services.foundation.events import GENESIS, Recorded, digest
from services.foundation.ports import Row, Whole

MOST_TOLD = 1000
# kind -> what it means, for people and for docs/admin.md
KINDS = {
    "FACT_DAMAGED": "the stored bytes cannot be read or do not fit their hash",
    "GAP": "a sequence is missing or stands twice",
    "LINK_BROKEN": "a fact does not name the hash of the one before it",
    "FACT_ELSEWHERE": "a fact lies in the stream of another subject",
    "FACT_UNREADABLE": "the service's own fold does not take the stream's facts",
    "ROW_MISSING": "a view has no row for a stream",
    "ROW_BEHIND": "a row does not reflect the newest fact, and nothing brings it on",
    "ROW_WRONG": "a row says other than the service's fold of the same facts",
    "ROW_STRAY": "a row without a stream",
    "ERASURE_UNFINISHED": "an erasure is recorded, and a private part is still there",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing. ``where`` is a subject, or "view/key"; ``sequence`` the first fact concerned, 0 if none is."""

    kind: str
    service: str
    where: str
    sequence: int = 0


@dataclass
class Findings:
    """All of them, counted; the first thousand in full."""

    told: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, finding: Finding) -> None:
        """One more."""
        self.counts[finding.kind] += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(finding)

    def as_json(self) -> list[dict[str, Any]]:
        """For a report."""
        return [asdict(each) for each in self.told]


def of_chain(service: str, whole: Whole) -> Finding | None:
    """The first thing that is wrong with a stream; None if nothing is."""
    previous = GENESIS
    for number, fact in enumerate(whole.facts, start=1):
        kind = _of_fact(fact, number, previous, whole.subject)
        if kind:
            return Finding(kind=kind, service=service, where=whole.subject, sequence=number)
        previous = fact.hash
    return None


def _of_fact(fact: Recorded, number: int, previous: str, subject: str) -> str:
    if fact.sequence == 0 or digest(fact) != fact.hash:
        return "FACT_DAMAGED"
    if fact.sequence != number:
        return "GAP"
    if fact.subject != subject:
        return "FACT_ELSEWHERE"
    return "" if fact.previous == previous else "LINK_BROKEN"


def of_row(expected: Row, found: Row | None) -> str:
    """What is wrong with a row, "" if nothing."""
    if found is None:
        return "ROW_MISSING"
    if found.reflects < expected.reflects:
        return "ROW_BEHIND"
    same = dict(found.value) == dict(expected.value) and indexes(found) == indexes(expected)
    return "" if same and found.reflects == expected.reflects else "ROW_WRONG"


def indexes(row: Row) -> dict[str, list[str]]:
    """A row's indexes, always many, in order."""
    return {name: sorted([value] if isinstance(value, str) else value) for name, value in row.indexes.items()}


def keys_of(rows: Sequence[Row]) -> list[str]:
    """Their keys."""
    return [row.key for row in rows]
