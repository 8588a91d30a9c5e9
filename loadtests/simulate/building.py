"""Puts the stations up, each as big as the plan of its load says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from .agenda import Agenda
from .assumptions import HOUR, Assumptions
from .dossiers import Dossier
from .network import Network
from .sizing import Loads, people
from .stations import Hours, Pile, Place, Station

Then = Callable[[Dossier], None]


@dataclass(frozen=True, slots=True)
class Places:
    """Every place by its code: counters, van piles and doors by office, hubs, desks by authority."""

    counters: dict[str, Station]
    outgoing: dict[str, Pile]
    incoming: dict[str, Pile]
    hubs: dict[str, Station]
    doors: dict[str, Pile]
    desks: dict[str, Station]

    def stations(self) -> Iterator[Station]:
        """Those where somebody works."""
        for group in (self.counters, self.hubs, self.desks):
            yield from group.values()

    def all(self) -> Iterator[Place]:
        """All, in an order that never changes."""
        yield from self.stations()
        for group in (self.outgoing, self.incoming, self.doors):
            yield from group.values()


class Builder:
    """Puts up one kind after the other."""

    def __init__(self, assumed: Assumptions, network: Network, agenda: Agenda[Dossier], days: list[date]) -> None:
        self._assumed, self._network, self._agenda, self._days = assumed, network, agenda, days

    def build(self, loads: Loads, accepted: Then, sorted_: Then, decided: Then) -> Places:
        """Everything, with what happens to a dossier when a station is done with it."""
        desks = self._desks("commune desk", loads.commune_desks, decided)
        desks |= self._desks("province desk", loads.province_desks, decided)
        return Places(self._counters(loads, accepted), self._vans(loads, "from"), self._vans(loads, "to"),
                      self._hubs(loads, sorted_), self._doors(loads), desks)

    def _counters(self, loads: Loads, then: Then) -> dict[str, Station]:
        assumed = self._assumed
        opens, closes = assumed.counter_hours
        hours = Hours(self._days, self._network.postal, ((opens, closes + assumed.counter_late_minutes / 60),))
        each = assumed.clerk_minutes * HOUR / 60
        a_day = (closes - opens) * HOUR / each
        found = {}
        for office, load in loads.counters.items():
            clerks = people(load, assumed.counter_headroom, a_day)
            found[office] = Station("counter", office, self._agenda, hours, clerks, clerks * a_day,
                                    lambda dossier: each * dossier.effort, then)
        return found

    def _vans(self, loads: Loads, side: str) -> dict[str, Pile]:
        assumed, trips = self._assumed, len(self._assumed.van_leaves_hub)
        bag = assumed.bag_dossiers
        return {office: Pile("van", f"{side} {office}", people(load, assumed.van_headroom, trips * bag) * bag, trips)
                for office, load in loads.vans.items()}

    def _hubs(self, loads: Loads, then: Then) -> dict[str, Station]:
        """One belt as fast as all sorters together: a hub of the sample has no whole number of them."""
        assumed = self._assumed
        hours = Hours(self._days, self._network.postal, (assumed.hub_hours,))
        found = {}
        for hub, load in loads.hubs.items():
            a_day = load * assumed.hub_headroom * assumed.sorters_share
            each = (assumed.hub_hours[1] - assumed.hub_hours[0]) * HOUR / a_day
            found[hub] = Station("hub", hub, self._agenda, hours, 1, a_day, _always(each), then)
        return found

    def _doors(self, loads: Loads) -> dict[str, Pile]:
        """Each result is carried once, and again if nobody was at home."""
        assumed, rounds = self._assumed, len(self._assumed.rounds)
        return {office: Pile("round", office, people(load * (1 + assumed.not_home_share), assumed.courier_headroom,
                                                     rounds * assumed.doors_a_round) * assumed.doors_a_round, rounds)
                for office, load in loads.counters.items()}

    def _desks(self, kind: str, load_of: dict[str, float], then: Then) -> dict[str, Station]:
        """A commune's officers are whole people; a province's part of the sample is as slow as the part of its officers."""
        assumed = self._assumed
        hours = Hours(self._days, self._network.authority, assumed.desk_hours)
        day = sum(closes - opens for opens, closes in assumed.desk_hours) * HOUR
        found = {}
        for desk, load in load_of.items():
            officers = people(load, assumed.desk_headroom, assumed.decisions_a_day)
            a_day = officers * assumed.decisions_a_day if kind == "commune desk" else load * assumed.desk_headroom
            each = officers * day / a_day
            found[desk] = Station(kind, desk, self._agenda, hours, officers, a_day, _always(each), then)
        return found


def _always(each: float) -> Callable[[Dossier], float]:
    """The same work for every dossier."""
    return lambda _: each
