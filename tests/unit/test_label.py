"""The label: both codes read by an independent decoder, also when handled badly; nothing on it that must not be."""

import io
import random
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from services.foundation.errors import Invalid
from services.intake.labels import render
from services.intake.labels.code128 import symbols
from services.intake.labels.label import LabelContent, placed
from services.intake.labels.layout import MEDIA, Text, height_of
from services.intake.labels.raster import paper
from tests.pictures import read_by_zbar, read_by_zxing

URL, S10 = "HTTPS://T.EXAMPLE.VN/T/0123456789ABC", "RH123456785VN"
CONTENT = LabelContent(
    tracking_url=URL, tracking_code="0123456789ABC", parcel_code=S10, sender_name="Nguyễn Thị Ánh Tuyết",
    sender_address="Ấp Cái Đôi, xã Đất Mũi, tỉnh Cà Mau", sender_phone="*******678",
    receiver_name="Trung tâm Phục vụ hành chính công Phường Thuận An, Thành phố Hồ Chí Minh",
    receiver_address="Phường Thuận An, Thành phố Hồ Chí Minh", receiver_phone="", office="Bưu cục Xã Đất Mũi (032248)",
    route=("Bưu cục Xã Đất Mũi", "Trung tâm khai thác Tỉnh Cà Mau"), service="BOTH", weight_grams=180, papers_count=4,
    seal_number="CM-000871", filed="24/11/2026 08:30")


def picture() -> Image.Image:
    return Image.open(io.BytesIO(render(CONTENT, "PNG")[0])).convert("L")


read = read_by_zxing


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 7, -7])
def test_both_codes_are_read_however_the_label_lies(degrees: int) -> None:
    assert read(picture().rotate(degrees, expand=True, fillcolor=255)) == {URL, S10}


def test_a_second_decoder_reads_the_same() -> None:
    assert read_by_zbar(picture()) == {URL, S10}


def test_both_codes_are_read_from_a_blurred_picture() -> None:
    assert read(picture().filter(ImageFilter.GaussianBlur(1.5))) == {URL, S10}


@pytest.mark.parametrize("seed", range(10))
def test_the_qr_is_read_with_a_blot_of_five_percent(seed: int) -> None:
    image, draw = picture(), random.Random(seed)
    code = next(found for found in zxingcpp.read_barcodes(image) if found.text == URL).position
    left, top, right, bottom = code.top_left.x, code.top_left.y, code.bottom_right.x, code.bottom_right.y
    side = int(((right - left) * (bottom - top) * 0.05) ** 0.5)
    # Not on a corner mark: a blot there hides the whole code from any reader.
    x = draw.randint(left + (right - left) // 3, right - (right - left) // 3)
    y = draw.randint(top + (bottom - top) // 3, bottom - (bottom - top) // 3)
    ImageDraw.Draw(image).ellipse((x, y, x + side, y + side), fill=0)

    assert URL in read(image)


def test_the_pdf_is_one_page_of_100_by_150_mm_and_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "label.pdf"
    path.write_bytes(render(CONTENT, "PDF")[0])
    shown = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    subprocess.run(["pdftoppm", "-r", "203", "-png", "-singlefile", str(path), str(tmp_path / "label")], check=True)
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout

    assert "Pages:           1" in shown
    assert "283.465 x 425.197" in shown
    assert read(Image.open(tmp_path / "label.png").convert("L")) == {URL, S10}
    assert "Nguyễn Thị Ánh Tuyết" in text
    assert render(CONTENT, "PDF")[0] == path.read_bytes()


def test_the_svg_draws_the_same_dots_as_the_picture() -> None:
    import re

    content, media = render(CONTENT, "SVG")
    drawn = Image.new("L", picture().size, 255)
    pen = ImageDraw.Draw(drawn)
    for down, group in re.findall(r'<g transform="translate\(0 (\d+)\)">(.*?)</g>', content.decode()):
        for high, path in re.findall(r'stroke-width="(\d+)" d="(.*?)"', group):
            x, middle = 0, 0.0
            for sign, right, level, wide in re.findall(r"([Mm])(\d+) ([0-9.]+)h(\d+)", path):
                x, middle = (int(right), float(level)) if sign == "M" else (x + int(right), middle)
                top = round(int(down) + middle - int(high) / 2)
                pen.rectangle((x, top, x + int(wide) - 1, top + int(high) - 1), fill=0)
                x += int(wide)

    assert media == "image/svg+xml"
    assert len(content) < 100_000
    assert drawn.tobytes() == picture().tobytes()


@pytest.mark.parametrize("medium", MEDIA)
def test_long_names_stay_on_the_label(medium: str) -> None:
    long = replace(CONTENT, receiver_name="Trung tâm " * 20, sender_name="Công Tằng Tôn Nữ " * 12, receiver_address="x" * 300,
                   sender_address="đường " * 60, receiver_phone="*" * 20, office="Bưu cục " * 30, route=("Bưu cục " * 9,) * 6,
                   copy=True)
    chosen = paper(medium, 203)
    blocks = placed(long, chosen)
    texts = [item for block in blocks for item in block.items if isinstance(item, Text)]

    assert all(item.y + item.size <= block.height for block in blocks for item in block.items if isinstance(item, Text))
    assert not chosen.page or height_of(blocks) == chosen.page
    assert max(item.x + chosen.measure.width(item.text, item.size, item.bold) for item in texts) <= chosen.width
    assert read(Image.open(io.BytesIO(render(long, "PNG", medium)[0])).convert("L")) == {URL, S10}


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(Invalid):
        render(CONTENT, "BMP")


def test_code_128_of_an_s10_number_packs_its_digits() -> None:
    # Start B, R, H, then nine digits: one in B, code C, four pairs; code B, V, N; check, stop.
    assert symbols("RH123456785VN")[:5] == (104, 50, 40, 17, 99)
    assert len(symbols("RH123456785VN")) == 14
