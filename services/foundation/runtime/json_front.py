"""The JSON door: the same methods as the gRPC server's, for browsers, in Connect's unary shape.

POST ``/postal.intake.v1.IntakeService/GetDossier`` with ``Content-Type: application/json`` and the request as protobuf JSON: field
names in lowerCamelCase, int64 as text, bytes in base64, enums by name. An answer names every field, empty ones too. No code per
method: which there are is read from the descriptors of what the server serves, and the policy allows each. Calls go in-process
through the gRPC server's own doorkeeper, so token, role, limits, time, errors and metrics are its.

An error is Connect's ``{"code", "message", "details"}`` and, for plain ``fetch``, ``reason`` and ``field`` beside them. Fields in
errors carry the contract's names (snake_case).

Against forged requests: the token comes in the Authorization header alone and no cookie is read, so a foreign page has nothing
to ride on; on top a browser's ``Origin`` and ``Sec-Fetch-Site`` must be this site's, JSON alone is taken (a form cannot send it),
and no CORS header is ever given. There is no GET: a request carries personal data, and an address is kept everywhere.
"""

import asyncio
import base64
import json
import re
import time
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from google.protobuf import descriptor_pool, json_format, message_factory, struct_pb2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from .. import trace as traces
from ..errors import Denied, Exhausted, Invalid, Problem
from .doorkeeper import MOST_BYTES, Overdue, Unserved, Unsupported, code_of
from .grpc_server import GrpcServer

_STATUS = {  # Connect's table, as far as our errors go
    "invalid_argument": 400, "failed_precondition": 400, "unauthenticated": 401, "permission_denied": 403, "not_found": 404,
    "unimplemented": 404, "aborted": 409, "resource_exhausted": 429, "internal": 500, "unavailable": 503, "deadline_exceeded": 504,
}
_DEEPEST = 32
_SLOWEST_S = 60.0  # for a body over a bad line; the call itself has the doorkeeper's time
_MOST_PARTS = 50_000  # commas: a body of nothing but small parts would hold the process up for a second
_UNPARSED = re.compile(r"Failed to parse (\w{1,64}) field: ")


class JsonFront:
    """The JSON door of one service."""

    def __init__(self, server: GrpcServer) -> None:
        self._server = server
        pool = descriptor_pool.Default()
        self._kinds = {path: message_factory.GetMessageClass(
            pool.FindMethodByName(path[1:].replace("/", ".")).input_type) for path in server.bodies}

    def routes(self) -> tuple[Route, ...]:
        """One for each contract the server serves."""
        return tuple(Route(f"/{contract}/{{method}}", self.answer, methods=["POST"])
                     for contract in sorted({path.split("/")[1] for path in self._kinds}))

    async def answer(self, request: Request) -> Response:
        """The reply or the error, as JSON."""
        start, trace, path = time.perf_counter(), traces.begun(request.headers.get("traceparent", "")), request.url.path
        kind = self._kinds.get(path)
        try:
            if kind is None:
                raise Unserved("METHOD_UNKNOWN", "there is no such method here")
            within_s = _checked(request)
            raw = await _body(request, within_s)
        except Problem as problem:  # what no keeper has seen
            self._server.keeper.tell(path if kind is not None else "unknown", "json", trace, start, problem)
            return _refused(problem)
        try:
            text = await self._server.answer(path, partial(_read, kind), _told, raw, request.headers.get("authorization", ""),
                                             within_s, trace)
        except Problem as problem:
            return _refused(problem)
        return Response(text, media_type="application/json")


def _checked(request: Request) -> float:
    """The seconds the caller waits; raises Problem for what a page of this site would not send."""
    headers = request.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
    # The host alone, which a proxy before us has to pass on: whether the browser spoke TLS, only it knows.
    if site != "same-origin" or (origin is not None and _host(origin) != headers.get("host", "")):
        raise Denied("ORIGIN_FOREIGN", "this door is for pages of this site", field="origin")
    media = headers.get("content-type", "").partition(";")
    if media[0].strip().lower() != "application/json" or media[2].strip().lower() not in ("", "charset=utf-8"):
        raise Unsupported("CONTENT_TYPE_WRONG", "send application/json", field="content-type")
    if headers.get("content-encoding", "identity") != "identity":
        raise Unsupported("CONTENT_ENCODING_WRONG", "send it uncompressed", field="content-encoding")
    if headers.get("connect-protocol-version", "1") != "1":
        raise Invalid("PROTOCOL_VERSION_WRONG", "version 1 is spoken here", field="connect-protocol-version")
    return _patience_s(headers)


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _patience_s(headers: Mapping[str, str]) -> float:
    text = headers.get("connect-timeout-ms")
    if text is None:
        return _SLOWEST_S
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise Invalid("TIMEOUT_WRONG", "milliseconds, at most ten digits", field="connect-timeout-ms")
    return min(int(text) / 1000, _SLOWEST_S)


async def _body(request: Request, within_s: float) -> bytes:
    """The bytes sent; raises Exhausted MESSAGE_TOO_LARGE before more than the limit is held, Overdue when they do not come."""
    length, raw = request.headers.get("content-length", "0"), bytearray()
    try:
        async with asyncio.timeout(within_s):
            if length.isdecimal() and len(length) < 20 and int(length) <= MOST_BYTES:
                async for part in request.stream():
                    raw += part
                    if len(raw) > MOST_BYTES:
                        break
                else:
                    return bytes(raw)
    except TimeoutError:
        raise Overdue("BODY_NOT_SENT", "the whole request did not come in time") from None
    except ClientDisconnect:
        raise Invalid("BODY_NOT_SENT", "the connection ended before the request did") from None
    raise Exhausted("MESSAGE_TOO_LARGE", f"at most {MOST_BYTES} bytes; send it in parts")


def _read(kind: Any, raw: bytes) -> Any:
    """The message a JSON text tells; raises Invalid, Exhausted.

    The parser's own words are not passed on: they quote what was sent.
    """
    if raw.count(b",") > _MOST_PARTS:
        raise Exhausted("MESSAGE_TOO_LARGE", f"at most {_MOST_PARTS} values; send it in parts")
    if not raw.lstrip().startswith(b"{"):  # the parser would take an empty list for an empty message
        raise Invalid("MESSAGE_MALFORMED", "send a JSON object")
    try:
        return json_format.Parse(raw, kind(), max_recursion_depth=_DEEPEST)
    except json_format.ParseError as error:
        said, names = str(error), []
        while found := _UNPARSED.match(said):
            names.append(re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", found[1]))
            said = said[found.end():]
        field = ".".join(names)
    except UnicodeDecodeError:
        said, field = "", ""
    if " has no field named " in said:
        raise Invalid("FIELD_UNKNOWN", "a field here is not one of this message", field=field) from None
    raise Invalid("MESSAGE_MALFORMED", "this is not such a message as JSON", field=field) from None


def _told(reply: Any) -> str:
    """The reply as JSON. Every field is there, so that a page needs no schema to know that a list is empty."""
    return json_format.MessageToJson(reply, always_print_fields_with_no_presence=True, indent=None, ensure_ascii=False)


def _refused(problem: Problem) -> Response:
    code = code_of(problem).name.lower()
    status = _STATUS[code] if not isinstance(problem, Unsupported) else 415
    told = struct_pb2.Struct()
    told.update({"reason": problem.reason, "field": problem.field})
    detail = {"type": "google.protobuf.Struct", "value": base64.b64encode(told.SerializeToString()).decode().rstrip("="),
              "debug": {"reason": problem.reason, "field": problem.field}}
    error = {"code": code, "message": problem.message, "details": [detail], "reason": problem.reason, "field": problem.field}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Connection": "close"} if status in (429, 504) else {}
    return Response(json.dumps(error, ensure_ascii=False), status, headers, "application/json")
