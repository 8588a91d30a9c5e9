"""Serving built pages: kinds, caching, policies, bounds; and what is said where nothing has been built."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.foundation.runtime import settings, wiring
from tests.services.json_calls import Answer, send

PAGE = b"<!doctype html><title>x</title>" + b" " * 100
FILES = {"index.html": PAGE, "sw.js": b"self", "manifest.webmanifest": b"{}", "mark.svg": b"<svg/>", "licenses.txt": b"OFL",
         "assets/app-AAAA.js": b"1", "assets/app-AAAA.css": b"a{}", "assets/reader-AAAA.wasm": b"\0asm", "assets/f-A.woff2": b"w",
         "icons/192.png": b"p", "notes.py": b"secret"}
KINDS = {"": "text/html; charset=utf-8", "index.html": "text/html; charset=utf-8", "sw.js": "text/javascript; charset=utf-8",
         "manifest.webmanifest": "application/manifest+json", "mark.svg": "image/svg+xml",
         "licenses.txt": "text/plain; charset=utf-8",
         "assets/app-AAAA.js": "text/javascript; charset=utf-8", "assets/app-AAAA.css": "text/css; charset=utf-8",
         "assets/reader-AAAA.wasm": "application/wasm", "assets/f-A.woff2": "font/woff2", "icons/192.png": "image/png"}
OUTSIDE = ("notes.py", "nothing.js", "assets", "assets/", "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt",
           "....//secret.txt", "%2fetc%2fpasswd", "assets/../../secret.txt", "a%00.js", "x" * 3000 + ".js", "%ff.js", "link.txt",
           "sw.js/x.js", "\\..\\x.js")


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[Any]:
    """The system with small pages of its own."""
    folder = tmp_path / "pages"
    for page in ("counter", "handheld"):
        for name, content in FILES.items():
            path = folder / page / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (folder / page / "index.html.gz").write_bytes(gzip.compress(PAGE))
        (folder / page / "secret.txt").with_name("link.txt").symlink_to(tmp_path / "secret.txt")
    for place in (folder, tmp_path):
        (place / "secret.txt").write_text("secret")
    async with _running(tmp_path, folder) as found:
        yield found


def _running(home: Path, folder: Path) -> Any:
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=home / "keys",
                               pages_dir=folder)
    return wiring.running(("intake", "courier", "tracking"), chosen)


async def get(system: Any, path: str, **headers: str) -> Answer:
    return await send(system.http_port, f"GET {path}", **headers)


@pytest.mark.parametrize("name", KINDS)
async def test_a_file_comes_with_its_kind_its_time_and_every_header(built: Any, name: str) -> None:
    answer = await get(built, f"/counter/{name}")

    assert (answer.status, answer.body) == (200, FILES[name or "index.html"])
    assert answer.headers["content-type"] == KINDS[name]
    kept = name.startswith("assets/")
    assert answer.headers["cache-control"] == ("public, max-age=31536000, immutable" if kept else "no-cache")
    for header in ("x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "strict-transport-security",
                   "x-frame-options", "permissions-policy"):
        assert header in answer.headers


async def test_a_page_may_do_what_it_needs_and_no_more(built: Any) -> None:
    counter, handheld, citizen = [(await get(built, path)).headers for path in ("/counter/", "/handheld/", "/")]
    policies = [dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
                for headers in (counter, handheld)]

    for policy in policies:
        assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
        assert policy["connect-src"] == policy["style-src"] == policy["font-src"] == "'self'"
        assert policy["require-trusted-types-for"] == "'script'"
        assert not [value for value in policy.values() if "unsafe-inline" in value]
    assert [policy["script-src"] for policy in policies] == ["'self'", "'self' 'wasm-unsafe-eval'"]
    assert "camera=(self)" in handheld["permissions-policy"]
    assert "camera=()" in counter["permissions-policy"]
    assert "camera=()" in citizen["permissions-policy"]


@pytest.mark.parametrize("path", OUTSIDE)
async def test_nothing_outside_the_page_is_served(built: Any, path: str) -> None:
    answer = await get(built, f"/counter/{path}")

    assert answer.status in (400, 404)
    assert b"secret" not in answer.body
    assert b"Traceback" not in answer.body


async def test_who_takes_gzip_gets_it_and_who_does_not_gets_it_plain(built: Any) -> None:
    small = await get(built, "/counter/", **{"Accept-Encoding": "br, gzip;q=0.8"})
    plain = await get(built, "/counter/", **{"Accept-Encoding": "identity"})

    assert (small.headers["content-encoding"], small.headers["content-type"]) == ("gzip", "text/html; charset=utf-8")
    assert gzip.decompress(small.body) == plain.body == PAGE
    assert small.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers


async def test_the_folder_without_its_slash_leads_there_and_other_verbs_do_not(built: Any) -> None:
    entry = await get(built, "/counter")
    post, head = await send(built.http_port, "POST /counter/"), await send(built.http_port, "HEAD /counter/")

    assert (entry.status, entry.headers["location"]) == (308, "/counter/")
    assert (post.status, head.status, head.body) == (405, 200, b"")


async def test_a_page_that_was_not_built_says_what_to_do_and_is_there_as_soon_as_it_is_built(tmp_path: Path) -> None:
    async with _running(tmp_path, tmp_path / "pages") as system:
        before = await get(system, "/handheld/")
        (tmp_path / "pages" / "handheld").mkdir(parents=True)
        (tmp_path / "pages" / "handheld" / "index.html").write_bytes(PAGE)
        after = await get(system, "/handheld/")

    assert before.status == 503
    assert "make pages" in before.body.decode()
    assert after.status == 200
