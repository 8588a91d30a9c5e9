"""Folds batches of facts into one view row per stream. A repeat is dropped; a gap makes the batch wait."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.foundation.crashpoints import reach
from services.foundation.envelope import milliseconds
from services.foundation.errors import Conflict
from services.foundation.events import Recorded
from services.foundation.ports import Row, Views

from . import clocks_of_promise, timeline
from .facts_read import READ

DOSSIERS, PARCELS = "journey_dossiers", "journey_parcels"
VIEWS = {DOSSIERS: ("tracking", "stage", "due"), PARCELS: ("filing",)}
SHOWN = {DOSSIERS: "dossiers/", PARCELS: "parcels/"}  # view -> whose facts a row is made of
_Fold = Callable[[Any, str, Any, int], dict[str, Any]]
Shown = Callable[[Sequence[Recorded], Mapping[str, int]], None]


class Projector:
    """One group for both topics. ``shown`` is told what has been stored: the facts, and how many dossiers came into each stage."""

    def __init__(self, views: Views, shown: Shown = lambda facts, entered: None) -> None:
        self._views, self._shown = views, shown

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
        new: list[Recorded] = []
        entered: Counter[str] = Counter()
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
            if view == DOSSIERS and not value.get("synthetic") and (row is None or row.value["stage"] != value["stage"]):
                entered[value["stage"]] += 1
            rows[key] = changed[key] = Row(key=key, value=value, reflects=record.sequence, indexes=_indexes(view, value),
                                               generation=row.generation if row else None)
            new.append(record)
        await self._views.put_many(view, list(changed.values()))
        self._shown(new, entered)


def _indexes(view: str, value: dict[str, Any]) -> dict[str, str | Sequence[str]]:
    if view == PARCELS:
        return {"filing": value["filing_id"]}
    if value.get("synthetic") or timeline.is_closed(value["stage"]):  # training's count nowhere, what has ended no more
        return {"tracking": value["tracking_code"]}
    legs = clocks_of_promise.running(value["stage"], value["transit_due"], value["due"])
    return {"tracking": value["tracking_code"], "stage": value["stage"], "due": [f"{leg}/{date}" for leg, date in legs.items()]}
