"""The label as a bitmap of one bit a dot, and the QR matrix. The only place that knows qrcode and Pillow."""

import io
from functools import lru_cache
from pathlib import Path
from unicodedata import normalize

import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.util import MODE_ALPHA_NUM, QRData

from .code128 import modules
from .label import BAR_DOTS, BAR_HEIGHT, HEIGHT, QUIET, WIDTH, Bars, Item, Qr, Rule, Text

FONTS = Path(__file__).parent / "fonts"
_MASK = 3  # all eight decode; trying them out costs six times the time


@lru_cache(maxsize=1024)
def qr_matrix(text: str) -> list[list[bool]]:
    """Modules without quiet zone: EC level Q, smallest version that fits, one fixed mask."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0, mask_pattern=_MASK)
    alphanumeric = all(letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" for letter in text)
    code.add_data(QRData(text, MODE_ALPHA_NUM) if alphanumeric else text, optimize=0)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


@lru_cache(maxsize=64)
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"Roboto-{'Bold' if bold else 'Regular'}.ttf"), size)


def bitmap(items: list[Item], url: str) -> Image.Image:
    """The label drawn, mode "1", black on white."""
    image = Image.new("1", (WIDTH, HEIGHT), 1)
    draw = ImageDraw.Draw(image)
    for item in items:
        match item:
            case Text():
                draw.text((item.x, item.y), normalize("NFC", item.text), fill=0, font=_font(item.bold, item.size))
            case Rule():
                draw.rectangle((item.x, item.y, item.x + item.width - 1, item.y + item.height - 1), fill=0)
            case Qr():
                _draw_qr(draw, item, url)
            case Bars():
                for number, bar in enumerate(modules(item.text)):
                    if bar == "1":
                        left = item.x + number * BAR_DOTS
                        draw.rectangle((left, item.y, left + BAR_DOTS - 1, item.y + BAR_HEIGHT - 1), fill=0)
    return image


def _draw_qr(draw: ImageDraw.ImageDraw, item: Qr, url: str) -> None:
    for row, line in enumerate(qr_matrix(url), start=QUIET):
        for column, dark in enumerate(line, start=QUIET):
            if dark:
                left, top = item.x + column * item.module, item.y + row * item.module
                draw.rectangle((left, top, left + item.module - 1, top + item.module - 1), fill=0)


def png(items: list[Item], url: str) -> bytes:
    """The bitmap as PNG of 203 dpi."""
    out = io.BytesIO()
    bitmap(items, url).save(out, "PNG", dpi=(203, 203))
    return out.getvalue()
