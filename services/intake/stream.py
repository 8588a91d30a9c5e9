"""A dossier's stream: load, repeat or refuse, append. Every command goes through here."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.foundation import codec, facts
from services.foundation.errors import Conflict, NotFound, Refused
from services.foundation.events import Actor, Append, Recorded, chain
from services.foundation.ports import Clock, Streams

from . import dossier_facts
from .dossier import Dossier, fold

TOPIC = "postal.dossiers.v1"
FACTS = codec.Registry()
FACTS.register("postal.intake.v1", *dossier_facts.ALL)
_TRIES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Who asks what: request id, keyed digest of its content, and the caller."""

    id: str
    fingerprint: str
    actor: Actor


def subject_of(filing_id: str) -> str:
    """Name of a dossier's stream."""
    return f"dossiers/{filing_id}"


def state_of(history: Sequence[Recorded]) -> Dossier | None:
    """The state after these facts."""
    return fold((FACTS.decode(fact.type, fact.data), fact.occurred) for fact in history)


def earlier_answer(history: Sequence[Recorded], request: Request) -> Dossier | None:
    """The state right after an earlier run of the same request; None if there was none.

    Raises Refused REQUEST_ID_REUSED if the content differs.
    """
    of_request = [fact for fact in history if fact.cause == request.id]
    if not of_request:
        return None
    if of_request[0].fingerprint != request.fingerprint:
        raise Refused("REQUEST_ID_REUSED", "this id was used for other content; make a new one", field="request_id")
    return state_of(history[:of_request[-1].sequence])


class DossierStreams:
    """Loads and appends, retrying when another writer was first."""

    def __init__(self, streams: Streams, clock: Clock) -> None:
        self._streams, self._clock = streams, clock

    async def history(self, filing_id: str) -> list[Recorded]:
        """All facts; raises NotFound DOSSIER_UNKNOWN."""
        found = await self._streams.read(subject_of(filing_id))
        if not found:
            raise unknown()
        return found

    def append_of(self, filing_id: str, history: Sequence[Recorded], decided: Sequence[Any], request: Request,
                  occurred: datetime | None = None, private: bytes | None = None) -> Append:
        """The append of decided facts after a history."""
        now = self._clock.now()
        cause = facts.Cause(id=request.id, fingerprint=request.fingerprint, actor=request.actor, recorded=now)
        drafts = [facts.draft(fact, subject=subject_of(filing_id), key=filing_id, occurred=occurred or now, cause=cause)
                  for fact in decided]
        return Append(subject=subject_of(filing_id), expected=len(history), facts=chain(history, drafts), topic=TOPIC,
                      private=private)

    async def decide(self, filing_id: str, request: Request,
                     rule: Callable[[Dossier], Awaitable[Sequence[Any]]], occurred: datetime | None = None) -> Dossier:
        """Loads, lets the rule decide, appends; the state after. A repeat gets its first answer."""
        for _ in range(_TRIES):
            history = await self.history(filing_id)
            answer = earlier_answer(history, request)
            dossier = state_of(history)
            if answer is not None or dossier is None:
                return answer or dossier  # type: ignore[return-value]
            decided = await rule(dossier)
            if not decided:
                return dossier
            append = self.append_of(filing_id, history, decided, request, occurred)
            try:
                await self._streams.append(append)
            except Conflict:
                continue
            return state_of([*history, *append.facts])  # type: ignore[return-value]
        raise Conflict("DOSSIER_BUSY", "others write at the same time; retry with the same request id", field="filing_id")


def unknown() -> NotFound:
    """The answer for a dossier that is not there, and for one of others."""
    return NotFound("DOSSIER_UNKNOWN", "no such dossier at your office or authority", field="filing_id")
