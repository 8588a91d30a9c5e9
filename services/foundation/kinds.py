"""A kind of subject: how its facts become its state.

States are kept for a while by the hash of their last fact, which stands for all before it: a state is worked out once by whoever
needs it first, the door or a reader, and the next fact is added to it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from . import codec, trace
from .errors import Problem, Refused
from .events import Actor, Recorded
from .recent import Recent

State = TypeVar("State")
Decided = tuple[Any, datetime]  # a fact, and when it happened
_FAR = 8  # facts before the last that are looked for
_states: Recent[Any] = Recent(4096)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Who asks what: request id, keyed digest of its content, the caller, and the trace it belongs to."""

    id: str
    fingerprint: str
    actor: Actor
    trace: str = field(default_factory=trace.current.get, compare=False)

    @classmethod
    def because_of(cls, record: Recorded) -> "Request":
        """What follows from a fact: the fact is the cause, its actor has caused it."""
        return cls(id=record.id, fingerprint="", actor=record.actor, trace=record.trace)

    @classmethod
    def as_said(cls, record: Recorded) -> "Request":
        """The request a fact was written for, once more: what it has said takes effect later."""
        return cls(id=record.cause, fingerprint=record.fingerprint, actor=record.actor, trace=record.trace)


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[State]):
    """What is particular to one kind of subject. ``prefix`` is of the subject's name ("dossiers/"), ``field`` names it in
    errors, ``unknown`` makes the error for one that is not there. ``resume`` goes on from a state with the facts that follow it;
    without it every state is folded from the first fact."""

    prefix: str
    topic: str | None  # None: its facts never leave the service
    field: str
    facts: codec.Registry
    fold: Callable[[Iterable[Decided]], State | None]
    unknown: Callable[[str], Problem]
    resume: Callable[[State, Iterable[Decided]], State] | None = None

    def subject_of(self, name: str) -> str:
        """Name of its stream."""
        return self.prefix + name

    def name_of(self, subject: str) -> str:
        """Its own name."""
        return subject.removeprefix(self.prefix)

    def state_of(self, history: Sequence[Recorded]) -> State | None:
        """The state after these facts; None without facts."""
        for back, fact in enumerate(reversed(history[-_FAR:])):
            known: State | None = _states.get(fact.hash)
            if known is not None:
                return self._gone_on(known, history[len(history) - back:], history)
        return self._kept(history, self.fold(self._decided(history)))

    def state_after(self, facts: Sequence[Recorded]) -> State | None:
        """The state after some facts of one subject in their order, if they alone or a state that is kept can tell it."""
        if any(fact.sequence != number for number, fact in enumerate(facts, start=facts[0].sequence)):
            return None
        if facts[0].sequence == 1:
            return self.state_of(facts)
        known: State | None = _states.get(facts[0].previous)
        return None if known is None or self.resume is None else self._gone_on(known, facts, facts)

    def _gone_on(self, known: State, rest: Sequence[Recorded], history: Sequence[Recorded]) -> State | None:
        if not rest:
            return known
        if self.resume is None:
            return self._kept(history, self.fold(self._decided(history)))
        return self._kept(rest, self.resume(known, self._decided(rest)))

    def _decided(self, history: Sequence[Recorded]) -> Iterator[Decided]:
        return ((self.facts.decode(fact.type, fact.data), fact.occurred) for fact in history)

    def _kept(self, history: Sequence[Recorded], state: State | None) -> State | None:
        return state if state is None or not history[-1].hash else _states.keep(history[-1].hash, state)

    def earlier_answer(self, history: Sequence[Recorded], request: Request) -> State | None:
        """The state right after an earlier run of the same request; None if there was none.

        Raises Refused REQUEST_ID_REUSED if the content differs.
        """
        of_request = [fact for fact in history if fact.cause == request.id]
        if not of_request:
            return None
        if of_request[0].fingerprint != request.fingerprint:
            raise Refused("REQUEST_ID_REUSED", "this id was used for other content; make a new one", field="request_id")
        return self.state_of(history[:of_request[-1].sequence])
