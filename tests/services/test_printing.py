"""Printing through the doors: once for each request, and never twice without saying that it is a copy."""

import asyncio
import io
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from postal.intake.v1 import intake_service_pb2 as intake

from services.demo.doors import Doors, Refusal
from services.foundation.adapters.memory import MemoryStreams
from services.foundation.errors import Conflict, Unavailable
from services.foundation.events import Actor
from services.foundation.outlets import Reach
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter
from services.foundation.subjects import Request
from services.intake.printing.jobs import PrintJobs
from services.intake.printing.journal import Document, Paper
from tests.builders import CLERK, a_filing
from tests.contracts.printers import Mood, Raw
from tests.pictures import page_size, read_by_zxing, texts_of
from tests.printing import renderers


def request_id() -> str:
    return str(uuid.uuid4())


@dataclass
class Counter:
    """A counter with a label printer and a folder, and a dossier filed at it."""

    doors: Doors
    mood: Mood
    folder: Path
    streams: Any
    dossier: Any = None

    async def print(self, printer: str = "counter", same: str = "", **more: Any) -> Any:
        return await self.doors.call("PrintLabel", intake.PrintLabelRequest(
            filing_id=self.dossier.filing_id, printer=printer, request_id=same or request_id(), **more), CLERK)

    async def refused(self, **more: Any) -> str:
        with pytest.raises(Refusal) as refusal:
            await self.print(**more)
        return refusal.value.reason

    async def came_out(self, count: int) -> list[bytes]:
        """What the label printer has printed, once it is so many."""
        async with asyncio.timeout(20):
            while len(self.mood.taken) < count:
                await asyncio.sleep(0.01)
        return self.mood.taken


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    mood = Mood()
    async with Raw(mood) as raw:
        chosen = settings.Settings(
            store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=tmp_path / "keys",
            printers=f"counter=tcp://127.0.0.1:{raw.port}?language=zpl&media=100x100,files=folder:{tmp_path / 'out'},"
                     f"foreign=folder:{tmp_path / 'foreign'}?place=025978")
        async with wiring.running(("intake", "courier", "tracking"), chosen) as system:
            doors = Doors({name: f"127.0.0.1:{port}" for name, port in system.ports.items()},
                          Minter(Keys.load_or_make(chosen.keys_dir)).mint_for, patience_s=0)
            found = Counter(doors, mood, tmp_path / "out", system.stores["intake"].streams)
            found.dossier = (await doors.call("FileDossier", a_filing(), CLERK)).dossier
            yield found
            await doors.close()


async def test_the_printers_are_listed_with_what_they_take(counter: Counter) -> None:
    answer = await counter.doors.call("ListPrinters", intake.ListPrintersRequest(), CLERK)

    assert [(each.name, each.format, each.medium, each.dpi) for each in answer.printers] == [
        ("counter", intake.LABEL_FORMAT_ZPL, intake.PRINT_MEDIUM_100X100, 203),
        ("files", intake.LABEL_FORMAT_PDF, intake.PRINT_MEDIUM_100X150, 203)]


async def test_a_label_comes_out_as_it_is_drawn(counter: Counter) -> None:
    answer = await counter.print()
    drawn = await counter.doors.call("RenderLabel", intake.RenderLabelRequest(
        filing_id=counter.dossier.filing_id, format=intake.LABEL_FORMAT_ZPL, medium=intake.PRINT_MEDIUM_100X100), CLERK)

    assert await counter.came_out(1) == [drawn.content]
    assert (answer.copy, answer.printer, answer.label_version, drawn.media_type) == (False, "counter", 1, "application/x-zpl")


async def test_the_same_request_prints_once(counter: Counter) -> None:
    same = request_id()
    answers = [await counter.print(same=same) for _ in range(3)]

    assert len({answer.SerializeToString() for answer in answers}) == 1
    assert len(await counter.came_out(1)) == 1


async def test_ten_calls_with_one_request_at_the_same_time_print_once(counter: Counter) -> None:
    same = request_id()
    answers = await asyncio.gather(*(counter.print(same=same) for _ in range(10)), return_exceptions=True)
    later = await counter.print(same=same)

    assert {each.reason for each in answers if isinstance(each, Refusal)} <= {"PRINT_UNDER_WAY"}
    assert not later.copy
    assert len(await counter.came_out(1)) == 1


async def test_another_request_for_the_same_label_says_that_it_is_a_copy(counter: Counter) -> None:
    first, second = [await counter.print(printer="files") for _ in range(2)]
    code = counter.dossier.parcel_code
    texts = [texts_of((counter.folder / f"label-{code}{which}.pdf").read_bytes()) for which in ("", "-2")]

    assert (first.copy, second.copy) == (False, True)
    assert ["BẢN SAO / COPY" in text for text in texts] == [False, True]


async def test_a_print_that_broke_off_comes_again_as_a_copy(counter: Counter) -> None:
    same = request_id()
    counter.mood.breaks_after = 100
    reason = await counter.refused(same=same)
    counter.mood.breaks_after = None
    answer = await counter.print(same=same)

    assert (reason, answer.copy) == ("PRINT_UNCERTAIN", True)
    assert (await counter.print(same=same)).copy
    assert len(await counter.came_out(1)) == 1


async def test_where_nothing_was_given_the_next_try_is_no_copy(counter: Counter) -> None:
    same = request_id()
    counter.mood.has_paper = False
    refused = await counter.refused(same=same)
    counter.mood.has_paper = True

    assert refused == "OUT_OF_PAPER"
    assert not (await counter.print(same=same)).copy


async def test_a_new_version_of_the_label_is_no_copy(counter: Counter) -> None:
    await counter.print()
    await counter.doors.call("ReprintLabel", intake.ReprintLabelRequest(
        filing_id=counter.dossier.filing_id, reason_code="TORN", request_id=request_id()), CLERK)
    answer = await counter.print()

    assert (answer.copy, answer.label_version) == (False, 2)


async def test_a_receipt_is_printed_as_the_form_or_as_a_slip(counter: Counter) -> None:
    receipt = {"document": intake.PRINTED_DOCUMENT_RECEIPT}
    as_form, as_slip = await counter.print(printer="files", **receipt), await counter.print(**receipt)
    code = counter.dossier.tracking_code

    assert (as_form.copy, as_slip.copy) == (False, True)
    assert "419.528 x 595.276" in page_size((counter.folder / "receipt.pdf").read_bytes())
    assert (await counter.came_out(1))[0].startswith(b"^XA^PW800")
    for wanted, medium in ((intake.LABEL_FORMAT_PNG, intake.PRINT_MEDIUM_ROLL_58), (intake.LABEL_FORMAT_PNG, 0)):
        drawn = await counter.doors.call("RenderReceipt", intake.RenderReceiptRequest(
            filing_id=counter.dossier.filing_id, format=wanted, medium=medium, dpi=300), CLERK)
        image = Image.open(io.BytesIO(drawn.content))
        assert image.width == round((58 if medium else 80) * 300 / 25.4)
        assert any(code in text.upper() for text in read_by_zxing(renderers.black_and_white(image)))


async def test_what_cannot_be_printed_is_refused_by_name(counter: Counter) -> None:
    same = request_id()
    await counter.print(same=same)
    with pytest.raises(Refusal) as unknown_paper:
        await counter.doors.call("RenderReceipt", intake.RenderReceiptRequest(
            filing_id=counter.dossier.filing_id, format=intake.LABEL_FORMAT_PNG, medium=intake.PRINT_MEDIUM_A5), CLERK)
    with pytest.raises(Refusal) as dpi:
        await counter.doors.call("RenderLabel", intake.RenderLabelRequest(filing_id=counter.dossier.filing_id, dpi=600), CLERK)

    assert await counter.refused(printer="nowhere") == "PRINTER_UNKNOWN"
    assert await counter.refused(printer="foreign") == "PRINTER_UNKNOWN"
    assert await counter.refused(same=same, printer="files") == "REQUEST_ID_REUSED"
    assert await counter.refused(parcel_code="RH987654325VN") == "PARCEL_UNKNOWN"
    assert (unknown_paper.value.reason, dpi.value.reason) == ("MEDIUM_WRONG", "DPI_UNKNOWN")


async def test_nothing_of_a_person_is_in_the_journal(counter: Counter) -> None:
    await counter.print()
    filing_id, person = counter.dossier.filing_id, counter.dossier.applicant
    facts = await counter.streams.read(f"prints/{filing_id}")
    said = b" ".join(fact.data for fact in facts)

    assert [fact.type.rpartition(".")[2] for fact in facts] == ["PrintStarted", "PrintEnded"]
    assert counter.dossier.parcel_code.encode() in said
    assert not [each for each in (person.full_name, person.phone, person.identity_number, person.address) if each.encode() in said]
    assert not [stored for stored in await counter.streams.unpublished(100) if stored.facts[0].subject.startswith("prints/")]


class _Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 26, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class _Dying:
    """A printer in whose midst the process ends: it takes the paper and nobody is told."""

    reach, longest_s = Reach(language="ZPL", medium="100X150", dpi=203), 1.0

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.dies = True

    async def print(self, document: bytes, name: str) -> None:
        self.taken.append(document)
        if self.dies:
            raise asyncio.CancelledError


async def test_after_a_death_in_between_the_same_request_waits_and_then_prints_a_copy() -> None:
    clock, printer = _Clock(), _Dying()
    jobs = PrintJobs(MemoryStreams(), clock, {"x": printer})
    request = Request(id=request_id(), fingerprint="f", actor=Actor(person="p", role="CLERK", place="032248"))
    paper = Paper(document=Document.LABEL, parcel_code="RH123456785VN", label_version=1)

    async def draw(reach: Reach, copy: bool) -> bytes:
        return b"copy" if copy else b"first"

    with pytest.raises(asyncio.CancelledError):
        await jobs.print("filing", paper, "x", request, draw)
    printer.dies = False
    with pytest.raises(Conflict) as soon:
        await jobs.print("filing", paper, "x", request, draw)
    clock.time += timedelta(seconds=31)
    later = await jobs.print("filing", paper, "x", request, draw)
    again = await jobs.print("filing", paper, "x", request, draw)

    assert soon.value.reason == "PRINT_UNDER_WAY"
    assert later.copy
    assert again.copy
    assert printer.taken == [b"first", b"copy"]


async def test_a_store_that_fails_after_the_paper_came_out_makes_the_next_one_a_copy() -> None:
    clock, printer, streams = _Clock(), _Dying(), MemoryStreams()
    printer.dies = False
    jobs = PrintJobs(streams, clock, {"x": printer})
    request = Request(id=request_id(), fingerprint="f", actor=Actor(person="p", role="CLERK", place="032248"))

    async def draw(reach: Reach, copy: bool) -> bytes:
        streams.append_many = _away  # type: ignore[method-assign]
        return b"copy" if copy else b"first"

    whole = streams.append_many
    with pytest.raises(Unavailable):
        await jobs.print("filing", Paper(document=Document.RECEIPT), "x", request, draw)
    streams.append_many = whole  # type: ignore[method-assign]
    clock.time += timedelta(seconds=31)

    async def draw_again(reach: Reach, copy: bool) -> bytes:
        return b"copy" if copy else b"first"

    await jobs.print("filing", Paper(document=Document.RECEIPT), "x", request, draw_again)

    assert printer.taken == [b"first", b"copy"]


async def _away(_: Any) -> Any:
    raise Unavailable("STORE_AWAY", "retry with the same request id")
