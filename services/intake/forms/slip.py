"""What stands where on the receipt of a till's roll, or of label sheets where there is nothing else. The words are the form's."""

from collections.abc import Sequence

from ..labels.layout import COPY, QR_MM, Block, Item, Paper, Qr, Rule, Text, blank, framed, height_of, module_for, qr_side
from . import words

_LEVEL = "Q"


def placed(content: words.ReceiptContent, paper: Paper) -> list[list[Block]]:
    """The sheets; a roll is one. What does not fit goes on to a further sheet that says whose it is and which."""
    blocks = [_head(content, paper), *_who(content, paper), *_papers(content, paper), _money(content, paper),
              _codes(content, paper), _signatures(paper)]
    if not paper.page:
        return [[*blocks, blank(paper.dots(24))]]
    sheets: list[list[Block]] = [[]]
    for block in blocks:
        if height_of(sheets[-1]) + block.height > paper.page:
            sheets[-1].append(blank(paper.page - height_of(sheets[-1])))
            sheets.append([_lines(paper, (f"{words.codes(content)[0]} · tờ {len(sheets) + 1}", 22, False), top=16)])
        sheets[-1].append(block)
    sheets[-1].append(blank(paper.page - height_of(sheets[-1])))
    return sheets


def _lines(paper: Paper, *parts: tuple[str, int, bool], top: int = 0, left: int = 0, rule: bool = False, most: int = 8) -> Block:
    """Texts under each other, each (text, size, bold), broken where they must."""
    y = paper.dots(top)
    items: list[Item] = [Rule(paper.margin, 0, paper.inner, paper.dots(3))] if rule else []
    for text, size, bold in parts:
        x = paper.margin + paper.dots(left)
        lines = paper.lines(text, x, y, paper.dots(size), bold, paper.width - paper.margin - x, most)
        items += lines
        y += len(lines) * (paper.dots(size) * 5 // 4) + paper.dots(2)
    return Block(y + paper.dots(4), tuple(items), lasts=False)


def _head(content: words.ReceiptContent, paper: Paper) -> Block:
    """Office, title and the authority's code line."""
    y = paper.dots(20)
    items: list[Item] = []
    if content.copy:
        items += framed(paper, COPY, y)
        y += paper.dots(56)
    for text, size, bold, centre in ((content.office, 24, True, False), (words.dossier_line(content), 22, False, False),
                                     (words.TITLE, 30, True, True), (words.SUBTITLE, 20, False, True)):
        lines = paper.lines(text, paper.margin, y, paper.dots(size), bold, paper.inner, 4)
        items += [paper.centred(line.text, line.y, line.size, bold) if centre else line for line in lines]
        y += len(lines) * (paper.dots(size) * 5 // 4) + paper.dots(6)
    return Block(y + paper.dots(4), tuple(items), lasts=False)


def _who(content: words.ReceiptContent, paper: Paper) -> Sequence[Block]:
    return [_lines(paper, (name, 20, False), (value, 26, name in ("Người nộp", "Thủ tục")), top=6, rule=not number)
            for number, (name, value) in enumerate(words.who_and_what(content)) if value]


def _papers(content: words.ReceiptContent, paper: Paper) -> Sequence[Block]:
    """A block a paper: its name, and how many originals and copies in two columns at the right."""
    text, originals, copies = words.papers_sum(content)
    rows = [("Tên giấy tờ", "Chính", "Sao", True)]
    rows += [(f"{number}. {name}", str(first), str(second), False) for number, (name, first, second) in
             enumerate(content.papers, start=1)]
    rows.append((text, str(originals), str(copies), True))
    return [_paper(paper, *row) for row in rows]


def _paper(paper: Paper, name: str, first: str, second: str, bold: bool) -> Block:
    size, column = paper.dots(24), paper.dots(78)
    right = paper.width - paper.margin
    lines = paper.lines(name, paper.margin, paper.dots(8), size, bold, paper.inner - 2 * column - paper.dots(12), 6)
    counts = [Text(right - (2 - place) * column, paper.dots(8), size, bold, count) for place, count in enumerate((first, second))]
    rule = [Rule(paper.margin, 0, paper.inner, paper.dots(2))]
    return Block(paper.dots(14) + len(lines) * (size * 5 // 4), (*rule, *lines, *counts), lasts=False)


def _money(content: words.ReceiptContent, paper: Paper) -> Block:
    fee, postage, total = words.paid(content)
    return _lines(paper, (fee, 24, False), (postage, 24, False), (total, 28, True), *((text, 26, True) for text in
                  words.promised(content)), top=10, rule=True)


def _codes(content: words.ReceiptContent, paper: Paper) -> Block:
    """The QR in the middle, under it what to type."""
    tracking, parcel, url = words.codes(content)
    module = module_for(paper, url.upper(), _LEVEL, QR_MM)
    side = qr_side(paper, url.upper(), _LEVEL, module)
    below = _lines(paper, (tracking, 28, True), (parcel, 24, False), (url, 20, False), top=0)
    items: list[Item] = [Rule(paper.margin, 0, paper.inner, paper.dots(3)),
                         Qr((paper.width - side) // 2, paper.dots(8), module, url.upper(), _LEVEL)]
    moved = [Text(item.x, item.y + side, item.size, item.bold, item.text) for item in below.items if isinstance(item, Text)]
    return Block(side + below.height + paper.dots(8), (*items, *moved), lasts=False)


def _signatures(paper: Paper) -> Block:
    """Two columns with room to sign."""
    size, half = paper.dots(22), paper.inner // 2
    items: list[Item] = [Rule(paper.margin, 0, paper.inner, paper.dots(3))]
    for place, signer in enumerate(words.SIGNERS):
        x = paper.margin + place * half
        items.append(Text(x, paper.dots(10), size, True, signer))
        items += paper.lines(words.SIGN, x, paper.dots(40), paper.dots(20), False, half, 2)
    return Block(paper.dots(190), tuple(items))
