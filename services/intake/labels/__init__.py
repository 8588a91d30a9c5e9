"""Labels: label (what stands where, pure), code128 (bar code, pure), raster (PNG and the QR matrix), svg, pdf."""

from services.foundation.errors import Invalid

from . import pdf, raster, svg
from .label import LabelContent, placed


def render(content: LabelContent, wanted: str) -> tuple[bytes, str]:
    """(bytes, media type) of a label as "PDF", "PNG" or "SVG"; raises Invalid LABEL_FORMAT_UNKNOWN."""
    items = placed(content, len(raster.qr_matrix(content.tracking_url)))
    if wanted == "PDF":
        return pdf.draw(items, content.tracking_url), "application/pdf"
    if wanted == "PNG":
        return raster.png(items, content.tracking_url), "image/png"
    if wanted == "SVG":
        return svg.draw(raster.bitmap(items, content.tracking_url)), "image/svg+xml"
    raise Invalid("LABEL_FORMAT_UNKNOWN", "PDF, PNG or SVG", field="format", value=wanted)
