"""Raw HTTP requests for pages, right and wrong ones."""

import random
from urllib.parse import quote

from services.tracking.web import Pages

from .mutation import Known, a_person
from .values import TEXTS

PATHS = ("/healthz", "/nothing", "/counter", "/counter/{code}", "/handheld/", "/handheld/assets/{code}",
         *(route.path for route in Pages(None, None).routes()))  # type: ignore[arg-type]
_VERBS = ("GET",) * 8 + ("HEAD", "POST", "PUT", "OPTIONS", "TRACE", "CONNECT", "PATCH", "get", "G\x00T", "")
_NAMES = ("Accept-Language", "Accept", "Cookie", "Content-Length", "Transfer-Encoding", "Expect", "Upgrade", "Host", "Range",
          "X-Forwarded-For", "X-HTTP-Method-Override", "If-None-Match", "Accept-Encoding", "Origin", "Sec-WebSocket-Key", "", "A b")
_ENDS = ("", "/", "?lang=en", "?lang=", "?%ff=%zz&&=", "#x", "/../..", "%00", "?" + "&" * 500)
_VALUES = ("", "en", "vi-VN", "0", "-1", "5", "99999999999999999999", "chunked", "chunked, gzip", "100-continue", "websocket",
           "h2c", "keep-alive, Upgrade", "bytes=0-", "*", "13", "\xff", "a" * 9000)


def a_request(draw: random.Random, known: Known) -> bytes:
    """One request, most often a whole one."""
    code = draw.choice((*known.get("tracking_code", ()), *TEXTS, a_person(draw)))
    path = draw.choice(PATHS).replace("{code}", quote(code, safe="") if draw.random() < 0.8 else code)
    if draw.random() < 0.3:
        path += draw.choice(_ENDS) + quote(draw.choice(TEXTS))
    version = draw.choice(("HTTP/1.1",) * 6 + ("HTTP/1.0", "HTTP/2.0", "HTTP/9", ""))
    lines = [f"{draw.choice(_VERBS)} {path} {version}", "Connection: close", "Host: x"]
    for _ in range(draw.choice((0, 0, 1, 2, 5, 120))):
        lines.append(f"{draw.choice(_NAMES)}: {draw.choice(_VALUES)}")
    body = draw.choice(("",) * 6 + ("x=1", "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def must_be_answered(raw: bytes) -> bool:
    """Whether a server that waits for more of it would be wrong: head ended, nothing promised to follow."""
    head = raw.lower()
    promises = (b"content-length", b"transfer-encoding", b"upgrade", b"expect")
    return raw.endswith(b"\r\n\r\n") and len(raw.strip()) > 0 and not any(word in head for word in promises)
