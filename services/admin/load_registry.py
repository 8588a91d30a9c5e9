"""`load-registry`: reference data from a folder of tables, from a date on. Without a date it only shows what would change.

Every service keeps the fact in its own streams, and takes the registry that holds on the day it starts: restart them on that day.
"""

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

from services.foundation.adapters.clocks import SystemClock
from services.foundation.calendar import VIETNAM
from services.foundation.errors import Conflict, Invalid
from services.foundation.subjects import append_of
from services.registry import versions
from services.registry.loading import DATA
from services.registry.versions import LOADED, SUBJECT, RegistryLoaded

from . import acting
from .console import Report
from .installation import SERVICES, Installation

_MOST_SHOWN = 500


async def loaded(over: Installation, folder: Path, from_day: str, version: str, who: str, *, dry_run: bool) -> Report:
    """The differences, and whether it was loaded."""
    day = _day(from_day)
    fact = versions.fact_of(folder, day, version or f"{day.isoformat()} loaded")
    history = await over.stores["intake"].streams.read(SUBJECT)
    changes = versions.differences(_present(LOADED.state_of(history) or (), day), versions.tables(folder))
    dry_run = dry_run or not from_day
    if not dry_run:
        await _append(over, fact, who)
    return Report("load-registry", dry_run=dry_run, listed="changes", facts={
        "folder": str(folder), "effective_date": day.isoformat(), "version": fact.version,
        "changed": dict(Counter(f"{each['table']} {each['change']}" for each in changes)), "changes": changes[:_MOST_SHOWN]})


def _day(text: str) -> date:
    """The effective date: today or later, since what was decided under a registry stays decided."""
    today = SystemClock().now().astimezone(VIETNAM).date()
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise Invalid("DATE_WRONG", "give it as 2027-01-31", field="effective", value=text) from None
    if day < today:
        raise Invalid("DATE_PAST", "a registry holds from today or a later day on", field="effective", value=text)
    return day


def _present(known: tuple[RegistryLoaded, ...], day: date) -> versions.Tables:
    """The tables that would hold on that day."""
    fact = versions.holding(known, day)
    if fact is None:
        return versions.tables(DATA)
    with tempfile.TemporaryDirectory() as home:
        versions.unpacked(fact, Path(home))
        return versions.tables(Path(home))


async def _append(over: Installation, fact: RegistryLoaded, who: str) -> None:
    """To every service; one that has it from an earlier, broken-off run is left."""
    now = SystemClock().now()
    request = acting.request(who, "load-registry", fact.effective_date, fact.version, *(each.sha256 for each in fact.files))
    for service in SERVICES:
        streams = over.stores[service].streams
        history = await streams.read(SUBJECT)
        if any(each.cause == request.id for each in history):
            continue
        append = append_of(SUBJECT, "registries", history, [(fact, now)], request, now, topic=None)
        if not (await streams.append_many([append]))[0]:
            raise Conflict("REGISTRY_BUSY", "somebody else loads one at this moment; try again", field="registry")
