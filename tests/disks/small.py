"""A small disk that can be filled: a tmpfs, which needs root on Linux."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MIB = 1 << 20


def missing() -> str | None:
    """Why there can be none here."""
    return None if sys.platform.startswith("linux") and os.geteuid() == 0 else "a disk to fill needs root on Linux"


@contextmanager
def disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """A mounted tmpfs of this size."""
    folder.mkdir()
    subprocess.run(("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)), check=True)
    try:
        yield folder
    finally:
        subprocess.run(("umount", "-l", str(folder)), check=True)


def fill(folder: Path, *, but: int) -> Path:
    """A file that takes all the room but so many mebibytes; to be removed again."""
    filler = folder / "filler"
    about = os.statvfs(folder)
    room = about.f_bavail * about.f_frsize - but * _MIB
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(room, _MIB))
    return filler
