"""The event loop: what is to happen, in the order of time; at one moment, in the order in which it was planned."""

from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Generic, TypeVar

Cargo = TypeVar("Cargo")


class Agenda(Generic[Cargo]):
    """Events with what they carry. The number breaks ties, so a run replays exactly and nothing else is ever compared."""

    def __init__(self) -> None:
        self.now, self._number = 0, 0
        self._events: list[tuple[int, int, Callable[[Sequence[Cargo]], None], Sequence[Cargo]]] = []

    def at(self, moment: int, action: Callable[[Sequence[Cargo]], None], cargo: Sequence[Cargo] = ()) -> None:
        """Plans an event; raises ValueError for one in the past."""
        if moment < self.now:
            raise ValueError(f"{moment} is before {self.now}")
        self._number += 1
        heappush(self._events, (moment, self._number, action, cargo))

    def run_until(self, end: int) -> None:
        """Everything before the end."""
        events = self._events
        while events and events[0][0] < end:
            self.now, _, action, cargo = heappop(events)
            action(cargo)
        self.now = end

    def carried(self) -> Iterator[Cargo]:
        """What is inside events to come: on the road, in somebody's hands."""
        for _, _, _, cargo in self._events:
            yield from cargo

    def __len__(self) -> int:
        return self._number
