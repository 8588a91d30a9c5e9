"""Fills an installation, runs every command on it, writes out/admin.json."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from loadtests.bench import processes
from loadtests.bench.rows import scratch
from services.admin import installation
from services.foundation.adapters.memory import MemoryEventLog
from services.foundation.localservers import kafka, process
from services.foundation.runtime import settings
from services.foundation.runtime.set_aside import SetAside
from services.registry.loading import DATA

from . import filling

OUT = Path("out/admin.json")
_TOLD = ("facts", "streams", "rows", "facts_per_second", "bytes", "parts", "private", "subjects", "files")


class Run:
    """Commands on one installation, one after the other."""

    def __init__(self, chosen: settings.Settings) -> None:
        self._chosen = chosen
        self.rows: list[dict[str, Any]] = []

    def command(self, *words: str, on: settings.Settings | None = None) -> dict[str, Any]:
        """Runs a command as a process of its own; its report. Keeps time and peak memory."""
        chosen, start = on or self._chosen, time.monotonic()
        environment = {**os.environ, "POSTAL_STORE": chosen.store, "POSTAL_LOG": chosen.log,
                       "POSTAL_KEYS_DIR": str(chosen.keys_dir), "POSTAL_MONGO_DATABASE": chosen.mongo_database}
        with subprocess.Popen((sys.executable, "-m", "services.admin", *words, "--json"), stdout=subprocess.PIPE,
                              env=environment) as child:
            said = child.stdout.read() if child.stdout else b""
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        report: dict[str, Any] = json.loads(said) if said.strip() else {}
        row = {"command": " ".join(word for word in words if not word.startswith("/")), "exit": child.returncode,
               "seconds": round(time.monotonic() - start, 2), "cpu_s": round(used.ru_utime + used.ru_stime, 2),
               "peak_mb": round(used.ru_maxrss / 1000),
               **{name: report[name] for name in _TOLD if isinstance(report.get(name), int)}}
        self.rows.append(row)
        sys.stderr.write(f"{row}\n")
        return report

    async def aside(self, service: str, filing_id: str) -> None:
        """Sets a filing aside, as its group would."""
        async with installation.opened(writing=True, chosen=self._chosen) as over:
            facts = await over.stores["intake"].streams.read(f"dossiers/{filing_id}")
            await SetAside("tracking", MemoryEventLog(), over.stores[service].views).put(facts[0], "REACTION_FAILED")


async def everything(chosen: settings.Settings, home: Path, count: int, servers: processes.Servers | None) -> dict[str, Any]:
    """Fills, then every command."""
    start = time.monotonic()
    await filling.dossiers(chosen, count)
    filled = time.monotonic() - start
    await filling.shown(chosen, home, servers, count)
    sys.stderr.write(f"{count:,} dossiers stored in {filled:.0f} s, shown in {time.monotonic() - start:.0f} s\n")
    run, filing = Run(chosen), await _some(chosen)
    await asyncio.to_thread(run.command, "verify")
    for name in ("tracking", "intake-list", "intake-parcels", "courier-list", "courier-devices", "courier-cases"):
        await asyncio.to_thread(run.command, "rebuild", name)
    await run.aside("tracking", filing)
    for words in (("parked", "list"), ("parked", "show", filing), ("parked", "release", filing), ("republish", "--dossier", filing),
                  ("export", filing, "--file", str(home / "a.zip")), ("export", "--check", str(home / "a.zip")),
                  ("erase", filing, "--reason", "CITIZEN_ASKED", "--operator", "bench"),
                  ("load-registry", str(DATA), "--effective", "2099-01-01"),
                  ("republish", "--topic", "postal.dossiers.v1"), ("backup", str(home / "backup"))):
        await asyncio.to_thread(run.command, *words)
    async with _empty(chosen, home, servers) as empty:
        await asyncio.to_thread(run.command, "restore", str(home / "backup"), on=empty)
        await asyncio.to_thread(run.command, "verify", "--chains-only", on=empty)
    drained = time.monotonic()
    await filling.shown(chosen, home, servers, count)
    return {"dossiers": count, "stored_s": round(filled, 1), "republished_topic_sent_s": round(time.monotonic() - drained, 1),
            "commands": run.rows}


async def _some(chosen: settings.Settings) -> str:
    async with installation.opened(writing=False, chosen=chosen) as over:
        return (await over.stores["intake"].streams.wholes("dossiers/", 1))[0].facts[0].key


@asynccontextmanager
async def _empty(chosen: settings.Settings, home: Path, servers: processes.Servers | None) -> AsyncIterator[settings.Settings]:
    """A new installation of the same kind with nothing in it."""
    if servers is None:
        new = replace(chosen, store=f"sqlite:{home / 'new' / 'postal.sqlite'}")
        async with installation.opened(writing=True, chosen=new):
            pass
        yield new
        return
    port = process.free_port()
    pid = await asyncio.to_thread(kafka.start, port, home / "new-kafka")
    try:
        yield replace(chosen, mongo_database="new", log=kafka.address(port))
    finally:
        await asyncio.to_thread(process.stop, pid)


async def on_one_file(home: Path, count: int) -> dict[str, Any]:
    """Everything on one SQLite file."""
    return await everything(settings.Settings(store=f"sqlite:{home / 'postal.sqlite'}", keys_dir=home / "keys"), home, count, None)


async def on_servers(home: Path, count: int) -> dict[str, Any]:
    """Everything on MongoDB and Kafka."""
    async with processes.database_servers(home) as servers:
        chosen = settings.Settings(store=servers.uri, log=servers.log, mongo_database="bench", keys_dir=home / "keys")
        return await everything(chosen, home, count, servers)


PARTS = {"one_file": on_one_file, "servers": on_servers}


async def main() -> int:
    """0 if every command ended as it should."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.operate", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=100_000)
    parser.add_argument("--on", default=",".join(PARTS))
    asked = parser.parse_args()
    failed = False
    for name in asked.on.split(","):
        with scratch() as home:
            found = await PARTS[name](Path(home), asked.dossiers)
        _keep(name, found)
        failed |= any(row["exit"] for row in found["commands"])
    return int(failed)


def _keep(name: str, found: dict[str, Any]) -> None:
    """Beside what was measured on the other back end."""
    known = json.loads(OUT.read_text()) if OUT.exists() else {}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({**known, name: found}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
