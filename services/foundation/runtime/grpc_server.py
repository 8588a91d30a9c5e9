"""The gRPC server: who is calling, what an error becomes, and limits; the same for every service and for its JSON door."""

import asyncio
import logging
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

from ..crashpoints import reach
from ..errors import Conflict, Denied, Exhausted, Invalid, NotFound, Problem, Refused, Unauthenticated, Unavailable
from . import logs, metrics, policy
from .device_tokens import DeviceTokens
from .identity import Caller, Verifier, current

MOST_BYTES, MOST_AT_ONCE, LONGEST_S = 1 << 20, 256, 10.0
_CODES: dict[type[Problem], grpc.StatusCode] = {
    Invalid: grpc.StatusCode.INVALID_ARGUMENT, NotFound: grpc.StatusCode.NOT_FOUND,
    Refused: grpc.StatusCode.FAILED_PRECONDITION, Conflict: grpc.StatusCode.ABORTED,
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED, Denied: grpc.StatusCode.PERMISSION_DENIED,
    Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED, Unavailable: grpc.StatusCode.UNAVAILABLE,
}
_OPTIONS = (
    ("grpc.so_reuseport", 0),  # a second server on the port must fail, not share it in silence
    ("grpc.max_receive_message_length", MOST_BYTES), ("grpc.max_metadata_size", 8 << 10),
    ("grpc.max_concurrent_streams", 100 * 4),
)


class Doorkeeper(grpc.aio.ServerInterceptor):
    """Stands before every method: reads the token, asks the policy, bounds the time, tells errors by their reason."""

    def __init__(self, service: str, verifier: Verifier, devices: DeviceTokens | None = None) -> None:
        self._service, self._verifier, self._devices = service, verifier, devices
        self._at_once = 0
        self.running: set[asyncio.Task[Any]] = set()

    async def intercept_service(self, continuation: Callable[..., Awaitable[Any]], details: Any) -> Any:
        handler = await continuation(details)
        if handler is None or handler.unary_unary is None or details.method.startswith("/grpc.health"):
            return handler
        method, body, read = details.method, handler.unary_unary, handler.request_deserializer

        async def answer(raw: bytes, context: Any) -> Any:
            metadata = dict(context.invocation_metadata() or ())
            try:
                return await self.answer(method, body, read, raw, str(metadata.get("authorization", "")))
            except Problem as problem:
                await _refuse(context, problem)

        return grpc.unary_unary_rpc_method_handler(answer, None, handler.response_serializer)

    async def answer(self, method: str, body: Any, read: Any, raw: bytes, authorization: str,
                     within_s: float = LONGEST_S) -> Any:
        """What a call gets, whichever door it came through: the reply, or a Problem; counted either way.

        ``read`` makes the request of the bytes; it is asked only after the caller has been found to be allowed.
        """
        start = time.perf_counter()
        try:
            reply = await self._answer(method, body, read, raw, authorization, within_s)
        except Problem as problem:
            self._count(method, code_of(problem).name, problem.reason, start)
            raise
        self._count(method, "OK", "", start)
        return reply

    async def _answer(self, method: str, body: Any, read: Any, raw: bytes, authorization: str, within_s: float) -> Any:
        if self._at_once >= MOST_AT_ONCE:
            raise Exhausted("TOO_MANY_CALLS", "slow down and retry with the same request id")
        self._at_once += 1
        try:
            current.set(None)  # a connection's next request may begin where its last one ended
            if method not in policy.PUBLIC:
                found = await self._caller(authorization)
                policy.authorise(method, found)
                current.set(found)
            reach("rpc.accepted")
            # Shielded: a client that goes away does not cut a commit in two; the task is awaited at the end.
            task = asyncio.ensure_future(body(_read(read, raw), None))
            self.running.add(task)
            task.add_done_callback(self._forget)
            reply = await asyncio.wait_for(asyncio.shield(task), within_s)
            reach("rpc.before_reply")
            return reply
        except Problem:
            raise
        except TimeoutError:
            if within_s < LONGEST_S:
                raise Overdue("DEADLINE_PASSED", "retry with the same request id and more time") from None
            raise Unavailable("TOOK_TOO_LONG", "retry with the same request id") from None
        except asyncio.CancelledError:
            if task.cancelled():  # the handler's own inner cancellation, not the client's; else no answer would come
                raise Conflict("CUT_SHORT", "retry with the same request id") from None
            raise
        except Exception as error:
            raise _internal(method, error) from None
        finally:
            self._at_once -= 1

    async def _caller(self, header: str) -> Caller:
        if self._devices is not None and self._devices.takes(header):
            return await self._devices.verify(header)
        return self._verifier.verify(header)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self.running.discard(task)
        if not task.cancelled():
            task.exception()  # read, or asyncio would print its text

    def _count(self, method: str, code: str, reason: str, start: float) -> None:
        seconds = time.perf_counter() - start
        short = method.rsplit("/", 1)[1]
        metrics.CALLS.labels(short, code, reason).inc()
        metrics.SECONDS.labels(short).observe(seconds)
        logs.line("call", level=logging.DEBUG, service=self._service, method=short, code=code, reason=reason,
                  ms=round(seconds * 1000, 1))


class Internal(Problem):
    """A fault of ours; the caller gets an incident id and nothing else."""


class Overdue(Problem):
    """The caller's own deadline has passed; what was begun is finished all the same."""


_CODES |= {Internal: grpc.StatusCode.INTERNAL, Overdue: grpc.StatusCode.DEADLINE_EXCEEDED}


def code_of(problem: Problem) -> grpc.StatusCode:
    """The canonical code of a problem."""
    return _CODES[type(problem)]


def _internal(method: str, error: Exception) -> Internal:
    incident = uuid.uuid4().hex[:12]
    logs.line("internal error", level=logging.ERROR, method=method, incident=incident, error_type=logs.told(error))
    return Internal("INTERNAL_ERROR", f"this is our fault; name incident {incident} to support")


def _read(read: Any, raw: bytes) -> Any:
    try:
        return read(raw) if read is not None else raw
    except (DecodeError, ValueError, RuntimeError):
        raise Invalid("MESSAGE_MALFORMED", "the bytes are not such a message") from None


async def _refuse(context: Any, problem: Problem) -> None:
    context.set_trailing_metadata((("postal-reason", problem.reason), ("postal-field", problem.field)))
    await context.abort(code_of(problem), problem.message)


class GrpcServer:
    """One service's server with its health."""

    def __init__(self, service: str, verifier: Verifier, add: Callable[[grpc.aio.Server], None],
                 devices: DeviceTokens | None = None) -> None:
        self._keeper = Doorkeeper(service, verifier, devices)
        self._server = grpc.aio.server(interceptors=[self._keeper], options=_OPTIONS)
        self.bodies: dict[str, Any] = {}  # what answers each method, by its full path
        add(_noted(self._server, self.bodies))
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
                     authorization: str, within_s: float) -> Any:
        """What ``write`` makes of the reply to a call that came through another door of this process; raises Problem."""
        async def body(request: Any, context: Any) -> Any:
            return write(await self.bodies[method](request, context))

        return await self._keeper.answer(method, body, read, raw, authorization, min(within_s, LONGEST_S))

    async def tell(self, *names: str, serving: bool) -> None:
        """Sets the health of the named parts."""
        state = health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in names:
            await self._health.set(name, state)

    async def stop(self) -> None:
        """Takes no more, finishes what runs within five seconds."""
        await self.tell("ready", "", serving=False)
        await self._server.stop(5)
        if self._keeper.running:
            await asyncio.wait(self._keeper.running, timeout=5)


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
