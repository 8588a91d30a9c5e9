"""An event loop whose clock jumps to the next thing to do. The same seed takes the same steps in the same order."""

import asyncio
import contextvars
import heapq
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any


class _Handle:
    """A callback to come."""

    __slots__ = ("_when", "callback", "context")

    def __init__(self, callback: Callable[..., object], context: contextvars.Context, when: float = 0.0) -> None:
        self.callback: Callable[..., object] | None = callback
        self.context, self._when = context, when

    def when(self) -> float:
        return self._when

    def cancel(self) -> None:
        self.callback = None

    def cancelled(self) -> bool:
        return self.callback is None


class VirtualLoop(asyncio.AbstractEventLoop):
    """Callbacks in the order they were asked for; timers when nothing else is to be done.

    ``steps`` counts callbacks run; an error of the type ``expected`` may end a task without anybody looking."""

    def __init__(self, expected: type[BaseException]) -> None:
        self.expected = expected
        self._ready: deque[tuple[_Handle, tuple[Any, ...]]] = deque()
        self._timers: list[tuple[float, int, _Handle, tuple[Any, ...]]] = []
        self._now, self._number, self.steps = 0.0, 0, 0
        self.faults: list[str] = []  # what nobody caught

    def time(self) -> float:
        return self._now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        handle = _Handle(callback, context or contextvars.copy_context())
        self._ready.append((handle, args))
        return handle

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> Any:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        handle = _Handle(callback, context or contextvars.copy_context(), when)
        self._number += 1
        heapq.heappush(self._timers, (when, self._number, handle, args))
        return handle

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self)

    def create_task(self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Any = None) -> "asyncio.Task[Any]":
        return asyncio.Task(coro, loop=self, name=name or "task", context=context)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        error = context.get("exception")  # without one, a task of a killed process was left behind
        if error is not None and not isinstance(error, self.expected):
            self.faults.append(f"{context['message']}: {error!r}")

    def run_until_complete(self, future: Any) -> Any:
        """Runs until the task is done; RuntimeError if nothing is left that could finish it."""
        asyncio._set_running_loop(self)
        try:
            task = future if asyncio.isfuture(future) else self.create_task(future)
            ready, timers = self._ready, self._timers
            while not task.done():
                if not ready:
                    if not timers:
                        raise RuntimeError("everybody waits for somebody")
                    self._now, _, handle, args = heapq.heappop(timers)
                else:
                    handle, args = ready.popleft()
                if handle.callback is not None:
                    self.steps += 1
                    handle.context.run(handle.callback, *args)
            return task.result()
        finally:
            asyncio._set_running_loop(None)
