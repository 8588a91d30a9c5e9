"""Views in memory, and what every adapter of views checks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import Conflict
from ..ports import Row, Views


class MemoryViews:
    """Views in dictionaries. ``declared`` maps each view to its index names."""

    def __init__(self, declared: Mapping[str, Sequence[str]]) -> None:
        self._declared = {view: tuple(names) for view, names in declared.items()}
        self._rows: dict[str, dict[str, Row]] = {view: {} for view in declared}  # by view and generation, as ``named``
        self._live = dict.fromkeys(declared, 0)
        self._beside: tuple[str, ...] = ()
        self._newest: dict[str, MemoryViews] = {}  # by view: the last that was begun beside
        self._counters: dict[str, int] = {}
        self._effects: set[tuple[str, str]] = set()

    async def put_many(self, view: str, rows: Sequence[Row]) -> None:
        for row in rows:
            check_declared(self._declared, view, row.indexes)
        mine, generation = self._of(view)
        if any(row.generation not in (None, generation) for row in rows):
            raise swapped(view)
        for row in rows:
            stored = mine.get(row.key)
            if stored is None or stored.reflects < row.reflects:
                mine[row.key] = replace(row, generation=generation)

    def _of(self, view: str) -> tuple[dict[str, Row], int]:
        """The rows that are meant by a view's name, and their generation."""
        generation = self._live[view] + (view in self._beside)
        return self._rows[named(view, generation)], generation

    async def get(self, view: str, key: str) -> Row | None:
        return self._of(view)[0].get(key)

    async def get_many(self, view: str, keys: Sequence[str]) -> dict[str, Row]:
        mine = self._of(view)[0]
        return {key: mine[key] for key in keys if key in mine}

    async def find(self, view: str, index: str, value: str, *, after: str = "", limit: int = 50) -> list[Row]:
        check_declared(self._declared, view, (index,))
        found = [row for key, row in sorted(self._of(view)[0].items())
                 if key > after and value in index_values(row, index)]
        return found[:limit]

    async def count(self, view: str, index: str, value: str, *, until: str = "", most: int = 50_000) -> int:
        check_declared(self._declared, view, (index,))
        return min(most, sum(any(value <= each < until if until else each == value for each in index_values(row, index))
                              for row in self._of(view)[0].values()))

    async def add(self, counter: str, n: int, *, effect: str) -> None:
        if (counter, effect) not in self._effects:
            self._effects.add((counter, effect))
            self._counters[counter] = self._counters.get(counter, 0) + n

    async def counter(self, counter: str) -> int:
        return self._counters.get(counter, 0)

    async def rows(self, view: str, *, after: str = "", limit: int = 500) -> list[Row]:
        return [row for key, row in sorted(self._of(view)[0].items()) if key > after][:limit]

    async def size(self, view: str) -> int:
        return len(self._of(view)[0])

    async def remove(self, view: str, keys: Sequence[str]) -> None:
        for key in keys:
            self._of(view)[0].pop(key, None)

    async def beside(self, views: Sequence[str]) -> Views:
        other = MemoryViews(self._declared)
        other.__dict__.update(self.__dict__)  # the same rows
        other._beside = tuple(views)
        for view in views:
            self._rows[named(view, self._live[view] + 1)] = {}
            self._newest[view] = other
        return other

    async def swap(self, views: Sequence[str]) -> None:
        if any(self._newest.get(view) is not self for view in views):
            raise overtaken(views)
        self._beside = ()
        for view in views:
            self._live[view] += 1
            del self._newest[view]

    async def tidy(self, views: Sequence[str]) -> None:
        for view in views:
            for name in [each for each in self._rows if each.partition("@")[0] == view and each != named(view, self._live[view])]:
                del self._rows[name]


def overtaken(views: Sequence[str]) -> Conflict:
    """What a rebuild is told when another was begun after it."""
    return Conflict("VIEW_OVERTAKEN", f"another rebuild of {' '.join(views)} was begun since; let that one end", field="view")


def swapped(view: str) -> Conflict:
    """What a writer is told who has read a row of a generation that is no longer the live one."""
    return Conflict("VIEW_SWAPPED", "the view was rebuilt; read again and retry", field="view", value=view)


def check_declared(declared: Mapping[str, Sequence[str]], view: str, names: Mapping[str, object] | Sequence[str]) -> None:
    """Raises ValueError for a view or index that was not declared."""
    unknown = [name for name in names if name not in declared.get(view, ())]
    if view not in declared or unknown:
        raise ValueError(f"view {view!r} declares no index {unknown}")


def index_values(row: Row, index: str) -> tuple[str, ...]:
    """A row's values under an index, always many."""
    value = row.indexes.get(index, ())
    return (value,) if isinstance(value, str) else tuple(value)


def named(view: str, generation: int) -> str:
    """The name a generation's rows are stored under."""
    return f"{view}@{generation}" if generation else view
