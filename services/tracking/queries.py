"""Questions: by tracking code for anyone, by filing id for staff."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.foundation.codes import check_tracking_code
from services.foundation.envelope import moment
from services.foundation.errors import NotFound
from services.foundation.ports import Clock, Row, Views

from . import clocks_of_promise, timeline
from .projector import DOSSIERS, PARCELS

_MOST_PARCELS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the timeline."""

    event: str
    office_code: str
    occurred: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Journey:
    """What is true now. Dates are ISO or ""."""

    filing_id: str
    tracking_code: str
    stage: str
    office_code: str
    authority_code: str
    carried_to: str
    transit_due: str
    due: str
    transit_late: bool
    decision_late: bool
    due_is_promised: bool
    closed: bool
    entries: tuple[Entry, ...]
    parcels: dict[str, Row]
    route: tuple[str, ...]
    as_of: datetime
    today: date


def unknown() -> NotFound:
    """The same for a code never given, one of others, and one erased."""
    return NotFound("JOURNEY_UNKNOWN", "no journey behind this code")


class Queries:
    """Reads the projector's views."""

    def __init__(self, views: Views, clock: Clock) -> None:
        self._views, self._clock = views, clock

    async def track(self, code: str) -> Journey:
        """By the code in the QR; raises Invalid TRACKING_CODE_* before any look-up, NotFound JOURNEY_UNKNOWN."""
        rows = await self._views.find(DOSSIERS, "tracking", check_tracking_code(code), limit=1)
        # The same work for a code that leads nowhere, so that the time tells nothing.
        parcels = await self._views.find(PARCELS, "filing", rows[0].key if rows else "-", limit=_MOST_PARCELS)
        if not rows:
            raise unknown()
        return self._journey(rows[0], parcels)

    async def journey(self, filing_id: str) -> Journey:
        """By filing id; raises NotFound JOURNEY_UNKNOWN."""
        row = await self._views.get(DOSSIERS, filing_id[:64])
        if row is None:
            raise unknown()
        return self._journey(row, await self._views.find(PARCELS, "filing", row.key, limit=_MOST_PARCELS))

    def _journey(self, row: Row, parcels: list[Row]) -> Journey:
        now, dossier = self._clock.now(), row.value
        by_code: dict[str, Any] = {each.key: each.value for each in parcels}
        stage, day = timeline.stage(dossier, by_code), clocks_of_promise.today(now)
        carried = by_code.get(dossier.get("carrying", ""))
        route = carried["route"] if carried else dossier["route"]
        return Journey(
            filing_id=row.key, tracking_code=dossier["tracking_code"], stage=stage, office_code=dossier["office"],
            authority_code=dossier["authority"], carried_to=route[-1] if route else "",
            transit_due=dossier["transit_due"], due=dossier["due"],
            transit_late=clocks_of_promise.transit_late(dossier["transit_due"], day),
            decision_late=clocks_of_promise.decision_late(dossier["due"], stage, day), closed=timeline.is_closed(stage),
            due_is_promised=clocks_of_promise.is_promised(stage),
            entries=tuple(Entry(event=event, office_code=office, occurred=moment(ms))
                          for event, office, ms in timeline.entries(dossier, by_code.values())),
            parcels={each.key: each for each in parcels}, route=tuple(dossier["route"]), as_of=now, today=day)
