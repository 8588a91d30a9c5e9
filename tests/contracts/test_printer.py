"""The printer port's clauses, by their numbers, on every adapter."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from services.foundation.adapters.printers import FolderPrinter, opened
from services.foundation.errors import Invalid, Refused, Unavailable
from services.foundation.outlets import Printer, Reach
from services.foundation.runtime import settings
from tests.conftest import need

from . import cups
from .printers import Ipp, Mood, Raw

DOCUMENT = bytes(range(256)) * 300
KINDS = ("folder", "tcp-zpl", "tcp-escpos", "tcp-pdf", "ipp")
Make = Callable[[Mood], Awaitable[Printer]]


@pytest.fixture(params=KINDS)
async def make(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Make]:
    """Opens a printer that behaves as told."""
    kind, _, language = request.param.partition("-")
    async with AsyncExitStack() as stack:
        async def made(mood: Mood) -> Printer:
            mood.language = language.upper()
            if kind == "folder":
                return opened(f"x=folder:{tmp_path}")["x"]
            behind = await stack.enter_async_context(Raw(mood) if kind == "tcp" else Ipp(mood))
            address = f"{kind}://127.0.0.1:{behind.port}" + (f"?language={language}" if language else "/printers/x")
            return opened(f"x={address}")["x"]
        made.kind = request.param  # type: ignore[attr-defined]
        yield made


def taken(make: Make, mood: Mood, folder: Path) -> list[bytes]:
    """What has come out."""
    if make.kind != "folder":  # type: ignore[attr-defined]
        return mood.taken
    return [each.read_bytes() for each in sorted(folder.iterdir()) if not each.name.startswith(".")]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def test_p1_every_byte_is_given_unchanged(make: Make, tmp_path: Path) -> None:
    mood = Mood()
    printer = await make(mood)
    await printer.print(DOCUMENT, "label")
    await until(lambda: len(taken(make, mood, tmp_path)) == 1)

    assert taken(make, mood, tmp_path) == [DOCUMENT]


async def test_p1_a_printer_that_says_nothing_is_given_it_all_the_same(make: Make, tmp_path: Path) -> None:
    mood = Mood(speaks=False)
    printer = await make(mood)
    await printer.print(DOCUMENT, "label")
    await until(lambda: len(taken(make, mood, tmp_path)) == 1)

    assert taken(make, mood, tmp_path) == [DOCUMENT]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}?language=zpl", "ipp://127.0.0.1:{port}/x", "folder:{blocked}/x"])
async def test_p2_one_that_does_not_answer_is_away_and_nothing_was_given(address: str, tmp_path: Path) -> None:
    free = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = free.sockets[0].getsockname()[1]
    free.close()
    await free.wait_closed()
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(Unavailable) as told:
        await opened(f"x={address.format(port=port, blocked=blocked)}")["x"].print(DOCUMENT, "label")

    assert told.value.reason == "PRINTER_AWAY"


async def test_p3_a_connection_that_breaks_off_leaves_it_uncertain(make: Make, tmp_path: Path) -> None:
    if make.kind == "folder":  # type: ignore[attr-defined]
        return  # a folder has no connection: P7
    mood = Mood(breaks_after=1000)
    with pytest.raises(Unavailable) as told:
        await (await make(mood)).print(DOCUMENT * 40, "label")

    assert told.value.reason == "PRINT_UNCERTAIN"
    assert mood.taken == []


async def test_p1_a_slow_printer_is_given_time_to_unpack() -> None:
    mood = Mood(unpacks_s=1.2)
    async with Raw(mood) as raw:
        await opened(f"x=tcp://127.0.0.1:{raw.port}?language=zpl")["x"].print(DOCUMENT, "label")
        await until(lambda: len(mood.taken) == 1)

    assert mood.taken == [DOCUMENT]


async def test_p3_paper_that_ends_meanwhile_leaves_it_uncertain() -> None:
    mood = Mood(loses_paper_meanwhile=True)
    async with Raw(mood) as raw:
        with pytest.raises(Unavailable) as told:
            await opened(f"x=tcp://127.0.0.1:{raw.port}?language=zpl")["x"].print(DOCUMENT, "label")

    assert told.value.reason == "PRINT_UNCERTAIN"


@pytest.mark.parametrize("kind", ["tcp-zpl", "tcp-escpos", "ipp"])
async def test_p4_without_paper_nothing_is_given(kind: str) -> None:
    scheme, _, language = kind.partition("-")
    mood = Mood(has_paper=False, language=language.upper())
    async with Raw(mood) if scheme == "tcp" else Ipp(mood) as behind:
        address = f"x={scheme}://127.0.0.1:{behind.port}" + (f"?language={language}" if language else "/x")
        printer = opened(address)["x"]
        with pytest.raises(Refused) as told:
            await printer.print(DOCUMENT, "label")
        mood.has_paper = True
        await printer.print(DOCUMENT, "label")
        await until(lambda: len(mood.taken) == 1)

    assert told.value.reason == "OUT_OF_PAPER"
    assert mood.taken == [DOCUMENT]


async def test_p5_one_that_stalls_is_given_up_in_time(make: Make, tmp_path: Path) -> None:
    if make.kind == "folder":  # type: ignore[attr-defined]
        return
    printer, start = await make(Mood(stalls=True)), time.monotonic()
    with pytest.raises(Unavailable) as told:
        await printer.print(DOCUMENT * 400, "label")

    assert time.monotonic() - start < printer.longest_s
    assert told.value.reason == ("PRINTER_AWAY" if make.kind == "ipp" else "PRINT_UNCERTAIN")  # type: ignore[attr-defined]
    assert printer.longest_s < 10  # what a call may take


async def test_p6_documents_at_the_same_time_come_out_whole_one_after_the_other(make: Make, tmp_path: Path) -> None:
    mood, documents = Mood(), [bytes([number]) * 20_000 for number in range(1, 6)]
    printer = await make(mood)
    await asyncio.gather(*(printer.print(each, "label") for each in documents))
    await until(lambda: len(taken(make, mood, tmp_path)) == 5)

    assert sorted(taken(make, mood, tmp_path)) == documents


async def test_p7_a_folder_replaces_nothing_and_shows_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printer = FolderPrinter(tmp_path, Reach(language="ZPL", medium="100X150", dpi=203))
    await printer.print(b"first", "label")
    await printer.print(b"second", "label")
    monkeypatch.setattr("os.fsync", _full)
    with pytest.raises(Unavailable):
        await printer.print(b"third", "label")

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"label.zpl": b"first", "label-2.zpl": b"second"}


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


async def test_an_ipp_printer_that_does_not_take_the_language_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.contracts.printers._is_right", lambda attributes: True)
    async with Ipp(Mood()) as ipp:
        printer = opened(f"x=ipp://127.0.0.1:{ipp.port}/ipp/print?language=zpl")["x"]
        await printer.print(b"^XA^XZ", "label-RH123456785VN")

    assert ipp.seen[1]["document-format"] == "application/vnd.cups-raw"
    assert ipp.seen[1]["job-name"] == "label-RH123456785VN"
    assert ipp.seen[1]["printer-uri"] == f"ipp://127.0.0.1:{ipp.port}/ipp/print"


async def test_p1_a_real_cups_passes_every_byte_on() -> None:
    need("cups", cups.missing())
    mood = Mood(language="NONE", speaks=False)
    async with Raw(mood) as raw:
        with cups.Cups(raw.port) as served:
            address = f"x=ipp://127.0.0.1:{served.port}/printers/{cups.QUEUE}?language=zpl"
            await opened(address)["x"].print(DOCUMENT, "label-RH123456785VN")
            async with asyncio.timeout(20):
                while not mood.taken:
                    await asyncio.sleep(0.05)
            with pytest.raises(Unavailable) as told:
                await opened(address.replace(cups.QUEUE, "nowhere"))["x"].print(DOCUMENT, "label")

    assert mood.taken == [DOCUMENT]
    assert told.value.reason == "PRINTER_AWAY"


@pytest.mark.parametrize("line", ["x", "x=", "x=tcp://host", "x=http://host:1", "X=folder:y", "a=folder:y,a=folder:z",
                                  "x=tcp://host:9100?language=pcl", "x=folder:y?dpi=600", "x=folder:y?media=a3",
                                  "x=folder:y?colour=1"])
def test_a_wrong_line_is_refused_by_name(line: str) -> None:
    with pytest.raises(Invalid) as told:
        settings.read({"POSTAL_PRINTERS": line})

    assert "POSTAL_PRINTERS" in told.value.message


def test_the_line_of_the_documentation_is_right() -> None:
    found = opened("counter=tcp://10.0.0.5:9100?language=zpl&media=100x150&dpi=203,files=folder:out/labels,till=tcp://x:9100?"
                   "language=escpos&media=roll-80,office=ipp://127.0.0.1:631/printers/office")

    assert [printer.reach.language for printer in found.values()] == ["ZPL", "PDF", "ESCPOS", "PDF"]
    assert found["till"].reach == Reach(language="ESCPOS", medium="ROLL_80", dpi=203)
