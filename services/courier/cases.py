"""The cases of a place: what came late or is in conflict, until somebody has looked at it.

A case is a stream of its own; the list is a view made of these streams alone. Its first fact is stored, and its row written,
before the fact it tells of: wherever a process ends the device has no answer yet and sends the entry again, and the case of a
repeat is the same case. So no case is missing. Its second and last fact is its end.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.foundation.errors import NotFound, Problem
from services.foundation.events import Append, Recorded
from services.foundation.ports import Clock, Row, Streams, Views
from services.foundation.sealing import seal, unseal
from services.foundation.subjects import Request, append_of

from .acts import EntryOutcome
from .case import Case, CaseOpened, CaseSettled, CaseState, CaseTookEffect, from_row, to_row
from .stream import case_in, case_of

VIEW = "cases"
INDEXES = ("open", "closed", "parcel")


class Cases:
    """Opens, lists and settles cases."""

    def __init__(self, streams: Streams, views: Views, clock: Clock, seal_key: bytes) -> None:
        self._streams, self._views, self._clock, self._seal_key = streams, views, clock, seal_key

    async def open(self, cases: Sequence[tuple[CaseOpened, Request]]) -> None:
        """Puts cases on their places' lists; one that is or was there stays as it is."""
        if cases:
            await self._add([self._append([], case.case_id, case, request) for case, request in cases], {})

    async def take_effect(self, acts: Sequence[tuple[str, Request]]) -> None:
        """Takes cases off the list that have had their effect after all, by their ids; those that never were on it are left out."""
        known = await self._known([key for key, _ in acts])
        found = [(case, request) for key, request in acts if (case := case_in(known[case_of(key)])) is not None]
        if found:
            await self._add([self._append(known[case_of(case.case_id)], case.case_id, CaseTookEffect(parcel_code=case.parcel_code),
                                          request) for case, request in found if case.state is CaseState.OPEN], known)

    async def listed(self, place: str, outcome: EntryOutcome | None, *, closed: bool, after: str, limit: int) -> list[Case]:
        """Cases of a place by the devices' own time, with their notes."""
        rows = await self._views.find(VIEW, "closed" if closed else "open", _key(place, outcome), after=after, limit=limit)
        return await asyncio.gather(*(self._with_note(from_row(row.key, row.value)) for row in rows))

    async def settle(self, case_ids: Sequence[str], note: str, request: Request) -> list[Case | Problem]:
        """The cases as they stand now. One of another place is not known; one that was looked at before stays as it is."""
        known = await self._known(case_ids)
        mine = {subject: case for subject, history in known.items()
                if (case := case_in(history)) is not None and case.place == request.actor.place}
        after = await self._add([
            self._append(known[subject], case.case_id, CaseSettled(parcel_code=case.parcel_code), request, note)
            for subject, case in mine.items() if case.state is CaseState.OPEN], {subject: known[subject] for subject in mine})
        standing = {subject: case_in(history) for subject, history in after.items()}
        return [_unknown() if (case := standing.get(case_of(key))) is None else await self._with_note(case) for key in case_ids]

    async def keep_list(self, facts: Sequence[Recorded]) -> None:
        """The list's rows from cases' whole streams, also for operators who make it anew."""
        histories: dict[str, list[Recorded]] = {}
        for fact in facts:
            histories.setdefault(fact.subject, []).append(fact)
        await self._views.put_many(VIEW, [_row(case, history[-1].sequence) for history in histories.values()
                                          if (case := case_in(history)) is not None])

    async def _known(self, case_ids: Sequence[str]) -> dict[str, list[Recorded]]:
        """What is known of cases, by their streams' names."""
        subjects = list(dict.fromkeys(case_of(key) for key in case_ids))
        return await self._streams.read_many(subjects) if subjects else {}

    def _append(self, history: Sequence[Recorded], case_id: str, fact: CaseOpened | CaseSettled | CaseTookEffect, request: Request,
                note: str = "") -> Append:
        now, name = self._clock.now(), case_of(case_id)
        return append_of(name, case_id, history, [(fact, now)], request, now, topic=None,
                         private=seal(self._seal_key, name, note.encode()) if note else None)

    async def _add(self, appends: Sequence[Append], known: Mapping[str, list[Recorded]]) -> dict[str, list[Recorded]]:
        """Appends, brings the list to where the cases then stand, and tells it. One not stored was opened or ended before."""
        stored = await self._streams.append_many(appends) if appends else []
        after = {**known, **{each.subject: [*known.get(each.subject, ()), *each.facts] for each in appends}}
        lost = [each.subject for each, done in zip(appends, stored, strict=True) if not done]
        after |= await self._streams.read_many(lost) if lost else {}
        await self.keep_list([fact for history in after.values() for fact in history])
        return after

    async def _with_note(self, case: Case) -> Case:
        """With what was noted, unless it was erased."""
        if case.state is not CaseState.SETTLED:
            return case
        for sealed in await self._streams.private(case_of(case.case_id)):
            return replace(case, note=unseal(self._seal_key, case_of(case.case_id), sealed).decode())
        return case


def _row(case: Case, reflects: int) -> Row:
    index = "open" if case.state is CaseState.OPEN else "closed"
    return Row(key=case.case_id, value=to_row(case), reflects=reflects, indexes={
        index: [_key(case.place, None), _key(case.place, case.outcome)], "parcel": case.parcel_code})


def _key(place: str, outcome: EntryOutcome | None) -> str:
    """A place's cases as an index value."""
    return place if outcome is None else f"{place}/{outcome}"


def _unknown() -> NotFound:
    return NotFound("CASE_UNKNOWN", "no such case at your place", field="case_ids")
