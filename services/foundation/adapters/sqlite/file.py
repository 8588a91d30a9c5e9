"""One SQLite file with exactly one writing connection.

Why one: SQLite 3.7.0 to 3.51.2 can corrupt a WAL when two connections write or checkpoint (sqlite.org/wal.html,
"WAL-reset bug"). Writers that wait together are committed together, so ``synchronous=FULL`` costs one flush for all.
Statements run in the event loop's thread, a few microseconds each; the commit, which waits for the disk, in a thread of its
own. (A whole writer in a thread fought the loop for the interpreter lock at every statement: three times the CPU.)
"""

import asyncio
import fcntl
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ...crashpoints import reach
from ...errors import Exhausted, NotFound, Problem, Refused, Unavailable
from .schema import SCHEMA

_MOST_TOGETHER = 512  # writes in one commit
_CHECKPOINT_EVERY = 2_000  # commits
_SYNCHRONOUS = "FULL"  # a power cut loses nothing that was acknowledged; NORMAL would

Write = Callable[[sqlite3.Connection], Any]


class SqliteFile:
    """The file; ``async with`` opens it. A second process is refused with STORE_IN_USE, unless it only reads."""

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        self._path, self._read_only = Path(path), read_only
        self._waiting: list[tuple[Write, asyncio.Future[Any]]] = []
        self._turns: asyncio.Task[None] | None = None
        self._reader: sqlite3.Connection | None = None
        self._commits = 0
        self.committed: Callable[[int, float], None] = lambda writes, seconds: None  # told of each commit
        self.known: set[tuple[str, ...]] = set()  # small rows that are there for certain; emptied by any rollback

    async def __aenter__(self) -> Self:
        if self._read_only:
            if not self._path.exists():
                raise NotFound("STORE_MISSING", "there is no such file", field="POSTAL_STORE")
            self._open_reader()
            return self
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self._path.with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise Refused("STORE_IN_USE", "another process uses this file; end it or name another file",
                          field="POSTAL_STORE", value=self._path) from None
        self._loop = asyncio.get_running_loop()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
        self._writer = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=256)
        self._writer.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous={_SYNCHRONOUS}; PRAGMA wal_autocheckpoint=0;"
                                   + SCHEMA)
        self._open_reader()
        return self

    def _open_reader(self) -> None:
        self._reader = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None, cached_statements=256)
        self._reader.execute("PRAGMA query_only=1")

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        if self._read_only:
            if self._reader is not None:
                self._reader.close()
            return
        while self._turns is not None:
            await asyncio.wait([self._turns])
        await self._loop.run_in_executor(self._disk, _checkpoint, self._writer, "TRUNCATE")
        self._disk.shutdown()
        self._writer.close()
        if self._reader is not None:
            self._reader.close()
        self._lock.close()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Reads inline: a point read takes microseconds, less than a hop to another thread."""
        if self._reader is None:
            raise Unavailable("STORE_CLOSED", "the file is not open")
        return self._reader.execute(sql, parameters).fetchall()

    async def write(self, operation: Write) -> Any:
        """Runs the operation in the next commit and waits until that is durable.

        Shielded: a caller that goes away does not undo what it asked for.
        """
        if self._read_only:
            raise Refused("STORE_READ_ONLY", "opened to be read alone", field="POSTAL_STORE")
        done: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append((operation, done))
        if self._turns is None:
            self._turns = self._loop.create_task(self._take_turns())
        return await asyncio.shield(done)

    async def _take_turns(self) -> None:
        """Commit after commit until nobody waits; who comes while one is under way goes with the next."""
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST_TOGETHER], self._waiting[_MOST_TOGETHER:]
                _answer(await self._commit(batch))
                self._commits += 1
                if self._commits % _CHECKPOINT_EVERY == 0:
                    await self._loop.run_in_executor(self._disk, _checkpoint, self._writer, "PASSIVE")
        finally:
            self._turns = None

    async def _commit(self, batch: list[tuple[Write, "asyncio.Future[Any]"]]) -> list[Any]:
        """Outcomes (future, result, error) of one commit."""
        outcomes: list[Any] = []
        start = time.perf_counter()
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            for operation, done in batch:
                outcomes.append((done, *_run(self._writer, operation)))
            reach("store.before_commit")
            await self._loop.run_in_executor(self._disk, self._writer.execute, "COMMIT")
            reach("store.committed")
            self.committed(len(batch), time.perf_counter() - start)
        except Exception as error:  # the file must outlive whatever an operation does
            self.known.clear()
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            if len(batch) > 1 and not isinstance(error, sqlite3.OperationalError):  # one is at fault, not the disk
                return [outcome for each in batch for outcome in await self._commit([each])]
            told = _problem(error) if isinstance(error, sqlite3.Error) else error
            return [(done, None, told) for _, done in batch]
        return outcomes


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
