"""The ports on one file, for each service its own."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from .event_log import SqliteEventLog
from .file import SqliteFile
from .streams import SqliteStreams
from .views import SqliteSequences, SqliteViews


class SqliteStore(SqliteFile):
    """The file, and what services ask of it."""

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        super().__init__(path, read_only=read_only)
        self._appended: dict[str, asyncio.Event] = {}
        self._log = SqliteEventLog(self)

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
        return self._log
