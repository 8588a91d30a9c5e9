"""Inputs, and those of them that went where none had been before: the ground from which the next ones are made."""

import random
from dataclasses import dataclass, field
from typing import Any

HTTP, JSON = "HTTP", "JSON"
_MOST_OF_A_DOOR, _NEWEST = 300, 2


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. Role "" sends no token; role "FORGED" sends ``place`` as it is in a token's stead."""

    name: str = ""
    role: str = ""
    place: str = ""


NOBODY = Caller()


@dataclass(frozen=True, slots=True)
class Input:
    """Bytes for one door: the full path of an RPC, HTTP (a request), or JSON (path and body)."""

    door: str
    caller: Caller
    raw: bytes

    def as_record(self) -> dict[str, Any]:
        """For a file, to be replayed."""
        return {"method": self.door, "caller": [self.caller.name, self.caller.role, self.caller.place], "hex": self.raw.hex()}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Input":
        """What ``as_record`` wrote."""
        return cls(record["method"], Caller(*record["caller"]), bytes.fromhex(record["hex"]))


@dataclass(slots=True)
class Corpus:
    """Kept inputs and steps seen, door by door: what is old behind one door is new behind another."""

    kept: dict[str, list[tuple[int, Input]]] = field(default_factory=dict)  # each with how many steps it took
    seen: dict[str, set[int]] = field(default_factory=dict)
    everywhere: set[int] = field(default_factory=set)

    def judge(self, given: Input, edges: set[int]) -> bool:
        """Whether the input took a step that was new behind its door."""
        seen = self.seen.setdefault(given.door, set())
        if edges <= seen:
            return False
        seen |= edges
        self.everywhere |= edges
        return True

    def keep(self, given: Input, steps: int) -> None:
        """Keeps the input; the oldest makes room."""
        kept = self.kept.setdefault(given.door, [])
        kept.append((steps, given))
        if len(kept) > _MOST_OF_A_DOOR:
            del kept[0]

    def pick(self, draw: random.Random, door: str) -> Input | None:
        """One that was kept: every other time one of the newest, since who took the last step is nearest to the next; else of
        two more often the one that went further than the threshold."""
        kept = self.kept.get(door)
        if not kept:
            return None
        if draw.random() < 0.5:
            return kept[-1 - min(int(draw.expovariate(1 / _NEWEST)), len(kept) - 1)][1]
        one, other = draw.choice(kept), draw.choice(kept)
        further, nearer = (one, other) if one[0] >= other[0] else (other, one)
        return (further if draw.random() < 0.8 else nearer)[1]

    def sizes(self) -> dict[str, int]:
        """How many are kept behind each door."""
        return {door: len(kept) for door, kept in sorted(self.kept.items())}
