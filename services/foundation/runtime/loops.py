"""Background loops: none may end unseen, all end when told."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from . import logs, metrics

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0


async def kept_running(loop: Callable[[], Awaitable[None]], service: str, part: str, first_pause_s: float = _FIRST_PAUSE_S) -> None:
    """Runs a loop until cancelled. One that fails, which is a defect of ours or of a client library, is told with its place in the
    code, counted, and started again: a relay or a consumer that has died in silence is parcels that nobody answers for."""
    pause_s, failed = first_pause_s, metrics.LOOPS_FAILED.labels(service, part)
    while True:
        try:
            await loop()
            return
        except (Exception, asyncio.CancelledError) as error:  # at the edge of the process: nobody is left to whom it could go
            if isinstance(error, asyncio.CancelledError) and _told_to_end():
                raise
            logs.line("loop failed", level=logging.ERROR, service=service, part=part, error_type=logs.told(error))
            failed.inc()
            if _told_to_end():
                return  # it failed because it was to end: begun again, it would have to be told a second time
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def _told_to_end() -> bool:
    """Whether this task was cancelled, and not one of a client library that our call was waiting for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def end(loops: Sequence[asyncio.Task[None]], again_s: float = 6.0) -> None:
    """Cancels until all have ended: Python 3.11's ``wait_for`` forgets a cancellation that comes together with its answer
    (python/cpython#86296), and a loop that was cancelled once would run on for ever. Between two cancellations a client has
    the time to leave its group (five seconds)."""
    running = {loop for loop in loops if not loop.done()}
    while running:
        for loop in running:
            loop.cancel()
        _, running = await asyncio.wait(running, timeout=again_s)
