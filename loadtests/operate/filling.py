"""Many dossiers as the services store them, made without the doors; then the services make what follows from them."""

import asyncio
from dataclasses import replace
from pathlib import Path

from loadtests.bench import processes, stored
from services.admin import installation
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys
from services.foundation.sealing import seal

_AT_ONCE = 2_000
_APPLICANT = "Nguyễn Thị Ánh Tuyết 096185001234".encode() * 4  # about as long as an applicant is, encoded


async def dossiers(chosen: settings.Settings, count: int) -> None:
    """Stores so many filings, each with a sealed part and a claim, and takes their numbers."""
    key = Keys.load_or_make(chosen.keys_dir).seal_key
    async with wiring.open_stores(chosen, "intake", {}) as stores:
        await stores.sequences.block("s10/RH", count)
        for offset in range(0, count, _AT_ONCE):
            appends = [replace(each, private=seal(key, each.subject, _APPLICANT), claim=each.facts[0].key)
                       for each in stored.prepared(min(_AT_ONCE, count - offset), offset)]
            if not all(await stores.streams.append_many(appends)):
                raise RuntimeError("a dossier was there already")


_ROWS = (("intake", "dossiers"), ("courier", "parcels"), ("tracking", "journey_dossiers"), ("tracking", "journey_parcels"))


async def shown(chosen: settings.Settings, home: Path, servers: processes.Servers | None, count: int) -> None:
    """Runs the services until nothing waits and every view has a row for every dossier."""
    async with (processes.embedded(home) if servers is None else processes.services_on(home, servers, chosen.mongo_database)):
        while True:
            async with installation.opened(writing=False, chosen=chosen) as over:
                waits = [len(await over.stores[name].streams.unpublished(1)) for name in installation.OWNERS]
                rows = [await over.stores[service].views.size(view) for service, view in _ROWS]
                if not any(waits) and min(rows) >= count:
                    return
            await asyncio.sleep(1)
