"""What every command shares: progress on standard error, one report on standard output, an exit code that scripts can rely on.

0 done, and all is well · 1 done, and something was found that somebody has to look at · 2 asked wrongly · 3 refused in the present
state · 4 a part we stand on does not answer · 5 a fault of ours, told by file and line.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.foundation.errors import Conflict, Exhausted, Problem, Refused, Unavailable
from services.foundation.runtime import logs

FINE, FOUND, WRONG, REFUSED, UNAVAILABLE, OURS = range(6)


@dataclass
class Report:
    """What a command tells. ``ok`` False is exit code 1. ``facts`` are the fields of the JSON report, whose names stay; ``listed``
    names the one that holds a list of records, which people see as a table."""

    command: str
    ok: bool = True
    dry_run: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    listed: str = ""

    def as_json(self) -> dict[str, Any]:
        """The whole report."""
        return {"command": self.command, "ok": self.ok, "dry_run": self.dry_run, **self.facts}


class Steps:
    """Long work as it goes on: bars on a terminal, nothing elsewhere."""

    def __init__(self, *, shown: bool) -> None:
        self._bars = Progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.completed:,}"),
                              TimeElapsedColumn(), console=Console(stderr=True), disable=not shown)

    @contextmanager
    def step(self, what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """A bar; the function given moves it on by so many."""
        task = self._bars.add_task(what, total=total)
        yield lambda count: self._bars.advance(task, count)
        self._bars.update(task, total=self._bars.tasks[task].completed or 1)

    @contextmanager
    def running(self) -> Iterator[None]:
        """While the work goes on."""
        with self._bars:
            yield


def code_of(problem: Problem) -> int:
    """The exit code of an error."""
    if isinstance(problem, Unavailable | Exhausted):
        return UNAVAILABLE
    return REFUSED if isinstance(problem, Refused | Conflict) else WRONG


def carried_out(work: Callable[[Steps], Awaitable[Report]], *, as_json: bool) -> int:
    """Runs a command and tells its report or its error; the exit code."""
    logs.configure("ERROR")
    steps = Steps(shown=sys.stderr.isatty() and not as_json)
    try:
        with steps.running():
            report = asyncio.run(_awaited(work(steps)))
    except Problem as problem:
        if as_json:
            sys.stdout.write(json.dumps({"ok": False, "reason": problem.reason, "message": problem.message}) + "\n")
        sys.stderr.write(f"{problem.reason}: {problem.message}\n")
        return code_of(problem)
    except Exception as error:  # at the edge of the process; its text may quote what it was given
        sys.stderr.write(f"INTERNAL: {logs.told(error)}\n")
        return OURS
    if as_json:
        sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False) + "\n")
    else:
        _show(report)
    return FINE if report.ok else FOUND


async def _awaited(work: Awaitable[Report]) -> Report:
    return await work


def _show(report: Report) -> None:
    out = Console(highlight=False, soft_wrap=True)
    if report.dry_run:
        out.print("dry run: nothing was changed")
    for name, value in report.facts.items():
        if name != report.listed:
            out.print(f"{name.replace('_', ' ')}: {_words(value)}", markup=False)
    rows = report.facts.get(report.listed) or []
    if rows:
        table = Table(*(name.replace("_", " ") for name in rows[0]), box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(str(_words(value)).replace("[", "\\[") for value in row.values()))
        out.print(table)
    out.print("ok" if report.ok else "look at what was found above", markup=False)


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(each)}" for name, each in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(_words(each) for each in value) or "none"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
