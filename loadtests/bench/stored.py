"""With much stored: catch-up of relay and projector, rates at many dossiers, start-up and memory."""

import asyncio
import shutil
import statistics
import uuid
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from services.foundation.codes import new_tracking_code, parcel_code
from services.foundation.events import Actor, Append
from services.foundation.runtime import settings, wiring
from services.foundation.subjects import Request, append_of
from services.intake.dossier_facts import DossierFiled, FilingService, Paper
from services.intake.stream import TOPIC

from . import clients, processes
from .clients import Caller64
from .growth_plot import Point
from .measure import Row, rate
from .rows import Size, visible

_AT_ONCE = 2000
_ACTOR = Actor(person="bench", role="CLERK", place=clients.OFFICE)


def prepared(count: int, offset: int = 0, *, topic: str | None = TOPIC) -> list[Append]:
    """Filings as intake stores them, made here without its door."""
    now, found = datetime.now(UTC), []
    for number in range(offset, offset + count):
        name = str(uuid.UUID(int=(1 << 120) + number))
        fact = DossierFiled(
            filing_id=name, tracking_code=_tracking(number), parcel_code=parcel_code("RY", number),
            office_code=clients.OFFICE, procedure_code="1.014092", procedure_version="bench", authority_code="TINH-01",
            destination_office_code="901000", service=FilingService.BOTH, papers=(Paper(name="Đơn", originals=1, copies=0),),
            weight_grams=100, seal_number="S1", transit_due_date="2026-12-01", transit_days=4, term_value=20,
            term_unit="WORKING_DAY", expected_due_date="2027-01-04", route=(clients.OFFICE, "901000"), calendar_version="bench",
            synthetic=True)
        request = Request(id=name, fingerprint="", actor=_ACTOR)
        found.append(append_of(f"dossiers/{name}", name, [], [(fact, now)], request, now, topic=topic))
    return found


async def fill(chosen: settings.Settings, count: int, *, there: int = 0, topic: str | None) -> str:
    """Stores dossiers in intake's streams until they are so many; the tracking code of the last."""
    async with wiring.open_stores(chosen, "intake", {}) as stores:
        for offset in range(there, count, _AT_ONCE):
            appends = prepared(min(_AT_ONCE, count - offset), offset, topic=topic)
            if not all(await stores.streams.append_many(appends)):
                raise RuntimeError("a dossier was there already")
    return _tracking(count - 1)


def _tracking(number: int) -> str:
    return new_tracking_code(number * 2654435761 % (1 << 60))  # spread like those drawn by chance


async def catch_up(home: Path, count: int) -> list[Row]:
    """Facts that wait in the store when the system starts: relay, courier and tracking work them off."""
    last = await fill(settings.Settings(store=f"sqlite:{home / 'postal.sqlite'}"), count, topic=TOPIC)
    async with processes.embedded(home) as standing:
        start = asyncio.get_running_loop().time()
        await visible(standing, last)
        taken = asyncio.get_running_loop().time() - start
    return [Row(f"catch-up of {count:,} filings: relay, parcels, lists and tracking, one file", "facts/s", [count / taken],
                target="≥ 10000", against="value",
                note="each filing also makes a parcel, whose fact is published and shown as well")]


async def catch_up_on_servers(home: Path, count: int) -> list[Row]:
    """The same on MongoDB and Kafka."""
    async with processes.database_servers(home) as servers:
        chosen = settings.Settings(store=servers.uri, log=servers.log, mongo_database="catchup")
        last = await fill(chosen, count, topic=TOPIC)
        async with processes.services_on(home, servers, "catchup") as standing:
            start = asyncio.get_running_loop().time()
            await visible(standing, last)
            taken = asyncio.get_running_loop().time() - start
    return [Row(f"catch-up of {count:,} filings: the same, MongoDB + Kafka", "facts/s", [count / taken], target="≥ 5000",
                against="value")]


async def growth(home: Path, counts: tuple[int, ...], size: Size) -> list[Row]:
    """The rate of filings with few and with many dossiers stored, one file."""
    rates: dict[int, list[float]] = {}
    memory: dict[int, tuple[float, float]] = {}
    for there, count in pairwise((0, *counts)):
        file = home / str(count) / "postal.sqlite"
        file.parent.mkdir()
        if there:
            shutil.copyfile(home / str(there) / file.name, file)
        await fill(settings.Settings(store=f"sqlite:{file}"), count, there=there, topic=None)
    for _ in range(size.times):
        for count in counts:
            async with processes.embedded(home / str(count)) as standing:
                many = Caller64(standing.addresses["intake"], clients.FILE_MANY, clients.clerk_token(standing))
                await clients.filed_codes(many, 200)
                idle = standing.rss_mb()
                rates.setdefault(count, []).append(await rate(clients.filings(many, 100), 8, size.seconds))
                memory[count] = (idle, standing.rss_mb())
                await many.close()
    first = counts[0]
    return [Row(f"FileDossiers 100 a call with {count:,} dossiers stored", "/s", rates[count],
                f"the same with {first:,}" if count != first else "", rates[first] if count != first else [],
                "≥ 0.95" if count == counts[-1] else "",
                note=f"memory {memory[count][0]:.0f} MB idle, {memory[count][1]:.0f} MB after load",
                point=Point(count, statistics.median(rates[count]), min(rates[count]), max(rates[count]), *memory[count]))
            for count in counts]


async def starting(home: Path, times: int) -> list[Row]:
    """From the command to doors that answer, and memory then."""
    taken, memory = [], []
    for _ in range(times):
        async with processes.embedded(home) as standing:
            taken.append(standing.started_s)
            memory.append(standing.rss_mb())
    return [Row("start until ready, everything in one process", "s", taken, target="≤ 3", against="value"),
            Row("memory idle, everything in one process", "MB", memory)]
