"""Folds batches of facts into one view row per stream. A repeat is dropped; a gap makes the batch wait."""

from collections.abc import Callable
from typing import Any

from services.foundation.crashpoints import reach
from services.foundation.envelope import milliseconds
from services.foundation.errors import Conflict
from services.foundation.events import Recorded
from services.foundation.ports import Row, Views

from . import timeline
from .facts_read import READ

DOSSIERS, PARCELS = "journey_dossiers", "journey_parcels"
VIEWS = {DOSSIERS: ("tracking",), PARCELS: ("filing",)}
SHOWN = {DOSSIERS: "dossiers/", PARCELS: "parcels/"}  # view -> whose facts a row is made of
_Fold = Callable[[Any, str, Any, int], dict[str, Any]]


class Projector:
    """One group for both topics."""

    def __init__(self, views: Views) -> None:
        self._views = views

    async def on_facts(self, facts: list[Recorded]) -> None:
        """The effects of a batch: two reads, two writes."""
        await self._project(DOSSIERS, timeline.dossier_row, facts)
        reach("projection.half")
        await self._project(PARCELS, timeline.parcel_row, facts)

    async def _project(self, view: str, fold: _Fold, facts: list[Recorded]) -> None:
        prefix = SHOWN[view]
        mine = [fact for fact in facts if fact.subject.startswith(prefix)]
        if not mine:
            return
        first: dict[str, int] = {}
        for record in mine:
            first.setdefault(record.subject.removeprefix(prefix), record.sequence)
        # A stream that begins here needs no look at what is shown; if it is told again, the newer row stays (V1).
        rows: dict[str, Row] = await self._views.get_many(view, [key for key, sequence in first.items() if sequence > 1])
        changed: dict[str, Row] = {}
        for record in mine:
            key = record.subject.removeprefix(prefix)
            row = rows.get(key)
            reflects = row.reflects if row else 0
            if record.sequence <= reflects:
                continue
            if record.sequence > reflects + 1:
                raise Conflict("GAP", "a fact before this one has not come", field="sequence", value=record.id)
            kind = record.type.rsplit(".", 1)[1]
            fact = READ.decode(record.type, record.data) if READ.knows(record.type) else None
            value = fold(row.value if row else None, kind, fact, milliseconds(record.occurred))
            rows[key] = changed[key] = Row(key=key, value=value, reflects=record.sequence, indexes=_indexes(view, value),
                                               generation=row.generation if row else None)
        await self._views.put_many(view, list(changed.values()))


def _indexes(view: str, value: dict[str, Any]) -> dict[str, str]:
    return {"tracking": value["tracking_code"]} if view == DOSSIERS else {"filing": value["filing_id"]}
