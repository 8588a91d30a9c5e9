"""F8, F10, F14, F25: whatever is asked of the public pages, an answer with every security header, and no oracle."""

import asyncio
from typing import Any

import pytest

from tests.builders import CLERK, a_filing

HEADERS = ("content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options", "cache-control",
           "strict-transport-security")
REQUESTS = {
    "unknown path": (b"GET /nothing HTTP/1.1", 404), "traversal": (b"GET /t/../../etc/passwd HTTP/1.1", 404),
    "encoded traversal": (b"GET /t/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1", 404),
    "long code": (b"GET /t/" + b"A" * 8000 + b" HTTP/1.1", 400), "bytes": (b"GET /t/%ff%fe HTTP/1.1", 400),
    "nul": (b"GET /t/%00 HTTP/1.1", 400), "script": (b"GET /t/%3Cscript%3Ealert(1)%3C/script%3E HTTP/1.1", 404),
    "operator": (b"GET /t/%7B%22$ne%22:null%7D HTTP/1.1", 400), "post": (b"POST /t/0000000000000 HTTP/1.1", 405),
    "put": (b"PUT / HTTP/1.1", 405), "delete": (b"DELETE / HTTP/1.1", 405), "options": (b"OPTIONS / HTTP/1.1", 405),
    "trace": (b"TRACE / HTTP/1.1", 405), "invented": (b"EXPLODE / HTTP/1.1", 405), "head": (b"HEAD / HTTP/1.1", 200),
    "override": (b"GET /t/0000000000000 HTTP/1.1\r\nX-HTTP-Method-Override: DELETE", 404),
    "no path": (b"GET ?x HTTP/1.1", 404), "a slash more": (b"GET /robots.txt/ HTTP/1.1", 404),
    "query": (b"GET /?lang=%00%ff HTTP/1.1", 200), "double slash": (b"GET //t//x HTTP/1.1", 404),
}


async def ask(port: int, head: bytes) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) of one request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    raw = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    top, _, body = raw.partition(b"\r\n\r\n")
    lines = top.decode("latin-1").split("\r\n")
    return int(lines[0].split()[1]), {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}, body


@pytest.mark.parametrize("name", REQUESTS)
async def test_f25_every_request_gets_a_plain_answer_with_every_header(system: Any, name: str) -> None:
    head, status = REQUESTS[name]
    got, headers, body = await ask(system.http_port, head)

    assert got == status
    assert [header for header in HEADERS if header not in headers] == []
    assert b"Traceback" not in body
    assert b"<script" not in body.lower()


async def test_nonsense_on_the_line_ends_the_connection_and_nothing_else(system: Any) -> None:
    for nonsense in (b"\x00\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nHost" + b"x" * 70_000, b"\r\n" * 100):
        reader, writer = await asyncio.open_connection("127.0.0.1", system.http_port)
        writer.write(nonsense)
        writer.write_eof()
        await asyncio.wait_for(reader.read(), 10)
        writer.close()

    assert (await ask(system.http_port, b"GET / HTTP/1.1"))[0] == 200


async def test_f10_unknown_codes_answer_alike_whatever_they_are(system: Any, doors: Any) -> None:
    await doors.call("FileDossier", a_filing(), CLERK)
    from services.foundation.codes import new_tracking_code

    answers = {await _shape(system.http_port, new_tracking_code(bits)) for bits in (0, 1, 2**59, 2**60 - 1)}

    assert len(answers) == 1


async def _shape(port: int, code: str) -> tuple[int, bytes]:
    status, _, body = await ask(port, f"GET /t/{code} HTTP/1.1".encode())
    return status, body.replace(code.encode(), b"CODE")
