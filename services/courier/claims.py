"""Claims: what devices said that has had no effect, or not yet. Kept beside the scans that wait for a parcel, and tried again
when something new is known of it: couriers meet where there is no network, and the taker may be home before the giver."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.foundation.calendar import WorkingCalendar
from services.foundation.errors import Conflict, Problem
from services.foundation.events import Recorded
from services.foundation.ports import Clock, Streams
from services.foundation.subjects import Ask, Request, Rule, append_each

from .acts import Act, EntryOutcome, facts_of, outcome_of
from .entry import ActClaimed
from .parcel import Parcel
from .scanning import Scanning
from .stream import Parcels, claims, waiting_of

_TRIES = 4
Known = dict[str, list[tuple[Recorded, ActClaimed]]]


@dataclass(frozen=True, slots=True)
class Said:
    """An act with the request it is, and what of it is to be sealed."""

    act: Act
    request: Request
    private: bytes | None = None


@dataclass(slots=True)
class Judged:
    """What came of an act, and the parcel as it was before; None if it is not known."""

    outcome: EntryOutcome
    problem: Problem | None = None
    parcel: Parcel | None = None


class Claims:
    """Judges acts, and keeps those without effect."""

    def __init__(self, streams: Streams, clock: Clock, parcels: Parcels, scanning: Scanning, calendar: WorkingCalendar) -> None:
        self._streams, self._clock, self._parcels, self._scanning = streams, clock, parcels, scanning
        self._calendar = calendar

    async def judge(self, said: Sequence[Said]) -> list[Judged]:
        """An answer for each, in the order in which they were done. Raises Conflict if others write all the time."""
        known = await self._known({each.act.met.parcel_code for each in said})
        judged: dict[int, Judged] = {}
        for number, each in enumerate(said):
            standing = _standing(known, each)
            if standing is not None and not standing.pending:
                judged[number] = Judged(EntryOutcome.CONFLICT, _problem(standing.reason_code))
        open_ = [number for number in range(len(said)) if number not in judged]
        judged |= zip(open_, await self._tried([said[number] for number in open_], known), strict=True)
        await self.keep([(said[number], judged[number]) for number in open_])
        return [judged[number] for number in range(len(said))]

    async def keep(self, judged: Sequence[tuple[Said, Judged]]) -> None:
        """Stores what is pending or in conflict, each once; then looks whether what was missing has come meanwhile."""
        rest = [(said, told) for said, told in judged if told.outcome in (EntryOutcome.PENDING, EntryOutcome.CONFLICT)]
        for _ in range(_TRIES):
            if not rest:
                return
            codes = sorted({said.act.met.parcel_code for said, _ in rest})
            histories = await self._streams.read_many([waiting_of(code) for code in codes])
            appends = []
            for code in codes:
                mine = [(said, told) for said, told in rest if said.act.met.parcel_code == code]
                appends.append(self._append(code, histories[waiting_of(code)], mine))
            stored = await self._streams.append_many([each for each in appends if each is not None])
            answers = iter(stored)
            lost = {code for code, each in zip(codes, appends, strict=True) if each is not None and not next(answers)}
            await self.match([code for code in codes if code not in lost])
            rest = [(said, told) for said, told in rest if said.act.met.parcel_code in lost]
        raise Conflict("PARCEL_BUSY", "others write at the same time; send these entries again", field="entries")

    def _append(self, code: str, history: list[Recorded], mine: Sequence[tuple[Said, Judged]]) -> Any:
        kept = {record.cause for record, _ in claims(history)}
        fresh = [(said, told) for said, told in mine if said.request.id not in kept]
        if not fresh:
            return None
        private = next((said.private for said, _ in fresh if said.private is not None), None)
        return append_each(waiting_of(code), code, history, [
            (_claim(said, told), said.act.moment, said.request) for said, told in fresh], self._clock.now(), topic=None,
            private=private)

    async def match(self, codes: Sequence[str]) -> None:
        """Brings what waits for these parcels where it belongs, as far as it can be by now."""
        found = await self._scanning.match_waiting(codes)
        if not found:
            return
        pending = [Said(Act(entry=claim.entry, met=claim.entry.parcels[0], actor=record.actor, moment=record.occurred,
                            evidence=claim.evidence),
                        Request(id=record.cause, fingerprint=record.fingerprint, actor=record.actor))
                   for told in (await self._known(set(found))).values() for record, claim in told if claim.pending]
        await self._tried(pending, {})

    async def _known(self, codes: set[str]) -> Known:
        waiting = await self._streams.read_many([waiting_of(code) for code in sorted(codes)]) if codes else {}
        return {code: claims(waiting[waiting_of(code)]) for code in codes}

    async def _tried(self, said: Sequence[Said], known: Known) -> list[Judged]:
        judged = [Judged(EntryOutcome.DUPLICATE) for _ in said]  # what is left so has been applied before
        answers = await self._parcels.decide_many([
            Ask(each.act.met.parcel_code, self._rule(each.act, told), each.request, each.act.moment, each.private)
            for each, told in zip(said, judged, strict=True)])
        awaiting = {(code, record.actor.person, record.actor.place) for code, each in known.items() for record, claim in each
                    if claim.pending and claim.entry.accept is not None}
        for each, told, answer in zip(said, judged, answers, strict=True):
            if not isinstance(answer, Problem):
                told.parcel = told.parcel or answer
                continue
            if isinstance(answer, Conflict):
                raise answer
            key = (each.act.met.parcel_code, each.act.actor.person, each.act.actor.place)
            told.problem, told.outcome = answer, outcome_of(answer, each.act, told.parcel, key in awaiting)
            if told.outcome is EntryOutcome.PENDING and each.act.entry.accept is not None:
                awaiting.add(key)
        return judged

    def _rule(self, act: Act, told: Judged) -> Rule:
        async def rule(parcel: Parcel) -> Sequence[Any]:
            told.outcome, told.parcel = EntryOutcome.APPLIED, parcel
            return facts_of(act, parcel, self._calendar)
        return rule


def _standing(known: Known, said: Said) -> ActClaimed | None:
    return next((claim for record, claim in known[said.act.met.parcel_code] if record.cause == said.request.id), None)


def _claim(said: Said, told: Judged) -> ActClaimed:
    entry = replace(said.act.entry, parcels=(said.act.met,))
    if entry.deliver is not None:  # who received it lies sealed beside the claim
        entry = replace(entry, deliver=replace(entry.deliver, receiver=None))
    return ActClaimed(entry=entry, evidence=said.act.evidence, reason_code=told.problem.reason if told.problem else "",
                      pending=told.outcome is EntryOutcome.PENDING)


def _problem(reason: str) -> Problem:
    return Problem(reason, "kept as evidence; ask a supervisor")

