"""What the courier's facts change here, and the list view. Idempotent: the fact reacted to is the cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.foundation import codec
from services.foundation.errors import Problem, Refused
from services.foundation.events import Recorded
from services.foundation.ports import Row, Views
from services.foundation.subjects import Ask, Request, Rule

from .closing import BY_DAY, LIST, day_key
from .commands import SEEN, Commands
from .dossier import Dossier, move
from .dossier_facts import DossierLodged, DossierReturned

VIEWS = {LIST: ("office", "authority", BY_DAY), SEEN: ()}
_ON_ITS_WAY = ("postal.courier.v1.ScanRecorded", "postal.courier.v1.HandoverAccepted")


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
        """Signed at the authority: lodged, or the supplement has come. Delivered: returned. All of a batch together."""
        await self.keep_seen(facts)
        asks = [ask for record in facts if (ask := self._asked(record)) is not None]
        for answer in await self._commands.dossiers.decide_many(asks):
            if isinstance(answer, Problem):
                raise answer

    async def keep_seen(self, facts: list[Recorded]) -> None:
        """What was scanned or handed over is remembered: its filing cannot be cancelled any more."""
        seen = {record.subject.removeprefix("parcels/") for record in facts if record.type in _ON_ITS_WAY}
        if seen:
            await self._views.put_many(SEEN, [Row(key=code, value={}, reflects=1) for code in sorted(seen)])

    def _asked(self, record: Recorded) -> Ask | None:
        if not READ.knows(record.type):
            return None
        fact = READ.decode(record.type, record.data)
        parcel_code = record.subject.removeprefix("parcels/")
        request = Request.because_of(record)
        if isinstance(fact, ParcelDelivered):
            return Ask(fact.filing_id, _returned(parcel_code), request, record.occurred)
        if fact.at_authority:
            return Ask(fact.filing_id, self._signed(parcel_code, fact.handover_id, record.occurred), request, record.occurred)
        return None

    def _signed(self, parcel_code: str, handover_id: str, when: datetime) -> Rule:
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
        found = await self._commands.dossiers.states_after(facts)
        await self._views.put_many(LIST, [
            Row(key=each.filing_id, value={}, reflects=int(each.etag),
                indexes={"office": each.office_code, "authority": each.authority_code,
                         BY_DAY: day_key(each.office_code, each.file_time)}) for each in found])


def _returned(parcel_code: str) -> Rule:
    """The result was delivered with proof: state 10."""
    async def rule(dossier: Dossier) -> Sequence[Any]:
        return [move(dossier, DossierReturned(parcel_code=parcel_code))]
    return rule
