"""Hand-overs and deliveries: load, decide, append. Batches answer per item, and travel as one read and one append."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from services.foundation.codes import check_parcel_code
from services.foundation.errors import Invalid, Problem
from services.foundation.ports import Clock, Streams
from services.foundation.subjects import Ask, Request, Rule

from . import delivery, handover
from .parcel import Parcel
from .parcel_facts import AttemptReason, DeliveryProof, Difference, Holder
from .stream import PARCEL, Parcels

_NAMESPACE = uuid.UUID("1f0b4c0a-9c39-5a6e-8c66-6f7c54a0c9b1")
_Decide = Callable[[Parcel], Any]


class Commands:
    """Every change of a parcel that people ask for."""

    def __init__(self, streams: Streams, clock: Clock) -> None:
        self.parcels = Parcels(PARCEL, streams, clock)

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

    async def deliver(self, code: str, proof: DeliveryProof | None, reason: AttemptReason, request: Request) -> Parcel:
        """The holder gives it to the citizen with proof, or says why not."""
        if proof is None and reason is AttemptReason.UNSPECIFIED:
            raise Invalid("PROOF_INCOMPLETE", "a proof, or the reason of the failed try, is needed", field="proof")
        if proof is not None and (len(proof.signature_sha256) != 64 or not all(
                letter in "0123456789abcdef" for letter in proof.signature_sha256)):
            raise Invalid("PROOF_INCOMPLETE", "the SHA-256 of signature or photo is needed, 64 hex digits",
                          field="proof.signature_sha256")

        who = Holder(person=request.actor.person, place=request.actor.place)

        def decide(parcel: Parcel) -> Any:
            return delivery.attempt(parcel, who, reason) if proof is None else delivery.deliver(parcel, who, proof)

        answer = (await self._answers([(code, decide)], request))[0]
        if isinstance(answer, Problem):
            raise answer
        return answer

    async def _answers(self, asked: Sequence[tuple[str, _Decide]], request: Request) -> list[Parcel | Problem]:
        """An answer for each; a code that is none answers for itself."""
        answers: dict[int, Parcel | Problem] = {}
        asks: dict[int, Ask] = {}
        for number, (code, decide) in enumerate(asked):
            try:
                asks[number] = Ask(check_parcel_code(code), _rule(decide), request)
            except Problem as problem:
                answers[number] = problem
        decided = await self.parcels.decide_many(list(asks.values()))
        answers |= dict(zip(asks, decided, strict=True))
        return [answers[number] for number in range(len(asked))]


def _rule(decide: _Decide) -> Rule:
    async def rule(parcel: Parcel) -> Sequence[Any]:
        return [decide(parcel)]
    return rule
