"""Inputs of the JSON door: a line with path and odd headers, then the body; made of messages, then spoilt as text."""

import json
import random
import re
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from .corpus import JSON, Input
from .mutation import Known, a_person, changed, damaged, fresh

Kinds = dict[str, type[Message]]
_HEADERS = ("Content-Type: text/plain", "Content-Type:", "Origin: null", "Origin: http://x", "Sec-Fetch-Site: cross-site",
            "Connect-Protocol-Version: 9", "Connect-Timeout-Ms: -1", "Connect-Timeout-Ms: 5000", "Content-Encoding: br", "Host: y",
            "X-HTTP-Method-Override: GET", "Accept-Encoding: gzip", "Authorization: Basic eA==", "Expect: 100-continue")
_NODES = ("null", "[]", "{}", '""', "-0", "1e999", "NaN", "9" * 5000, '"\\ud800"', '"\\u0000"', "true", "[null]", '{"":0}',
          "[" * 40 + "]" * 40, '{"a":' * 40 + "0" + "}" * 40, '"2026-13-45T99:99:99Z"', '"9999-12-31T23:59:59.999999999Z"',
          '"AAA"', '"-9223372036854775809"', "0.5", '"ACTIVITY"', '{"@type":"type.googleapis.com/x"}')


def as_json(given: Input, kinds: Kinds) -> Input:
    """A gRPC input as the JSON door takes it."""
    message = kinds[given.door].FromString(given.raw)
    return Input(JSON, given.caller, given.door.encode() + b"\n" + json_format.MessageToJson(message, indent=None).encode())


def a_text(kinds: Kinds, old: bytes | None, other: bytes | None, draw: random.Random, known: Known) -> bytes:
    """Another input: of hostile values, of an old one with a field changed, or spoilt as text."""
    way = draw.random()
    if old is None or way < 0.2:
        path = draw.choice(sorted(kinds))
        raw = path.encode() + b"\n" + _told(kinds[path], fresh(kinds[path], draw, known))
    else:
        raw = old
    head, _, body = raw.partition(b"\n")
    kind = kinds.get(head.decode("latin-1").split("\t")[0])
    if kind is not None and 0.2 <= way < 0.6:
        body = _told(kind, changed(kind, _read(kind, body), _read(kind, (other or b"").partition(b"\n")[2]), draw, known))
    if way > 0.5:
        body = _respelt(body, draw) if draw.random() < 0.7 else damaged(body, other or body, draw)
    if draw.random() < 0.05:
        head = damaged(head, head, draw)
    elif draw.random() < 0.1:
        head += b"\t" + draw.choice(_HEADERS).encode()
    return re.sub(rb"[\r\n]", b"", head)[:2000] + b"\n" + body


def request_of(raw: bytes, authorization: str) -> bytes:
    """The whole HTTP request."""
    head, _, body = raw.partition(b"\n")
    path, *more = head.split(b"\t")
    lines = [b"POST " + (re.sub(rb"[^!-~]", b"", path) or b"/") + b" HTTP/1.1", b"Connection: close",
             b"Content-Length: %d" % len(body), *(re.sub(rb"[^ -~]", b"", each) for each in more)]
    given = b"\n".join(more)
    for name, value in (("Host", "x"), ("Content-Type", "application/json"), ("Authorization", authorization)):
        if value and f"{name}:".encode() not in given:
            lines.append(f"{name}: {value}".encode("latin-1", "replace"))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def problem_texts(answer: Any) -> list[str]:
    """Texts of the problems inside a JSON answer."""
    if isinstance(answer, list):
        return [text for each in answer for text in problem_texts(each)]
    if not isinstance(answer, dict):
        return []
    own = [f"{answer['field']} {answer['message']}"] if {"reason", "field", "message"} <= answer.keys() else []
    return own + [text for each in answer.values() for text in problem_texts(each)]


def _told(kind: type[Message], raw: bytes) -> bytes:
    try:
        return json_format.MessageToJson(kind.FromString(raw), indent=None).encode()
    except (DecodeError, json_format.Error, ValueError):  # a message cut at the limit; a time no text can tell
        return b"{}"


def _read(kind: type[Message], body: bytes) -> bytes:
    try:
        return json_format.Parse(body, kind(), ignore_unknown_fields=True).SerializeToString()
    except (json_format.ParseError, ValueError):
        return b""


def _respelt(body: bytes, draw: random.Random) -> bytes:
    """One value or name of the text replaced by what its field is not made for."""
    text = body.decode("utf-8", "replace")
    found = list(re.finditer(r'"(?:[^"\\]|\\.)*"|-?\d+|true|false|null', text))
    if not found:
        return draw.choice(_NODES).encode()
    at = draw.choice(found)
    node = draw.choice((*_NODES, json.dumps(a_person(draw)), text[slice(*draw.choice(found).span())]))
    return (text[:at.start()] + node + text[at.end():]).encode("utf-8", "surrogatepass")[:60_000]
