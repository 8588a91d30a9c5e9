"""A19: the machine loses its power; what was acknowledged is there when it comes back."""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from services.foundation.adapters.sqlite import SqliteStore, file
from tests.conftest import need
from tests.disks import cut

_CUTS, _ACKNOWLEDGED_EACH = 4, 150


@dataclass(frozen=True)
class After:
    """What several power cuts left."""

    acknowledged: int
    lost: int
    forgotten: int  # changes the disk had not synced


def _cut_the_power(store: Path, synchronous: str, environment: dict[str, str]) -> tuple[list[str], int]:
    """What was acknowledged before several cuts, and how many changes the disk forgot."""
    acknowledged: list[str] = []
    forgotten = 0
    for around in range(_CUTS):
        command = (sys.executable, "-m", "tests.disks.writer", str(store), synchronous, str(around))
        with subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            acknowledged += [child.stdout.readline().strip() for _ in range(_ACKNOWLEDGED_EACH)]
            child.kill()
            acknowledged += [line.strip() for line in child.stdout if line.endswith("\n")]  # said before it died
        forgotten += cut.undo_unsynced(store.parent)
    return acknowledged, forgotten


async def _after_cuts(folder: Path, synchronous: str) -> After:
    need("power", cut.missing())
    store = folder / "data" / "postal.sqlite"
    store.parent.mkdir()
    environment = {**os.environ, "LD_PRELOAD": str(cut.forgetful_disk(folder)), "UNSYNCED_WATCH": "postal.sqlite"}
    acknowledged, forgotten = await asyncio.to_thread(_cut_the_power, store, synchronous, environment)
    async with SqliteStore(store) as opened:
        found = await opened.streams("intake").read_many(acknowledged)
    return After(len(acknowledged), sum(not facts for facts in found.values()), forgotten)


async def test_a19_nothing_acknowledged_is_lost_when_the_power_goes(tmp_path: Path) -> None:
    after = await _after_cuts(tmp_path, file._SYNCHRONOUS)

    assert after.acknowledged >= _CUTS * _ACKNOWLEDGED_EACH
    assert after.lost == 0


async def test_a19_control_the_same_cuts_lose_what_a_weaker_setting_acknowledged(tmp_path: Path) -> None:
    """If this loses nothing, the disk of the test above does not forget."""
    after = await _after_cuts(tmp_path, "NORMAL")

    assert after.forgotten > 0
    assert after.lost > 0
