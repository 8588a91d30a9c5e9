"""Hand-overs and deliveries: load, decide, append. Batches answer per item, and travel as one read and one append."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from services.foundation.codes import check_parcel_code
from services.foundation.errors import Invalid, Problem
from services.foundation.ports import Clock, Streams
from services.foundation.sealing import seal
from services.foundation.subjects import Ask, Request, Rule

from . import delivery, handover
from .delivery import Delivery
from .parcel import Parcel
from .parcel_facts import AttemptReason, Difference, Holder
from .signed_text import receiver_sha256, receiver_text
from .stream import PARCEL, Parcels

_NAMESPACE = uuid.UUID("1f0b4c0a-9c39-5a6e-8c66-6f7c54a0c9b1")
_Decide = Callable[[Parcel], Any]


class Commands:
    """Every change of a parcel that people ask for."""

    def __init__(self, streams: Streams, clock: Clock, seal_key: bytes, code_key: bytes) -> None:
        self.parcels = Parcels(PARCEL, streams, clock)
        self._seal_key, self._code_key = seal_key, code_key

    async def offer(self, codes: Sequence[str], taker: Holder, request: Request) -> tuple[str, list[Parcel | Problem]]:
        """(id of the hand-over, an answer for each parcel)."""
        handover_id = str(uuid.uuid5(_NAMESPACE, f"{request.actor.person}/{request.id}"))
        giver = Holder(person=request.actor.person, place=request.actor.place)
        return handover_id, await self._answers(
            [(code, lambda parcel: handover.offer(parcel, handover_id, giver, taker)) for code in codes], request)

    async def accept(self, handover_id: str, taken: Sequence[tuple[str, int | None, tuple[Difference, ...]]],
                     request: Request) -> list[Parcel | Problem]:
        """An answer for each parcel (code, papers counted, differences named)."""
        who, role = Holder(person=request.actor.person, place=request.actor.place), request.actor.role

        def accepting(counted: int | None, named: tuple[Difference, ...]) -> _Decide:
            return lambda parcel: handover.accept(parcel, handover_id, who, role, counted, named)

        return await self._answers([(code, accepting(counted, named)) for code, counted, named in taken], request)

    async def deliver(self, code: str, done: Delivery, request: Request) -> Parcel:
        """The holder gives it to the citizen with proof. Raises Refused ONE_TIME_CODE_WRONG and those of delivery.deliver."""
        code, (proof, receiver) = check_parcel_code(code), (done.proof, done.receiver)
        if len(proof.signature_sha256) != 64 or not all(letter in "0123456789abcdef" for letter in proof.signature_sha256):
            raise Invalid("PROOF_INCOMPLETE", "the SHA-256 of signature or photo is needed, 64 hex digits",
                          field="proof.signature_sha256")
        if receiver is not None:
            done = replace(done, proof=replace(proof, receiver_sha256=receiver_sha256(receiver)))
        who = Holder(person=request.actor.person, place=request.actor.place)
        private = None if receiver is None else seal(self._seal_key, PARCEL.subject_of(code), receiver_text(receiver))
        answer = (await self._answers([(code, lambda parcel: delivery.deliver(
            parcel, who, done, request.id, self._code_key))], request, private))[0]
        problem = answer if isinstance(answer, Problem) else delivery.missed(answer, request.id)
        if problem is not None:
            raise problem
        return cast(Parcel, answer)

    async def attempt(self, code: str, reason: AttemptReason, request: Request) -> Parcel:
        """The holder tried in vain and says why."""
        if reason is AttemptReason.UNSPECIFIED:
            raise Invalid("PROOF_INCOMPLETE", "a proof, or the reason of the failed try, is needed", field="proof")
        who = Holder(person=request.actor.person, place=request.actor.place)
        answer = (await self._answers([(code, lambda parcel: delivery.attempt(parcel, who, reason))], request))[0]
        if isinstance(answer, Problem):
            raise answer
        return answer

    async def _answers(self, asked: Sequence[tuple[str, _Decide]], request: Request,
                       private: bytes | None = None) -> list[Parcel | Problem]:
        """An answer for each; a code that is none answers for itself."""
        answers: dict[int, Parcel | Problem] = {}
        asks: dict[int, Ask] = {}
        for number, (code, decide) in enumerate(asked):
            try:
                asks[number] = Ask(check_parcel_code(code), _rule(decide), request, private=private)
            except Problem as problem:
                answers[number] = problem
        decided = await self.parcels.decide_many(list(asks.values()))
        answers |= dict(zip(asks, decided, strict=True))
        return [answers[number] for number in range(len(asked))]


def _rule(decide: _Decide) -> Rule:
    async def rule(parcel: Parcel) -> Sequence[Any]:
        return [decide(parcel)]
    return rule
