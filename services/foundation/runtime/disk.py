"""How full the disk is that the store's file lies on; asked of the system at a scrape, which costs it a microsecond."""

import os
from pathlib import Path

from . import metrics


def watched(path: str) -> None:
    """Tells it from now on."""
    folder = Path(path).absolute().parent
    metrics.DISK_FREE.set_function(lambda: _size(folder)[0])
    metrics.DISK.set_function(lambda: _size(folder)[1])


def _size(folder: Path) -> tuple[float, float]:
    """(free, all) bytes; (nan, nan) where the folder is gone."""
    try:
        about = os.statvfs(folder)
    except OSError:
        return float("nan"), float("nan")
    return float(about.f_bavail * about.f_frsize), float(about.f_blocks * about.f_frsize)
