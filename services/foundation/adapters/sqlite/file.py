"""One SQLite file with exactly one writing connection, in a thread of its own.

Why one: SQLite 3.7.0 to 3.51.2 can corrupt a WAL when two connections write or checkpoint (sqlite.org/wal.html,
"WAL-reset bug"). Writers that wait together are committed together, so ``synchronous=FULL`` costs one flush for all.
"""

import asyncio
import fcntl
import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ...crashpoints import reach
from ...errors import Exhausted, Problem, Refused, Unavailable
from .event_log import SqliteEventLog
from .schema import SCHEMA
from .streams import SqliteStreams
from .views import SqliteSequences, SqliteViews

_MOST_TOGETHER = 512  # writes in one commit
_CHECKPOINT_EVERY = 2_000  # commits

Write = Callable[[sqlite3.Connection], Any]


class SqliteFile:
    """The file; ``async with`` opens it. A second process is refused with STORE_IN_USE."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._queue: queue.SimpleQueue[tuple[Write, asyncio.Future[Any]] | None] = queue.SimpleQueue()
        self._reader: sqlite3.Connection | None = None
        self._appended: dict[str, asyncio.Event] = {}
        self._log: SqliteEventLog | None = None

    async def __aenter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self._path.with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise Refused("STORE_IN_USE", "another process uses this file; end it or name another file",
                          field="POSTAL_STORE", value=self._path) from None
        self._loop = asyncio.get_running_loop()
        writer = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        writer.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;" + SCHEMA)
        self._thread = threading.Thread(target=self._write_all, args=(writer,), name="sqlite-writer", daemon=True)
        self._thread.start()
        self._reader = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None)
        self._reader.execute("PRAGMA query_only=1")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        if self._reader is not None:
            self._reader.close()
        self._lock.close()

    def streams(self, service: str) -> SqliteStreams:
        """The service's streams."""
        return SqliteStreams(self, service, self._appended.setdefault(service, asyncio.Event()))

    def views(self, service: str, declared: Mapping[str, Sequence[str]]) -> SqliteViews:
        """The service's views."""
        return SqliteViews(self, service, declared)

    def sequences(self, service: str) -> SqliteSequences:
        """The service's numbers."""
        return SqliteSequences(self, service)

    def event_log(self) -> SqliteEventLog:
        """The log shared by all services of this file."""
        self._log = self._log or SqliteEventLog(self)
        return self._log

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Reads inline: a point read takes microseconds, less than a hop to another thread."""
        if self._reader is None:
            raise Unavailable("STORE_CLOSED", "the file is not open")
        return self._reader.execute(sql, parameters).fetchall()

    async def write(self, operation: Write) -> Any:
        """Runs the operation in the writer's next commit and waits until that is durable.

        Shielded: a caller that goes away does not undo what it asked for.
        """
        done: asyncio.Future[Any] = self._loop.create_future()
        self._queue.put((operation, done))
        return await asyncio.shield(done)

    def _write_all(self, writer: sqlite3.Connection) -> None:
        commits, ended = 0, False
        while not ended:
            batch = [self._queue.get()]
            while len(batch) < _MOST_TOGETHER and not self._queue.empty():
                batch.append(self._queue.get())
            ended = None in batch
            outcomes = self._commit(writer, [each for each in batch if each is not None])
            if outcomes and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(_answer, outcomes)
            commits += 1
            if ended or commits % _CHECKPOINT_EVERY == 0:
                _checkpoint(writer, "TRUNCATE" if ended else "PASSIVE")
        writer.close()

    @staticmethod
    def _commit(writer: sqlite3.Connection, batch: list[tuple[Write, "asyncio.Future[Any]"]]) -> list[Any]:
        outcomes: list[Any] = []
        try:
            writer.execute("BEGIN IMMEDIATE")
            for operation, done in batch:
                outcomes.append((done, _run(writer, operation), None))
            reach("store.before_commit")
            writer.execute("COMMIT")
            reach("store.committed")
        except Exception as error:  # the writer must outlive whatever an operation does
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            if len(batch) > 1 and not isinstance(error, sqlite3.OperationalError):  # one is at fault, not the disk
                return [outcome for each in batch for outcome in SqliteFile._commit(writer, [each])]
            told = _problem(error) if isinstance(error, sqlite3.Error) else error
            return [(done, None, told) for _, done in batch]
        return [(done, *result) for done, result, _ in outcomes]


def _checkpoint(writer: sqlite3.Connection, mode: str) -> None:
    """Brings the log's pages into the file; on a full disk they stay in the log, and the next turn tries again."""
    try:
        writer.execute(f"PRAGMA wal_checkpoint({mode})")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY):
            raise


def _run(writer: sqlite3.Connection, operation: Write) -> tuple[Any, Exception | None]:
    """Result or error of one operation; an error of its own undoes nothing of its neighbours."""
    try:
        return operation(writer), None
    except (Problem, ValueError) as error:  # raised before the operation writes anything
        return None, error


def _problem(error: sqlite3.Error) -> Problem:
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
        return Exhausted("STORE_FULL", "the disk is full; nothing was written; free space and retry")
    return Unavailable("STORE_FAILED", "the file could not be written; nothing was changed; retry")


def _answer(outcomes: list[tuple["asyncio.Future[Any]", Any, Exception | None]]) -> None:
    for done, result, error in outcomes:
        if done.done():
            continue
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)
            done.exception()  # a caller that went away leaves nobody to read it
