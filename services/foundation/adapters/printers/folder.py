"""A folder as a printer: a file a document."""

import asyncio
import os
import tempfile
from pathlib import Path

from ...outlets import Reach
from .problems import away

_ENDINGS = {"PDF": "pdf", "PNG": "png", "SVG": "svg", "ZPL": "zpl", "ESCPOS": "bin"}


class FolderPrinter:
    """Files ``NAME.pdf``, ``NAME-2.pdf`` ... each whole before it is seen."""

    longest_s = 10.0

    def __init__(self, folder: Path, reach: Reach) -> None:
        self._folder, self._reach = folder, reach

    @property
    def reach(self) -> Reach:
        """What it takes."""
        return self._reach

    async def print(self, document: bytes, name: str) -> None:
        """One new file."""
        try:
            await asyncio.wait_for(asyncio.to_thread(self._write, document, name), self.longest_s)
        except (OSError, TimeoutError):
            raise away() from None

    def _write(self, document: bytes, name: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, half = tempfile.mkstemp(prefix=".", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(document)
                file.flush()
                os.fsync(file.fileno())
            self._show(Path(half), name)
        finally:
            os.unlink(half)

    def _show(self, half: Path, name: str) -> None:
        """Gives the whole file its name; a link, unlike a renaming, replaces nothing."""
        number = 1
        while True:
            try:
                os.link(half, self._folder / f"{name}{'' if number == 1 else f'-{number}'}.{_ENDINGS[self._reach.language]}")
            except FileExistsError:
                number += 1
            else:
                return
