"""Labels: layout, label and parties (what stands where, pure), code128 and qr (the codes), raster (rows of dots), and a format
each: png, svg, pdf, zpl, escpos; roll (what stands where on labels printed beforehand). Whatever is laid out in blocks is drawn
here, labels and slips alike."""

from collections.abc import Callable, Sequence
from functools import partial

from services.foundation.errors import Invalid

from . import escpos, pdf, png, roll, svg, zpl
from .label import LabelContent, placed
from .layout import DOTS_PER_MM, MEDIA, Block, Paper
from .raster import MEASURE, paper
from .roll import RollContent

MEDIA_TYPES = {"PDF": "application/pdf", "PNG": "image/png", "SVG": "image/svg+xml", "ZPL": "application/x-zpl",
               "ESCPOS": "application/x-escpos"}
Sheets = Sequence[Sequence[Block]]


def render(content: LabelContent, wanted: str, medium: str = "100X150", dpi: int = 203) -> tuple[bytes, str]:
    """(bytes, media type) of a label. Raises Invalid LABEL_FORMAT_UNKNOWN, MEDIUM_UNKNOWN, DPI_UNKNOWN."""
    chosen = checked_paper(wanted, medium, dpi)
    return drawn([placed(content, chosen)], wanted, chosen, medium)


def render_roll(labels: Sequence[RollContent], single: bool) -> bytes:
    """The PDF of a roll's labels."""
    return pdf.draw(*roll.placed(labels, single, MEASURE))


def checked_paper(wanted: str, medium: str, dpi: int) -> Paper:
    """The paper of a medium at a resolution, for a format that exists."""
    for value, known, reason, field in ((wanted, MEDIA_TYPES, "LABEL_FORMAT_UNKNOWN", "format"),
                                        (medium, MEDIA, "MEDIUM_UNKNOWN", "medium"), (dpi, DOTS_PER_MM, "DPI_UNKNOWN", "dpi")):
        if value not in known:
            raise Invalid(reason, f"one of {', '.join(map(str, known))}", field=field, value=value)
    return paper(medium, dpi)


def drawn(sheets: Sheets, wanted: str, chosen: Paper, medium: str) -> tuple[bytes, str]:
    """(bytes, media type) of what was laid out; pictures show several sheets one under the other."""
    edge = round(MEDIA[medium].edge * DOTS_PER_MM[chosen.dpi])
    below = [block for blocks in sheets for block in blocks]
    draw: dict[str, Callable[[], bytes]] = {
        "PDF": partial(pdf.draw, sheets, chosen), "PNG": partial(png.draw, below, chosen), "SVG": partial(svg.draw, below, chosen),
        "ZPL": partial(zpl.draw, sheets, chosen), "ESCPOS": partial(escpos.draw, sheets, chosen, edge)}
    return draw[wanted](), MEDIA_TYPES[wanted]
