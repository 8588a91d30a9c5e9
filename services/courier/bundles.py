"""A bundle: what was done with one device, signed entry by entry. Who, where and when are the entry's, whoever uploads it.

Scans travel as one read and one append; hand-overs, deliveries and tries by their own rules after them. An entry is known by its
device and number for ever: sent again it changes nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.foundation.errors import Invalid, Problem, Refused
from services.foundation.events import Actor
from services.foundation.ports import Clock, Streams
from services.foundation.runtime.identity import Caller
from services.foundation.subjects import Request, append_of

from . import answers, signatures
from .acts import Act, EntryOutcome, scan_of
from .answers import EntryParcelResult, EntryResult
from .claims import Claims, Judged, Said
from .device_clock import ahead_of, occurred
from .devices.commands import DeviceCommands, read_key
from .devices.device import Device
from .devices.stream import unknown
from .entry import Entry, EntryReceived
from .entry_form import checked
from .notices import Notice, NoticeKind, notices
from .parcel import Parcel
from .parcel_facts import Evidence, Holder
from .scanning import Answer, Scanning, Seen
from .signed_text import statement
from .stream import entry_of

MOST_ENTRIES, MOST_PARCELS = 1000, 2000


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An answer for each entry, the server's time, and how far the device's clock is ahead of it."""

    results: list[EntryResult]
    now: datetime
    ahead: timedelta


@dataclass(frozen=True, slots=True)
class _Good:
    """An entry whose form and signature hold."""

    number: int
    entry: Entry
    moment: datetime
    evidence: Evidence
    text: bytes
    request: Request


class Bundles:
    """Takes bundles in."""

    def __init__(self, streams: Streams, clock: Clock, scanning: Scanning, devices: DeviceCommands, claims: Claims) -> None:
        self._streams, self._clock, self._scanning, self._devices, self._claims = streams, clock, scanning, devices, claims

    async def upload(self, device_id: str, device_now: datetime | None, entries: Sequence[Entry | Problem],
                     who: Caller) -> Uploaded:
        """Raises NotFound DEVICE_UNKNOWN; Invalid BATCH_SIZE_WRONG; Conflict if others write to the same parcels all the time."""
        if not 1 <= len(entries) <= MOST_ENTRIES or sum(
                len(each.parcels) for each in entries if isinstance(each, Entry)) > MOST_PARCELS:
            raise Invalid("BATCH_SIZE_WRONG", f"1 to {MOST_ENTRIES} entries with {MOST_PARCELS} parcels", field="entries")
        device = await self._devices.device(device_id)
        if device is None or device.place != who.place or device.enrol_time is None:
            raise unknown(device_id)
        now = self._clock.now()
        ahead = ahead_of(now, device_now) if device_now is not None and who.device == device_id else timedelta()
        results: dict[int, EntryResult] = {}
        good = await self._good(device, entries, ahead, now, results)
        await self._keep_texts([each for each in good if len(each.entry.parcels) > 1])
        if device.revoke_time is not None:
            results |= await self._claimed([each for each in good if _is_doubtful(each, device.revoke_time)])
            good = [each for each in good if not _is_doubtful(each, device.revoke_time)]
        results |= await self._scans([each for each in good if each.entry.scan is not None], device)
        results |= await self._acts([each for each in good if each.entry.scan is None])
        return Uploaded([results[number] for number in range(len(entries))], now, ahead)

    async def claims(self, code: str, place: str, parcel: Parcel | None) -> list[answers.Claim]:
        """What was said of a parcel without effect; of one that is not the place's (None) what the place's own devices said."""
        found = [answers.Claim(entry=claim.entry, device_id=record.actor.device, place=record.actor.place,
                               occur_time=record.occurred, reason_code=claim.reason_code, pending=claim.pending)
                 for record, claim in await self._claims.open_on(code)]
        return [each for each in found if parcel is not None or each.place == place]

    async def _good(self, device: Device, entries: Sequence[Entry | Problem], ahead: timedelta, now: datetime,
                    results: dict[int, EntryResult]) -> list[_Good]:
        """Entries whose form and signature hold, in the order of their numbers; the others' answers go into ``results``."""
        formed: list[tuple[int, Entry]] = []
        for number, each in enumerate(entries):
            try:
                if isinstance(each, Problem):
                    raise each
                formed.append((number, checked(each)))
            except Problem as problem:
                results[number] = answers.refused(each.device_sequence if isinstance(each, Entry) else 0, problem)
        texts = [statement(device.device_id, entry) for _, entry in formed]
        hold = await signatures.all_hold(read_key(device.public_key),
                                         [(text, entry.signature) for text, (_, entry) in zip(texts, formed, strict=True)])
        signed = []
        for (number, entry), text, holds in zip(formed, texts, hold, strict=True):
            if holds:
                signed.append((number, entry, text))
            else:
                results[number] = answers.refused(entry.device_sequence, Refused(
                    "SIGNATURE_WRONG", "the signature is not of this text by this device's key", field="signature"))
        signed.sort(key=lambda each: each[1].device_sequence)
        moments = occurred([entry.device_time for _, entry, _ in signed], ahead, device.enrol_time or now, now)
        return [_good(device, number, entry, text, moment)
                for (number, entry, text), moment in zip(signed, moments, strict=True)]

    async def _keep_texts(self, good: Sequence[_Good]) -> None:
        """The text of an entry that names several parcels, once, before anything follows from it."""
        await self._streams.append_many([append_of(
            entry_of(each.request.actor.device, each.entry.device_sequence), each.request.actor.device, [],
            [(EntryReceived(evidence=replace(each.evidence, statement=each.text, signature=each.entry.signature)), each.moment)],
            each.request, self._clock.now(), topic=None) for each in good])  # one that is not stored was kept before

    async def _scans(self, good: Sequence[_Good], device: Device) -> dict[int, EntryResult]:
        seen = [Seen(scan_of(act, each.entry.scan.activity), each.request, each.evidence, each.entry)
                for each in good for act in _parts(each) if each.entry.scan is not None]
        found = await self._scanning.record(seen) if seen else []
        return {each.number: answers.result(each.entry.device_sequence, each.moment, [_scan_result(each, answer, device)])
                for each, answer in zip(good, found, strict=True)}

    async def _acts(self, good: Sequence[_Good]) -> dict[int, EntryResult]:
        said = [(each, Said(act, each.request)) for each in good for act in _parts(each)]
        judged = await self._claims.judge([each for _, each in said]) if said else []
        return _results([(each, act.act, answer) for (each, act), answer in zip(said, judged, strict=True)])

    async def _claimed(self, good: Sequence[_Good]) -> dict[int, EntryResult]:
        """What a revoked device cannot be believed: kept for a supervisor, without effect."""
        why = Refused("DEVICE_REVOKED", "kept as evidence; ask a supervisor", field="device_id")
        said = [(each, Said(act, each.request)) for each in good for act in _parts(each)]
        applied = await self._claims.applied([each for _, each in said]) if said else []
        judged = [Judged(EntryOutcome.DUPLICATE) if done else Judged(EntryOutcome.CONFLICT, why) for done in applied]
        await self._claims.keep([(each, told) for (_, each), told in zip(said, judged, strict=True)])
        return _results([(each, act.act, told) for (each, act), told in zip(said, judged, strict=True)])


def _good(device: Device, number: int, entry: Entry, text: bytes, moment: datetime) -> _Good:
    """Role and place of who acted are the device's; the person is the entry's. One text for several parcels is kept apart."""
    actor = Actor(person=entry.operator, role=device.role.value, place=device.place, device=device.device_id)
    name = entry_of(device.device_id, entry.device_sequence)
    alone = len(entry.parcels) == 1
    evidence = Evidence(device_sequence=entry.device_sequence, statement=text if alone else b"",
                        signature=entry.signature if alone else b"")
    digest = hashlib.sha256(text).hexdigest()[:32]
    return _Good(number, entry, moment, evidence, text, Request(id=name, fingerprint=digest, actor=actor))


def _parts(good: _Good) -> list[Act]:
    return [Act(good.entry, met, good.request.actor, good.moment, good.evidence) for met in good.entry.parcels]


def _is_doubtful(good: _Good, revoked: datetime) -> bool:
    """Whether a revoked device is not believed. A claimed time proves little; but a scan from before moves no custody."""
    return good.entry.scan is None or good.moment >= revoked


def _scan_result(good: _Good, answer: Answer | Problem, device: Device) -> EntryParcelResult:
    act = _parts(good)[0]
    if isinstance(answer, Problem):
        return EntryParcelResult(parcel_code=act.met.parcel_code, outcome=EntryOutcome.REFUSED, problem=answers.told(answer))
    revoked = (Notice(kind=NoticeKind.DEVICE_REVOKED),) if device.revoke_time is not None else ()
    key = answers.EntryKey(device=answer.repeats.device, device_sequence=answer.repeats.device_sequence) if answer.repeats else None
    return EntryParcelResult(parcel_code=act.met.parcel_code, outcome=EntryOutcome(answer.outcome), duplicate_of=key,
                             notices=(*notices(answer.parcel, act.entry, act.met, _who(act), answer.passed), *revoked))


def _results(judged: Sequence[tuple[_Good, Act, Judged]]) -> dict[int, EntryResult]:
    parcels: dict[int, list[EntryParcelResult]] = {}
    whole: dict[int, _Good] = {}
    for good, act, answer in judged:
        unread = answer.parcel is None and (answer.problem is None or answer.problem.reason != "PARCEL_UNKNOWN")
        again = answer.outcome is EntryOutcome.DUPLICATE  # the state is of afterwards; it tells nothing of that moment
        seen = () if unread or again else notices(answer.parcel, act.entry, act.met, _who(act))
        key = answers.EntryKey(device=act.actor.device, device_sequence=act.entry.device_sequence)
        parcels.setdefault(good.number, []).append(EntryParcelResult(
            parcel_code=act.met.parcel_code, outcome=answer.outcome, problem=answers.told(answer.problem), notices=tuple(seen),
            duplicate_of=key if answer.outcome is EntryOutcome.DUPLICATE else None))
        whole[good.number] = good
    return {number: answers.result(good.entry.device_sequence, good.moment, parcels[number]) for number, good in whole.items()}


def _who(act: Act) -> Holder:
    return Holder(person=act.actor.person, place=act.actor.place)
