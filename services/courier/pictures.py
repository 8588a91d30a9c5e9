"""Keeps the pictures that entries have named, and shows them again: sealed, each in a stream of its own, so that one can be
erased without the others. Only what a device has signed for is kept: its entry comes first, the picture after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.foundation.codes import check_parcel_code
from services.foundation.envelope import sound
from services.foundation.errors import Invalid, NotFound, Problem, Refused
from services.foundation.events import Actor, Append, Recorded
from services.foundation.ports import Clock, Streams
from services.foundation.runtime.identity import Caller
from services.foundation.sealing import seal, unseal
from services.foundation.subjects import Request, append_of

from .answers import PictureResult, told
from .devices.commands import DeviceCommands
from .devices.stream import unknown
from .parcel_facts import Evidence
from .picture import EntryPicture, Picture, PictureKept, PictureOutcome, PictureState, kept, mode_in, named_in
from .stream import FACTS, PARCEL, entry_of, picture_of, waiting_of

MOST_PICTURES = 20


@dataclass(frozen=True, slots=True)
class _Act:
    """An act that a signed text stands behind."""

    device: str
    sequence: int
    statement: bytes
    record: Recorded


class Pictures:
    """Takes pictures in and gives them out."""

    def __init__(self, streams: Streams, clock: Clock, devices: DeviceCommands, seal_key: bytes) -> None:
        self._streams, self._clock, self._devices, self._seal_key = streams, clock, devices, seal_key

    async def keep(self, device_id: str, brought: Sequence[EntryPicture], who: Caller) -> list[PictureResult]:
        """An answer for each. Raises NotFound DEVICE_UNKNOWN, also for a device of another place."""
        device = await self._devices.device(device_id)
        if device is None or device.place != who.place:
            raise unknown(device_id)
        results: dict[int, PictureResult] = {}
        good: dict[int, PictureKept] = {}
        for number, each in enumerate(brought):
            try:
                good[number] = kept(each)
            except Invalid as problem:
                results[number] = _result(each, PictureOutcome.REFUSED, problem)
        texts = dict(zip(good, await self._texts(device_id, [brought[number] for number in good]), strict=True))
        appends: dict[int, Append] = {}
        for number, fact in good.items():
            try:
                _check_named(brought[number], texts[number])
                appends[number] = self._append(device_id, brought[number], fact, who.actor())
            except NotFound as problem:
                results[number] = _result(brought[number], PictureOutcome.AWAITED, problem)
            except Refused as problem:
                results[number] = _result(brought[number], PictureOutcome.REFUSED, problem)
        stored = await self._streams.append_many(list(appends.values()))
        for number, done in zip(appends, stored, strict=True):  # one that is not stored was kept before
            results[number] = _result(brought[number], PictureOutcome.KEPT if done else PictureOutcome.DUPLICATE)
        return [results[number] for number in range(len(brought))]

    def _append(self, device_id: str, brought: EntryPicture, fact: PictureKept, actor: Actor) -> Append:
        subject, now = picture_of(device_id, brought.device_sequence, fact.sha256), self._clock.now()
        return append_of(subject, device_id, [], [(fact, now)], Request(id=subject, fingerprint="", actor=actor), now, topic=None,
                         private=seal(self._seal_key, subject, brought.content))

    async def of_parcel(self, code: str, place: str, holder: str) -> list[Picture]:
        """The pictures that acts on a parcel have named, for a place: those its own devices named; all if it answers for the
        parcel (``holder``)."""
        acts = [each for each in await self._acts(code) if place in (holder, each.record.actor.place)]
        named = [(act, digest) for act in acts for digest in named_in(act.statement)]
        found = await self._streams.read_many([picture_of(act.device, act.sequence, digest) for act, digest in named])
        return [await self._known(act, digest, found[picture_of(act.device, act.sequence, digest)]) for act, digest in named]

    async def content(self, picture: Picture) -> bytes:
        """Its bytes. Raises NotFound PICTURE_NOT_HERE."""
        subject = picture_of(picture.device_id, picture.device_sequence, picture.sha256)
        for sealed in await self._streams.private(subject):
            return unseal(self._seal_key, subject, sealed)
        raise NotFound("PICTURE_NOT_HERE", "it has not come yet, or was erased; ListPictures tells which", field="sha256")

    async def _known(self, act: _Act, digest: str, history: Sequence[Recorded]) -> Picture:
        picture = Picture(device_id=act.device, device_sequence=act.sequence, sha256=digest, mode=mode_in(act.statement),
                          operator=act.record.actor.person, place=act.record.actor.place, occur_time=act.record.occurred)
        if not history:
            return picture
        fact = FACTS.decode(history[0].type, history[0].data)
        here = bool(await self._streams.private(history[0].subject))
        return replace(picture, state=PictureState.KEPT if here else PictureState.ERASED, media_type=fact.media_type,
                       size_bytes=fact.size_bytes, receive_time=history[0].recorded)

    async def _texts(self, device_id: str, brought: Sequence[EntryPicture]) -> list[bytes | None]:
        """The signed text of each one's entry, None of those that have not come: kept apart if it names several parcels, else
        with the fact or claim of the one. One read."""
        wanted = [(entry_of(device_id, each.device_sequence), check_parcel_code(each.parcel_code)) for each in brought]
        places = [(cause, (cause, PARCEL.subject_of(code), waiting_of(code))) for cause, code in wanted]
        found = await self._streams.read_many(sorted({subject for _, subjects in places for subject in subjects}))
        return [next((evidence.statement for subject in subjects for record in found[subject] if record.cause == cause
                      and (evidence := _evidence(record)) is not None and evidence.statement), None)
                for cause, subjects in places]

    async def _acts(self, code: str) -> list[_Act]:
        """What was done to a parcel by signed entries, each once."""
        found = await self._streams.read_many([PARCEL.subject_of(code), waiting_of(code)])
        signed = {record.cause: (record, evidence) for history in found.values() for record in history
                  if (evidence := _evidence(record)) is not None}
        shared = await self._streams.read_many([cause for cause, (_, evidence) in signed.items() if not evidence.statement])
        texts = {cause: evidence.statement for cause, history in shared.items() for record in history
                 if (evidence := _evidence(record)) is not None}
        acts = [_Act(record.actor.device, evidence.device_sequence, evidence.statement or texts.get(cause, b""), record)
                for cause, (record, evidence) in signed.items()]
        return sorted(acts, key=lambda act: (act.record.occurred, act.device, act.sequence))


def _evidence(record: Recorded) -> Evidence | None:
    """What a device signed of a fact; None if nothing, or if a disk has damaged it."""
    if not sound(record):
        return None
    found: Evidence | None = getattr(FACTS.decode(record.type, record.data), "evidence", None)
    return found


def _check_named(brought: EntryPicture, text: bytes | None) -> None:
    """Raises NotFound while the entry has not come, Refused if it names another picture."""
    if text is None:
        raise NotFound("ENTRY_AWAITED", "bring the entry that names it, then the picture again", field="pictures.device_sequence",
                       value=brought.device_sequence)
    if brought.sha256 not in named_in(text):
        raise Refused("PICTURE_NOT_NAMED", "this entry names another picture, or none", field="pictures.sha256")


def _result(brought: EntryPicture, outcome: PictureOutcome, problem: Problem | None = None) -> PictureResult:
    return PictureResult(device_sequence=brought.device_sequence, sha256=brought.sha256[:64], outcome=outcome,
                         problem=told(problem))

