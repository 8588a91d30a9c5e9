"""Plots as plain SVG: lines over the weeks of a year, one panel or several."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any

from .assumptions import KINDS
from .measures import LEGS
from .summary import SCALED

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Okabe and Ito's colours, told apart by colour-blind people; the dashes tell them apart in print.
_STYLES = (("#0072B2", ""), ("#E69F00", "7 4"), ("#D55E00", "2 3"))
_WIDTH, _HEIGHT, _TOP, _LEFT, _GAP = 1200, 700, 100, 76, 84
_AIR = 1.1  # above the highest value: the bands' names stand there
_TET, _ENROLMENT = "#f3dede", "#e4eef6"


@dataclass(frozen=True)
class Panel:
    """One pair of axes; a value of None is a week without any."""

    title: str
    lines: Sequence[Sequence[float | None]]


@dataclass(frozen=True)
class _Frame:
    """Where a panel lies, and how values become points."""

    left: float
    top: float
    width: float
    height: float
    most: float
    first: date
    days: int

    def x(self, day: date) -> float:
        return self.left + self.width * (day - self.first).days / self.days

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - value / self.most)


def queues(found: dict[str, Any]) -> str:
    """Six kinds of stations: the longest queues of each week's worst day."""
    panels = [Panel(f"{kind}{' (sample ÷ share)' if kind in SCALED else ''}",
                    [[week["queues"][kind] and week["queues"][kind][place] for week in found["weeks"]] for place in range(3)])
              for kind in KINDS]
    return _chart(found, "Longest queue of the day, dossiers, each week's worst day",
                  ("median station", "95 % of stations", "worst station"), panels)


def lateness(found: dict[str, Any]) -> str:
    """Per cent late of what ended in a week, by leg."""
    return _chart(found, "Late, per cent of the dossiers whose leg ended in the week", LEGS,
                  [Panel("", [[week["late_percent"][leg] for week in found["weeks"]] for leg in LEGS])])


def days_to_result(found: dict[str, Any]) -> str:
    """Days from the counter to the result in hand, by the week of delivery."""
    values = [[week["days_to_result"] and week["days_to_result"][place] for week in found["weeks"]] for place in range(3)]
    return _chart(found, "Calendar days from filing to the result in hand, by week of delivery", ("median", "95 %", "slowest"),
                  [Panel("", values)])


def _chart(found: dict[str, Any], title: str, labels: Sequence[str], panels: Sequence[Panel]) -> str:
    settings = found["settings"]
    below = (f"Scenario {settings['scenario']}, load × {settings['times']:g}, seed {settings['seed']}, share {settings['share']:g} "
             f"of the nation. Every capacity is assumed.")
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
             'font-family="Noto Sans, DejaVu Sans, Arial, sans-serif" font-size="14" fill="#222">',
             f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>', _text(_LEFT, 34, title, size=21, weight="bold"),
             _text(_LEFT, 56, below, fill="#555"), _legend(labels)]
    for number, panel in enumerate(panels):
        parts += _panel(panel, _frame(number, len(panels), panel, found), found)
    return "\n".join([*parts, "</svg>", ""])


def _frame(number: int, count: int, panel: Panel, found: dict[str, Any]) -> _Frame:
    columns = min(3, count)
    rows = math.ceil(count / columns)
    width = (_WIDTH - _LEFT - 30 - (columns - 1) * _GAP) / columns
    height = (_HEIGHT - _TOP - 60 - (rows - 1) * _GAP) / rows
    highest = max((value for line in panel.lines for value in line if value is not None), default=0)
    first = date(found["settings"]["year"], 1, 1)
    return _Frame(_LEFT + number % columns * (width + _GAP), _TOP + 16 + number // columns * (height + _GAP), width, height,
                  _steps(highest * _AIR)[-1], first, (date(first.year + 1, 1, 1) - first).days)


def _steps(highest: float) -> list[float]:
    """Round numbers from nothing to just above the highest."""
    rough = max(highest, 1) / 4
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    return [step * number for number in range(math.ceil(max(highest, 1) / step) + 1)]


def _panel(panel: Panel, frame: _Frame, found: dict[str, Any]) -> list[str]:
    bottom, right = frame.top + frame.height, frame.left + frame.width
    parts = _bands(frame, found) + ([_text(frame.left, frame.top - 10, panel.title, weight="bold")] if panel.title else [])
    for value in _steps(frame.most):
        y = frame.y(value)
        parts.append(f'<path d="M{frame.left:.1f} {y:.1f}H{right:.1f}" stroke="#ccc" stroke-width="1"/>')
        parts.append(_text(frame.left - 8, y + 5, f"{value:,g}" if value < 1e6 else f"{value:,.0f}", anchor="end"))
    for month in range(1, 13):
        x = frame.x(date(frame.first.year, month, 1))
        parts.append(f'<path d="M{x:.1f} {bottom:.1f}v6" stroke="#222"/>')
        if frame.width > 600 or month % 3 == 1:
            parts.append(_text(x, bottom + 22, f"1 {_MONTHS[month - 1]}", anchor="middle"))
    parts.append(f'<path d="M{frame.left:.1f} {frame.top:.1f}V{bottom:.1f}H{right:.1f}" fill="none" stroke="#222"/>')
    weeks = [date.fromisoformat(week["from"]) for week in found["weeks"]]
    return parts + [_line(frame, weeks, line, style) for line, style in zip(panel.lines, _STYLES, strict=False)]


def _bands(frame: _Frame, found: dict[str, Any]) -> list[str]:
    """The year's peaks behind the lines."""
    parts = []
    for (name, days), colour in zip(found["sample"]["peaks"].items(), (_TET, _ENROLMENT), strict=True):
        begins, ends = (date.fromisoformat(day) for day in days)
        x, width = frame.x(begins), frame.x(ends + timedelta(days=1)) - frame.x(begins)
        parts.append(f'<rect x="{x:.1f}" y="{frame.top:.1f}" width="{width:.1f}" height="{frame.height:.1f}" fill="{colour}"/>')
        parts.append(_text(x + 3, frame.top + 13, name, size=12, fill="#666"))
    return parts


def _line(frame: _Frame, weeks: Sequence[date], values: Sequence[float | None], style: tuple[str, str]) -> str:
    """One path, lifted over weeks without a value."""
    colour, dash = style
    path, pen = [], "M"
    for week, value in zip(weeks, values, strict=True):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{frame.x(week):.1f} {frame.y(value):.1f}")
        pen = "L"
    return (f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-dasharray="{dash}" '
            'stroke-linejoin="round"/>')


def _legend(labels: Sequence[str]) -> str:
    parts = []
    for number, (label, (colour, dash)) in enumerate(zip(labels, _STYLES, strict=False)):
        x = _LEFT + 190 * number
        parts.append(f'<path d="M{x} 78h34" stroke="{colour}" stroke-width="3" stroke-dasharray="{dash}"/>')
        parts.append(_text(x + 42, 83, label))
    return "\n".join(parts)


def _text(x: float, y: float, words: str, *, size: int = 14, anchor: str = "start", fill: str = "#222",
          weight: str = "normal") -> str:
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}" '
            f'font-weight="{weight}">{escape(words)}</text>')
