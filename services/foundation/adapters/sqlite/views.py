"""Views and sequences on the file."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...ports import Row
from ..memory import check_declared, index_values
from .schema import IN_ONE_QUERY, marks

if TYPE_CHECKING:
    from .file import SqliteFile

_COUNT = "SELECT count(DISTINCT key) FROM (SELECT key FROM row_index WHERE service=? AND view=? AND name=? AND {} LIMIT ?)"
_ROWS = "SELECT key, value, reflects, indexes FROM rows WHERE service=? AND view=? AND key IN ({})"


class SqliteViews:
    """Views of one service."""

    def __init__(self, file: "SqliteFile", service: str, declared: Mapping[str, Sequence[str]]) -> None:
        self._file, self._service = file, service
        self._declared = {view: tuple(names) for view, names in declared.items()}

    async def put_many(self, view: str, rows: Sequence[Row]) -> None:
        for row in rows:
            check_declared(self._declared, view, row.indexes)
        def put_all(writer: sqlite3.Connection) -> None:
            for row in rows:
                self._put(writer, view, row)

        await self._file.write(put_all)

    def _put(self, writer: sqlite3.Connection, view: str, row: Row) -> None:
        place = (self._service, view, row.key)
        indexes = {name: list(index_values(row, name)) for name in row.indexes}
        stored = writer.execute("SELECT reflects, indexes FROM rows WHERE service=? AND view=? AND key=?", place).fetchone()
        if stored is not None and stored[0] >= row.reflects:
            return
        before = json.loads(stored[1]) if stored else {}
        writer.execute("INSERT OR REPLACE INTO rows VALUES(?,?,?,?,?,?)",
                       (*place, row.reflects, json.dumps(row.value, ensure_ascii=False), json.dumps(indexes, ensure_ascii=False)))
        if before == indexes:
            return
        gone, come = ([(self._service, view, name, value, row.key) for name, values in these.items() for value in values
                       if value not in others.get(name, ())] for these, others in ((before, indexes), (indexes, before)))
        writer.executemany("DELETE FROM row_index WHERE service=? AND view=? AND name=? AND value=? AND key=?", gone)
        writer.executemany("INSERT OR IGNORE INTO row_index VALUES(?,?,?,?,?)", come)

    async def get(self, view: str, key: str) -> Row | None:
        found = await self.get_many(view, (key,))
        return found.get(key)

    async def get_many(self, view: str, keys: Sequence[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for start in range(0, len(keys), IN_ONE_QUERY):
            some = keys[start:start + IN_ONE_QUERY]
            for key, value, reflects, indexes in self._file.rows(_ROWS.format(marks(some)), (self._service, view, *some)):
                found[key] = Row(key=key, value=json.loads(value), reflects=reflects, indexes=json.loads(indexes))
        return found

    async def find(self, view: str, index: str, value: str, *, after: str = "", limit: int = 50) -> list[Row]:
        check_declared(self._declared, view, (index,))
        keys = [key for (key,) in self._file.rows(
            "SELECT key FROM row_index WHERE service=? AND view=? AND name=? AND value=? AND key>? ORDER BY key LIMIT ?",
            (self._service, view, index, value, after, limit))]
        rows = await self.get_many(view, keys)
        return [rows[key] for key in keys if key in rows]

    async def count(self, view: str, index: str, value: str, *, until: str = "", most: int = 50_000) -> int:
        check_declared(self._declared, view, (index,))
        which, values = ("value>=? AND value<?", (value, until)) if until else ("value=?", (value,))
        return int(self._file.rows(_COUNT.format(which), (self._service, view, index, *values, most))[0][0])

    async def add(self, counter: str, n: int, *, effect: str) -> None:
        def add_once(writer: sqlite3.Connection) -> None:
            if writer.execute("INSERT OR IGNORE INTO effects VALUES(?,?,?)", (self._service, counter, effect)).rowcount:
                writer.execute("INSERT INTO counters VALUES(?,?,?) ON CONFLICT DO UPDATE SET total=total+excluded.total",
                               (self._service, counter, n))

        await self._file.write(add_once)

    async def counter(self, counter: str) -> int:
        found = self._file.rows("SELECT total FROM counters WHERE service=? AND name=?", (self._service, counter))
        return int(found[0][0]) if found else 0


class SqliteSequences:
    """Numbers of one service."""

    def __init__(self, file: "SqliteFile", service: str) -> None:
        self._file, self._service = file, service

    async def block(self, name: str, size: int) -> int:
        def take(writer: sqlite3.Connection) -> int:
            last = writer.execute(
                "INSERT INTO numbers VALUES(?,?,?) ON CONFLICT DO UPDATE SET last=last+excluded.last RETURNING last",
                (self._service, name, size)).fetchone()[0]
            return int(last) - size + 1

        first: int = await self._file.write(take)
        return first
