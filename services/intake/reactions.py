"""What the courier's facts change here, and the list view. Idempotent: the fact reacted to is the cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.foundation import codec
from services.foundation.errors import Refused
from services.foundation.events import Recorded
from services.foundation.ports import Row, Views

from .commands import Commands
from .dossier import Dossier
from .dossier_facts import DossierLodged
from .stream import Request, state_of, subject_of

VIEW = "dossiers"
INDEXES = ("office", "authority")


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverAccepted:
    """What is read of the courier's fact."""

    handover_id: str
    filing_id: str
    at_authority: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ParcelDelivered:
    """What is read of the courier's fact."""

    filing_id: str


READ = codec.Registry()
READ.register("postal.courier.v1", HandoverAccepted, ParcelDelivered)


class Reactions:
    """Two groups: one decides, one keeps the list."""

    def __init__(self, commands: Commands, views: Views) -> None:
        self._commands, self._views = commands, views

    async def on_parcels(self, facts: list[Recorded]) -> None:
        """Signed at the authority: lodged, or the supplement has come. Delivered: returned."""
        for record in facts:
            if not READ.knows(record.type):
                continue
            fact = READ.decode(record.type, record.data)
            parcel_code = record.subject.removeprefix("parcels/")
            request = Request(id=record.id, fingerprint="", actor=record.actor)
            if isinstance(fact, ParcelDelivered):
                await self._commands.returned(fact.filing_id, parcel_code, request, record.occurred)
            elif fact.at_authority:
                await self._commands.dossiers.decide(
                    fact.filing_id, request, self._signed(parcel_code, fact.handover_id, record.occurred), record.occurred)

    def _signed(self, parcel_code: str, handover_id: str, when: datetime) -> Any:
        async def rule(dossier: Dossier) -> Sequence[Any]:
            lodged = DossierLodged(parcel_code=parcel_code, handover_id=handover_id)
            if parcel_code == dossier.parcel_code:
                return [] if dossier.lodge_time else [lodged]
            if parcel_code == dossier.supplement_parcel_code:
                try:
                    return self._commands.received(dossier, parcel_code, when) or [lodged]
                except Refused:  # withdrawn or stopped while it travelled: the paper came all the same
                    return []
            return []
        return rule

    async def on_dossiers(self, facts: list[Recorded]) -> None:
        """Keeps a row per dossier, without anything private."""
        streams = self._commands.dossiers
        rows = []
        for filing_id in dict.fromkeys(fact.key for fact in facts):
            history = await streams.history(filing_id)
            dossier = state_of(history)
            if dossier is not None:
                rows.append(Row(key=filing_id, value={"subject": subject_of(filing_id)}, reflects=len(history),
                                indexes={"office": dossier.office_code, "authority": dossier.authority_code}))
        await self._views.put_many(VIEW, rows)
