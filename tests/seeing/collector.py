"""A collector of spans as services see one: OTLP over gRPC, what comes is kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc


@dataclass(frozen=True)
class Span:
    """A span as it came over the line."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    links: tuple[str, ...]  # ids of the linked traces


@dataclass
class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    port: int = 0
    raw: list[bytes] = field(default_factory=list)

    async def Export(self, request: Any, _: Any) -> Any:
        self.raw.append(request.SerializeToString())
        return traces.ExportTraceServiceResponse()

    def spans(self) -> list[Span]:
        """All that came, so far."""
        found = []
        for each in self.raw:
            for of_process in traces.ExportTraceServiceRequest.FromString(each).resource_spans:
                service = next(one.value.string_value for one in of_process.resource.attributes if one.key == "service.name")
                found += [_span(service, span) for scope in of_process.scope_spans for span in scope.spans]
        return found


def _span(service: str, span: Any) -> Span:
    values = {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes}
    return Span(service, span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), values,
                tuple(link.trace_id.hex() for link in span.links))


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """A collector on a free port."""
    collector, server = Collector(), grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    collector.port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield collector
    finally:
        await server.stop(1)
