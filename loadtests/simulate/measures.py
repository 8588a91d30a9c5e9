"""What is written down: each evening every station's queue, and each dossier when it is signed for, decided, brought."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from .assumptions import KINDS, Assumptions
from .stations import Place

LEGS = ("to the authority", "decision", "to the citizen")
Number = TypeVar("Number", int, float)


def part(values: list[Number], share: float) -> Number:
    """The value that so large a share of a sorted list does not exceed."""
    return values[min(len(values) - 1, int(share * len(values)))]


@dataclass(slots=True)
class Queues:
    """One kind's stations on one day: most that waited (over the stations: median, 95 %, worst) and what was left undone."""

    median: int
    p95: int
    worst: int
    worst_station: str
    left: int
    left_days: float  # days of their work, all stations together
    broken: float  # share of the stations


@dataclass
class Ledger:
    """A year's records by the year's day."""

    assumed: Assumptions
    queues: dict[str, dict[date, Queues]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    done: dict[str, dict[date, list[int]]] = field(default_factory=lambda: {leg: defaultdict(lambda: [0, 0]) for leg in LEGS})
    to_result: dict[date, list[float]] = field(default_factory=lambda: defaultdict(list))
    filed: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    delivered: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    under_way: dict[date, int] = field(default_factory=dict)
    breaks: dict[str, date] = field(default_factory=dict)  # kind: first day on which it counts as broken
    _streaks: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def leg_done(self, leg: str, day: date, limit: date | None) -> None:
        """A leg that ended on a day, and whether later than its limit."""
        row = self.done[leg][day]
        row[0] += 1
        row[1] += limit is not None and day > limit

    def evening(self, day: date, places: Iterable[Place]) -> None:
        """Every station's day; it begins the next with an empty peak."""
        kinds: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            kinds[place.kind].append(place)
        for kind, found in kinds.items():
            self.queues[kind][day] = self._queues(kind, found)
            if self.queues[kind][day].broken >= self.assumed.broken_stations:
                self.breaks.setdefault(kind, day)
            for place in found:
                place.peak = 0

    def _queues(self, kind: str, places: list[Place]) -> Queues:
        peaks = sorted(place.peak for place in places)
        worst = max(places, key=lambda place: place.peak)
        left = sum(place.left() for place in places)
        broken = sum(self._is_broken(kind, place) for place in places)
        return Queues(part(peaks, 0.5), part(peaks, 0.95), peaks[-1], worst.code, left,
                      left / sum(place.a_day * place.pace for place in places), broken / len(places))

    def _is_broken(self, kind: str, place: Place) -> bool:
        """Too much left undone for too many working days on end."""
        too_much = place.left() > self.assumed.tolerated[kind] * place.a_day * place.pace
        self._streaks[kind, place.code] = self._streaks[kind, place.code] + 1 if too_much else 0
        return self._streaks[kind, place.code] >= self.assumed.broken_after_days
