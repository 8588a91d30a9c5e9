"""The doorkeeper before every method, whichever door a call comes through: who is calling, what an error becomes, and limits."""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.message import DecodeError

from .. import trace as traces
from ..crashpoints import reach
from ..errors import Conflict, Denied, Exhausted, Invalid, NotFound, Problem, Refused, Unauthenticated, Unavailable
from . import logs, metrics, policy
from .device_tokens import DeviceTokens
from .identity import Caller, Verifier, current

if TYPE_CHECKING:
    from .spans import Spans

MOST_BYTES, MOST_AT_ONCE, LONGEST_S = 1 << 20, 256, 10.0
_CODES: dict[type[Problem], grpc.StatusCode] = {
    Invalid: grpc.StatusCode.INVALID_ARGUMENT, NotFound: grpc.StatusCode.NOT_FOUND,
    Refused: grpc.StatusCode.FAILED_PRECONDITION, Conflict: grpc.StatusCode.ABORTED,
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED, Denied: grpc.StatusCode.PERMISSION_DENIED,
    Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED, Unavailable: grpc.StatusCode.UNAVAILABLE,
}
_THEIRS = ("MESSAGE_TOO_LARGE", "BODY_NOT_SENT")  # codes of ours, but the caller's doing


class Doorkeeper(grpc.aio.ServerInterceptor):
    """Stands before every method: reads the token, asks the policy, bounds the time, tells errors by their reason, and tells
    metrics, log and, where one is kept, the trace of what came of it."""

    def __init__(self, service: str, verifier: Verifier, devices: DeviceTokens | None = None, spans: "Spans | None" = None) -> None:
        self._service, self._verifier, self._devices, self._spans = service, verifier, devices, spans
        self._at_once = 0
        self.running: set[asyncio.Task[Any]] = set()
        metrics.MOST.labels(service).set(MOST_AT_ONCE)
        metrics.RUNNING.labels(service).set_function(lambda: self._at_once)

    async def intercept_service(self, continuation: Callable[..., Awaitable[Any]], details: Any) -> Any:
        handler = await continuation(details)
        if handler is None or handler.unary_unary is None or details.method.startswith("/grpc.health"):
            return handler
        method, body, read = details.method, handler.unary_unary, handler.request_deserializer

        async def answer(raw: bytes, context: Any) -> Any:
            metadata = dict(context.invocation_metadata() or ())
            try:
                return await self.answer(method, body, read, raw, str(metadata.get("authorization", "")),
                                         trace=traces.begun(str(metadata.get("traceparent", ""))))
            except Problem as problem:
                await _refuse(context, problem)

        return grpc.unary_unary_rpc_method_handler(answer, None, handler.response_serializer)

    async def answer(self, method: str, body: Any, read: Any, raw: bytes, authorization: str, within_s: float = LONGEST_S, *,
                     door: str = "grpc", trace: str = "") -> Any:
        """What a call gets, whichever door it came through: the reply, or a Problem; told either way.

        ``read`` makes the request of the bytes; it is asked only after the caller has been found to be allowed. ``trace`` is the
        request's traceparent.
        """
        start = time.perf_counter()
        span = None if self._spans is None else self._spans.call(method, door, trace)
        traces.current.set(trace if span is None else span.traceparent)
        try:
            reply = await self._answer(method, body, read, raw, authorization, within_s)
        except Problem as problem:
            self.tell(method, door, trace, start, problem)
            if span is not None:
                span.end(problem.reason, fault_of(problem) == "ours")
            raise
        except asyncio.CancelledError:
            self.tell(method, door, trace, start, None, "CANCELLED", metrics.fault_of_leaving(time.perf_counter() - start))
            if span is not None:
                span.end("CANCELLED")
            raise
        self.tell(method, door, trace, start)
        if span is not None:
            span.end()
        return reply

    def tell(self, method: str, door: str, trace: str, start: float, problem: Problem | None = None, code: str = "OK",
             fault: str = "") -> None:
        """Counts a call that is over and writes its line. ``start`` is of ``time.perf_counter``."""
        short, reason = method.rpartition("/")[2], ""
        if problem is not None:
            code, fault, reason = code_of(problem).name, fault_of(problem), problem.reason
        seconds = time.perf_counter() - start
        metrics.answered(self._service, door, short, seconds, code, fault, reason)
        logs.call(self._service, door, short, code, reason, seconds, traces.id_of(trace))

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


class Internal(Problem):
    """A fault of ours; the caller gets an incident id and nothing else."""


class Overdue(Problem):
    """The caller's own deadline has passed; what was begun is finished all the same."""


class Unsupported(Invalid):
    """Not a kind of body this door reads."""


class Unserved(Problem):
    """No such method here."""


_CODES |= {Internal: grpc.StatusCode.INTERNAL, Overdue: grpc.StatusCode.DEADLINE_EXCEEDED,
           Unsupported: grpc.StatusCode.UNIMPLEMENTED, Unserved: grpc.StatusCode.UNIMPLEMENTED}


def code_of(problem: Problem) -> grpc.StatusCode:
    """The canonical code of a problem."""
    return _CODES[type(problem)]


def fault_of(problem: Problem) -> str:
    """Whose fault it is: "ours" breaks a promise, "caller" is an answer."""
    ours = isinstance(problem, Internal | Overdue | Unavailable | Exhausted) and problem.reason not in _THEIRS
    return "ours" if ours else "caller"


def _internal(method: str, error: Exception) -> Internal:
    incident = (traces.id_of(traces.current.get()) or uuid.uuid4().hex)[:12]
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
