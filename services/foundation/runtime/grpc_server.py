"""The gRPC server, the same for every service; its doorkeeper also answers for the JSON door."""

import asyncio
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

from ..errors import Refused
from . import metrics, policy
from .device_tokens import DeviceTokens
from .doorkeeper import LONGEST_S, MOST_BYTES, Doorkeeper
from .identity import Verifier

if TYPE_CHECKING:
    from .spans import Spans

_OPTIONS = (
    ("grpc.so_reuseport", 0),  # a second server on the port must fail, not share it in silence
    ("grpc.max_receive_message_length", MOST_BYTES), ("grpc.max_metadata_size", 8 << 10),
    ("grpc.max_concurrent_streams", 100 * 4),
    # Clients look again where there are servers: otherwise one that has been added is found by nobody.
    ("grpc.max_connection_age_ms", 30_000), ("grpc.max_connection_age_grace_ms", 30_000),
)


class GrpcServer:
    """One service's server with its health."""

    def __init__(self, service: str, verifier: Verifier, add: Callable[[grpc.aio.Server], None],
                 devices: DeviceTokens | None = None, spans: "Spans | None" = None) -> None:
        self.keeper = Doorkeeper(service, verifier, devices, spans)
        self._server = grpc.aio.server(interceptors=[self.keeper], options=_OPTIONS)
        self.bodies: dict[str, Any] = {}  # what answers each method, by its full path
        add(_noted(self._server, self.bodies))
        for method in self.bodies:
            for door in ("grpc", "json"):
                metrics.expect(service, door, method.rpartition("/")[2])
        self._health = health_aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Binds; raises Refused PORT_TAKEN."""
        if port and not _is_free(host, port):  # asked first: gRPC would print lines of its own about it
            raise Refused("PORT_TAKEN", f"port {port} is taken; end what uses it or choose another", field="port", value=port)
        self.port = self._server.add_insecure_port(f"{host}:{port}")
        await self._server.start()
        await self.tell("start", "live", serving=True)  # "ready" is told by readiness.py

    async def answer(self, method: str, read: Callable[[bytes], Any], write: Callable[[Any], Any], raw: bytes,
                     authorization: str, within_s: float, trace: str) -> Any:
        """What ``write`` makes of the reply to a call that came through the JSON door of this process; raises Problem."""
        async def body(request: Any, context: Any) -> Any:
            return write(await self.bodies[method](request, context))

        return await self.keeper.answer(method, body, read, raw, authorization, min(within_s, LONGEST_S), door="json", trace=trace)

    async def tell(self, *names: str, serving: bool) -> None:
        """Sets the health of the named parts."""
        state = health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in names:
            await self._health.set(name, state)

    async def stop(self) -> None:
        """Takes no more, finishes what runs within five seconds."""
        await self.tell("ready", "", serving=False)
        await self._server.stop(5)
        if self.keeper.running:
            await asyncio.wait(self.keeper.running, timeout=5)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _noted(server: grpc.aio.Server, bodies: dict[str, Any]) -> grpc.aio.Server:
    """The server, refusing to serve a method the policy does not know, and noting what answers each."""
    add = server.add_registered_method_handlers

    def check(service: str, handlers: dict[str, Any]) -> None:
        unknown = [name for name in handlers if not policy.is_known(f"/{service}/{name}")]
        if unknown:
            raise ValueError(f"{service}: not in the policy: {unknown}")
        if not service.startswith("grpc."):
            bodies.update((f"/{service}/{name}", each.unary_unary) for name, each in handlers.items())
        add(service, handlers)

    server.add_registered_method_handlers = check  # type: ignore[method-assign,assignment]
    return server
