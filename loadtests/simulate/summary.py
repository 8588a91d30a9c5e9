"""A year as numbers: what summary.json holds, and its hash."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from .assumptions import KINDS
from .breaking import breaks_first
from .measures import LEGS, Queues, part
from .stations import Place
from .world import World

SCALED = ("hub", "province desk")  # whole only in the nation: their queues are shown times 1/share


def summary(world: World, scenario: str) -> dict[str, Any]:
    """Everything worth keeping; the same for the same seed, whatever the machine. Queues are those of real stations."""
    ledger = world.ledger
    days = sorted(each for found in ledger.to_result.values() for each in found)
    return {
        "settings": {"seed": world.seed, "year": world.days[0].year, "share": world.share, "times": world.times,
                     "scenario": scenario},
        "sample": {"communes": len(world.network.communes), "provinces": len(world.network.provinces),
                   "dossiers_of_an_ordinary_day": round(world.seasons.ordinary * world.share, 1),
                   "peaks": {name: [day.isoformat() for day in ends] for name, ends in world.seasons.peaks().items()}},
        "people_of_the_nation": _people(world),
        "filed": sum(ledger.filed.values()), "delivered": sum(ledger.delivered.values()),
        "under_way_at_the_end": ledger.under_way[world.days[-1]], "overdue_at_the_end": _overdue(world),
        "days_to_result": {"median": round(part(days, 0.5), 2), "p95": round(part(days, 0.95), 2), "most": round(days[-1], 2)}
        if days else {},
        "lateness": {leg: _lateness(ledger.done[leg].values()) for leg in LEGS},
        "queues": {kind: _kind(world, kind) for kind in KINDS},
        "breaks_first": breaks_first(ledger),
        "breaks": {kind: day.isoformat() for kind, day in sorted(ledger.breaks.items(), key=lambda each: each[1])},
        "weeks": _weeks(world),
        "days": [{"day": day.isoformat(), "filed": ledger.filed.get(day, 0), "delivered": ledger.delivered.get(day, 0),
                  "under_way": ledger.under_way[day],
                  "queues": {kind: _row(world, kind, ledger.queues[kind][day]) for kind in KINDS if day in ledger.queues[kind]}}
                 for day in world.days]}


def digest(found: dict[str, Any]) -> str:
    """One hash for the whole year."""
    return hashlib.sha256(json.dumps(found, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _people(world: World) -> dict[str, int]:
    """Whom the plan needs on an ordinary day in the whole nation: the figure to hold against what the post really has."""
    assumed, places = world.assumed, world.places
    opens, closes = assumed.counter_hours
    each: dict[str, tuple[Mapping[str, Place], float]] = {
        "clerks": (places.counters, (closes - opens) * 60 / assumed.clerk_minutes),
        "couriers": (places.doors, len(assumed.rounds) * assumed.doors_a_round),
        "sorters": (places.hubs, assumed.sorter_shift_hours * assumed.sorted_an_hour),
        "officers": (places.desks, assumed.decisions_a_day)}
    return {who: round(sum(place.a_day for place in group.values()) / a_day / world.share) for who, (group, a_day) in each.items()}


def _scale(world: World, kind: str) -> float:
    return 1 / world.share if kind in SCALED else 1.0


def _row(world: World, kind: str, queues: Queues) -> list[float]:
    """Median, 95 %, worst of the day's longest queues; left over in the evening, all stations; the same in days of work."""
    scale = _scale(world, kind)
    return [round(queues.median * scale), round(queues.p95 * scale), round(queues.worst * scale), round(queues.left * scale),
            round(queues.left_days, 3)]


def _kind(world: World, kind: str) -> dict[str, Any]:
    """The whole year of one kind: the usual day's queue, the worst day and station, the most left over."""
    days, scale = world.ledger.queues[kind], _scale(world, kind)
    worst_day = max(days, key=lambda day: days[day].worst)
    fullest = max(days, key=lambda day: days[day].left_days)
    return {"stations": sum(place.kind == kind for place in world.places.all()),
            "usual": round(part(sorted(each.median for each in days.values()), 0.5) * scale),
            "p95": round(part(sorted(each.p95 for each in days.values()), 0.95) * scale),
            "worst": round(days[worst_day].worst * scale), "worst_day": worst_day.isoformat(),
            "worst_station": days[worst_day].worst_station,
            "most_left_days": round(days[fullest].left_days, 2), "most_left_day": fullest.isoformat()}


def _lateness(rows: Iterable[list[int]]) -> dict[str, Any]:
    found = list(rows)
    done, late = sum(row[0] for row in found), sum(row[1] for row in found)
    return {"done": done, "late": late, "late_percent": round(100 * late / done, 2) if done else None}


def _overdue(world: World) -> dict[str, int]:
    """Under way at the year's end, and already later than promised: the records of legs that ended cannot show them."""
    found, last = dict.fromkeys(LEGS, 0), world.days[-1]
    for dossier in world.whereabouts():
        is_decided = dossier.is_lodged and (dossier.is_homeward or dossier in world.trays[dossier.desk])
        limit = dossier.due if dossier.is_lodged and not is_decided else dossier.promised
        if limit and limit < last:
            found[LEGS[2] if is_decided else LEGS[1] if dossier.is_lodged else LEGS[0]] += 1
    return found


def _weeks(world: World) -> list[dict[str, Any]]:
    """What the plots show: week by week (from Monday), the worst day's queues, lateness of what ended, days to the result."""
    ledger, weeks = world.ledger, []
    for _, group in groupby(world.days, key=lambda day: day.isocalendar()[:2]):
        days = list(group)
        results = sorted(each for day in days for each in ledger.to_result.get(day, ()))
        weeks.append({
            "from": days[0].isoformat(), "filed": sum(ledger.filed.get(day, 0) for day in days),
            "under_way": round(ledger.under_way[days[-1]] / world.share),
            "queues": {kind: _worst_of(world, kind, days) for kind in KINDS},
            "late_percent": {leg: _lateness(ledger.done[leg][day] for day in days if day in ledger.done[leg])["late_percent"]
                             for leg in LEGS},
            "days_to_result": [round(part(results, share), 2) for share in (0.5, 0.95, 1.0)] if results else None})
    return weeks


def _worst_of(world: World, kind: str, days: list[date]) -> list[float] | None:
    """Each figure's highest day of the week."""
    rows = [_row(world, kind, world.ledger.queues[kind][day]) for day in days if day in world.ledger.queues[kind]]
    return [max(column) for column in zip(*rows, strict=True)] if rows else None
