"""What stands where on a label, on a sheet or on a roll. Black only.

Outside never: procedure, identity number, list of papers (TT 17/2017 Đ.9, Đ.11; Luật Bưu chính Đ.11; postal secrecy).
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from services.foundation.codes import group_code

from .layout import COPY, QR_MM, QUIET, Bars, Block, Item, Paper, Qr, Rule, Text, blank, framed, height_of, module_of, qr_side
from .parties import parties_of

_SERVICES = {"SEND": "CHUYỂN HỒ SƠ", "RETURN": "TRẢ KẾT QUẢ", "BOTH": "CHUYỂN HỒ SƠ · TRẢ KẾT QUẢ"}
_LEVEL, _SIGNED_LEVEL = "Q", "M"  # of error correction
# Dots of 203 dpi a module of the signed code: with three, a crumpled label is read one time in ten (docs/printing.md).
_SIGNED_MODULE, _SIGNED_MODULE_ON_58 = 4, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelContent:
    """The words of a label; phones come masked."""

    tracking_url: str  # in capitals: the QR stays small
    tracking_code: str
    parcel_code: str
    sender_name: str
    sender_address: str
    sender_phone: str
    receiver_name: str
    receiver_address: str
    receiver_phone: str
    office: str
    route: tuple[str, ...]
    service: str
    weight_grams: int
    papers_count: int
    seal_number: str
    filed: str  # local time: the date stamp by print (TT 02/2012 Đ.3)
    label_version: int = 1
    signed: str = ""  # what a handheld checks without network, in a QR of its own; "" prints none
    copy: bool = False  # the same label may have come out before


def placed(content: LabelContent, paper: Paper) -> list[Block]:
    """The label's blocks; on a sheet they fill it, on a roll it ends after them."""
    head = _head(paper, " – ".join(content.route), content.copy)
    codes = _stacked_codes(content, paper) if paper.narrow else _codes(content, paper)
    foot = _foot(paper, content.parcel_code, content.office, content.label_version)
    room = paper.page - head.height - codes.height - height_of(foot)
    receiver = (content.receiver_name, content.receiver_address, content.receiver_phone)
    sender = (content.sender_name, content.sender_address, content.sender_phone)
    parties = parties_of(receiver, sender, paper, room)
    rest = [blank(room - height_of(parties))] if paper.page else []
    return [head, codes, *parties, *rest, *foot, *([] if paper.page else [blank(paper.dots(24))])]


@lru_cache(maxsize=1024)
def _head(paper: Paper, route: str, copy: bool) -> Block:
    """What it is and where it goes; a copy says so in a frame."""
    size, y = paper.dots(26 if paper.narrow else 34), paper.dots(20)
    title: list[Item] = [*paper.lines("HỒ SƠ HÀNH CHÍNH CÔNG", paper.margin, y, size, True, paper.inner, 2)]
    copied = framed(paper, COPY, y) if copy else []
    if paper.narrow and copied:
        title = [Text(paper.margin, y + paper.dots(56), size, True, "HỒ SƠ HÀNH CHÍNH CÔNG")]
    y = title[-1].y + size * 5 // 4 + paper.dots(4)
    small = paper.dots(22)
    lines = paper.lines(route, paper.margin, y, small, False, paper.inner, 1 if paper.short else 2)
    y += max(1, len(lines)) * (small * 5 // 4) + paper.dots(4)
    return Block(y + paper.dots(9), (*title, *copied, *lines, Rule(paper.margin, y, paper.inner, paper.dots(3))))


def _facts(content: LabelContent) -> tuple[str, str, str]:
    weight = f"{content.weight_grams} g · " if content.weight_grams else ""
    return f"{weight}{content.papers_count} giấy tờ", f"Niêm phong {content.seal_number}", f"Nhận {content.filed}"


def _codes(content: LabelContent, paper: Paper) -> Block:
    """The tracking QR, what people read beside it, and the signed QR at the right."""
    form = _codes_form(paper, paper.measure.modules(content.tracking_url, _LEVEL), content.service, _host(content.tracking_url),
                       paper.measure.modules(content.signed, _SIGNED_LEVEL) if content.signed else 0)
    items: list[Item] = [Qr(form.qr, 0, form.module, content.tracking_url, _LEVEL)]
    if content.signed:
        items.append(Qr(form.signed, 0, form.signed_module, content.signed, _SIGNED_LEVEL))
    code = group_code(content.tracking_code)
    size = next((each for each in form.sizes if paper.measure.width(code, each, True) <= form.wide), form.sizes[-1])
    items.append(Text(form.left, form.code_y, size, True, code))
    for number, fact in enumerate(_facts(content)):
        items += paper.lines(fact, form.left, form.facts_y + number * form.step, form.size, False, form.wide, 1)
    return Block(form.beneath.height, tuple(items), lasts=False, beneath=form.beneath)


def _host(url: str) -> str:
    """Where the QR leads, for people to read: a hostile label stuck over this one would lead elsewhere."""
    return url.lower().removeprefix("https://").removeprefix("http://").partition("/")[0]


class _CodesForm(NamedTuple):
    """What all labels of a service have in common beside the QR: places, sizes, and the words that are the same."""

    qr: int
    module: int
    signed: int
    signed_module: int
    left: int
    wide: int
    code_y: int
    facts_y: int
    step: int
    size: int
    sizes: tuple[int, ...]
    beneath: Block


@lru_cache(maxsize=256)
def _codes_form(paper: Paper, modules: int, service: str, host: str, signed_modules: int) -> _CodesForm:
    dots = paper.dots
    module, small = module_of(paper, modules, QR_MM), math.ceil(_SIGNED_MODULE * paper.scale)
    side, beside = module * (modules + 2 * QUIET), small * (signed_modules + 2 * QUIET) if signed_modules else 0
    left, signed = paper.margin + side, paper.width - paper.margin - beside + 2 * small
    wide = (signed if signed_modules else paper.width - paper.margin) - left
    track = next((text for text in (f"Tra cứu / Track: {host}", f"Tra cứu: {host}")
                  if paper.measure.width(text, dots(22), False) <= wide), host)
    words: list[Item] = [*paper.lines(track, left, dots(12), dots(22), False, wide, 1),
                         *paper.lines(_SERVICES[service], left, dots(92), dots(26), True, wide, 2)]
    height = max(side, dots(156 + 3 * 32)) + dots(4)
    return _CodesForm(paper.margin - 2 * module, module, signed, small, left, wide, dots(40), dots(156), dots(32), dots(24),
                      tuple(map(dots, (38, 34, 30, 26, 22, 20))), Block(height, tuple(words)))


def _stacked_codes(content: LabelContent, paper: Paper) -> Block:
    """The same one under the other, where a roll is narrow."""
    url, dots = content.tracking_url, paper.dots
    small = math.ceil((_SIGNED_MODULE if paper.inner > dots(500) else _SIGNED_MODULE_ON_58) * paper.scale) if content.signed else 0
    beside = qr_side(paper, content.signed, _SIGNED_LEVEL, small) if content.signed else 0
    modules = paper.measure.modules(url, _LEVEL)
    module = min(module_of(paper, modules, QR_MM), (paper.inner - beside) // (modules + 2 * QUIET))
    side = module * (modules + 2 * QUIET)
    left = (paper.width - side - beside) // 2
    items: list[Item] = [Qr(left, 0, module, url, _LEVEL)]
    if content.signed:
        items.append(Qr(left + side, (side - beside) // 2, small, content.signed, _SIGNED_LEVEL))
    items.append(paper.centred(group_code(content.tracking_code), side, dots(34), True))
    host = paper.lines(_host(url), paper.margin, side + dots(44), dots(22), False, paper.inner, 1)[0]
    items.append(paper.centred(host.text, host.y, host.size, False))
    y = side + dots(80)
    for text, size, bold in ((_SERVICES[content.service], 24, True), *((fact, 22, False) for fact in _facts(content))):
        lines = paper.lines(text, paper.margin, y, dots(size), bold, paper.inner, 2)
        items += lines
        y += len(lines) * (dots(size) * 5 // 4) + dots(2)
    return Block(y + dots(6), tuple(items), lasts=False)


class _FootForm(NamedTuple):
    """What the bar codes of one length have in common, and what stands above and under them all day."""

    above: Block
    x: int
    module: int
    high: int
    code_y: int
    size: int
    room: int
    under: Block


def _foot(paper: Paper, parcel_code: str, office: str, version: int) -> tuple[Block, ...]:
    """The S10 bar code as wide as the paper lets it be, its text, the office and the label's version."""
    form = _foot_form(paper, paper.measure.modules(parcel_code, "BARS"), office, version)
    code = Text(form.x, form.code_y, form.size, True, group_code(parcel_code))
    return (form.above, Block(form.high, (Bars(form.x, 0, form.module, form.high, parcel_code),), lasts=False),
            Block(form.room, (code,), lasts=False), form.under)


@lru_cache(maxsize=1024)
def _foot_form(paper: Paper, modules: int, office: str, version: int) -> _FootForm:
    dots, small = paper.dots, paper.dots(22)
    # At most 0.5 mm a module, so that a blurred print still reads; 14 mm high (UPU S10: 12.5 mm recommended), 10 on a short sheet.
    module = max(2, min(dots(4), (paper.width if paper.narrow else paper.inner) // (modules + 20)))
    x = (paper.width - modules * module) // 2 if paper.narrow else paper.margin + 6 * module
    size, label = dots(32 if paper.narrow or paper.short else 36), f"nhãn v{version}"
    right = paper.width - paper.margin - paper.measure.width(label, small, False)
    if paper.narrow:
        tail = [*paper.lines(office, paper.margin, 0, small, False, paper.inner, 2)]
        tail.append(Text(paper.margin, tail[-1].y + small * 5 // 4, small, False, label))
    else:
        tail = [*paper.lines(office, x, 0, small, False, right - x - dots(16), 1), Text(right, 0, small, False, label)]
    height = tail[-1].y + small * 5 // 4 + (0 if paper.narrow else dots(10))
    return _FootForm(Block(dots(20), (Rule(paper.margin, 0, paper.inner, dots(3)),)), x, module, dots(80 if paper.short else 112),
                     dots(6), size, dots(6) + size * 5 // 4 + dots(2), Block(height, tuple(tail)))
