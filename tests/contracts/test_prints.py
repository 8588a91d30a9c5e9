"""What was printed is remembered by every store that keeps things: after a restart as before it."""

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

from services.foundation.events import Actor
from services.foundation.outlets import Reach
from services.foundation.subjects import Request
from services.intake.printing.jobs import PrintJobs
from services.intake.printing.journal import Document, Paper

PAPER = Paper(document=Document.LABEL, parcel_code="RH123456785VN", label_version=1)


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 26, 8, tzinfo=UTC)


class _Printer:
    """Takes everything, a little later."""

    reach, longest_s = Reach(language="ZPL", medium="100X150", dpi=203), 1.0

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def print(self, document: bytes, name: str) -> None:
        await asyncio.sleep(0)
        self.taken.append(document)


def a_request() -> Request:
    return Request(id=str(uuid.uuid4()), fingerprint="f", actor=Actor(person="p", role="CLERK", place="032248"))


async def draw(reach: Reach, copy: bool) -> bytes:
    return b"copy" if copy else b"first"


async def test_after_a_restart_a_request_is_not_printed_again_and_another_is_a_copy(open_durable_stores: Any) -> None:
    printer, first = _Printer(), a_request()
    async with open_durable_stores() as stores:
        before = await PrintJobs(stores.streams, _Clock(), {"x": printer}).print("filing", PAPER, "x", first, draw)
    async with open_durable_stores() as stores:
        jobs = PrintJobs(stores.streams, _Clock(), {"x": printer})
        again = await jobs.print("filing", PAPER, "x", first, draw)
        other = await jobs.print("filing", PAPER, "x", a_request(), draw)

    assert (before.copy, again.copy, other.copy) == (False, False, True)
    assert printer.taken == [b"first", b"copy"]


async def test_of_requests_at_the_same_time_one_is_no_copy(open_stores: Any) -> None:
    printer = _Printer()
    async with open_stores() as stores:
        jobs = PrintJobs(stores.streams, _Clock(), {"x": printer})
        answers = await asyncio.gather(*(jobs.print("filing", PAPER, "x", a_request(), draw) for _ in range(3)))

    assert sorted(answer.copy for answer in answers) == [False, True, True]
    assert sorted(printer.taken) == [b"copy", b"copy", b"first"]
