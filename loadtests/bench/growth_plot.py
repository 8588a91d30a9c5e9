"""How the rate and the memory go on as dossiers are stored, as a picture: plain SVG, both axes from zero."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 720, 360, 70, 60, 300
_RATE, _MEMORY = "#0072B2", "#D55E00"


@dataclass(frozen=True, slots=True)
class Point:
    """With so many stored: filings a second (median, least, most), MB idle and after load."""

    stored: int
    rate: float
    least: float
    most: float
    idle_mb: float
    loaded_mb: float


def svg(points: Sequence[Point]) -> str:
    """The picture; dossiers stored on a logarithmic axis."""
    highest = max(point.most for point in points) * 1.15
    heaviest = max(point.loaded_mb for point in points) * 2.2
    decades = [math.log10(point.stored) for point in points]
    wide = (_WIDTH - 2 * _LEFT) / max(1e-9, decades[-1] - decades[0])

    def x(point: Point) -> float:
        return _LEFT + (math.log10(point.stored) - decades[0]) * wide

    def y(value: float, top: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * value / top

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
             'font-family="Noto Sans, DejaVu Sans, Arial, sans-serif" font-size="13" fill="#222">',
             f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
             _text(_LEFT, 26, "Filings a second, 100 a call, one file (median; bar: least to most)", _RATE),
             _text(_LEFT, 46, "Memory of the process in MB after load (dashed: idle)", _MEMORY),
             f'<path d="M{_LEFT} {_TOP}V{_BOTTOM}H{_WIDTH - _LEFT}" fill="none" stroke="#222"/>']
    for point in points:
        parts += [f'<path d="M{x(point):.1f} {y(point.least, highest):.1f}V{y(point.most, highest):.1f}" stroke="{_RATE}"/>',
                  _text(x(point), y(point.rate, highest) - 8, f"{point.rate:,.0f}", _RATE),
                  _text(x(point), y(point.loaded_mb, heaviest) - 8, f"{point.loaded_mb:,.0f}", _MEMORY),
                  _text(x(point) - 20, _BOTTOM + 20, f"{point.stored:,}")]
    parts += [_line([(x(each), y(each.rate, highest)) for each in points], _RATE, ""),
              _line([(x(each), y(each.loaded_mb, heaviest)) for each in points], _MEMORY, ""),
              _line([(x(each), y(each.idle_mb, heaviest)) for each in points], _MEMORY, "6 4"),
              _text(_WIDTH / 2 - 60, _HEIGHT - 14, "dossiers stored before"), "</svg>", ""]
    return "\n".join(parts)


def _line(places: Sequence[tuple[float, float]], colour: str, dash: str) -> str:
    path = "L".join(f"{left:.1f} {top:.1f}" for left, top in places)
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-dasharray="{dash}"/>'


def _text(x: float, y: float, words: str, colour: str = "#222") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}">{words}</text>'
