"""The use cases: load, decide, append. Batches answer per item."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.foundation import codec, facts
from services.foundation.codes import check_parcel_code
from services.foundation.errors import Conflict, Invalid, NotFound, Problem, Refused
from services.foundation.events import Actor, Append, Recorded, chain
from services.foundation.ports import Clock, Streams

from . import handover, parcel_facts
from .parcel import Parcel, fold, key_of, order_of
from .parcel_facts import (
    AttemptReason,
    DeliveryAttempted,
    DeliveryProof,
    Difference,
    Holder,
    ParcelDelivered,
    Scan,
    ScanRecorded,
)

TOPIC = "postal.parcels.v1"
FACTS = codec.Registry()
FACTS.register("postal.courier.v1", *parcel_facts.ALL)
_NAMESPACE = uuid.UUID("1f0b4c0a-9c39-5a6e-8c66-6f7c54a0c9b1")
_TRIES = 4
_AHEAD = timedelta(minutes=5)  # a device clock further ahead than this is bounded to the server's time


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Who asks what: request id, keyed digest of its content, and the caller."""

    id: str
    fingerprint: str
    actor: Actor


def subject_of(code: str) -> str:
    """Name of a parcel's stream."""
    return f"parcels/{code}"


def waiting_of(code: str) -> str:
    """Name of the unpublished stream of scans that came before the parcel's own fact."""
    return f"waiting-scans/{code}"


def unknown(code: str) -> NotFound:
    """The answer for a parcel that is not there, and for one of others."""
    return NotFound("PARCEL_UNKNOWN", "no such parcel with you", field="parcel_code", value=code)


def state_of(history: Sequence[Recorded]) -> Parcel | None:
    """The state after these facts."""
    return fold(FACTS.decode(fact.type, fact.data) for fact in history)


class Commands:
    """Every change of a parcel."""

    def __init__(self, streams: Streams, clock: Clock) -> None:
        self._streams, self._clock = streams, clock

    def append_of(self, subject: str, history: Sequence[Recorded], key: str, decided: Sequence[tuple[Any, datetime]],
                  request: Request, topic: str | None = TOPIC) -> Append:
        """The append of decided facts, each with its time, after a history."""
        cause = facts.Cause(id=request.id, fingerprint=request.fingerprint, actor=request.actor, recorded=self._clock.now())
        drafts = [facts.draft(fact, subject=subject, key=key, occurred=occurred, cause=cause) for fact, occurred in decided]
        return Append(subject=subject, expected=len(history), facts=chain(history, drafts), topic=topic)

    async def parcel(self, code: str) -> Parcel:
        """Raises NotFound PARCEL_UNKNOWN."""
        found = state_of(await self._streams.read(subject_of(code)))
        if found is None:
            raise unknown(code)
        return found

    async def record_scans(self, scans: Sequence[Scan], request: Request) -> list[str | Problem]:
        """Outcome name for each, or the problem. One read and one append for all."""
        answers: dict[int, str | Problem] = {}
        by_code: dict[str, list[tuple[int, Scan]]] = {}
        now = self._clock.now()
        for number, scan in enumerate(scans):
            try:
                checked = _checked(scan, now)
                by_code.setdefault(checked.parcel_code, []).append((number, checked))
            except Problem as problem:
                answers[number] = problem
        for _ in range(_TRIES):
            by_code = await self._record(by_code, answers, request)
            if not by_code:
                return [answers[number] for number in range(len(scans))]
        raise Conflict("PARCEL_BUSY", "others write at the same time; send these scans again", field="scans")

    async def _record(self, by_code: dict[str, list[tuple[int, Scan]]], answers: dict[int, str | Problem],
                      request: Request) -> dict[str, list[tuple[int, Scan]]]:
        """Tries to append; what lost a race is returned for another try."""
        known = await self._streams.read_many([subject_of(code) for code in by_code])
        waiting = await self._streams.read_many([waiting_of(code) for code in by_code if not known[subject_of(code)]])
        appends: list[tuple[str, Append]] = []
        for code, mine in by_code.items():
            history = known[subject_of(code)]
            parcel = state_of(history)
            subject = subject_of(code) if parcel else waiting_of(code)
            history = history or waiting[subject]
            seen = {key_of(scan) for scan in (parcel.scans if parcel else waiting_scans(history))}
            newest = max((order_of(scan) for scan in parcel.scans), default=None) if parcel else None
            fresh = []
            for number, scan in sorted(mine, key=lambda pair: order_of(pair[1])):
                if key_of(scan) in seen:
                    answers[number] = "DUPLICATE"
                    continue
                seen.add(key_of(scan))
                late = newest is not None and order_of(scan) < newest
                answers[number] = ("LATE" if late else "APPLIED") if parcel else "PENDING"
                filing_id = parcel.filing_id if parcel else ""
                fresh.append((ScanRecorded(scan=scan, filing_id=filing_id), scan.occur_time))
            if fresh:
                key, topic = (parcel.filing_id, TOPIC) if parcel else (code, None)
                appends.append((code, self.append_of(subject, history, key, fresh, request, topic)))
        stored = await self._streams.append_many([append for _, append in appends])
        again = {code: by_code[code] for (code, _), done in zip(appends, stored, strict=True) if not done}
        for (code, append), done in zip(appends, stored, strict=True):
            if done and append.topic is None:
                await self.match_waiting(code, request)  # its own fact may have come meanwhile
        return again

    async def match_waiting(self, code: str, request: Request) -> None:
        """Brings scans that waited into the parcel's stream, once the parcel is known."""
        for _ in range(_TRIES):
            history = await self._streams.read(subject_of(code))
            parcel = state_of(history)
            if parcel is None:
                return
            seen = {key_of(scan) for scan in parcel.scans}
            waited = [scan for scan in waiting_scans(await self._streams.read(waiting_of(code))) if key_of(scan) not in seen]
            if not waited:
                return
            decided = [(ScanRecorded(scan=scan, filing_id=parcel.filing_id), scan.occur_time) for scan in waited]
            if (await self._streams.append_many([
                    self.append_of(subject_of(code), history, parcel.filing_id, decided, request)]))[0]:
                return
        raise Conflict("PARCEL_BUSY", "others write at the same time; retry", field="parcel_code")

    async def offer(self, codes: Sequence[str], taker: Holder, request: Request) -> tuple[str, list[Parcel | Problem]]:
        """(id of the hand-over, an answer for each parcel)."""
        handover_id = str(uuid.uuid5(_NAMESPACE, f"{request.actor.person}/{request.id}"))
        giver = Holder(person=request.actor.person, place=request.actor.place)
        answers = [await self._answer(code, request, lambda parcel: handover.offer(parcel, handover_id, giver, taker))
                   for code in codes]
        return handover_id, answers

    async def accept(self, handover_id: str, taken: Sequence[tuple[str, int | None, tuple[Difference, ...]]],
                     request: Request) -> list[Parcel | Problem]:
        """An answer for each parcel (code, papers counted, differences named)."""
        who, role = Holder(person=request.actor.person, place=request.actor.place), request.actor.role
        return [await self._answer(code, request, lambda parcel, counted=counted, named=named: handover.accept(
            parcel, handover_id, who, role, counted, named)) for code, counted, named in taken]

    async def deliver(self, code: str, proof: DeliveryProof | None, reason: AttemptReason, request: Request) -> Parcel:
        """The holder gives it to the citizen with proof, or says why not."""
        if proof is None and reason is AttemptReason.UNSPECIFIED:
            raise Invalid("PROOF_INCOMPLETE", "a proof, or the reason of the failed try, is needed", field="proof")
        if proof is not None and (len(proof.signature_sha256) != 64 or not all(
                letter in "0123456789abcdef" for letter in proof.signature_sha256)):
            raise Invalid("PROOF_INCOMPLETE", "the SHA-256 of signature or photo is needed, 64 hex digits",
                          field="proof.signature_sha256")

        def rule(parcel: Parcel) -> Any:
            if parcel.ended:
                raise Refused("PARCEL_ENDED", "it was signed for or delivered already", field="parcel_code")
            if not handover.acts_for(request.actor.person, request.actor.place, parcel.holder):
                raise Refused("NOT_HOLDER", "only who answers for the parcel can deliver it", field="parcel_code", value=code)
            if proof is None:
                return DeliveryAttempted(reason=reason, filing_id=parcel.filing_id)
            if parcel.direction is not parcel_facts.ParcelDirection.INBOUND:
                raise Refused("NOT_FOR_CITIZEN", "this envelope goes to the authority; hand it over there", field="parcel_code")
            return ParcelDelivered(filing_id=parcel.filing_id, direction=parcel.direction, proof=proof)

        answer = await self._answer(code, request, rule)
        if isinstance(answer, Problem):
            raise answer
        return answer

    async def _answer(self, code: str, request: Request, rule: Callable[[Parcel], Any]) -> Parcel | Problem:
        try:
            return await self._decide(check_parcel_code(code), request, rule)
        except Problem as problem:
            return problem

    async def _decide(self, code: str, request: Request, rule: Callable[[Parcel], Any]) -> Parcel:
        for _ in range(_TRIES):
            history = await self._streams.read(subject_of(code))
            parcel = state_of(history)
            if parcel is None:
                raise unknown(code)
            earlier = [fact for fact in history if fact.cause == request.id]
            if earlier:
                if earlier[0].fingerprint != request.fingerprint:
                    raise Refused("REQUEST_ID_REUSED", "this id was used for other content; make a new one", field="request_id")
                return state_of(history[:earlier[-1].sequence])  # type: ignore[return-value]
            append = self.append_of(subject_of(code), history, parcel.filing_id, [(rule(parcel), self._clock.now())], request)
            if (await self._streams.append_many([append]))[0]:
                return state_of([*history, *append.facts])  # type: ignore[return-value]
        raise Conflict("PARCEL_BUSY", "others write at the same time; retry with the same request id", field="parcel_code")


def waiting_scans(history: Sequence[Recorded]) -> list[Scan]:
    """The scans of a waiting stream in the order of their own time."""
    return sorted((FACTS.decode(fact.type, fact.data).scan for fact in history), key=order_of)


def _checked(scan: Scan, now: datetime) -> Scan:
    code = check_parcel_code(scan.parcel_code, "scans.parcel_code")
    if not scan.device or len(scan.device) > 64 or scan.device_sequence < 1:
        raise Invalid("SCAN_KEY_WRONG", "a device name and its own number from 1 are needed", field="scans.device_sequence",
                      value=scan.device_sequence)
    return replace(scan, parcel_code=code, record_time=now,
                   occur_time=now if scan.occur_time > now + _AHEAD else scan.occur_time)
