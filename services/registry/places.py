"""From a code or words of any time to the units of today. A place that was split gives all its successors."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from .records import FormerUnit, Unit

_KINDS = ("thanh pho", "tinh", "quan", "huyen", "thi xa", "thi tran", "phuong", "xa", "dac khu")
_SHORT = {"tp": "thanh pho", "tp.": "thanh pho", "p.": "phuong", "q.": "quan", "h.": "huyen", "tt.": "thi tran", "tx.": "thi xa"}


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case without diacritics: "Phường Hưng Định" is "phuong hung dinh"."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def bare(folded: str) -> str:
    """A folded name without its kind: "hung dinh"."""
    for kind in _KINDS:
        if folded.startswith(f"{kind} "):
            return folded[len(kind) + 1:]
    return folded


def _asked(part: str) -> str:
    """A folded part of a question with its kind written out: "p. hung dinh" is "phuong hung dinh"."""
    first, _, rest = fold(part).replace(".", ". ", 1).partition(" ")
    return " ".join(f"{_SHORT.get(first, first)} {rest}".split())


class Places:
    """Looks places up by code or words. Names are folded at first use only: loading stays quick."""

    def __init__(self, units: Mapping[str, Unit], former: Iterable[FormerUnit]) -> None:
        self._units, self._former = units, list(former)
        self._former_codes = {each.code: each for each in self._former}
        self._today: dict[str, list[Unit]] = {}
        self._before: dict[str, list[FormerUnit]] = {}

    def by_code(self, code: str) -> list[Unit]:
        """The unit of today with the code, else the successors of the former one, else none."""
        if code in self._units:
            return [self._units[code]]
        former = self._former_codes.get(code)
        return [self._units[each] for each in former.successors] if former else []

    def by_words(self, place: str) -> list[Unit]:
        """Units for "commune, [district,] province" in any spelling; a name with a district is one of before."""
        parts = [_asked(part) for part in place.replace(";", ",").split(",") if part.strip()]
        if not parts:
            return []
        self._index()
        commune, around = parts[0], [bare(part) for part in parts[1:]]
        today = [unit for unit in self._today.get(bare(commune), ())
                 if _is(commune, unit.name) and all(part == bare(fold(unit.province_name)) for part in around)]
        if today and len(parts) <= 2:
            return today
        before = [each for each in self._before.get(bare(commune), ())
                  if _is(commune, each.name) and set(around) <= {bare(fold(each.district)), bare(fold(each.province))}]
        codes = sorted({code for each in before for code in each.successors})
        return [self._units[code] for code in codes] or today

    def _index(self) -> None:
        if self._today:
            return
        today, before = defaultdict(list), defaultdict(list)
        for unit in self._units.values():
            today[bare(fold(unit.name))].append(unit)
        for each in self._former:
            before[bare(fold(each.name))].append(each)
        self._before, self._today = before, today


def _is(asked: str, name: str) -> bool:
    """Same name; and the same kind if one was said."""
    return asked in (fold(name), bare(fold(name)))
