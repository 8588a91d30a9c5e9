"""The table for people and the list for machines."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import growth_plot
from .measure import Row

DOCS = Path("docs")
_INTRO = """# Benchmarks

Made by `make bench`; do not edit. Floors and ours are measured in turn (A B A B) in one run on one machine that client, server and
database share: trust the ratios, not the rates. A target that is not met stays in the table.

"""
_PICTURE = "![filings a second and memory against dossiers stored](growth.svg)"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _machine() -> str:
    return (f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}, "
            f"Python {sys.version.split()[0]}, {datetime.now(UTC):%Y-%m-%d}")


def as_json(row: Row) -> dict[str, Any]:
    """One entry of docs/benchmarks.json."""
    return {"name": row.name, "unit": row.unit, "value": row.value, "range": [min(row.values), max(row.values)],
            "floor": row.floor, "floor_values": row.floor_values, "ratio": row.ratio, "target": row.target, "met": row.met,
            "cpu_us": round(row.cpu_us, 1), "note": row.note}


def table(rows: list[Row]) -> str:
    """All rows as Markdown."""
    lines = ["| What | Value | Range | ÷ floor | Target | Met | CPU µs each |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        ratio = f"{row.ratio:.2f} × {row.floor}" if row.ratio is not None else ""
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        lines.append(f"| {row.name} | {_number(row.value)} {row.unit} | {_number(min(row.values))}–{_number(max(row.values))} "
                     f"| {ratio} | {row.target} | {met} | {f'{row.cpu_us:.0f}' if row.cpu_us else ''} |")
    notes = [f"- {row.name}: {row.note}." for row in rows if row.note]
    return "\n".join([*lines, "", *notes])


def write(rows: list[Row], folder: Path = DOCS) -> None:
    """docs/benchmarks.md, docs/benchmarks.json and docs/growth.svg."""
    (folder / "benchmarks.md").write_text(f"{_INTRO}{_machine()}.\n\n{table(rows)}\n\n{_PICTURE}\n", encoding="utf-8")
    (folder / "benchmarks.json").write_text(json.dumps({"machine": _machine(), "rows": [as_json(row) for row in rows]},
                                                       ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "growth.svg").write_text(growth_plot.svg([row.point for row in rows if row.point]), encoding="utf-8")
