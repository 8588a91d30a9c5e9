"""Every format of every medium, seen by a renderer that is not ours, shows the same dots and reads the same codes."""

import base64
import binascii
import re
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

from services.intake.forms import slip
from services.intake.labels import checked_paper, drawn, qr, render
from services.intake.labels.label import placed
from services.intake.labels.layout import DOTS_PER_MM, MEDIA, QUIET, Bars, Qr, Rule
from services.intake.labels.raster import paper
from tests.pictures import read_by_zbar, read_by_zxing

from . import renderers
from .samples import COPY, HOSTILE, LABEL, RECEIPT, S10, SIGNED, URL, WAYS

OUT = Path(__file__).resolve().parents[2] / "out" / "labels"
CODES = {URL, S10, SIGNED}
each_way = pytest.mark.parametrize(("medium", "dpi"), WAYS, ids=[f"{medium}-{dpi}" for medium, dpi in WAYS])


def picture(content: Any, medium: str, dpi: int) -> Image.Image:
    return renderers.png(render(content, "PNG", medium, dpi)[0])


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


@each_way
def test_two_decoders_read_every_code_of_the_picture(medium: str, dpi: int, zbar: None) -> None:
    image = picture(LABEL, medium, dpi)

    assert read_by_zxing(image) == CODES
    assert read_by_zbar(image) == CODES


@each_way
def test_the_pdf_is_as_large_as_its_medium_and_reads_the_same(medium: str, dpi: int) -> None:
    page, = renderers.pdf(render(LABEL, "PDF", medium, dpi)[0], dpi)
    expected = picture(LABEL, medium, dpi)

    assert max(abs(page.width - expected.width), abs(page.height - expected.height)) <= 2
    assert read_by_zxing(page) == CODES


@each_way
def test_chromium_shows_the_svg_dot_for_dot(medium: str, dpi: int, browser: Any) -> None:
    expected = picture(LABEL, medium, dpi)

    assert same(renderers.svg(render(LABEL, "SVG", medium, dpi)[0], expected.size, browser), expected)


@each_way
def test_a_zpl_printer_prints_the_picture_dot_for_dot(medium: str, dpi: int, zpl_renderer: None) -> None:
    expected = picture(LABEL, medium, dpi)
    label, = renderers.zpl(render(LABEL, "ZPL", medium, dpi)[0], expected.size, dpi)

    assert same(label, expected)


@each_way
def test_an_escpos_printer_prints_what_its_head_reaches_dot_for_dot(medium: str, dpi: int) -> None:
    expected, edge = picture(LABEL, medium, dpi), round(MEDIA[medium].edge * DOTS_PER_MM[dpi])
    label, = renderers.escpos(render(LABEL, "ESCPOS", medium, dpi)[0])
    inside = ImageOps.expand(expected, (0, 0, 8, 0), 255).crop((edge, 0, edge + label.width, expected.height))

    assert same(label, inside)
    assert read_by_zxing(ImageOps.expand(label, edge, 255)) == CODES


@each_way
def test_nothing_is_thinner_than_two_dots_and_the_qr_as_large_as_the_medium_lets_it_be(medium: str, dpi: int) -> None:
    chosen = paper(medium, dpi)
    items = [item for block in placed(replace(LABEL, signed=""), chosen) for item in block.everything()]
    code, = [item for item in items if isinstance(item, Qr)]
    side = code.module * (chosen.measure.modules(URL, "Q") + 2 * QUIET) / DOTS_PER_MM[dpi]

    assert min(min(item.width, item.height) for item in items if isinstance(item, Rule)) >= 2
    assert all(item.module >= 2 for item in items if isinstance(item, Bars))
    assert 30 <= side <= 36


@pytest.mark.parametrize("medium", MEDIA)
def test_beside_a_signed_code_the_qr_of_the_address_keeps_twenty_millimetres(medium: str) -> None:
    chosen = paper(medium, 203)
    codes = {item.text: item for block in placed(LABEL, chosen) for item in block.everything() if isinstance(item, Qr)}

    assert codes[URL].module * (29 + 2 * QUIET) >= (20 if medium == "ROLL_58" else 30) * 8
    assert codes[SIGNED].module >= 3


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("wanted", ["PDF", "PNG", "SVG", "ZPL", "ESCPOS"])
def test_a_copy_differs_and_its_pdf_says_so_in_letters(medium: str, wanted: str) -> None:
    assert render(LABEL, wanted, medium)[0] != render(replace(LABEL, copy=True), wanted, medium)[0]


def test_no_word_of_a_name_is_a_command_to_a_printer(zpl_renderer: None) -> None:
    """``^XA``, ``~JA``, ``ESC @`` in names: the job has the commands of any other job and no more."""
    job = render(HOSTILE, "ZPL")[0].decode("ascii")

    assert re.sub(r":Z64:[A-Za-z0-9+/=]+:[0-9A-F]{4}", ":", job) == (
        "^XA^PW800^LL1200^LH0,0^LS0^LT0^FO0,0^GFA,120000,120000,100,:^FS^PQ1^XZ\n")
    assert same(renderers.zpl(job.encode(), (800, 1200), 203)[0], picture(HOSTILE, "100X150", 203))
    assert same(renderers.escpos(render(HOSTILE, "ESCPOS")[0])[0], picture(HOSTILE, "100X150", 203))
    assert b"<script" not in render(HOSTILE, "SVG")[0]


@each_way
def test_what_is_put_together_of_parts_has_the_sums_of_the_whole(medium: str, dpi: int) -> None:
    """zlib itself checks Adler's sum over all bands; each PNG chunk and the ZPL picture carry their CRC."""
    content, place, chunks = render(LABEL, "PNG", medium, dpi)[0], 8, {}
    while place < len(content):
        length, name = struct.unpack(">I4s", content[place:place + 8])
        body = content[place + 8:place + 8 + length]
        assert struct.unpack(">I", content[place + 8 + length:place + 12 + length])[0] == zlib.crc32(name + body)
        chunks[name], place = body, place + 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    packed, crc = re.search(rb":Z64:([^:]+):([0-9A-F]{4})", render(LABEL, "ZPL", medium, dpi)[0]).groups()  # type: ignore[union-attr]

    assert len(zlib.decompress(chunks[b"IDAT"])) == height * (1 + (width + 7) // 8)
    assert len(zlib.decompress(base64.b64decode(packed))) == height * ((width + 7) // 8)
    assert int(crc, 16) == binascii.crc_hqx(packed, 0)


def test_letters_and_marks_apart_are_drawn_as_one() -> None:
    apart = replace(LABEL, sender_name=normalize("NFD", LABEL.sender_name), receiver_name=normalize("NFD", LABEL.receiver_name))

    for wanted in ("PNG", "ZPL", "PDF"):
        assert render(apart, wanted) == render(LABEL, wanted)


@pytest.mark.parametrize("medium", MEDIA)
def test_a_receipt_is_the_same_in_every_format_and_its_code_is_read(medium: str, browser: Any, zpl_renderer: None) -> None:
    chosen = checked_paper("PNG", medium, 203)
    sheets, edge = slip.placed(RECEIPT, chosen), MEDIA[medium].edge * 8
    expected = renderers.png(drawn(sheets, "PNG", chosen, medium)[0])
    size = (expected.width, expected.height // len(sheets))
    printed = renderers.zpl(drawn(sheets, "ZPL", chosen, medium)[0], size, 203)
    rolled = renderers.escpos(drawn(sheets, "ESCPOS", chosen, medium)[0])
    pages = renderers.pdf(drawn(sheets, "PDF", chosen, medium)[0], 203)

    assert len(sheets) == len(printed) == len(rolled) == len(pages) == {"100X150": 2, "100X100": 3}.get(medium, 1)
    assert same(_stacked(printed), expected)
    assert same(_stacked(rolled), expected.crop((edge, 0, expected.width - edge, expected.height)))
    assert same(renderers.svg(drawn(sheets, "SVG", chosen, medium)[0], expected.size, browser), expected)
    assert read_by_zxing(expected) == {URL} == set.union(*map(read_by_zxing, pages))


def _stacked(images: list[Image.Image]) -> Image.Image:
    whole = Image.new("L", (images[0].width, sum(image.height for image in images)), 255)
    top = 0
    for image in images:
        whole.paste(image, (0, top))
        top += image.height
    return whole


@settings(max_examples=150, deadline=None)
@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=13, max_size=13))
def test_a_code_that_was_added_up_is_the_one_qrcode_draws(tail: str) -> None:
    text = f"HTTPS://T.EXAMPLE.VN/T/{tail}"
    span = qr._span(True, len(text), "Q", 1, 0, 5)

    assert span.dots(text) == span.drawn(text)


@settings(max_examples=40, deadline=None)
@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=1, max_size=170), st.sampled_from("QM"))
def test_codes_of_any_length_and_level_are_those_qrcode_draws(text: str, level: str) -> None:
    if not text.strip("0"):
        return  # qrcode itself cannot draw data of zeros alone
    rows = qr.rows_of(text, level)
    image = Image.new("L", (len(rows), len(rows)))
    image.putdata([0 if module == "1" else 255 for row in rows for module in row])

    assert rows == [row[:len(rows)] for row in rows]
    assert read_by_zxing(ImageOps.expand(image.resize((len(rows) * 4,) * 2, Image.Resampling.NEAREST), 16, 255)) == {text}


def test_after_a_hundred_codes_qrcode_is_not_asked_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    import random

    draw = random.Random(4)
    texts = [f"HTTPS://T.EXAMPLE.VN/SPAN/{''.join(draw.choices('0123456789ABCDEFGHJKMNPQRSTVWXYZ', k=13))}" for _ in range(300)]
    for text in texts[:200]:
        qr.rows_of(text, "Q")
    asked: list[str] = []
    drawn_by_qrcode = qr._Span.drawn
    monkeypatch.setattr(qr._Span, "drawn", lambda span, text: asked.append(text) or drawn_by_qrcode(span, text))
    for text in texts[200:]:
        qr.rows_of(text, "Q")

    assert asked == []


def test_all_of_them_side_by_side_for_people_to_look_at() -> None:
    """Contact sheets in out/labels: every medium as it is, signed, and as a copy."""
    OUT.mkdir(parents=True, exist_ok=True)
    for dpi in DOTS_PER_MM:
        images = [ImageOps.expand(picture(content, medium, dpi), 4, 128) for medium in MEDIA
                  for content in (replace(LABEL, signed=""), LABEL, COPY)]
        _beside(images).save(OUT / f"labels-{dpi}.png")
    slips = []
    for medium in MEDIA:
        chosen = checked_paper("PNG", medium, 203)
        slips.append(ImageOps.expand(renderers.png(drawn(slip.placed(RECEIPT, chosen), "PNG", chosen, medium)[0]), 4, 128))
    _beside(slips).save(OUT / "receipts-203.png")

    assert len(list(OUT.glob("labels-*.png"))) >= 2


def _beside(images: list[Image.Image]) -> Image.Image:
    whole = Image.new("L", (sum(image.width + 10 for image in images), max(image.height for image in images)), 200)
    left = 0
    for image in images:
        whole.paste(image, (left, 0))
        left += image.width + 10
    return whole
