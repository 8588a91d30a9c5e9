"""Notifiers by their address: ``folder:PATH``, where a gateway to the telephone network takes messages up; "" for none."""

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path

from ..errors import Unavailable
from ..outlets import Notice, Notifier


def opened(address: str) -> Notifier | None:
    """The notifier an address names; raises ValueError for one that is not right."""
    if not address:
        return None
    kind, _, place = address.partition(":")
    if kind != "folder" or not place:
        raise ValueError(address)
    return FolderNotifier(Path(place))


class FolderNotifier:
    """A file a message, for its owner's eyes alone, whole before it is seen: "To: <number>", an empty line, the text."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, notice: Notice) -> None:
        """One new file; the same key again is the same file."""
        try:
            await asyncio.to_thread(self._write, notice)
        except OSError:
            raise Unavailable("NOTIFIER_AWAY", "the folder for notices cannot be written; nothing was taken") from None

    def _write(self, notice: Notice) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, half = tempfile.mkstemp(prefix=".", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(f"To: {notice.telephone}\n\n{notice.text}\n".encode())
                file.flush()
                os.fsync(file.fileno())
            os.link(half, self._folder / f"{hashlib.sha256(notice.key.encode()).hexdigest()[:32]}.txt")
        except FileExistsError:
            pass  # taken before
        finally:
            os.unlink(half)
