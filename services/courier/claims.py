"""Claims: what devices said that has had no effect, or not yet. Kept beside the scans that wait for a parcel, and tried again
when something new is known of it: couriers meet where there is no network, and the taker may be home before the giver."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.foundation.calendar import WorkingCalendar
from services.foundation.errors import Conflict, Problem, Unavailable
from services.foundation.events import Append, Recorded
from services.foundation.ports import Clock, Streams
from services.foundation.sealing import seal, unseal
from services.foundation.subjects import Ask, Request, Rule, append_each

from . import case
from .acts import Act, EntryOutcome, facts_of, outcome_of
from .cases import Cases
from .delivery import missed
from .entry import ActClaimed, ReceiverShown
from .parcel import Parcel
from .scanning import Scanning
from .signed_text import receiver_of, receiver_sha256, receiver_text
from .stream import MISSED, PARCEL, Parcels, claims, waiting_of

_TRIES = 8
Known = dict[str, list[tuple[Recorded, ActClaimed]]]


@dataclass(frozen=True, slots=True)
class Said:
    """An act with the request it is."""

    act: Act
    request: Request


@dataclass(slots=True)
class Judged:
    """What came of an act, and the parcel as it was before; None if it is not known."""

    outcome: EntryOutcome
    problem: Problem | None = None
    parcel: Parcel | None = None


class Claims:
    """Judges acts, and keeps those without effect."""

    def __init__(self, streams: Streams, clock: Clock, parcels: Parcels, scanning: Scanning, calendar: WorkingCalendar,
                 keys: tuple[bytes, bytes], cases: Cases) -> None:
        """``keys`` are the installation's for the seal and for one-time codes."""
        self._streams, self._clock, self._parcels, self._scanning = streams, clock, parcels, scanning
        self._calendar, (self._seal_key, self._code_key), self._cases = calendar, keys, cases

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

    async def open_on(self, code: str) -> list[tuple[Recorded, ActClaimed]]:
        """What was said of a parcel and has had no effect."""
        said, history = (await self._known({code}))[code], await self._streams.read(PARCEL.subject_of(code))
        applied, wrong = _with_effect(history), {fact.cause for fact in history if fact.type == MISSED}
        return [(record, replace(claim, reason_code="ONE_TIME_CODE_WRONG", pending=False) if record.cause in wrong else claim)
                for record, claim in said if record.cause not in applied]  # a code may have been found wrong while it waited

    async def applied(self, said: Sequence[Said]) -> list[bool]:
        """Whether each has had its effect before."""
        names = {PARCEL.subject_of(each.act.met.parcel_code) for each in said}
        histories = await self._streams.read_many(sorted(names))
        causes = {subject: _with_effect(history) for subject, history in histories.items()}
        return [each.request.id in causes[PARCEL.subject_of(each.act.met.parcel_code)] for each in said]

    async def keep(self, judged: Sequence[tuple[Said, Judged]]) -> None:
        """Stores what is pending or in conflict, each once; then looks whether what was missing has come meanwhile."""
        await self._open_cases(judged)
        rest = [(said, told) for said, told in judged if told.outcome in (EntryOutcome.PENDING, EntryOutcome.CONFLICT)]
        for _ in range(_TRIES):
            if not rest:
                return
            codes = sorted({said.act.met.parcel_code for said, _ in rest})
            histories = await self._streams.read_many([waiting_of(code) for code in codes])
            appends = [(code, append) for code in codes for append in self._appends(code, histories[waiting_of(code)], [
                each for each in rest if each[0].act.met.parcel_code == code])]
            stored = await self._streams.append_many([append for _, append in appends])
            lost = {code for (code, _), done in zip(appends, stored, strict=True) if not done}
            await self.match([code for code in codes if code not in lost])
            rest = [(said, told) for said, told in rest if said.act.met.parcel_code in lost]
        raise Conflict("PARCEL_BUSY", "others write at the same time; send these entries again", field="entries")

    def _appends(self, code: str, history: list[Recorded], mine: Sequence[tuple[Said, Judged]]) -> Iterator[Append]:
        """One for each claim, since each may have a sealed part of its own."""
        kept, now, name = {record.cause for record, _ in claims(history)}, self._clock.now(), waiting_of(code)
        for said, told in mine:
            if said.request.id not in kept:
                append = append_each(name, code, history, [(_claim(said, told), said.act.moment, said.request)], now, topic=None,
                                     private=self._sealed(name, said.act))
                history = [*history, *append.facts]
                yield append

    def _sealed(self, subject: str, act: Act) -> bytes | None:
        """Who received it, for a delivery."""
        receiver = act.entry.deliver.receiver if act.entry.deliver is not None else None
        return None if receiver is None else seal(self._seal_key, subject, receiver_text(receiver))

    async def match(self, codes: Sequence[str]) -> None:
        """Brings what waits for these parcels where it belongs, as far as it can be by now."""
        found = await self._scanning.match_waiting(codes)
        if not found:
            return
        known = await self._known(set(found))
        pending = [(code, Said(Act(entry=claim.entry, met=claim.entry.parcels[0], actor=record.actor, moment=record.occurred,
                                   evidence=claim.evidence), Request.as_said(record)))
                   for code, told in known.items() for record, claim in told if claim.pending]
        said = [await self._with_receiver(code, each) for code, each in pending]
        judged = list(zip(said, await self._tried(said, known), strict=True))
        await self._open_cases(judged)
        await self._cases.take_effect([  # also what had its effect before: the process may have ended in between
            (_id_of(each.act), each.request) for each, told in judged
            if told.outcome in (EntryOutcome.APPLIED, EntryOutcome.DUPLICATE)])

    async def _with_receiver(self, code: str, said: Said) -> Said:
        """The act with who received it, which lies sealed beside the claim: the rule asks for it. Once erased, without."""
        act, deliver = said.act, said.act.entry.deliver
        if deliver is None or not deliver.receiver_sha256:
            return said
        found = [self._opened(waiting_of(code), blob) for blob in await self._streams.private(waiting_of(code))]
        receiver = next((each for each in found if each and receiver_sha256(each) == deliver.receiver_sha256), None)
        return replace(said, act=replace(act, entry=replace(act.entry, deliver=replace(deliver, receiver=receiver))))

    def _opened(self, subject: str, sealed: bytes) -> ReceiverShown | None:
        try:
            return receiver_of(unseal(self._seal_key, subject, sealed))
        except Unavailable:  # it never will open, as if it were erased: what waits for it must not hold up all others
            return None

    async def _open_cases(self, judged: Sequence[tuple[Said, Judged]]) -> None:
        """For people to look at what is in conflict."""
        await self._cases.open([
            (case.of_act(act.entry, act.met.parcel_code, act.actor, act.moment, told.problem.reason if told.problem else "",
                         self._clock.now()), request)
            for act, request, told in ((said.act, said.request, told) for said, told in judged)
            if told.outcome is EntryOutcome.CONFLICT])

    async def _known(self, codes: set[str]) -> Known:
        waiting = await self._streams.read_many([waiting_of(code) for code in sorted(codes)]) if codes else {}
        return {code: claims(waiting[waiting_of(code)]) for code in codes}

    async def _tried(self, said: Sequence[Said], known: Known) -> list[Judged]:
        judged = [Judged(EntryOutcome.DUPLICATE) for _ in said]  # what is left so has been applied before
        answers = await self._parcels.decide_many([
            Ask(each.act.met.parcel_code, self._rule(each, told), each.request, each.act.moment,
                self._sealed(PARCEL.subject_of(each.act.met.parcel_code), each.act))
            for each, told in zip(said, judged, strict=True)])
        awaiting = {(code, record.actor.person, record.actor.place) for code, each in known.items() for record, claim in each
                    if claim.pending and claim.entry.accept is not None}
        for each, told, answer in zip(said, judged, answers, strict=True):
            if not isinstance(answer, Problem):
                told.parcel, told.problem = told.parcel or answer, missed(answer, each.request.id)
                told.outcome = EntryOutcome.CONFLICT if told.problem is not None else told.outcome
                continue
            if isinstance(answer, Conflict):
                raise answer
            key = (each.act.met.parcel_code, each.act.actor.person, each.act.actor.place)
            told.problem, told.outcome = answer, outcome_of(answer, each.act, told.parcel, key in awaiting)
            if told.outcome is EntryOutcome.PENDING and each.act.entry.accept is not None:
                awaiting.add(key)
        return judged

    def _rule(self, said: Said, told: Judged) -> Rule:
        async def rule(parcel: Parcel) -> Sequence[Any]:
            told.outcome, told.parcel = EntryOutcome.APPLIED, parcel
            return facts_of(said.act, parcel, self._calendar, said.request.id, self._code_key)
        return rule


def _standing(known: Known, said: Said) -> ActClaimed | None:
    return next((claim for record, claim in known[said.act.met.parcel_code] if record.cause == said.request.id), None)


def _with_effect(history: Sequence[Recorded]) -> set[str]:
    """What has had its effect on a parcel; that a wrong code was named is counted, but it has had none."""
    return {fact.cause for fact in history if fact.type != MISSED}


def _claim(said: Said, told: Judged) -> ActClaimed:
    entry = replace(said.act.entry, parcels=(said.act.met,))
    if entry.deliver is not None:  # who received it lies sealed beside the claim
        entry = replace(entry, deliver=replace(entry.deliver, receiver=None))
    return ActClaimed(entry=entry, evidence=said.act.evidence, reason_code=told.problem.reason if told.problem else "",
                      pending=told.outcome is EntryOutcome.PENDING)


def _id_of(act: Act) -> str:
    return case.id_of(act.entry.device_time, act.actor.device, act.entry.device_sequence, act.met.parcel_code)


def _problem(reason: str) -> Problem:
    return Problem(reason, "kept as evidence; ask a supervisor")

