"""`parked`: filings that a group has set aside, because it could not take one of their facts in. Shown without anything personal.

A release takes the filing out of the list, waits until every consumer has noticed, and has the dossier's facts published again, so
that the group takes in all that it passed over.
"""

import asyncio
from typing import Any

from services.foundation.envelope import iso
from services.foundation.errors import NotFound
from services.foundation.events import Recorded
from services.foundation.ports import Row
from services.foundation.runtime.set_aside import LOOKED_UP_EVERY_S
from services.foundation.runtime.set_aside import VIEW as SET_ASIDE

from .console import Report
from .installation import OWNERS, PAGE, SERVICES, Installation

_NOTICED_S = LOOKED_UP_EVERY_S + 0.5
_TRIES = 5  # a fact that comes in the moment before a release is noticed parks its filing again


async def listed(over: Installation) -> Report:
    """All, by service and group."""
    rows = [(service, row) for service in SERVICES for row in await _all(over, service)]
    return Report("parked list", listed="parked", facts={"count": len(rows), "parked": [
        {"service": service, "group": row.key.partition("/")[0], "filing_id": row.key.partition("/")[2],
         "reason": row.value["reason"], "facts": len(row.value["facts"]), "first": row.value["facts"][0]}
        for service, row in rows]})


async def shown(over: Installation, filing_id: str) -> Report:
    """The facts that a filing's groups have set aside: envelope alone."""
    found = await _of(over, filing_id)
    facts = [{"service": service, "group": row.key.partition("/")[0], "reason": row.value["reason"], **await _shown(over, name)}
             for service, row in found for name in row.value["facts"]]
    return Report("parked show", listed="facts", facts={"filing_id": filing_id, "facts": facts})


async def released(over: Installation, filing_id: str, *, dry_run: bool) -> Report:
    """Takes a filing out of every group's list, and has its facts published again."""
    found = await _of(over, filing_id)
    subjects = sorted({name.rpartition("/")[0] for _, row in found for name in row.value["facts"]})
    again = False
    if not dry_run:
        again = not await _taken_out(over, found)
        for service in OWNERS:
            mine = await over.stores[service].streams.read_many(subjects)
            await over.stores[service].streams.unmark_subjects([subject for subject, facts in mine.items() if facts])
    return Report("parked release", ok=not again, dry_run=dry_run, facts={
        "filing_id": filing_id, "groups": sorted({row.key.partition("/")[0] for _, row in found}), "subjects": subjects})


async def _taken_out(over: Installation, found: list[tuple[str, Row]]) -> bool:
    """Whether the rows stay away for as long as a consumer may not have noticed."""
    for _ in range(_TRIES):
        for service, row in found:
            await over.stores[service].views.remove(SET_ASIDE, [row.key])
        await asyncio.sleep(_NOTICED_S)  # how long a consumer holds on to what it has looked up
        left = [(service, row) for service, row in found if await over.stores[service].views.get(SET_ASIDE, row.key)]
        if not left:
            return True
    return False


async def _all(over: Installation, service: str) -> list[Row]:
    rows: list[Row] = []
    while page := await over.stores[service].views.rows(SET_ASIDE, after=rows[-1].key if rows else "", limit=PAGE):
        rows += page
    return rows


async def _of(over: Installation, filing_id: str) -> list[tuple[str, Row]]:
    found = [(service, row) for service in SERVICES for row in await _all(over, service) if row.key.partition("/")[2] == filing_id]
    if not found:
        raise NotFound("NOT_PARKED", "no group has set this filing aside", field="filing_id", value=filing_id)
    return found


async def _shown(over: Installation, name: str) -> dict[str, Any]:
    """A fact's envelope; only its name if no service has it."""
    subject, _, sequence = name.rpartition("/")
    for service in OWNERS:
        facts: list[Recorded] = await over.stores[service].streams.read(subject)
        if facts and int(sequence) <= len(facts):
            fact = facts[int(sequence) - 1]
            return {"fact": name, "type": fact.type, "occurred": iso(fact.occurred), "recorded": iso(fact.recorded),
                    "role": fact.actor.role, "place": fact.actor.place}
    return {"fact": name, "type": "", "occurred": "", "recorded": "", "role": "", "place": ""}
