"""The HTTP server of pages and the JSON door: security headers on every answer, no line that holds a code."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ..errors import Refused

_HEADERS = [(name.lower().encode(), value.encode()) for name, value in {
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()", "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=63072000", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}.items()]


class Headers:
    """Adds the headers a route did not set itself."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_with(message: Any) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in _HEADERS if each[0] not in given)]
            await send(message)

        await self._app(scope, receive, send_with)


class HttpServer:
    """Serves the routes until stopped."""

    def __init__(self, routes: Sequence[Any]) -> None:
        health = Route("/healthz", lambda _: PlainTextResponse("ok"))
        app = Starlette(routes=[health, *routes], middleware=[Middleware(Headers)])
        app.router.redirect_slashes = False  # it would send a browser to whatever host the request has named
        self._server = uvicorn.Server(uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, lifespan="off", limit_concurrency=512,
            timeout_graceful_shutdown=5))  # a client that sends half a body does not hold the end up
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Binds; raises Refused PORT_TAKEN."""
        # Named TCP: asyncio switches Nagle off for such sockets alone, and with it on each page waits 40 ms for an ACK.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(2048)  # from here on who connects waits, instead of being refused until the server has begun
        except OSError:
            listener.close()
            raise Refused("PORT_TAKEN", f"port {port} is taken; end what uses it or choose another",
                          field="http_port", value=port) from None
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(self._server._serve([listener]))

    async def stop(self) -> None:
        """Finishes what runs."""
        self._server.should_exit = True
        await self._task
