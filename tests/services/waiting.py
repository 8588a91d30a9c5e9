"""What one service says of another's facts comes a moment later: asked again until it is so, or until it is too late."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Seen = TypeVar("Seen")
_PATIENCE_S, _PAUSE_S = 20, 0.02


async def eventually(look: Callable[[], Awaitable[Seen]], enough: Callable[[Seen], object]) -> Seen:
    """What was seen when it was enough."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_S
    while not enough(seen := await look()):
        assert asyncio.get_running_loop().time() < deadline, seen
        await asyncio.sleep(_PAUSE_S)
    return seen
