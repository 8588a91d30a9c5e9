"""A power cut, as the next start finds the files."""

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

_HEAD = struct.Struct("=qqq")


def missing() -> str | None:
    """Why there can be none here."""
    if not sys.platform.startswith("linux"):
        return "the disk that forgets needs Linux"
    return None if shutil.which("cc") else "no C compiler (cc) on PATH"


def forgetful_disk(folder: Path) -> Path:
    """The shim, built into the folder."""
    built = folder / "unsynced.so"
    subprocess.run(("cc", "-shared", "-fPIC", "-O2", "-o", str(built), str(Path(__file__).with_name("unsynced.c")), "-ldl"),
                   check=True, capture_output=True)
    return built


def undo_unsynced(folder: Path) -> int:
    """Takes back all that was not synced, newest first; the number of changes taken back."""
    count = 0
    for journal in folder.glob("*.undo"):
        changes, rest = [], journal.read_bytes()
        while len(rest) >= _HEAD.size:
            offset, length, size = _HEAD.unpack_from(rest)
            if len(rest) < _HEAD.size + length:
                break  # killed while it wrote this one: the change itself was not made yet
            changes.append((offset, size, rest[_HEAD.size:_HEAD.size + length]))
            rest = rest[_HEAD.size + length:]
        target = journal.with_suffix("")
        if changes and target.exists():
            with target.open("r+b") as file:
                for offset, size, old in reversed(changes):
                    os.pwrite(file.fileno(), old, offset)
                    file.truncate(size)
        count += len(changes)
        journal.unlink()
    (folder / "postal.sqlite-shm").unlink(missing_ok=True)  # lives in memory alone
    return count
