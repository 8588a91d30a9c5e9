"""The table for people, and the files."""

import json
from pathlib import Path
from typing import Any

from .assumptions import KINDS
from .measures import LEGS
from .plots import days_to_result, lateness, queues

OUT = Path("out/simulate")


def table(found: dict[str, Any], rungs: list[dict[str, Any]]) -> str:
    """A year on one screen."""
    settings, sample, days = found["settings"], found["sample"], found["days_to_result"]
    return "\n".join([
        f"{settings['scenario']}, {settings['year']}, seed {settings['seed']}, load × {settings['times']:g}: "
        f"{sample['communes']} communes whole, {sample['provinces']} hubs in part (share {settings['share']:g})",
        "planned for the nation's ordinary day: "
        + ", ".join(f"{count:,} {who}" for who, count in found["people_of_the_nation"].items()),
        f"filed {found['filed']:,} = delivered {found['delivered']:,} + under way {found['under_way_at_the_end']:,}",
        f"days from filing to result in hand: median {days.get('median', 0):.1f}, 95 % {days.get('p95', 0):.1f}, "
        f"most {days.get('most', 0):.1f}",
        "", f"{'longest queue of a day':<24}{'stations':>9}{'usual':>8}{'95 %':>8}{'worst':>9}  {'on':<12}"
            f"{'most left, days of work':>24}",
        *(_queue_line(kind, found["queues"][kind]) for kind in KINDS),
        "", f"{'leg':<24}{'ended':>9}{'late':>9}{'late %':>8}   overdue at the year's end",
        *(f"{leg:<24}{found['lateness'][leg]['done']:>9,}{found['lateness'][leg]['late']:>9,}"
          f"{found['lateness'][leg]['late_percent'] or 0:>8.2f}   {found['overdue_at_the_end'][leg]:,}" for leg in LEGS),
        "", f"breaks first: {_broken(found)}", *(_rung_line(rung) for rung in rungs)])


def _queue_line(kind: str, row: dict[str, Any]) -> str:
    return (f"{kind:<24}{row['stations']:>9}{row['usual']:>8,}{row['p95']:>8,}{row['worst']:>9,}  {row['worst_day']:<12}"
            f"{row['most_left_days']:>12.2f} on {row['most_left_day']}")


def _broken(found: dict[str, Any]) -> str:
    if not found["breaks"]:
        return "nothing"
    others = ", ".join(f"{kind} {day}" for kind, day in found["breaks"].items())
    return f"{found['breaks_first']} ({others})"


def _rung_line(rung: dict[str, Any]) -> str:
    return f"  load × {rung['times']:<5g} {', '.join(f'{kind} {day}' for kind, day in rung['breaks'].items()) or 'holds'}"


def write(found: dict[str, Any], rungs: list[dict[str, Any]], folder: Path = OUT) -> list[Path]:
    """summary.json and the three plots."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"summary.json": json.dumps({**found, "rising": rungs}, ensure_ascii=False, indent=1) + "\n",
             "queues.svg": queues(found), "lateness.svg": lateness(found), "days_to_result.svg": days_to_result(found)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
