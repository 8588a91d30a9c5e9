"""Which steps between two lines of the services' code an input took.

By the interpreter's own trace hook, since it is the same in every Python we run on and needs no build; a step is told for each
frame by itself, so that handlers that wait in turn do not mix. Background loops run on meanwhile: what they do is not the input's.
"""

import asyncio
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

# What an input does for the hundredth time in a loop tells nothing new and costs the most: a frame is left alone after so many
# lines, an input after so many calls.
_MOST_LINES, _MOST_CALLS = 250, 8000


class Edges:
    """Watches the code under some folders or files."""

    def __init__(self, *places: Path) -> None:
        self._places = tuple(str(place.resolve()) for place in places)
        self._codes: dict[int, tuple[int, CodeType]] = {}  # the code object is kept, or its id could come again
        self._aside: set[asyncio.Task[Any]] = set()
        self._reached: set[int] = set()
        self._calls = 0

    def leave_aside(self, tasks: Iterable[asyncio.Task[Any]]) -> None:
        """Never watches these tasks, nor those they make: when they run is the clock's choice and would make each run another."""
        self._aside = set(tasks)
        asyncio.get_running_loop().set_task_factory(self._made)

    def _made(self, loop: asyncio.AbstractEventLoop, steps: Any, **given: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(steps, loop=loop, **given)
        if asyncio.current_task(loop) in self._aside:
            self._aside.add(task)
            task.add_done_callback(self._aside.discard)
        return task

    @contextmanager
    def watched(self) -> Iterator[set[int]]:
        """The set that fills with the steps taken in the block; another tracer, a debugger's say, is put back after it."""
        self._reached, self._calls = set(), 0
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            yield self._reached
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        self._calls += 1
        if self._calls > _MOST_CALLS:
            sys.settrace(None)
            return None
        code = frame.f_code
        known = self._codes.get(id(code))
        base = known[0] if known else self._learn(code)
        if not base or asyncio.current_task() in self._aside:
            return None
        reached, previous, left = self._reached, 0, _MOST_LINES

        def step(frame: FrameType, event: str, _arg: Any) -> Any:
            nonlocal previous, left
            if event == "line":
                reached.add(base + (previous << 14) + frame.f_lineno)
                previous, left = frame.f_lineno, left - 1
            return step if left else None

        return step

    def _learn(self, code: CodeType) -> int:
        """A number for the code, 0 for code that is not ours."""
        base = len(self._codes) + 1 << 28 if code.co_filename.startswith(self._places) else 0
        self._codes[id(code)] = base, code
        return base
