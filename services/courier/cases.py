"""The cases of a place: what came late or is in conflict, until somebody has looked at it.

The list is a view. A case's row is written before the fact it tells of: wherever a process ends the device has no answer yet and
sends the entry again, and the row of a repeat is the same row. So no case is missing. Row 1 is the open case, row 2 its end; that
somebody has looked is a fact of its own stream.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from services.foundation.errors import NotFound, Problem
from services.foundation.ports import Clock, Row, Streams, Views
from services.foundation.sealing import seal, unseal
from services.foundation.subjects import Request, append_of

from .acts import EntryOutcome
from .case import Case, CaseSettled, CaseState, from_row, settled, to_row
from .stream import case_of

VIEW = "cases"
INDEXES = ("open", "closed")
_OPEN, _CLOSED = 1, 2


class Cases:
    """Opens, lists and settles cases."""

    def __init__(self, streams: Streams, views: Views, clock: Clock, seal_key: bytes) -> None:
        self._streams, self._views, self._clock, self._seal_key = streams, views, clock, seal_key

    async def open(self, cases: Sequence[Case]) -> None:
        """Puts cases on their places' lists; one that is or was there stays as it is."""
        await self._put(cases, _OPEN)

    async def take_effect(self, case_ids: Sequence[str]) -> None:
        """Takes cases off the list that have had their effect after all; those that never were on it are left out."""
        found = await self._views.get_many(VIEW, case_ids) if case_ids else {}
        await self._put([replace(from_row(row.key, row.value), state=CaseState.TOOK_EFFECT) for row in found.values()], _CLOSED)

    async def listed(self, place: str, outcome: EntryOutcome | None, *, closed: bool, after: str, limit: int) -> list[Case]:
        """Cases of a place by the devices' own time, with their notes."""
        rows = await self._views.find(VIEW, "closed" if closed else "open", _key(place, outcome), after=after, limit=limit)
        return await asyncio.gather(*(self._with_note(from_row(row.key, row.value)) for row in rows))

    async def settle(self, case_ids: Sequence[str], note: str, request: Request) -> list[Case | Problem]:
        """The cases as they stand now. One of another place is not known; one that was looked at before stays as it is."""
        rows = await self._views.get_many(VIEW, case_ids)
        known = {row.key: from_row(row.key, row.value) for row in rows.values()}
        mine = {key: case for key, case in known.items() if case.place == request.actor.place}
        now = self._clock.now()
        fresh = [key for key, case in mine.items() if case.state is CaseState.OPEN]
        await self._streams.append_many([append_of(
            case_of(key), key, [], [(CaseSettled(parcel_code=mine[key].parcel_code), now)], request, now, topic=None,
            private=seal(self._seal_key, case_of(key), note.encode()) if note else None) for key in fresh])
        looked = await self._streams.read_many([case_of(key) for key in fresh])  # one not stored was looked at by somebody else
        ended = {key: settled(mine[key], looked[case_of(key)][0].actor, looked[case_of(key)][0].occurred) for key in fresh}
        await self._put(list(ended.values()), _CLOSED)
        return [await self._with_note({**mine, **ended}[key]) if key in mine else _unknown() for key in case_ids]

    async def _put(self, cases: Sequence[Case], version: int) -> None:
        if cases:
            index = "open" if version == _OPEN else "closed"
            await self._views.put_many(VIEW, [Row(key=case.case_id, value=to_row(case), reflects=version, indexes={
                index: [_key(case.place, None), _key(case.place, case.outcome)]}) for case in cases])

    async def _with_note(self, case: Case) -> Case:
        """With what was noted, unless it was erased."""
        if case.state is not CaseState.SETTLED:
            return case
        for sealed in await self._streams.private(case_of(case.case_id)):
            return replace(case, note=unseal(self._seal_key, case_of(case.case_id), sealed).decode())
        return case


def _key(place: str, outcome: EntryOutcome | None) -> str:
    """A place's cases as an index value."""
    return place if outcome is None else f"{place}/{outcome}"


def _unknown() -> NotFound:
    return NotFound("CASE_UNKNOWN", "no such case at your place", field="case_ids")
