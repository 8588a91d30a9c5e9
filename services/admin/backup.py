"""`backup`: every stream of every service as it was at one moment, the numbers that were given, and which keys belong to it.

On servers, stream by stream: each is cut at the moment the backup began, so that no effect is in it without its cause. One file is
copied by SQLite's own online backup first, beside a system that runs on it, and read from the copy. What was broken off goes on
with the same command. Private parts stay sealed; the keys are not in it, only their names. Views and the log are not in it either:
both are made from the streams.
"""

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from services.foundation.adapters.clocks import SystemClock
from services.foundation.envelope import iso, moment_of
from services.foundation.errors import Refused
from services.foundation.ports import Whole
from services.foundation.runtime import settings

from . import findings, parts
from .console import Report, Steps
from .installation import SERVICES, Installation, opened, walk

AT_ONCE = 2_000  # subjects a part


async def backed_up(chosen: settings.Settings, folder: Path, steps: Steps, *, dry_run: bool) -> Report:
    """Makes or goes on with a backup. Raises Refused BACKUP_THERE if a whole one lies there."""
    if (folder / parts.MANIFEST).exists():
        raise Refused("BACKUP_THERE", "a whole backup lies there; name another folder", field="folder")
    began = _began(folder, dry_run=dry_run)
    async with _quiet(chosen, steps, dry_run=dry_run) as over:
        run = Backup(over, folder, began, dry_run=dry_run)
        for service in SERVICES:
            await run.service(service, steps)
        numbers = {service: await over.stores[service].sequences.lasts() for service in SERVICES}
    told: dict[str, Any] = {
        "streams": sum(part["streams"] for part in run.parts), "facts": sum(part["facts"] for part in run.parts),
        "private": sum(part["private"] for part in run.parts), "bytes": sum(part["bytes"] for part in run.parts)}
    if not dry_run:
        manifest = {"format": parts.FORMAT, "moment": iso(began), "numbers": numbers, "keys": keys_of(chosen.keys_dir), **told,
                    "parts": run.parts}
        parts.written(folder / parts.MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    return Report("backup", ok=not run.broken, dry_run=dry_run, facts={
        "folder": str(folder), "moment": iso(began), **told, "parts": len(run.parts), "went_on": run.went_on,
        "broken_streams": run.broken,
        "keys_needed": keys_of(chosen.keys_dir)})


def keys_of(folder: Path) -> dict[str, str]:
    """The installation's secrets by file, each by the first 16 hex digits of its hash: enough to tell it, nothing to open with."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(folder.glob("*.key"))}


class Backup:
    """One run over open stores."""

    def __init__(self, over: Installation, folder: Path, began: datetime, *, dry_run: bool) -> None:
        self._over, self._folder, self._began, self._dry_run = over, folder, began, dry_run
        self.parts = parts.journal(folder)
        self.went_on, self.broken = len(self.parts), 0

    async def service(self, service: str, steps: Steps) -> None:
        """The rest of one service's streams."""
        mine = [part for part in self.parts if part["service"] == service]
        with steps.step(f"{service}: streams") as on:
            async for page in walk(self._over.stores[service].streams, mine[-1]["last"] if mine else "", AT_ONCE):
                self._part(service, page)
                on(len(page))

    def _part(self, service: str, page: list[Whole]) -> None:
        self.broken += sum(findings.of_chain(service, whole) is not None for whole in page)
        wholes = [cut for whole in page if (cut := _cut(whole, self._began)).facts]
        number = sum(part["service"] == service for part in self.parts) + 1
        content = parts.packed(wholes)
        part = {"service": service, "file": f"{service}/{number:06d}.streams", "last": page[-1].subject, "streams": len(wholes),
                "facts": sum(len(whole.facts) for whole in wholes), "private": sum(len(whole.private) for whole in wholes),
                "bytes": len(content)}
        if not self._dry_run:
            part["sha256"] = parts.written(self._folder / str(part["file"]), content)
            parts.noted(self._folder, part)
        self.parts.append(part)


def _cut(whole: Whole, began: datetime) -> Whole:
    """The stream as it was then."""
    facts = tuple(fact for fact in whole.facts if fact.recorded <= began or not fact.sequence)
    return replace(whole, facts=facts, private=whole.private[:len(facts)], claims=whole.claims[:len(facts)], waiting=0)


def _began(folder: Path, *, dry_run: bool) -> datetime:
    """When the backup began, the first time."""
    path, now = folder / "began", SystemClock().now()
    if path.exists():
        return moment_of(path.read_text(encoding="utf-8"))
    if not dry_run:
        parts.written(path, iso(now).encode())
    return now


@asynccontextmanager
async def _quiet(chosen: settings.Settings, steps: Steps, *, dry_run: bool) -> AsyncIterator[Installation]:
    """The installation to read from: servers as they are, one file as a copy of one moment."""
    if not chosen.store.startswith("sqlite:") or dry_run:
        async with opened(writing=False, chosen=chosen) as over:
            yield over
        return
    async with opened(writing=False, chosen=chosen):  # it is there, and one of ours
        pass
    source = Path(chosen.store.removeprefix("sqlite:"))
    with tempfile.TemporaryDirectory(dir=source.parent, prefix=".backup-") as home:
        copy = Path(home) / "copy.sqlite"
        with steps.step("copying the file"), closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live, \
                closing(sqlite3.connect(copy)) as fresh:
            live.backup(fresh)
        async with opened(writing=False, chosen=replace(chosen, store=f"sqlite:{copy}")) as over:
            yield over
