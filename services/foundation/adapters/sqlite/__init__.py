"""Every port on one SQLite file: file.py (one writer), streams.py, views.py (and sequences), event_log.py; store.py holds them."""

from .store import SqliteStore

__all__ = ["SqliteStore"]
