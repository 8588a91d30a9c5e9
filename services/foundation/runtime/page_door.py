"""Pages as a door: counted and told in the log like calls, by the name of their route, never by an address, which holds a code."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from starlette.routing import Route

from .. import trace as traces
from . import logs, metrics

_CODES = {  # HTTP's, as the doors call it
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 405: "UNIMPLEMENTED",
    429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE",
}


def told(service: str, routes: Sequence[Route]) -> Sequence[Route]:
    """The routes, each telling of what it answers."""
    for route in routes:
        metrics.expect(service, "page", route.name)
        route.app = _Told(route.app, service, route.name)
    return routes


class _Told:
    def __init__(self, app: Any, service: str, page: str) -> None:
        self._app, self._service, self._page = app, service, page

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        start, status = time.perf_counter(), 500

        async def send_noting(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except asyncio.CancelledError:
            status = 499  # who asked has gone
            raise
        finally:
            self._tell(status, time.perf_counter() - start)

    def _tell(self, status: int, seconds: float) -> None:
        code, fault = "OK", ""
        if status == 499:
            code, fault = "CANCELLED", metrics.fault_of_leaving(seconds)
        elif status >= 400:
            code, fault = _CODES.get(status, "INTERNAL"), "ours" if status >= 500 else "caller"
        metrics.answered(self._service, "page", self._page, seconds, code, fault)
        logs.call(self._service, "page", self._page, code, "", seconds, traces.id_of(traces.begun()))
