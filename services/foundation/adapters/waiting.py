"""Waiting for what may come, no longer than told.

Without ``asyncio.Condition``: a waiter that is cancelled while it takes its lock back leaves it taken for ever, and all who publish
stand still. Without ``wait_for``, which in Python 3.11 forgets a cancellation that comes together with its answer.
"""

import asyncio


class Bell:
    """Wakes all who wait at that moment."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """For all who wait now; who comes later waits for the next."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def heard(self, within_s: float) -> bool:
        """Whether it rang in time, from the moment of the call."""
        return await came(self._rung, within_s)


async def came(event: asyncio.Event, within_s: float) -> bool:
    """Whether the event came in time."""
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def wait_and_clear(event: asyncio.Event, timeout_s: float) -> bool:
    """True if the event came within the time; it is cleared."""
    if not await came(event, timeout_s):
        return False
    event.clear()
    return True
