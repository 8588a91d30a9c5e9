"""Every port on one SQLite file: file.py (one writer), streams.py, views.py (and sequences), event_log.py."""

from .file import SqliteFile

__all__ = ["SqliteFile"]
