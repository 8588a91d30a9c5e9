"""Whether a service may be sent work, asked every second of what it stands on.

"ready" needs the streams alone: filings go on while the log is away, and are published when it is back. "log" tells
operators that it is away. Liveness asks nothing: a restart heals no database.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ..errors import Problem
from ..ports import EventLog, Streams
from . import logs, metrics
from .grpc_server import GrpcServer

_EVERY_S, _PATIENCE_S = 1.0, 3.0


class Readiness:
    """Tells one server's health."""

    def __init__(self, service: str, server: GrpcServer, streams: Streams, log: EventLog) -> None:
        self._service, self._server, self._streams, self._log = service, server, streams, log
        self._told: dict[str, bool] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_EVERY_S)

    async def look(self) -> None:
        """Asks both once and tells what has changed."""
        streams, log = await asyncio.gather(_answers(lambda: self._streams.read("health/none")), _answers(self._log.ask))
        for name, serving in (("ready", streams), ("", streams), ("log", log)):
            if self._told.get(name) is not serving:
                self._told[name] = serving
                await self._server.tell(name, serving=serving)
                if name:
                    logs.line("health", level=logging.INFO if serving else logging.WARNING, service=self._service,
                              part=name, code="SERVING" if serving else "NOT_SERVING")
                    metrics.SERVING.labels(self._service, name).set(serving)


async def _answers(ask: Callable[[], Awaitable[object]]) -> bool:
    try:
        await asyncio.wait_for(ask(), _PATIENCE_S)  # asked here: whoever is ended before its turn has asked nothing
    except (Problem, TimeoutError):
        return False
    return True
