"""Pictures of what was drawn, made by independent renderers and read by independent decoders."""

import io
import subprocess

import zxingcpp
from PIL import Image


def rasterised(pdf: bytes, dpi: int = 203, page: int = 1) -> Image.Image:
    """A page as poppler draws it."""
    done = subprocess.run(["pdftoppm", "-r", str(dpi), "-png", "-f", str(page), "-singlefile", "-"], input=pdf, check=True,
                          capture_output=True)
    return Image.open(io.BytesIO(done.stdout))


def pages_of(pdf: bytes) -> int:
    """How many pages poppler counts."""
    shown = subprocess.run(["pdfinfo", "-"], input=pdf, check=True, capture_output=True).stdout.decode()
    return int(next(line for line in shown.splitlines() if line.startswith("Pages:")).split()[1])


def texts_of(pdf: bytes) -> str:
    """Its words, as poppler finds them."""
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def page_size(pdf: bytes) -> str:
    """Its first page's size in points."""
    shown = subprocess.run(["pdfinfo", "-"], input=pdf, check=True, capture_output=True).stdout.decode()
    return next(line for line in shown.splitlines() if line.startswith("Page size:"))


def read_by_zxing(image: Image.Image) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(image)}


def read_by_zbar(image: Image.Image) -> set[str]:
    held = io.BytesIO()
    image.save(held, "PNG")
    done = subprocess.run(["zbarimg", "-q", "--raw", "-"], input=held.getvalue(), capture_output=True, check=False)
    return set(done.stdout.decode().split())
