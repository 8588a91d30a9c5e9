"""The simulated year replays, loses nothing, and says what its assumptions imply."""

import itertools
import json
import math
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest

from loadtests.simulate import report, timetable
from loadtests.simulate.agenda import Agenda
from loadtests.simulate.assumptions import DAY, KINDS, SCENARIOS, Assumptions
from loadtests.simulate.breaking import breaks_first, rising
from loadtests.simulate.measures import LEGS
from loadtests.simulate.network import Network
from loadtests.simulate.seasons import Seasons
from loadtests.simulate.summary import digest, summary
from loadtests.simulate.world import World
from services.registry.records import ProcedureLevel

SHARE = 0.0006  # two communes: a second a year
PLAN = SCENARIOS["plan"]
# So many people, so near, with a last van after the counter's last guest, that nobody has a reason to wait.
ABUNDANT = Assumptions(counter_headroom=500, van_headroom=500, hub_headroom=500, courier_headroom=500, desk_headroom=500,
                       van_leaves_hub=(6.5, 16.5), haul_days_next=1, haul_days_far=1, haul_days_remote=0, lorry_delayed_share=0,
                       not_home_share=0)


@cache
def a_year(scenario: str = "plan", seed: int = 1, times: float = 1.0) -> World:
    return timetable.run(World(SCENARIOS[scenario], seed, 2027, SHARE, times))


@cache
def an_abundant_year() -> World:
    return timetable.run(World(ABUNDANT, 1, 2027, SHARE))


def late(world: World, leg: str) -> float:
    rows = world.ledger.done[leg].values()
    return sum(row[1] for row in rows) / sum(row[0] for row in rows)


def test_the_same_seed_is_the_same_year() -> None:
    again = timetable.run(World(PLAN, 1, 2027, SHARE))

    assert digest(summary(again, "plan")) == digest(summary(a_year(), "plan"))


def test_another_seed_is_another_year() -> None:
    assert digest(summary(a_year(seed=2), "plan")) != digest(summary(a_year(), "plan"))


def test_every_scenario_of_a_seed_meets_the_same_citizens() -> None:
    assert a_year("hub-short").ledger.filed == a_year().ledger.filed


def test_every_evening_each_dossier_is_in_one_place() -> None:
    world, counted = World(PLAN, 1, 2027, SHARE), []

    def audit(number: int, world: World) -> None:
        numbers = Counter(dossier.number for dossier in world.whereabouts())
        counted.append(sum(numbers.values()))
        assert not [number for number, times in numbers.items() if times > 1]
        assert sum(world.ledger.filed.values()) == sum(world.ledger.delivered.values()) + counted[-1]

    timetable.run(world, audit)

    assert len(counted) == 365
    assert max(counted) > 100


def test_a_dossier_that_vanishes_is_noticed() -> None:
    world = World(PLAN, 1, 2027, SHARE)

    def lose(number: int, world: World) -> None:
        for bag in world.trays.values():
            bag.clear()

    with pytest.raises(RuntimeError, match="filed is not delivered and under way"):
        timetable.run(world, lose)


def test_nothing_is_delivered_that_was_not_signed_for_and_decided() -> None:
    ended = [sum(row[0] for row in a_year().ledger.done[leg].values()) for leg in LEGS]

    counts = [a_year().filings.filed, *ended, sum(a_year().ledger.delivered.values())]

    assert counts == sorted(counts, reverse=True)
    assert counts[-1] > 0


def test_with_capacity_far_above_the_load_nothing_is_left_over_and_nobody_is_late() -> None:
    world = an_abundant_year()

    assert {kind: max(queues.left for queues in world.ledger.queues[kind].values()) for kind in KINDS} == dict.fromkeys(KINDS, 0)
    assert max(queues.worst for queues in world.ledger.queues["counter"].values()) == 0
    assert [late(world, leg) for leg in LEGS] == [0, 0, 0]
    assert breaks_first(world.ledger) is None


def test_every_station_is_measured_under_a_name_of_its_own() -> None:
    names = [(place.kind, place.code) for place in a_year().places.all()]

    assert len(names) == len(set(names))
    assert {kind for kind, _ in names} == set(KINDS)


def test_too_few_sorters_let_the_hubs_queue_grow_and_break_first() -> None:
    short, plan = a_year("hub-short").ledger, a_year().ledger
    autumn = date(2027, 9, 20)

    assert breaks_first(plan) is None
    assert breaks_first(short) == "hub"
    assert short.queues["hub"][autumn].left > 5 * max(plan.queues["hub"][autumn].left, 1)
    assert short.queues["hub"][autumn].left_days > 1
    assert late(a_year("hub-short"), LEGS[0]) > 5 * late(a_year(), LEGS[0])


def test_without_extra_vans_dossiers_stay_behind_before_tet() -> None:
    fortnight = [day for day in a_year().days if date(2027, 1, 21) <= day <= date(2027, 2, 3) and day.weekday() < 5]

    def left(scenario: str) -> int:
        return max(a_year(scenario).ledger.queues["van"][day].left for day in fortnight)

    assert left("tet-no-extra") > 2 * left("plan")
    assert late(a_year("tet-no-extra"), LEGS[0]) > late(a_year(), LEGS[0])


def test_more_dossiers_for_the_same_people_break_something() -> None:
    (rung,) = rising(PLAN, 1, 2027, SHARE, (2.0,))

    assert breaks_first(a_year().ledger) is None
    assert rung["breaks_first"] == breaks_first(a_year(times=2.0).ledger) == next(iter(rung["breaks"]))


def test_a_crowded_desk_decides_late() -> None:
    assert late(a_year(times=2.0), LEGS[1]) > 0.1 > late(a_year(), LEGS[1])


@pytest.mark.parametrize("times", [1.0, 2.0])
def test_a_year_brings_its_share_of_the_nations_dossiers(times: float) -> None:
    expected = SHARE * 33_000_000 * times

    assert abs(a_year(times=times).filings.filed - expected) < 4 * math.sqrt(expected)  # Poisson


def test_tet_2027_is_where_the_calendar_has_it() -> None:
    seasons = a_year().seasons

    assert (seasons.tet_first, seasons.tet_last) == (date(2027, 2, 4), date(2027, 2, 10))
    assert seasons.tet_first < date(2027, 2, 6) < seasons.tet_last  # mùng một


def test_a_year_whose_holidays_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="does not know Tết 2031"):
        World(PLAN, 1, 2031, SHARE)


def test_the_fortnight_before_tet_brings_three_times_the_ordinary_day() -> None:
    filed = a_year(seed=2).ledger.filed
    fortnight = [date(2027, 2, 4) - timedelta(days=back) for back in range(1, 15)]
    ordinary = [date(2027, 3, 1) + timedelta(days=number) for number in range(28)]  # as many of each weekday, twice

    ratio = 2 * sum(filed[day] for day in fortnight) / sum(filed[day] for day in ordinary)

    assert ratio == pytest.approx(3, rel=0.15)


def test_nobody_files_on_a_day_off() -> None:
    filed = a_year().ledger.filed

    assert not [day for day in filed if day.weekday() > 4 or date(2027, 2, 4) <= day <= date(2027, 2, 10)]


def test_filings_of_a_day_are_in_order_and_within_the_counters_hours() -> None:
    seasons = Seasons(PLAN, Network(PLAN, SHARE).postal, 2027)

    moments = list(seasons.arrivals(3, 0.01, Random(1)))

    assert moments == sorted(moments)
    assert 7.5 <= moments[0] / 3_600_000 <= moments[-1] / 3_600_000 <= 17


def test_stations_are_sized_for_the_load_they_meet() -> None:
    world = timetable.run(World(ABUNDANT, 3, 2027, 0.001))
    days = sum(world.seasons.factors)
    ended = {leg: sum(row[0] for row in world.ledger.done[leg].values()) for leg in LEGS}

    assert sum(world.loads.counters.values()) * days == pytest.approx(world.filings.filed, rel=0.03)
    desks = sum(world.loads.commune_desks.values()) + sum(world.loads.province_desks.values())
    assert desks * days == pytest.approx(ended[LEGS[0]], rel=0.03)
    met = sum(station.served for station in world.places.hubs.values())
    assert sum(world.loads.hubs.values()) * days == pytest.approx(met, rel=0.03)


def test_a_way_goes_through_its_hubs_and_a_neighbour_is_another_commune() -> None:
    network = Network(PLAN, 0.01)
    here, there = network.communes[0], network.communes[-1]

    own = network.way(here, here, ProcedureLevel.COMMUNE)
    neighbour = network.way(here, here, ProcedureLevel.COMMUNE, is_stood_for=True)
    far = network.way(here, there, ProcedureLevel.PROVINCE)

    assert own == (here.office,)
    assert network.transit_class(own) == "COMMUNE"
    assert neighbour == (here.office, "901000", here.office)
    assert network.transit_class(neighbour) == "PROVINCE"
    assert far == (here.office, "901000", "996000")
    assert network.transit_class(far) == "INTER"


def test_line_haul_takes_one_to_four_nights() -> None:
    network = Network(PLAN, 0.01)
    nights = {pair: network.haul_days(*pair) for pair in itertools.permutations(network.hubs.values(), 2)}

    assert set(nights.values()) == {1, 2, 3, 4}
    assert nights["901000", "996000"] == 4  # Hà Nội – Cà Mau
    assert all(nights[one, other] == nights[other, one] for one, other in nights)


def test_events_of_one_moment_happen_in_the_order_they_were_planned() -> None:
    agenda = Agenda[str]()
    seen: list[str] = []

    def note(cargo: Sequence[str]) -> None:
        seen.extend(cargo)
        if cargo == ("second",):
            agenda.at(agenda.now, note, ("planned meanwhile",))

    for name in ("first", "second", "third"):
        agenda.at(5, note, (name,))
    agenda.at(4, note, ("before",))
    agenda.run_until(DAY)

    assert seen == ["before", "first", "second", "third", "planned meanwhile"]


def test_nothing_is_planned_for_the_past() -> None:
    agenda = Agenda[str]()
    agenda.run_until(10)

    with pytest.raises(ValueError, match="is before"):
        agenda.at(9, lambda _: None)


def test_the_files_hold_the_year_and_three_readable_plots(tmp_path: Path) -> None:
    found = summary(a_year(), "plan")

    report.write(found, [], tmp_path)

    stored = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert stored["filed"] == stored["delivered"] + stored["under_way_at_the_end"]
    assert len(stored["days"]) == 365
    for name in ("queues", "lateness", "days_to_result"):
        words = [each.text for each in ET.parse(tmp_path / f"{name}.svg").iter("{http://www.w3.org/2000/svg}text")]
        assert {"Tết", "enrolment", "1 Jan", "1 Oct"} <= set(words)
    assert "breaks first: nothing" in report.table(found, [])


def test_no_assumption_changes_by_itself_between_scenarios() -> None:
    assert replace(SCENARIOS["hub-short"], sorters_share=1.0) == PLAN
    assert replace(SCENARIOS["tet-no-extra"], extra_vans=PLAN.extra_vans) == PLAN


def test_a_hub_short_of_sorters_has_that_many_fewer() -> None:
    plan, short = (summary(a_year(scenario), scenario)["people_of_the_nation"] for scenario in ("plan", "hub-short"))

    assert short["sorters"] == pytest.approx(0.7 * plan["sorters"], rel=0.02)
    assert {**short, "sorters": 0} == {**plan, "sorters": 0}
