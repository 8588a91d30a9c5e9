"""Spans by OpenTelemetry, where POSTAL_TRACES asks for them: one dossier from the clerk's call to the row that shows it.

A request's trace id is the one its facts carry, so that every process finds the trace by itself: a span "append" hangs on the
call, "relay" and "take in" on what the fact says. What was done for many traces at once is a span of its own, linked to each of
them and each of theirs to it. Nothing else imports OpenTelemetry, and this module is imported only where it is asked for.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)

from .. import trace as traces
from ..events import Append, Recorded
from ..ports import EventLog, Streams
from .parts import Subscription

_MOST_LINKS = 128  # what the SDK keeps
_begins: ContextVar[str] = ContextVar("begins", default="")  # the trace that a call begins
_FILINGS = ("dossiers/", "parcels/")  # subjects whose key is a filing id


class Spans:
    """Makes spans and sends them where ``exporting`` does. ``share`` of the calls is kept, 0 to 1, whatever a caller's own flag
    says; what follows from a call is kept if the call is."""

    def __init__(self, name: str, exporting: SpanProcessor, share: float = 1.0) -> None:
        self._provider = TracerProvider(resource=Resource({"service.name": name}), sampler=_Share(share), id_generator=_Ids(),
                                        shutdown_on_exit=False)
        self._provider.add_span_processor(exporting)
        self._tracer = self._provider.get_tracer("dossier-post")

    def end(self) -> None:
        """Sends what is left."""
        self._provider.shutdown()

    def call(self, method: str, door: str, trace: str) -> "Call":
        """The span of a call at a door; a child of the caller's span if the caller has told one."""
        told = {"rpc.method": method[1:], "postal.door": door}
        if not traces.is_own(trace):
            return Call(self._tracer.start_span(method[1:], _context(trace), SpanKind.SERVER, told))
        token = _begins.set(trace)
        try:
            return Call(self._tracer.start_span(method[1:], Context(), SpanKind.SERVER, told))
        finally:
            _begins.reset(token)

    def reaction(self, subscription: Subscription) -> Subscription:
        """The subscription, with a span for each trace whose facts it takes in."""
        async def react(facts: list[Recorded]) -> None:
            with self._together("take in", subscription.group, SpanKind.CONSUMER, _by_trace(facts)):
                await subscription.react(facts)
        return replace(subscription, react=react)

    def log(self, log: EventLog) -> EventLog:
        """The log, with a span for each trace whose facts it is given."""
        return _Log(log, self._together)

    def streams(self, streams: Streams, name: str = "append") -> Streams:
        """The streams, with a span for each trace whose facts are appended."""
        return _Streams(streams, name, self._together)

    @contextmanager
    def _together(self, name: str, what: str, kind: SpanKind, told: dict[str, "_Told"]) -> Iterator[None]:
        """A span for what is done, and one in each of the traces it is done for."""
        if not told:
            yield
            return
        links = [Link(_parent(trace)) for trace in list(told)[:_MOST_LINKS]]
        full = f"{name} {what}".rstrip()
        many = {"postal.traces": len(told)}
        whole = self._tracer.start_span(f"{full}: batch", Context(), kind, many, links) if len(told) > 1 else None
        to_whole = [] if whole is None else [Link(whole.get_span_context())]
        mine = [self._tracer.start_span(full, _context(trace), kind, each.attributes(), to_whole) for trace, each in told.items()]
        try:
            yield
        except BaseException as error:
            for span in mine:
                span.set_status(StatusCode.ERROR, type(error).__name__)  # never its text
            raise
        finally:
            for span in (*mine, *([whole] if whole is not None else [])):
                span.end()


def to_collector(url: str) -> SpanProcessor:
    """Sends spans to an OpenTelemetry collector, in a thread of its own, some seconds later; what it does not take is dropped."""
    return BatchSpanProcessor(OTLPSpanExporter(endpoint=url, insecure=url.startswith("http://"), timeout=5))


class Call:
    """A call's span."""

    def __init__(self, span: Any) -> None:
        self._span = span
        own = span.get_span_context()
        self.traceparent = f"00-{own.trace_id:032x}-{own.span_id:016x}-{int(own.trace_flags):02x}"

    def end(self, reason: str = "", broken: bool = False) -> None:
        """Ends it; ``broken`` if it was our fault."""
        if reason:
            self._span.set_attribute("postal.reason", reason)
        if broken:
            self._span.set_status(StatusCode.ERROR, reason)
        self._span.end()


@dataclass
class _Told:
    """What is told of a trace's facts: how many, and the filing if it is one."""

    facts: int
    filing: str

    def attributes(self) -> dict[str, str | int]:
        return {"postal.facts": self.facts} | ({"postal.filing": self.filing} if self.filing else {})


def _by_trace(facts: Sequence[Recorded]) -> dict[str, _Told]:
    """By the trace, of facts whose call is kept."""
    found: dict[str, _Told] = {}
    for fact in facts:
        if fact.trace[-2:] == "01":
            filing = fact.key if fact.subject.startswith(_FILINGS) else ""
            known = found.setdefault(fact.trace, _Told(0, filing))
            known.facts += 1
            known.filing = known.filing if known.filing == filing else ""
    return found


class _Log:
    def __init__(self, log: EventLog, together: Any) -> None:
        self._log, self._together = log, together

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def publish(self, topic: str, facts: Sequence[Recorded]) -> None:
        with self._together("relay", topic, SpanKind.PRODUCER, _by_trace(facts)):
            await self._log.publish(topic, facts)


class _Streams:
    def __init__(self, streams: Streams, name: str, together: Any) -> None:
        self._streams, self._name, self._together = streams, name, together

    def __getattr__(self, name: str) -> Any:
        return getattr(self._streams, name)

    async def append(self, append: Append) -> None:
        with self._together(self._name, "", SpanKind.INTERNAL, _by_trace(append.facts)):
            await self._streams.append(append)

    async def append_many(self, appends: Sequence[Append]) -> list[bool]:
        with self._together(self._name, "", SpanKind.INTERNAL, _by_trace([fact for each in appends for fact in each.facts])):
            return await self._streams.append_many(appends)


def _parent(trace: str) -> SpanContext:
    return SpanContext(int(trace[3:35], 16), int(trace[36:52], 16), is_remote=True, trace_flags=TraceFlags(int(trace[53:], 16)))


def _context(trace: str) -> Context:
    return set_span_in_context(NonRecordingSpan(_parent(trace)), Context())


class _Ids(RandomIdGenerator):
    """A trace that begins with a call here has the id that the call's log line and facts have."""

    def generate_trace_id(self) -> int:
        return int(traces.id_of(_begins.get()) or "0", 16) or super().generate_trace_id()


class _Share(Sampler):
    """A share of the calls by their trace's id, alike in every process; what follows from a call that is kept; what is done for
    some that are."""

    def __init__(self, share: float) -> None:
        self._drawn = TraceIdRatioBased(share)

    def should_sample(self, parent_context: Context | None, trace_id: int, name: str, kind: SpanKind | None = None,
                      attributes: Any = None, links: Sequence[Link] | None = None, trace_state: Any = None) -> SamplingResult:
        before = get_current_span(parent_context).get_span_context()
        if links or before.trace_flags.sampled:
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes)
        return self._drawn.should_sample(None, trace_id, name, kind, attributes, links)

    def get_description(self) -> str:
        return "Share"
