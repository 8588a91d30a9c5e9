"""What printers and viewers make of each format: poppler, Chromium, a ZPL renderer, and a small reader of ESC/POS rasters."""

import base64
import io
import struct
import subprocess
from pathlib import Path
from typing import Any

from PIL import Image

from services.intake.labels.layout import DOTS_PER_MM

HERE = Path(__file__).parent


def black_and_white(image: Image.Image) -> Image.Image:
    """As a printer's head does it: a dot or none."""
    return image.convert("L").point(lambda value: 255 if value > 127 else 0)


def png(content: bytes) -> Image.Image:
    return black_and_white(Image.open(io.BytesIO(content)))


def pdf(content: bytes, dpi: int) -> list[Image.Image]:
    """Its pages by poppler."""
    done = subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-"], input=content, check=True, capture_output=True)
    held, pages = io.BytesIO(done.stdout), []
    while held.tell() < len(done.stdout):
        assert held.readline() == b"P5\n"
        width, height = map(int, held.readline().split())
        assert held.readline() == b"255\n"
        pages.append(Image.frombytes("L", (width, height), held.read(width * height)))
    return pages


def svg(content: bytes, size: tuple[int, int], browser: Any) -> Image.Image:
    """By a real Chromium, a dot a pixel."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    try:
        source = base64.b64encode(content).decode()
        page.set_content(f'<style>*{{margin:0}}</style><img width="{size[0]}" height="{size[1]}" '
                         f'src="data:image/svg+xml;base64,{source}">')
        page.wait_for_function("document.images[0].complete && document.images[0].naturalWidth > 0")
        return black_and_white(Image.open(io.BytesIO(page.screenshot())))
    finally:
        page.close()


def zpl(content: bytes, size: tuple[int, int], dpi: int) -> list[Image.Image]:
    """Its labels by zpl-renderer-js, which knows nothing of ours."""
    whole = {203: 8, 300: 12}[dpi]  # the renderer's heads have whole dots a millimetre: the same dots on somewhat smaller paper
    assert abs(whole - DOTS_PER_MM[dpi]) < 0.2
    done = subprocess.run(["node", str(HERE / "render_zpl.js"), *(str(side / whole) for side in size), str(whole)], input=content,
                          capture_output=True, check=True)
    return [png(base64.b64decode(line)) for line in done.stdout.split()]


def escpos(content: bytes) -> list[Image.Image]:
    """Its rasters, cut where the paper is cut. Knows ``ESC @``, ``GS v 0``, ``ESC J``, ``GS V`` and nothing else."""
    sheets, rows, width, place = [], list[bytes](), 0, 0
    while place < len(content):
        command = content[place:place + 2]
        if command == b"\x1b@":
            place += 2
        elif command == b"\x1dv":
            mode, reach, high = struct.unpack("<BHH", content[place + 3:place + 8])
            assert (content[place + 2], mode) == (ord("0"), 0) or content[place + 2:place + 4] == b"0\x00"
            width, place = 8 * reach, place + 8
            rows += [content[start:start + reach] for start in range(place, place + reach * high, reach)]
            place += reach * high
        elif command == b"\x1bJ":
            place += 3
        elif command == b"\x1dV":
            sheets.append(Image.frombytes("1", (width, len(rows)), b"".join(rows)).point(lambda value: 255 - value).convert("L"))
            rows, place = [], place + 4
        else:
            raise AssertionError(f"not a command: {command!r} at {place}")
    assert not rows, "the last sheet is not cut"
    return sheets
