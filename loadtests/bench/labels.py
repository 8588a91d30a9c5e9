"""Labels a second, of citizens who are new each time, beside qrcode's own PNG of the same address."""

import io
import itertools
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

import qrcode

from services.foundation.codes import new_tracking_code, parcel_code
from services.intake.labels import render
from services.intake.labels.label import LabelContent
from services.intake.labels.layout import QR_MM, Block, Qr, module_for, qr_side
from services.intake.labels.png import draw
from services.intake.labels.raster import paper

from .measure import Row, pairs, rate
from .rows import Size

_HOST, _LEVEL, _WARM = "HTTPS://T.EXAMPLE.VN/T/", "Q", 900
_LONG_ENOUGH_S = 1  # a hundred of the slowest, with nothing between them and the processor
_FAMILIES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
_GIVEN = "Thị Văn Minh Ánh Tuyết Hồng Hải Sơn Lan Hương Quốc Bảo Ngọc Thu Hà Thảo Phương Đức Khánh Quỳnh".split()
_PLACES = "Đất Mũi|Năm Căn|Cái Nước|Trần Văn Thời|U Minh|Thới Bình|Phú Tân|Đầm Dơi|Ngọc Hiển|Hòa Bình".split("|")
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FORMATS = {"PNG": "≥ 20", "PDF": "", "SVG": "", "ZPL": "", "ESCPOS": ""}


def contents(seed: int, signed: bool) -> Iterator[LabelContent]:
    """A day's labels of one counter: of the receiver, office and way all is the same, of the sender and the codes nothing."""
    drawn = random.Random(seed)
    while True:
        code = new_tracking_code(drawn.getrandbits(60))
        yield LabelContent(
            tracking_url=_HOST + code, tracking_code=code, parcel_code=parcel_code("RH", drawn.randrange(10**8)),
            sender_name=" ".join((drawn.choice(_FAMILIES), *drawn.sample(_GIVEN, 3))),
            sender_address=f"số {drawn.randrange(1, 400)}, xã {drawn.choice(_PLACES)}, tỉnh Cà Mau",
            sender_phone=f"*******{drawn.randrange(1000):03}", receiver_name="Trung tâm Phục vụ hành chính công tỉnh Cà Mau",
            receiver_address="Tỉnh Cà Mau", receiver_phone="", office="Bưu cục Xã Đất Mũi (032248)",
            route=("Bưu cục Xã Đất Mũi", "Trung tâm khai thác Tỉnh Cà Mau"), service="BOTH", weight_grams=drawn.randrange(20, 900),
            papers_count=drawn.randrange(1, 20), seal_number=f"CM-{drawn.randrange(10**6):06}",
            filed=f"24/11/2026 {drawn.randrange(7, 17):02}:{drawn.randrange(60):02}",
            signed="DP1" + "".join(drawn.choices(_SIGNS, k=136)) if signed else "")


async def labels(size: Size) -> list[Row]:
    """Whole labels in every format, a QR alone, and what a signed code costs."""
    plain, signed = contents(1, signed=False), contents(2, signed=True)
    for content in itertools.islice(plain, 100):
        _qr(content.tracking_url)
    for content in itertools.islice(signed, _WARM):  # as many as it takes until no code is new in kind
        render(content, "PNG")
    rows = [await _row("QR alone as PNG", lambda: _qr(next(plain).tracking_url), "≥ 20", size)]
    for wanted, target in _FORMATS.items():
        rows.append(await _row(f"label as {wanted}, codes and Vietnamese text", _drawing(plain, wanted), target, size))
    rows.append(await _row("label as PNG with a signed code", _drawing(signed, "PNG"), "", size))
    return rows


def _drawing(labels_: Iterator[LabelContent], wanted: str) -> Callable[[], object]:
    return lambda: render(next(labels_), wanted)


async def _row(name: str, ours: Callable[[], object], target: str, size: Size) -> Row:
    numbers = itertools.count()

    def theirs() -> None:
        qrcode.make(f"{_HOST}{next(numbers):013d}").save(io.BytesIO(), "PNG")

    seconds = min(size.seconds, _LONG_ENOUGH_S)
    values, floor = await pairs(lambda: rate(_one(ours), 1, seconds), lambda: rate(_one(theirs), 1, seconds), size.times)
    return Row(name, "/s", values, "qrcode's own PNG, QR alone", floor, target)


def _one(call: Callable[[], object]) -> Callable[[], Awaitable[int]]:
    async def done() -> int:
        call()
        return 1
    return done


def _qr(url: str) -> bytes:
    """The address's code alone, as large as on a label."""
    sheet = paper("100X150", 203)
    module = module_for(sheet, url, _LEVEL, QR_MM)
    side = qr_side(sheet, url, _LEVEL, module)
    return draw([Block(side, (Qr(0, 0, module, url, _LEVEL),), lasts=False)], replace(sheet, width=side))
