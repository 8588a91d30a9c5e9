"""A subject's stream as every service uses it: load, answer a repeat or let a rule decide, append."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from . import facts
from .crashpoints import reach
from .envelope import sound
from .errors import Conflict, Problem, Refused
from .events import GENESIS, Append, Recorded, chain
from .kinds import Decided, Kind, Request
from .ports import Clock, Streams

State = TypeVar("State")
Rule = Callable[[Any], Awaitable[Sequence[Any]]]  # from the state to the facts that follow; raises Problem, changes nothing
_TRIES = 4
__all__ = ["Ask", "Decided", "Kind", "Request", "Rule", "Subjects", "append_each", "append_of"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One decision wanted: of whom, by which rule, for whose request; ``occurred`` if it happened before now, ``private`` is
    kept sealed beside what follows."""

    name: str
    rule: Rule
    request: Request
    occurred: datetime | None = None
    private: bytes | None = None


class Subjects(Generic[State]):
    """All subjects of one kind, in one service's streams."""

    def __init__(self, kind: Kind[State], streams: Streams, clock: Clock) -> None:
        self._kind, self._streams, self._clock = kind, streams, clock

    async def history(self, name: str) -> list[Recorded]:
        """All facts; raises the kind's unknown."""
        found = await self._streams.read(self._kind.subject_of(name))
        if not found:
            raise self._kind.unknown(name)
        return _whole(found)

    async def state(self, name: str) -> State:
        """The present state; raises the kind's unknown."""
        found = self._kind.state_of(await self.history(name))
        if found is None:
            raise self._kind.unknown(name)
        return found

    async def states(self, names: Sequence[str]) -> list[State]:
        """Those that exist, in the order asked for, by one read."""
        histories = await self._streams.read_many([self._kind.subject_of(name) for name in names])
        found = (self._kind.state_of(histories[self._kind.subject_of(name)]) for name in names)
        return [state for state in found if state is not None]

    async def earlier(self, asked: Sequence[tuple[str, Request]]) -> list[State | Problem | None]:
        """What each (name, request) was answered before, by one read: the state then, None if nothing, or the refusal."""
        histories = await self._streams.read_many([self._kind.subject_of(name) for name, _ in asked]) if asked else {}
        answers: list[State | Problem | None] = []
        for name, request in asked:
            try:
                answers.append(self._kind.earlier_answer(_whole(histories[self._kind.subject_of(name)]), request))
            except Problem as problem:
                answers.append(problem)
        return answers

    async def states_after(self, facts: Sequence[Recorded]) -> list[State]:
        """The state of each subject the facts are of, at least as far as they tell. One whose facts are all here, or whose state
        before them is kept, is not read."""
        told: dict[str, list[Recorded]] = {}
        for fact in facts:
            told.setdefault(fact.subject, []).append(fact)
        known = {subject: self._kind.state_after(mine) for subject, mine in told.items()}
        older = await self.states([self._kind.name_of(subject) for subject, state in known.items() if state is None])
        return [*older, *(state for state in known.values() if state is not None)]

    def append_of(self, name: str, key: str, history: Sequence[Recorded], decided: Sequence[Decided], request: Request,
                  *, private: bytes | None = None) -> Append:
        """The append of decided facts after a history; ``key`` is the filing id."""
        return append_of(self._kind.subject_of(name), key, history, decided, request, self._clock.now(),
                         topic=self._kind.topic, private=private)

    async def start(self, name: str, request: Request, first: Sequence[Any]) -> State:
        """A new subject from its first facts; a repeat gets its first answer. Raises Conflict SUBJECT_TAKEN if another request
        has started it."""
        append = self.append_of(name, name, [], [(fact, self._clock.now()) for fact in first], request)
        reach("command.decided")
        if (await self._streams.append_many([append]))[0]:
            history: Sequence[Recorded] = append.facts
        else:
            history = await self.history(name)
        state = self._kind.earlier_answer(history, request)
        if state is None:
            raise Conflict("SUBJECT_TAKEN", "another request was first; read again", field=self._kind.field)
        return state

    async def decide(self, name: str, request: Request, rule: Rule, occurred: datetime | None = None) -> State:
        """The state after what the rule decided; a repeat gets its first answer. Raises Problem."""
        answer = (await self.decide_many([Ask(name, rule, request, occurred)]))[0]
        if isinstance(answer, Problem):
            raise answer
        return answer

    async def decide_many(self, asks: Sequence[Ask]) -> list[State | Problem]:
        """An answer for each, in order, in rounds of one read and one append: what concerns different subjects travels
        together, what concerns the same one goes one after the other, what lost a race goes again."""
        answers: dict[int, State | Problem] = {}
        tries: Counter[int] = Counter()
        rest = list(enumerate(asks))
        while rest:
            together: dict[str, tuple[int, Ask]] = {}
            later = []
            for number, ask in rest:
                if ask.name in together:
                    later.append((number, ask))
                else:
                    together[ask.name] = number, ask
            lost = await self._round(list(together.values()), answers)
            for number, _ in lost:
                tries[number] += 1
                if tries[number] == _TRIES:
                    answers[number] = Conflict("SUBJECT_BUSY", "others write at the same time; retry with the same request id",
                                               field=self._kind.field)
            rest = [each for each in (*lost, *later) if tries[each[0]] < _TRIES]
        return [answers[number] for number in range(len(asks))]

    async def _round(self, asks: list[tuple[int, Ask]], answers: dict[int, State | Problem]) -> list[tuple[int, Ask]]:
        """Decides and appends asks of different subjects; those that lost a race."""
        histories = await self._streams.read_many([self._kind.subject_of(ask.name) for _, ask in asks])
        appends: list[tuple[tuple[int, Ask], Append]] = []
        for number, ask in asks:
            history = histories[self._kind.subject_of(ask.name)]
            try:
                answer, append = await self._decided(history, ask)
            except Problem as problem:
                answers[number] = problem
                continue
            if append is None:
                answers[number] = answer
            else:
                appends.append(((number, ask), append))
        reach("command.decided")
        stored = await self._streams.append_many([append for _, append in appends])
        for ((number, _), append), done in zip(appends, stored, strict=True):
            if done:
                after = self._kind.state_of([*histories[append.subject], *append.facts])
                answers[number] = after  # type: ignore[assignment]
        return [ask for (ask, _), done in zip(appends, stored, strict=True) if not done]

    async def _decided(self, history: list[Recorded], ask: Ask) -> tuple[State, Append | None]:
        """The present or earlier answer, and what is to be appended."""
        state, earlier = self._kind.state_of(_whole(history)), self._kind.earlier_answer(history, ask.request)
        if state is None:
            raise self._kind.unknown(ask.name)
        decided = () if earlier is not None else await ask.rule(state)
        if not decided:
            return state if earlier is None else earlier, None
        when = ask.occurred or self._clock.now()
        return state, self.append_of(ask.name, history[0].key, history, [(fact, when) for fact in decided], ask.request,
                                     private=ask.private)


def _whole(history: list[Recorded]) -> list[Recorded]:
    """The history; raises Refused SUBJECT_DAMAGED if a number, a link or a hash does not hold: nothing is decided on such a one."""
    previous = GENESIS
    for number, fact in enumerate(history, start=1):
        if fact.sequence != number or fact.previous != previous or not sound(fact):
            raise Refused("SUBJECT_DAMAGED", "its stored facts do not fit their hashes; an operator must restore it from the log",
                          field="subject", value=fact.subject)
        previous = fact.hash
    return history


def append_of(subject: str, key: str, history: Sequence[Recorded], decided: Sequence[Decided], request: Request, now: datetime,
              *, topic: str | None, private: bytes | None = None) -> Append:
    """The append of decided facts after a history. ``topic`` None keeps them inside the service."""
    return append_each(subject, key, history, [(fact, occurred, request) for fact, occurred in decided], now, topic=topic,
                       private=private)


def append_each(subject: str, key: str, history: Sequence[Recorded], decided: Sequence[tuple[Any, datetime, Request]],
                now: datetime, *, topic: str | None, private: bytes | None = None) -> Append:
    """The same for facts of requests of their own. A clock that was put back, or another machine's, never makes a fact older than
    the one it follows."""
    recorded = max(now, history[-1].recorded) if history else now
    drafts = [facts.draft(fact, subject=subject, key=key, occurred=occurred, cause=facts.Cause(
        id=request.id, fingerprint=request.fingerprint, actor=request.actor, recorded=recorded, trace=request.trace))
        for fact, occurred, request in decided]
    return Append(subject=subject, expected=len(history), facts=chain(history, drafts), topic=topic, private=private)
