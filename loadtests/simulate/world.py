"""The way of a dossier through counters, vans, hubs, lorries, couriers and desks, and back."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from functools import cache
from random import Random

from services.foundation.calendar import VIETNAM
from services.intake import deadlines

from .agenda import Agenda
from .assumptions import DAY, HOUR, Assumptions
from .building import Builder
from .dossiers import Dossier, Filings
from .measures import LEGS, Ledger
from .network import Network
from .seasons import Seasons
from .sizing import loads

Cargo = Sequence[Dossier]
_TO_AUTHORITY, _DECISION, _TO_CITIZEN = LEGS


class World:
    """Everybody at work in one year. ``places`` is where dossiers wait, ``ledger`` what was measured. It begins empty."""

    def __init__(self, assumed: Assumptions, seed: int, year: int, share: float, times: float = 1.0) -> None:
        self.assumed, self.seed, self.share, self.times = assumed, seed, share, times
        self.network = Network(assumed, share)
        self.seasons = Seasons(assumed, self.network.postal, year)
        self.days = self.seasons.days
        self.agenda, self.ledger = Agenda[Dossier](), Ledger(assumed)
        self.loads = loads(assumed, self.network, self.seasons.ordinary * share)
        self.places = Builder(assumed, self.network, self.agenda, self.days).build(
            self.loads, self._accepted, self.onward, self._decided)
        self.lorries: dict[str, dict[str, list[Dossier]]] = defaultdict(lambda: defaultdict(list))
        self.to_desk: dict[str, list[Dossier]] = defaultdict(list)
        self.trays: dict[str, list[Dossier]] = defaultdict(list)
        self.filings = Filings(assumed, self.network, Random(f"{seed}/filings"))
        self.transit_due = cache(lambda day, kind: deadlines.transit_due(
            self.network.postal, datetime.combine(day, time(12), VIETNAM), kind)[0])
        self.due = cache(lambda day, value, unit: deadlines.due_on(self.network.authority, day, value, unit))

    @property
    def today(self) -> date:
        return self.days[min(self.agenda.now // DAY, len(self.days) - 1)]

    def file(self, _: Cargo = ()) -> None:
        """Somebody steps into the line at a counter."""
        dossier = self.filings.file(self.agenda.now)
        self.ledger.filed[self.today] += 1
        self.places.counters[dossier.way[0]].put(dossier)

    def _accepted(self, dossier: Dossier) -> None:
        """The slip is signed: the post's promise runs from today."""
        dossier.promised = self.transit_due(self.today, dossier.transit_class)
        self.onward(dossier)

    def onward(self, dossier: Dossier) -> None:
        """To where the next one who carries it will look."""
        way, step = dossier.way, dossier.step
        here = way[step]
        if step == len(way) - 1:
            self.places.doors[here].put(dossier) if dossier.is_homeward else self.to_desk[here].append(dossier)
        elif not _is_hub(here):
            self.places.outgoing[here].put(dossier)
        elif _is_hub(way[step + 1]):
            self.lorries[here][way[step + 1]].append(dossier)
        else:
            self.places.incoming[way[step + 1]].put(dossier)

    def reach(self, cargo: Cargo) -> None:
        """A van or lorry is unloaded at the next place of its dossiers' ways."""
        for dossier in cargo:
            dossier.step += 1
            here = dossier.way[dossier.step]
            self.places.hubs[here].put(dossier) if _is_hub(here) else self.onward(dossier)

    def sign(self, cargo: Cargo) -> None:
        """The officer signs the record of the hand-over: the legal filing. The term begins, the examination too."""
        today = self.today
        for dossier in cargo:
            self.ledger.leg_done(_TO_AUTHORITY, today, dossier.promised)
            dossier.promised, dossier.is_lodged = None, True
            dossier.due = self.due(today, dossier.term_value, dossier.term_unit)
            ready = self.agenda.now + self._examination(dossier, today) * DAY
            self.agenda.at(ready, self._ready, (dossier,))

    def _examination(self, dossier: Dossier, today: date) -> int:
        """Whole days before an officer can decide; terms of a day or two are decided as they come."""
        return int(dossier.examination * ((dossier.due or today) - today).days)

    def _ready(self, cargo: Cargo) -> None:
        """Officers take what is due first."""
        for dossier in cargo:
            self.places.desks[dossier.desk].put(dossier, (dossier.due or self.today).toordinal())

    def _decided(self, dossier: Dossier) -> None:
        self.ledger.leg_done(_DECISION, self.today, dossier.due)
        self.trays[dossier.desk].append(dossier)

    def collect(self, desk: str) -> list[Dossier]:
        """The courier takes the results along: a new slip, a new promise, the same way backwards."""
        results, self.trays[desk] = self.trays[desk], []
        for dossier in results:
            dossier.is_homeward, dossier.way, dossier.step = True, dossier.way[::-1], 0
            dossier.promised = self.transit_due(self.today, dossier.transit_class)
        return results

    def bring_in(self, cargo: Cargo) -> None:
        """The courier is back from the desk with results."""
        for dossier in cargo:
            here = dossier.way[0]
            self.places.hubs[here].put(dossier) if _is_hub(here) else self.onward(dossier)

    def visit(self, cargo: Cargo) -> None:
        """At the citizens' doors. The promise is kept by the first visit; the result counts when it is in their hands."""
        today = self.today
        for dossier in cargo:
            if not dossier.is_tried:
                self.ledger.leg_done(_TO_CITIZEN, today, dossier.promised)
                dossier.is_tried, dossier.promised = True, None
            if dossier.is_away:
                dossier.is_away = False
                again = deadlines.next_invitation(self.network.postal, today)
                self.agenda.at((again - self.days[0]).days * DAY, self._invite, (dossier,))
            else:
                self.ledger.delivered[today] += 1
                self.ledger.to_result[today].append((self.agenda.now - dossier.filed) / DAY)

    def _invite(self, cargo: Cargo) -> None:
        for dossier in cargo:
            self.places.doors[dossier.way[-1]].put(dossier)

    def whereabouts(self) -> Iterator[Dossier]:
        """Every dossier under way, found by looking everywhere. Nothing is remembered for this: it checks the rest."""
        for place in self.places.all():
            yield from place.waiting()
        for lanes in self.lorries.values():
            for bag in lanes.values():
                yield from bag
        for bags in (self.to_desk, self.trays):
            for bag in bags.values():
                yield from bag
        yield from self.agenda.carried()

    def evening(self, number: int) -> None:
        """Books are closed; raises RuntimeError if a dossier is lost or doubled."""
        ledger, day = self.ledger, self.days[number]
        ledger.under_way[day] = sum(1 for _ in self.whereabouts())
        if sum(ledger.filed.values()) != sum(ledger.delivered.values()) + ledger.under_way[day]:
            raise RuntimeError(f"{day}: filed is not delivered and under way")
        if self.network.postal.is_working_day(day):
            ledger.evening(day, self.places.all())


def _is_hub(code: str) -> bool:
    """By the form of the registry's codes."""
    return code[0] == "9"


def at(number: int, hour: float) -> int:
    """A moment of the year's ``number``-th day."""
    return int(number * DAY + hour * HOUR)
