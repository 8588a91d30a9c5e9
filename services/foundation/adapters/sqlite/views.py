"""Views and sequences on the file."""

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ...ports import Row, Views
from ..memory_views import check_declared, index_values, named, overtaken, swapped
from .file import SqliteFile
from .schema import IN_ONE_QUERY, marks

_COUNT = "SELECT count(DISTINCT key) FROM (SELECT key FROM row_index WHERE service=? AND view=? AND name=? AND {} LIMIT ?)"
_ROWS = "SELECT key, value, reflects, indexes FROM rows WHERE service=? AND view=? AND key IN ({})"
_PAGE = "SELECT key, value, reflects, indexes FROM rows WHERE service=? AND view=? AND key>? ORDER BY key LIMIT ?"


class SqliteViews:
    """Views of one service."""

    def __init__(self, file: SqliteFile, service: str, declared: Mapping[str, Sequence[str]]) -> None:
        self._file, self._service = file, service
        self._declared = {view: tuple(names) for view, names in declared.items()}
        self._beside: dict[str, int] = {}
        self._token = ""  # of what was begun beside

    async def put_many(self, view: str, rows: Sequence[Row]) -> None:
        for row in rows:
            check_declared(self._declared, view, row.indexes)
        def put_all(writer: sqlite3.Connection) -> None:
            generation = self._generation(view, writer)
            if any(row.generation not in (None, generation) for row in rows):
                raise swapped(view)
            for row in rows:
                self._put(writer, named(view, generation), row)

        await self._file.write(put_all)

    def _generation(self, view: str, connection: sqlite3.Connection | None = None) -> int:
        """Which generation is meant by a view's name."""
        if view in self._beside:
            return self._beside[view]
        sql, place = "SELECT live FROM generations WHERE service=? AND view=?", (self._service, view)
        found = self._file.rows(sql, place) if connection is None else connection.execute(sql, place).fetchall()
        return int(found[0][0]) if found else 0

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
        generation = self._generation(view)
        for start in range(0, len(keys), IN_ONE_QUERY):
            some = keys[start:start + IN_ONE_QUERY]
            for each in self._file.rows(_ROWS.format(marks(some)), (self._service, named(view, generation), *some)):
                found[each[0]] = _row(each, generation)
        return found

    async def find(self, view: str, index: str, value: str, *, after: str = "", limit: int = 50) -> list[Row]:
        check_declared(self._declared, view, (index,))
        keys = [key for (key,) in self._file.rows(
            "SELECT key FROM row_index WHERE service=? AND view=? AND name=? AND value=? AND key>? ORDER BY key LIMIT ?",
            (self._service, named(view, self._generation(view)), index, value, after, limit))]
        rows = await self.get_many(view, keys)
        return [rows[key] for key in keys if key in rows]

    async def count(self, view: str, index: str, value: str, *, until: str = "", most: int = 50_000) -> int:
        check_declared(self._declared, view, (index,))
        which, values = ("value>=? AND value<?", (value, until)) if until else ("value=?", (value,))
        return int(self._file.rows(_COUNT.format(which), (self._service, named(view, self._generation(view)), index,
                                                             *values, most))[0][0])

    async def add(self, counter: str, n: int, *, effect: str) -> None:
        def add_once(writer: sqlite3.Connection) -> None:
            if writer.execute("INSERT OR IGNORE INTO effects VALUES(?,?,?)", (self._service, counter, effect)).rowcount:
                writer.execute("INSERT INTO counters VALUES(?,?,?) ON CONFLICT DO UPDATE SET total=total+excluded.total",
                               (self._service, counter, n))

        await self._file.write(add_once)

    async def counter(self, counter: str) -> int:
        found = self._file.rows("SELECT total FROM counters WHERE service=? AND name=?", (self._service, counter))
        return int(found[0][0]) if found else 0

    async def rows(self, view: str, *, after: str = "", limit: int = 500) -> list[Row]:
        generation = self._generation(view)
        return [_row(each, generation) for each in self._file.rows(_PAGE, (self._service, named(view, generation), after, limit))]

    async def size(self, view: str) -> int:
        place = (self._service, named(view, self._generation(view)))
        return int(self._file.rows("SELECT count(*) FROM rows WHERE service=? AND view=?", place)[0][0])

    async def remove(self, view: str, keys: Sequence[str]) -> None:
        physical = named(view, self._generation(view))
        await self._file.write(lambda writer: _remove(writer, self._service, physical, keys))

    async def beside(self, views: Sequence[str]) -> Views:
        other = SqliteViews(self._file, self._service, self._declared)
        other._beside = {view: self._generation(view) + 1 for view in views}
        other._token = uuid.uuid4().hex
        rows = [(self._service, view, other._token) for view in views]
        await self._file.write(lambda writer: writer.executemany(
            "INSERT INTO generations VALUES(?,?,0,?) ON CONFLICT DO UPDATE SET begun=excluded.begun", rows) and None)
        for view in views:
            await self._clear(named(view, other._beside[view]))
        return other

    async def swap(self, views: Sequence[str]) -> None:
        def point(writer: sqlite3.Connection) -> None:
            begun = writer.execute("SELECT view, begun FROM generations WHERE service=?", (self._service,)).fetchall()
            if any(dict(begun).get(view) != self._token for view in views):
                raise overtaken(views)
            writer.executemany("UPDATE generations SET live=live+1, begun='' WHERE service=? AND view=?",
                               [(self._service, view) for view in views])

        await self._file.write(point)

    async def tidy(self, views: Sequence[str]) -> None:
        for view in views:
            live = self._generation(view)
            for generation in (live - 1, live + 1):
                if generation >= 0:
                    await self._clear(named(view, generation))

    async def _clear(self, physical: str) -> None:
        """A few rows a turn, so that nobody waits long behind it."""
        while keys := [key for (key,) in self._file.rows("SELECT key FROM rows WHERE service=? AND view=? LIMIT ?",
                                                         (self._service, physical, IN_ONE_QUERY))]:
            await self._file.write(partial(_remove, service=self._service, physical=physical, keys=keys))


def _row(found: Sequence[Any], generation: int) -> Row:
    key, value, reflects, indexes = found
    return Row(key=key, value=json.loads(value), reflects=reflects, indexes=json.loads(indexes), generation=generation)


def _remove(writer: sqlite3.Connection, service: str, physical: str, keys: Sequence[str]) -> None:
    for key in keys:
        found = writer.execute("SELECT indexes FROM rows WHERE service=? AND view=? AND key=?", (service, physical, key)).fetchone()
        writer.executemany("DELETE FROM row_index WHERE service=? AND view=? AND name=? AND value=? AND key=?",
                           [(service, physical, name, value, key)
                            for name, values in (json.loads(found[0]) if found else {}).items() for value in values])
        writer.execute("DELETE FROM rows WHERE service=? AND view=? AND key=?", (service, physical, key))


class SqliteSequences:
    """Numbers of one service."""

    def __init__(self, file: SqliteFile, service: str) -> None:
        self._file, self._service = file, service

    async def block(self, name: str, size: int) -> int:
        def take(writer: sqlite3.Connection) -> int:
            last = writer.execute(
                "INSERT INTO numbers VALUES(?,?,?) ON CONFLICT DO UPDATE SET last=last+excluded.last RETURNING last",
                (self._service, name, size)).fetchone()[0]
            return int(last) - size + 1

        first: int = await self._file.write(take)
        return first

    async def lasts(self) -> dict[str, int]:
        found = self._file.rows("SELECT name, last FROM numbers WHERE service=?", (self._service,))
        return {name: int(last) for name, last in found}

    async def raise_to(self, name: str, last: int) -> None:
        place = (self._service, name, last)
        await self._file.write(lambda writer: writer.execute(
            "INSERT INTO numbers VALUES(?,?,?) ON CONFLICT DO UPDATE SET last=max(last, excluded.last)", place) and None)
