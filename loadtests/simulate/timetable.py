"""A day's timetable: who opens when, when vans, lorries and couriers leave; and the run of the year."""

import zlib
from collections.abc import Callable
from functools import partial
from random import Random

from .assumptions import DAY
from .dossiers import Dossier
from .world import Cargo, World, at

Progress = Callable[[int, World], None]


def run(world: World, progress: Progress = lambda number, world: None) -> World:
    """The whole year, day after day; ``progress`` is told each evening."""
    arrivals = Random(f"{world.seed}/arrivals")
    for number in range(len(world.days)):
        morning(world, number, arrivals)
        world.agenda.run_until((number + 1) * DAY)
        world.evening(number)
        progress(number, world)
    return world


def morning(world: World, number: int, arrivals: Random) -> None:
    """Plans the day. The order of planning is the order of events at one moment: stations open before vans come."""
    day = world.days[number]
    _reinforce(world, number)
    for station in world.places.stations():
        for opens in station.opens_on(number):
            world.agenda.at(opens, station.serve)
    for moment in world.seasons.arrivals(number, world.share * world.times, arrivals):
        world.agenda.at(number * DAY + moment, world.file)
    if world.network.postal.is_working_day(day):
        _vans(world, number)
        _rounds(world, number)
        world.agenda.at(at(number, world.assumed.lorry_leaves), partial(_lorries, world, number))


def _reinforce(world: World, number: int) -> None:
    """Extra people and vans around Tết."""
    assumed, places = world.assumed, world.places
    is_extra = world.seasons.is_reinforced(world.days[number])
    for group, extra in ((places.counters, assumed.extra_counters), (places.hubs, assumed.extra_sorters),
                         (places.desks, assumed.extra_officers), (places.outgoing, assumed.extra_vans),
                         (places.incoming, assumed.extra_vans), (places.doors, assumed.extra_couriers)):
        for place in group.values():
            place.pace = extra if is_extra else 1.0


def _vans(world: World, number: int) -> None:
    """Hub to office with what is for it, and back with what was filed."""
    hours = world.assumed.van_hours
    for leaves in world.assumed.van_leaves_hub:
        for commune in world.network.communes:
            world.agenda.at(at(number, leaves), partial(_van_leaves, world, commune.office, at(number, leaves + hours)))
            world.agenda.at(at(number, leaves + hours), partial(_van_turns, world, commune.office, at(number, leaves + 2 * hours)))


def _van_leaves(world: World, office: str, there: int, _: Cargo) -> None:
    world.agenda.at(there, world.reach, world.places.incoming[office].take())


def _van_turns(world: World, office: str, back: int, _: Cargo) -> None:
    world.agenda.at(back, world.reach, world.places.outgoing[office].take())


def _rounds(world: World, number: int) -> None:
    """From every office to its commune's desk and to doors; from every hub to the province's desk."""
    desks = {each.office: each.desk for each in world.network.communes}
    desks |= {hub: f"TINH-{province}" for province, hub in world.network.hubs.items()}
    for leaves in world.assumed.rounds:
        for place, desk in desks.items():
            world.agenda.at(at(number, leaves), partial(_courier_leaves, world, number, leaves, place, desk))


def _courier_leaves(world: World, number: int, leaves: float, place: str, desk: str, _: Cargo) -> None:
    """Both errands of a round; the desk's is left out on a day the authority is closed."""
    assumed, agenda = world.assumed, world.agenda
    back = at(number, leaves + assumed.back_after_hours)
    if world.network.authority.is_working_day(world.days[number]):
        outbound, world.to_desk[place] = world.to_desk[place], []
        agenda.at(at(number, leaves + assumed.desk_after_hours), partial(_at_desk, world, desk, back), outbound)
    if place in world.places.doors:
        agenda.at(back, world.visit, world.places.doors[place].take())


def _at_desk(world: World, desk: str, back: int, cargo: Cargo) -> None:
    world.sign(cargo)
    world.agenda.at(back, world.bring_in, world.collect(desk))


def _lorries(world: World, number: int, _: Cargo) -> None:
    """Every lane that has something leaves."""
    for origin in sorted(world.lorries):
        for destination, bag in sorted(world.lorries[origin].items()):
            if bag:
                nights = world.network.haul_days(origin, destination) + _delay(world, number, origin, destination)
                world.agenda.at(at(number + nights, world.assumed.lorry_arrives), world.reach, bag)
                world.lorries[origin][destination] = list[Dossier]()


def _delay(world: World, number: int, origin: str, destination: str) -> int:
    """By a number of its own for each lane and night, so a late lorry is late in every scenario."""
    drawn = zlib.crc32(f"{world.seed}/{number}/{origin}/{destination}".encode()) / 2**32
    return world.assumed.lorry_delay_days if drawn < world.assumed.lorry_delayed_share else 0
