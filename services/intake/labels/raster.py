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


@lru_cache(maxsize=2048)
def _drawn(text: str, bold: bool, size: int) -> tuple[Image.Image, tuple[int, int]]:
    """(the text black on transparent, its offset): most words of a label are the same on every label of a day."""
    font = _font(bold, size)
    left, top, right, bottom = font.getbbox(text)
    mask = Image.new("1", (max(1, round(right - left)), max(1, round(bottom - top))), 0)
    ImageDraw.Draw(mask).text((-left, -top), text, fill=1, font=font)
    return mask, (round(left), round(top))


def bitmap(items: list[Item], url: str) -> Image.Image:
    """The label drawn, mode "1", black on white."""
    image = Image.new("1", (WIDTH, HEIGHT), 1)
    draw = ImageDraw.Draw(image)
    for item in items:
        match item:
            case Text():
                mask, (left, top) = _drawn(normalize("NFC", item.text), item.bold, item.size)
                draw.bitmap((item.x + left, item.y + top), mask, fill=0)
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
    matrix = qr_matrix(url)
    dots = Image.new("1", (len(matrix), len(matrix)))
    dots.putdata([dark for line in matrix for dark in line])
    side, quiet = len(matrix) * item.module, QUIET * item.module
    draw.bitmap((item.x + quiet, item.y + quiet), dots.resize((side, side), Image.Resampling.NEAREST), fill=0)


def png(items: list[Item], url: str) -> bytes:
    """The bitmap as PNG of 203 dpi."""
    out = io.BytesIO()
    bitmap(items, url).save(out, "PNG", dpi=(203, 203), compress_level=1)
    return out.getvalue()
