"""What stands where on the label of 100 by 150 mm, in dots of 203 dpi (8 a millimetre). Black only.

Outside never: procedure, identity number, list of papers (TT 17/2017 Đ.9, Đ.11; Luật Bưu chính Đ.11; postal secrecy).
"""

from dataclasses import dataclass

from services.foundation.codes import group_code

WIDTH, HEIGHT, MARGIN = 800, 1200, 32
QR_DOTS = 248  # at least 31 mm with its quiet zone
QUIET = 4
_WIDEST = 0.56  # of the size: widest average letter of the fonts, for wrapping
BAR_DOTS, BAR_HEIGHT = 4, 112  # 0.5 mm a module, so that a blurred print still reads, 14 mm high (UPU S10: 12.5 mm recommended)
_SERVICES = {"SEND": "CHUYỂN HỒ SƠ", "RETURN": "TRẢ KẾT QUẢ", "BOTH": "CHUYỂN HỒ SƠ · TRẢ KẾT QUẢ"}


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


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; y is its top."""

    x: int
    y: int
    size: int
    bold: bool
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A black rectangle."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Qr:
    """The QR, its quiet zone inside; ``module`` dots a module."""

    x: int
    y: int
    module: int


@dataclass(frozen=True, slots=True)
class Bars:
    """The Code 128 of a text, without quiet zones."""

    x: int
    y: int
    text: str


Item = Text | Rule | Qr | Bars


def wrapped(text: str, size: int, width: int, most: int) -> list[str]:
    """The text in at most ``most`` lines that fit the width in dots; what is too long ends in an ellipsis."""
    room, lines = max(4, int(width / (size * _WIDEST))), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[:most - 1], f"{lines[most - 1][:room - 1]}…"]
    return [line if len(line) <= room else f"{line[:room - 1]}…" for line in lines]


def placed(content: LabelContent, qr_modules: int) -> list[Item]:
    """Everything with its place; ``qr_modules`` is the side of the QR without quiet zone."""
    inner = WIDTH - 2 * MARGIN
    module = -(-QR_DOTS // (qr_modules + 2 * QUIET))
    side = module * (qr_modules + 2 * QUIET)
    beside = MARGIN + side + 8
    items: list[Item] = [
        Text(MARGIN, 24, 34, True, "HỒ SƠ HÀNH CHÍNH CÔNG"),
        *_lines((content.route and " – ".join(content.route)) or "", MARGIN, 68, 22, False, inner, 2),
        Rule(MARGIN, 124, inner, 3),
        Qr(MARGIN - module * QUIET // 2, 132, module),
        Text(beside, 144, 22, False, "Tra cứu"),
        *_lines(group_code(content.tracking_code), beside, 172, 38, True, WIDTH - beside, 1),
        *_lines(_SERVICES[content.service], beside, 222, 26, True, WIDTH - beside - MARGIN, 2),
        Text(beside, 286, 24, False, " · ".join((*([f"{content.weight_grams} g"] if content.weight_grams else []),
                                                 f"{content.papers_count} giấy tờ"))),
        Text(beside, 318, 24, False, f"Niêm phong {content.seal_number}"),
        Text(beside, 350, 24, False, f"Nhận {content.filed}"),
    ]
    y = max(132 + side, 390) + 12
    y = _party(items, y, "Người nhận / To", 46, (content.receiver_name, content.receiver_address, content.receiver_phone))
    y = _party(items, y + 6, "Người gửi / From", 30, (content.sender_name, content.sender_address, content.sender_phone))
    bars = HEIGHT - MARGIN - BAR_HEIGHT - 76
    items += [
        Rule(MARGIN, bars - 20, inner, 3),
        Bars(MARGIN + 10 * BAR_DOTS - 16, bars, content.parcel_code),
        Text(MARGIN + 10 * BAR_DOTS, bars + BAR_HEIGHT + 6, 36, True, group_code(content.parcel_code)),
        *_lines(content.office, MARGIN + 10 * BAR_DOTS, HEIGHT - 58, 22, False, inner - 140, 1),
        Text(WIDTH - MARGIN - 90, HEIGHT - 58, 22, False, f"nhãn v{content.label_version}"),
    ]
    return items


def _lines(text: str, x: int, y: int, size: int, bold: bool, width: int, most: int) -> list[Item]:
    step = size * 5 // 4
    return [Text(x, y + number * step, size, bold, line) for number, line in enumerate(wrapped(text, size, width, most))]


def _party(items: list[Item], y: int, title: str, size: int, party: tuple[str, str, str]) -> int:
    """Adds a party and returns the next free y."""
    name, address, phone = party
    items += [Rule(MARGIN, y, WIDTH - 2 * MARGIN, 3), Text(MARGIN, y + 10, 20, False, title)]
    y += 38
    for text, height, bold, most in ((name, size, True, 3), (address, size * 3 // 4, False, 3), (phone, 26, False, 1)):
        if text:
            lines = _lines(text, MARGIN, y, height, bold, WIDTH - 2 * MARGIN, most)
            items += lines
            y += len(lines) * (height * 5 // 4) + 4
    return y
