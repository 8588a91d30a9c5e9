"""What stands where on a roll's labels: 66 by 35.5 mm each, on sheets of A4 with cut marks or one a page for roll printers.

A label of a roll carries what names the envelope and nothing about a person: the QR of the tracking address, both codes in
letters, and the S10 number as bars. Dots of 203 dpi.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from services.foundation.codes import group_code
from services.foundation.errors import Invalid

from .layout import Bars, Block, Item, Measure, Paper, Qr, Rule, module_for, qr_side

_MM = 8
WIDTH, HEIGHT, COLUMNS, ROWS = 66 * _MM, 284, 3, 8
_SHEET, _QR_MM, _LEVEL = (210 * _MM, 297 * _MM), 25, "Q"
_LEFT, _TOP = (_SHEET[0] - COLUMNS * WIDTH) // 2, (_SHEET[1] - ROWS * HEIGHT) // 2  # 6 mm: no office printer reaches the edge
_EDGE, _BAR, _BARS_HIGH, _ARM = 8, 3, 54, 12
_Each = TypeVar("_Each")


@dataclass(frozen=True, kw_only=True, slots=True)
class RollContent:
    """The words of one label."""

    tracking_url: str  # in capitals: the QR stays small
    tracking_code: str
    parcel_code: str
    office: str


def part(labels: Sequence[_Each], first: int, count: int) -> Sequence[_Each]:
    """So many from the first, 0 to the end; raises Invalid LABELS_OUT_OF_RANGE."""
    if not 0 <= first < len(labels) or not 0 <= count <= len(labels) - first:
        raise Invalid("LABELS_OUT_OF_RANGE", f"the roll has {len(labels)} labels, counted from 0", field="first", value=first)
    return labels[first:first + count] if count else labels[first:]


def placed(labels: Sequence[RollContent], single: bool, measure: Measure) -> tuple[list[list[Block]], Paper]:
    """(sheets, their paper): a label a page, or as many as a sheet of A4 holds between its cut marks."""
    width, page = (WIDTH, HEIGHT) if single else _SHEET
    paper = Paper(dpi=203, scale=1.0, width=width, page=page, margin=_EDGE, narrow=False, measure=measure)
    if single:
        return [[Block(HEIGHT, tuple(_label(label, paper)), lasts=False)] for label in labels], paper
    sheets = []
    for start in range(0, len(labels), COLUMNS * ROWS):
        items = _cut_marks()
        for place, label in enumerate(labels[start:start + COLUMNS * ROWS]):
            row, column = divmod(place, COLUMNS)
            right, down = _LEFT + column * WIDTH, _TOP + row * HEIGHT
            items += [replace(item, x=item.x + right, y=item.y + down) for item in _label(label, paper)]
        sheets.append([Block(page, tuple(items), lasts=False)])
    return sheets, paper


def _label(label: RollContent, paper: Paper) -> list[Item]:
    module = module_for(paper, label.tracking_url, _LEVEL, _QR_MM)
    beside = _EDGE + qr_side(paper, label.tracking_url, _LEVEL, module)
    wide, measure = WIDTH - beside - _EDGE, paper.measure
    bars = measure.modules(label.parcel_code, "BARS") * _BAR
    items: list[Item] = [Qr(_EDGE, 0, module, label.tracking_url, _LEVEL),
                         Bars((WIDTH - bars) // 2, HEIGHT - _BARS_HIGH - _EDGE, _BAR, _BARS_HIGH, label.parcel_code)]
    for y, size, bold, text in ((18, 22, True, "HỒ SƠ HÀNH CHÍNH CÔNG"), (52, 18, False, "Tra cứu / Track"),
                                (74, 34, True, group_code(label.tracking_code)), (122, 18, False, "Bưu gửi / Parcel"),
                                (144, 34, True, group_code(label.parcel_code)), (186, 18, False, label.office)):
        fitting = next((each for each in range(size, 13, -2) if measure.width(text, each, bold) <= wide), 14)
        items += paper.lines(text, beside, y, fitting, bold, wide, 1)
    return items


def _cut_marks() -> list[Item]:
    """A small cross at each corner of a label: no line runs through one."""
    marks: list[Item] = []
    for column in range(COLUMNS + 1):
        for row in range(ROWS + 1):
            x, y = _LEFT + column * WIDTH, _TOP + row * HEIGHT
            marks += [Rule(x - _ARM, y, 2 * _ARM, 1), Rule(x, y - _ARM, 1, 2 * _ARM)]
    return marks
