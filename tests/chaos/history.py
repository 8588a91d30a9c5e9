"""What clients asked and were told, one JSON line an operation, written before and after.

An operation whose answer never came is ``unknown``: it may have happened once or not at all, never twice.
"""

import json
from pathlib import Path
from typing import Any

OUTCOMES = ("ok", "refused", "unknown")


class History:
    """Appends to a file as things happen; a reader sees every operation, answered or not."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._next = 0

    def asked(self, client: str, op: str, key: str, request: dict[str, Any]) -> int:
        """Number of the operation."""
        self._next += 1
        self._write({"n": self._next, "client": client, "op": op, "key": key, "request": request})
        return self._next

    def told(self, number: int, outcome: str, answer: dict[str, Any] | None = None, digest: str = "", reason: str = "") -> None:
        """The end of an operation."""
        self._write({"n": number, "outcome": outcome, "answer": answer or {}, "digest": digest, "reason": reason})

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
