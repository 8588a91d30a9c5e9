"""Rolls of labels printed before they are needed: a code is bound to the first dossier it is used for, and never to two.

The order of writes holds the promise: a label is bound in its own stream, where of two clerks one wins, before the dossier is
written. Who dies in between goes on with the same request id, since it leads to the same dossier; anybody else finds the label
taken. A roll belongs to an office and its cash desk's responsibility, so its labels are no other office's.
"""

import secrets
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.foundation import signed_label
from services.foundation.codes import check_label_code, is_parcel_code, new_tracking_code
from services.foundation.crashpoints import reach
from services.foundation.errors import Invalid, NotFound, Problem, Refused
from services.foundation.ports import Clock, Streams
from services.foundation.subjects import Ask, Kind, Request, Rule, Subjects, append_of

from .counter_facts import LabelBound, LabelNumbered, LabelPrinted, RollPrinted
from .filing import ParcelNumbers
from .stream import FACTS

_NAMESPACE = uuid.UUID("0b0f8f60-64b5-5d0c-8b6e-2f1f3c1c2a77")
MOST_LABELS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class RollLabel:
    """One label of a roll."""

    tracking_code: str
    parcel_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Roll:
    """A roll and its labels in order."""

    roll_id: str
    office_code: str
    labels: tuple[RollLabel, ...]
    create_time: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A label of a roll; ``filing_id`` "" until it is bound."""

    tracking_code: str
    parcel_code: str
    office_code: str
    filing_id: str = ""


def _roll(decided: Iterable[tuple[Any, datetime]]) -> Roll | None:
    for fact, occurred in decided:
        pairs = zip(fact.tracking_codes, fact.parcel_codes, strict=True)
        return Roll(roll_id=fact.roll_id, office_code=fact.office_code, create_time=occurred,
                    labels=tuple(RollLabel(tracking_code=tracking, parcel_code=parcel) for tracking, parcel in pairs))
    return None


def _label(decided: Iterable[tuple[Any, datetime]]) -> Label | None:
    label: Label | None = None
    for fact, _ in decided:
        if isinstance(fact, LabelPrinted):
            label = Label(tracking_code=fact.tracking_code, parcel_code=fact.parcel_code, office_code=fact.office_code)
        elif label is not None:
            label = replace(label, filing_id=fact.filing_id)
    return label


def unknown_roll(_: str = "") -> NotFound:
    """The answer for a roll that is not there, and for one of another office."""
    return NotFound("ROLL_UNKNOWN", "no such roll at your office", field="roll_id")


def unknown_label(_: str = "") -> NotFound:
    """The answer for a code that is on no roll."""
    return NotFound("LABEL_UNKNOWN", "this code is on no roll; compare it with the print", field="label_code")


ROLL: Kind[Roll] = Kind(prefix="rolls/", topic=None, field="roll_id", facts=FACTS, fold=_roll, unknown=unknown_roll)
LABEL: Kind[Label] = Kind(prefix="labels/", topic=None, field="label_code", facts=FACTS, fold=_label, unknown=unknown_label)


class Rolls:
    """Makes rolls and binds their labels."""

    def __init__(self, streams: Streams, clock: Clock, numbers: ParcelNumbers,
                 *, draw: Callable[[], int] = lambda: secrets.randbits(60)) -> None:
        self._streams, self._clock, self._numbers, self._draw = streams, clock, numbers, draw
        self._rolls, self._labels = Subjects(ROLL, streams, clock), Subjects(LABEL, streams, clock)

    async def roll(self, roll_id: str, office: str) -> Roll:
        """A roll of the office; raises ROLL_UNKNOWN."""
        found = await self._rolls.state(roll_id[:64])
        if found.office_code != office:
            raise unknown_roll()
        return found

    async def print_roll(self, count: int, request: Request) -> Roll:
        """A roll whose every label can be bound. A repeat, also after a death half way, gets the same codes."""
        if not 1 <= count <= MOST_LABELS:
            raise Invalid("ROLL_SIZE_WRONG", f"1 to {MOST_LABELS} labels", field="labels", value=count)
        roll_id = str(uuid.uuid5(_NAMESPACE, f"{request.actor.person}/{request.id}"))
        history = await self._streams.read(ROLL.subject_of(roll_id))
        roll = ROLL.earlier_answer(history, request)
        if roll is None:
            roll = await self._rolls.start(roll_id, request, [RollPrinted(
                roll_id=roll_id, office_code=request.actor.place,
                tracking_codes=tuple(new_tracking_code(self._draw()) for _ in range(count)),
                parcel_codes=tuple(await self._numbers.row(count)))])
            reach("roll.kept")
        now = self._clock.now()
        await self._streams.append_many([  # what is there already, of an earlier run of this request, stays
            append_of(subject, roll_id, [], [(fact, now)], request, now, topic=None)
            for label in roll.labels for subject, fact in _of(label, roll)])
        return roll

    async def bind(self, wanted: Sequence[tuple[str, str, Request]]) -> list[Label | Problem]:
        """An answer for each (code as read, filing id, request), in order: the label, now bound to the dossier alone, or
        LABEL_UNKNOWN, LABEL_OF_OTHER_OFFICE, LABEL_TAKEN. One read and one append for all; one read more where bars were read."""
        answers = await self._tracking_codes([code for code, _, _ in wanted])
        asks: dict[int, Ask] = {}
        for number, (code, (_, filing_id, request)) in enumerate(zip(answers, wanted, strict=True)):
            if isinstance(code, str):  # a request that died half way may come again with other content: nothing is filed yet
                asks[number] = Ask(code, _binding(filing_id, request.actor.place), replace(request, fingerprint=""))
        bound = dict(zip(asks, await self._labels.decide_many(list(asks.values())), strict=True))
        return [_own(bound[number], wanted[number][1]) if number in bound else answer  # type: ignore[misc]
                for number, answer in enumerate(answers)]

    async def _tracking_codes(self, texts: Sequence[str]) -> list[str | Problem]:
        """The tracking code of each text, or why there is none."""
        codes: list[str | Problem] = []
        for text in texts:
            try:
                codes.append(signed_label.decode(text)[0].tracking_code if signed_label.looks_signed(text)
                             else check_label_code(text))
            except Problem as problem:
                codes.append(problem)
        numbers = {code: f"label-numbers/{code}" for code in codes if isinstance(code, str) and is_parcel_code(code)}
        named = await self._streams.read_many(list(numbers.values())) if numbers else {}
        found = {code: FACTS.decode(named[subject][0].type, named[subject][0].data).tracking_code if named[subject]
                 else unknown_label() for code, subject in numbers.items()}
        return [found.get(code, code) if isinstance(code, str) else code for code in codes]


def _of(label: RollLabel, roll: Roll) -> tuple[tuple[str, Any], tuple[str, Any]]:
    """The first facts of a label: it can be bound, and its number leads to it."""
    printed = LabelPrinted(roll_id=roll.roll_id, office_code=roll.office_code, tracking_code=label.tracking_code,
                           parcel_code=label.parcel_code)
    return ((LABEL.subject_of(label.tracking_code), printed),
            (f"label-numbers/{label.parcel_code}", LabelNumbered(tracking_code=label.tracking_code)))


def _binding(filing_id: str, office: str) -> Rule:
    async def rule(label: Label) -> Sequence[Any]:
        if label.office_code != office:
            raise Refused("LABEL_OF_OTHER_OFFICE", "the roll belongs to another office; take a label of your own office's roll",
                          field="label_code")
        if label.filing_id not in ("", filing_id):
            raise _taken()
        return [] if label.filing_id else [LabelBound(filing_id=filing_id)]
    return rule


def _own(answer: Label | Problem, filing_id: str) -> Label | Problem:
    """The answer, unless another person's request of the same id was first."""
    return answer if isinstance(answer, Problem) or answer.filing_id == filing_id else _taken()


def _taken() -> Refused:
    return Refused("LABEL_TAKEN", "this label is another dossier's; take the next one and cross this one out", field="label_code")
