"""What one whole life of a dossier costs: filed, carried, signed for, supplemented, decided, its result delivered.

These are the constants of docs/scale.md: CPU of services and servers, and bytes kept, for each dossier.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pymongo

from services import registry
from services.demo.cases import PHARMACIST
from services.demo.doors import Doors
from services.demo.journey import Journey
from services.foundation.runtime.identity import Keys, Minter

from .measure import Row
from .processes import Servers, Standing, cpu_s

_AT_ONCE, _ROUNDS = 12, 3


async def on_one_file(standing: Standing, home: Path, lives: int) -> list[Row]:
    """Rows for one process on one file."""
    def kept() -> dict[str, int]:
        with closing(sqlite3.connect(f"file:{home / 'postal.sqlite'}?mode=ro", uri=True)) as store:
            pages, size = store.execute("SELECT page_count, page_size FROM pragma_page_count, pragma_page_size").fetchone()
        return {"the file": pages * size}  # what it holds; its write-ahead log is used again

    return await _rows("one file", standing, {}, kept, lives)


async def on_servers(standing: Standing, servers: Servers, home: Path, database: str, lives: int) -> list[Row]:
    """Rows for three services on MongoDB and Kafka; MongoDB's bytes are before its compression, one copy."""
    def kept() -> dict[str, int]:
        with pymongo.MongoClient(servers.uri) as client:
            stats = [client[f"{database}_{service}"].command("dbStats") for service in standing.addresses]
        return {"MongoDB": sum(round(each["dataSize"] + each["indexSize"]) for each in stats),
                "Kafka": sum(path.stat().st_size for path in (home / "kafka" / "data").glob("postal.*/*.log"))}

    return await _rows("MongoDB + Kafka", standing, dict(zip(("mongod", "Kafka"), servers.pids, strict=True)), kept, lives)


async def _rows(back_end: str, standing: Standing, servers: dict[str, int], kept: Callable[[], dict[str, int]],
                lives: int) -> list[Row]:
    await _live(standing, 2)  # warm
    cpu, kept_bytes = [_cpu(standing, servers)], [await asyncio.to_thread(kept)]
    for _ in range(_ROUNDS):
        await _live(standing, lives // _ROUNDS)
        cpu.append(_cpu(standing, servers))
        kept_bytes.append(await asyncio.to_thread(kept))
    return [*(Row(f"CPU of {name} for a dossier's whole life, {back_end}", "ms", _each(cpu, name, 1000 / (lives // _ROUNDS)))
              for name in cpu[0]),
            *(Row(f"bytes a dossier's whole life leaves in {name}, {back_end}", "kB",
                  _each(kept_bytes, name, 1 / 1000 / (lives // _ROUNDS))) for name in kept_bytes[0])]


def _cpu(standing: Standing, servers: dict[str, int]) -> dict[str, float]:
    """Seconds spent so far."""
    return {"services": standing.cpu_s()} | {name: cpu_s(pid) for name, pid in servers.items()}


def _each(readings: Sequence[Mapping[str, float]], name: str, unit: float) -> list[float]:
    """What each round has added."""
    return [(after[name] - before[name]) * unit for before, after in pairwise(readings)]


async def _live(standing: Standing, lives: int) -> None:
    known = registry.load()
    home = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
    doors = Doors(standing.addresses, Minter(Keys.load_or_make(standing.keys)).mint_for)
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one() -> None:
        async with turn:
            await Journey(doors, home.code, PHARMACIST).run()

    try:
        await asyncio.gather(*(one() for _ in range(lives)))
    finally:
        await doors.close()
