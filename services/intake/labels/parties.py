"""Receiver and sender on a label: the words that are read at arm's length."""

from functools import lru_cache

from .layout import Block, Item, Paper, Rule, Text, height_of

Party = tuple[str, str, str]  # name, address, telephone
# (receiver's size, lines; sender's size, lines) from what is read at arm's length to what fits a label of 100 mm.
_TYPE = ((46, 3, 30, 3), (46, 2, 30, 2), (40, 2, 28, 2), (34, 2, 26, 1), (30, 1, 24, 1), (24, 1, 22, 1))
_NARROW_TYPE = ((34, 4, 26, 3),)
_SHORT_TYPE = ((36, 3, 28, 2), (34, 2, 28, 2), (30, 2, 26, 1), (28, 1, 24, 1))


def parties_of(to: Party, of: Party, paper: Paper, room: int) -> tuple[Block, ...]:
    """Receiver and sender in the largest type that fits uncut; where every type cuts, in the largest that fits."""
    party, fitting = _beside_its_title if paper.short else _party, None
    for size, most, small, few in _NARROW_TYPE if paper.narrow else _SHORT_TYPE if paper.short else _TYPE:
        found = *party(paper, "Người nhận / To", size, most, *to), *party(paper, "Người gửi / From", small, few, *of)
        if not paper.page or height_of(found) <= room:
            if not any(_is_cut(block) for block in found):
                return found
            fitting = fitting or found
    return fitting or found


@lru_cache(maxsize=4096)
def _is_cut(block: Block) -> bool:
    return any(isinstance(item, Text) and item.text.endswith("…") for item in block.items)


@lru_cache(maxsize=4096)
def _party(paper: Paper, title: str, size: int, most: int, name: str, address: str, phone: str) -> tuple[Block, ...]:
    """Sender or receiver under a line."""
    dots, y = paper.dots, 0
    items: list[Item] = []
    for text, height, bold, few in ((name, size, True, most), (address, max(22, size * 3 // 4), False, most),
                                    (phone, min(26, size), False, 1)):
        if text:
            lines = paper.lines(text, paper.margin, y, dots(height), bold, paper.inner, few)
            items += lines
            y += len(lines) * (dots(height) * 5 // 4) + dots(4)
    return _title(paper, title), Block(y + dots(4), tuple(items))


@lru_cache(maxsize=64)
def _title(paper: Paper, title: str) -> Block:
    dots = paper.dots
    return Block(dots(38), (Rule(paper.margin, 0, paper.inner, dots(3)), Text(paper.margin, dots(10), dots(20), False, title)))


@lru_cache(maxsize=4096)
def _beside_its_title(paper: Paper, title: str, size: int, most: int, name: str, address: str, phone: str) -> tuple[Block, ...]:
    """The same on a short sheet: the title in a column of its own, the telephone behind the address."""
    dots, y, left = paper.dots, paper.dots(10), paper.margin + paper.dots(124)
    titles = [Text(paper.margin, y + number * dots(26), dots(20), False, line) for number, line in enumerate(title.split(" / "))]
    items: list[Item] = [Rule(paper.margin, 0, paper.inner, dots(3)), *titles]
    for text, height, bold in ((name, size, True), (" · ".join(filter(None, (address, phone))), max(22, size * 3 // 4), False)):
        lines = paper.lines(text, left, y, dots(height), bold, paper.width - paper.margin - left, most)
        items += lines
        y += len(lines) * (dots(height) * 5 // 4) + dots(2)
    return (Block(max(y, dots(64)) + dots(2), tuple(items)),)
