"""Where dossiers wait: stations with people who work, and piles that a van or courier takes from. Both are measured alike."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from heapq import heappop, heappush
from typing import Protocol

from services.foundation.calendar import WorkingCalendar

from .agenda import Agenda
from .assumptions import DAY, HOUR
from .dossiers import Dossier

_NEVER = 10_000 * DAY


class Place(Protocol):
    """What is asked of every place where dossiers wait. ``pace`` is its capacity of the day against an ordinary one."""

    kind: str
    code: str
    a_day: float  # dossiers it can work off on an ordinary day
    pace: float
    peak: int  # most that waited since the morning

    def left(self) -> int:
        """How many it has left undone this evening."""

    def waiting(self) -> Iterator[Dossier]:
        """Who waits."""


class Hours:
    """When a kind of station is open, the whole year. Asked in the order of time only, so it need not search."""

    def __init__(self, days: list[date], calendar: WorkingCalendar, windows: tuple[tuple[float, float], ...]) -> None:
        self.windows = [(int(number * DAY + opens * HOUR), int(number * DAY + closes * HOUR))
                        for number, day in enumerate(days) if calendar.is_working_day(day) for opens, closes in windows]
        self.by_day: dict[int, list[int]] = {}
        for opens, _ in self.windows:
            self.by_day.setdefault(opens // DAY, []).append(opens)
        self._next = 0

    def is_open(self, now: int) -> bool:
        """Whether work may begin."""
        while self._next < len(self.windows) and self.windows[self._next][1] <= now:
            self._next += 1
        return self._next < len(self.windows) and self.windows[self._next][0] <= now

    def done(self, now: int, work: int) -> int:
        """When work begun now is done; it rests while closed. Beyond the year it is never done."""
        for opens, closes in self.windows[self._next:self._next + 400]:
            if (end := max(now, opens) + work) <= closes:
                return end
            work -= closes - max(now, opens)
        return _NEVER


class Station:
    """People behind a queue. Who has the smallest rank is next; of equals, who came first."""

    def __init__(self, kind: str, code: str, agenda: Agenda[Dossier], hours: Hours, people: int, a_day: float,
                 work: Callable[[Dossier], float], then: Callable[[Dossier], None]) -> None:
        self.kind, self.code, self.a_day, self.pace, self.peak = kind, code, a_day, 1.0, 0
        self._agenda, self._hours, self._idle, self._work, self._then = agenda, hours, people, work, then
        self._queue: list[tuple[int, int, Dossier]] = []
        self._ticket, self.served = 0, 0

    def put(self, dossier: Dossier, rank: int = 0) -> None:
        """Lines up, and is served at once where somebody is free."""
        self._ticket += 1
        heappush(self._queue, (rank, self._ticket, dossier))
        self.serve()
        if len(self._queue) > self.peak:
            self.peak = len(self._queue)

    def serve(self, _: object = ()) -> None:
        """Everybody who is free takes the next."""
        now = self._agenda.now
        while self._idle and self._queue and self._hours.is_open(now):
            dossier = heappop(self._queue)[2]
            self._idle -= 1
            # More people than usual are more pace of the same people: the same throughput, and nobody is hired mid-dossier.
            self._agenda.at(self._hours.done(now, round(self._work(dossier) / self.pace)), self._served, (dossier,))

    def opens_on(self, number: int) -> list[int]:
        """Moments of a day at which work begins."""
        return self._hours.by_day.get(number, [])

    def _served(self, cargo: Sequence[Dossier]) -> None:
        self._idle, self.served = self._idle + 1, self.served + 1
        self._then(cargo[0])
        self.serve()

    def left(self) -> int:
        """Those not begun."""
        return len(self._queue)

    def waiting(self) -> Iterator[Dossier]:
        """Who waits; those in work are in the agenda."""
        return (dossier for _, _, dossier in self._queue)


class Pile:
    """What waits for a van or a courier, who takes so much and leaves the rest: only what the last trip leaves is a shortage."""

    def __init__(self, kind: str, code: str, a_trip: float, trips: int) -> None:
        self.kind, self.code, self.a_day, self.pace, self.peak = kind, code, a_trip * trips, 1.0, 0
        self._a_trip, self._left = a_trip, 0
        self._pile: deque[Dossier] = deque()

    def put(self, dossier: Dossier) -> None:
        """Lies down behind the others."""
        self._pile.append(dossier)
        if len(self._pile) > self.peak:
            self.peak = len(self._pile)

    def take(self) -> list[Dossier]:
        """One trip's worth, the oldest first."""
        taken = [self._pile.popleft() for _ in range(min(len(self._pile), int(self._a_trip * self.pace)))]
        self._left = len(self._pile)
        return taken

    def left(self) -> int:
        """What the last trip had no room for."""
        return self._left

    def waiting(self) -> Iterator[Dossier]:
        """What lies there."""
        return iter(self._pile)
