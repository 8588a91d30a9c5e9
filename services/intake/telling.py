"""Tells applicants the one-time codes of their results: the courier service makes them, intake knows the telephone numbers."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.foundation import codec
from services.foundation.errors import Refused, Unavailable
from services.foundation.events import Actor, Recorded
from services.foundation.one_time_code import code_of
from services.foundation.outlets import Notice, Notifier
from services.foundation.ports import Clock, Streams
from services.foundation.runtime import logs
from services.foundation.sealing import unseal
from services.foundation.subjects import Request, append_of

from .counter_facts import ApplicantTold
from .forms.words import delivery_code
from .stream import DOSSIER

TelephoneOf = Callable[[bytes], str]  # from the private bytes of a filing


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryCodeIssued:
    """What is read of the courier's fact."""

    filing_id: str
    salt: bytes


READ = codec.Registry()
READ.register("postal.courier.v1", DeliveryCodeIssued)


class Telling:
    """Once for each code, also if the log is read anew: what was told is noted in a stream of its own."""

    def __init__(self, streams: Streams, clock: Clock, notifier: Notifier, telephone_of: TelephoneOf, *, seal_key: bytes,
                 code_key: bytes) -> None:
        self._streams, self._clock, self._notifier, self._telephone_of = streams, clock, notifier, telephone_of
        self._seal_key, self._code_key = seal_key, code_key

    async def on_parcels(self, facts: Sequence[Recorded]) -> None:
        """Sends what is not noted as sent. Raises Unavailable if the notifier is away: it is tried again."""
        issued = [fact for fact in facts if READ.knows(fact.type)]
        known = await self._streams.read_many([_noted(fact) for fact in issued]) if issued else {}
        for fact in issued:
            if not known[_noted(fact)]:
                await self._tell(fact)

    async def _tell(self, record: Recorded) -> None:
        fact: DeliveryCodeIssued = READ.decode(record.type, record.data)
        subject, parcel_code = DOSSIER.subject_of(fact.filing_id), record.subject.removeprefix("parcels/")
        sealed = await self._streams.private(subject)
        taken = bool(sealed)  # nobody is left to be told of a dossier whose applicant was forgotten
        if sealed:
            taken = await self._sent(Notice(
                key=record.id, telephone=self._telephone_of(self._opened(subject, sealed[0])),
                text=delivery_code(code_of(self._code_key, parcel_code, fact.salt), parcel_code)))
        by = Request(id=record.id, fingerprint="", trace=record.trace,
                     actor=Actor(person="", role="", place=record.actor.place, device=""))
        now = self._clock.now()
        await self._streams.append_many([append_of(_noted(record), fact.filing_id, [], [
            (ApplicantTold(parcel_code=parcel_code, taken=taken), now)], by, now, topic=None)])

    def _opened(self, subject: str, sealed: bytes) -> bytes:
        try:
            return unseal(self._seal_key, subject, sealed)
        except Unavailable as broken:  # it never will open: its filing is set aside, all others are told
            raise Refused(broken.reason, broken.advice) from None

    async def _sent(self, notice: Notice) -> bool:
        try:
            await self._notifier.send(notice)
        except Refused as problem:
            logs.line("notice refused", level=logging.WARNING, reason=problem.reason)
            return False
        return True


def _noted(record: Recorded) -> str:
    return f"told/{record.id}"
