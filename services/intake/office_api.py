"""The intake door, what all its methods share and what an office does beside filing: rolls, days, corrections."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from postal.intake.v1 import counter_pb2, dossier_pb2, intake_service_pb2

from services.foundation import codec
from services.foundation.codes import check_request_id, label_text
from services.foundation.runtime.fingerprint import fingerprint
from services.foundation.runtime.identity import Caller, Role, caller
from services.foundation.runtime.label_keys import LabelKeys
from services.foundation.runtime.parts import ServiceContext
from services.foundation.sealing import unseal
from services.foundation.subjects import Request

from .closing import Days, OfficeDay
from .commands import Commands
from .day import Counted
from .dossier import Dossier
from .filing import Applicant
from .labels import render_roll
from .labels.roll import RollContent, part
from .rolls import Rolls
from .stream import DOSSIER, unknown

_pb = intake_service_pb2
_METHOD = "/postal.intake.v1.IntakeService/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """What an office has beside its dossiers."""

    rolls: Rolls
    days: Days
    label_keys: LabelKeys


class OfficeApi:
    """Methods of postal.intake.v1.IntakeService that are about an office's own things."""

    def __init__(self, context: ServiceContext, commands: Commands, office: Office) -> None:
        self._stores, self._keys, self._registry = context.stores, context.keys, context.registry
        self._url = context.settings.public_url.rstrip("/")
        self._commands, self._office = commands, office

    async def CancelDossier(self, request: Any, _: Any) -> Message:
        asked = await self._asked("CancelDossier", request)
        return await self._moved(_pb.CancelDossierResponse, self._commands.cancel(request.filing_id, asked))

    async def ReprintLabel(self, request: Any, _: Any) -> Message:
        asked = await self._asked("ReprintLabel", request)
        dossier = await self._commands.reprint(request.filing_id, request.parcel_code[:64], request.reason_code, asked)
        return _pb.ReprintLabelResponse(dossier=await self._message(dossier),
                                        label_version=dossier.label_version(request.parcel_code or dossier.parcel_code))

    async def PrintRoll(self, request: Any, _: Any) -> Message:
        self._registry.office(caller().place)  # a roll of an office that is none could never be used
        roll = await self._office.rolls.print_roll(request.labels, self._request("PrintRoll", request, caller()))
        return _pb.PrintRollResponse(roll=codec.to_message(roll, counter_pb2.Roll))

    async def RenderRoll(self, request: Any, _: Any) -> Message:
        roll = await self._office.rolls.roll(request.roll_id, caller().place)
        labels = part(roll.labels, request.first, request.count)
        home = self._registry.office(roll.office_code)
        said = [RollContent(tracking_url=self._label_url(label.tracking_code), tracking_code=label.tracking_code,
                            parcel_code=label.parcel_code, office=f"{home.name} ({home.code})") for label in labels]
        single = codec.choice_name(request, "paper") == "SINGLE"
        # Hundreds of labels take a while: in a thread, so that other calls go on.
        content = await asyncio.to_thread(render_roll, said, single)
        return _pb.RenderRollResponse(content=content, media_type="application/pdf")

    async def GetDay(self, request: Any, _: Any) -> Message:
        return _pb.GetDayResponse(day=_day(await self._office.days.get(caller().place, request.date)))

    async def CloseDay(self, request: Any, _: Any) -> Message:
        counted = Counted(dossiers_seen=request.dossiers_seen, fee_vnd=request.fee_counted_vnd,
                          postage_vnd=request.postage_counted_vnd, remark=request.remark)
        day = await self._office.days.close(caller().place, request.date, counted, self._request("CloseDay", request, caller()))
        return _pb.CloseDayResponse(day=_day(day))

    async def _moved(self, reply: Any, command: Awaitable[Dossier]) -> Message:
        return reply(dossier=await self._message(await command))  # type: ignore[no-any-return]

    async def _asked(self, method: str, request: Any) -> Request:
        """The request of somebody who may see the dossier."""
        asked = self._request(method, request, caller())
        await self._own(request.filing_id)
        return asked

    def _request(self, method: str, request: Any, who: Caller) -> Request:
        digest = fingerprint(self._keys.index_key, _METHOD + method, request)
        return Request(id=check_request_id(request.request_id), fingerprint=digest, actor=who.actor())

    async def _own(self, filing_id: str) -> Dossier:
        """The dossier, if it is the caller's; else the same answer as for one that is not there."""
        who = caller()
        dossier = await self._commands.dossiers.state(filing_id[:64])
        if who.place != (dossier.authority_code if who.role is Role.OFFICER else dossier.office_code):
            raise unknown()
        return dossier

    async def _message(self, dossier: Dossier) -> Any:
        message = codec.to_message(dossier, dossier_pb2.Dossier)
        who = caller()
        if who.place in (dossier.office_code, dossier.authority_code):
            applicant = await self._applicant(dossier)
            if applicant is not None:
                message.applicant.CopyFrom(codec.to_message(applicant, dossier_pb2.Applicant))
        return message

    async def _applicant(self, dossier: Dossier) -> Applicant | None:
        """The applicant; None once erased."""
        subject = DOSSIER.subject_of(dossier.filing_id)
        sealed = await self._stores.streams.private(subject)
        if not sealed:
            return None
        message = dossier_pb2.Applicant.FromString(unseal(self._keys.seal_key, subject, sealed[0]))
        applicant: Applicant = codec.from_message(message, Applicant)
        return applicant

    def _tracking_url(self, dossier: Dossier) -> str:
        return f"{self._url}/t/{dossier.tracking_code}"

    def _label_said(self, dossier: Dossier, parcel_code: str) -> tuple[str, str]:
        """(address, signed code) of the newest label of one of its envelopes; a handheld learns where it goes from the latter."""
        version, back = dossier.label_version(parcel_code), parcel_code == dossier.result_parcel_code
        signed = self._office.label_keys.signed(dossier.tracking_code, parcel_code, version,
                                                dossier.office_code if back else dossier.destination_office_code)
        return self._label_url(dossier.tracking_code, version), signed

    def _label_url(self, tracking_code: str, version: int = 1) -> str:
        """The address in a label's QR, in capitals so that the QR stays small."""
        return f"{self._url}/t/{label_text(tracking_code, version)}".upper()


def _day(day: OfficeDay) -> Any:
    message = codec.to_message(day, counter_pb2.OfficeDay)
    for totals, found in ((message.totals, day.totals), (message.closing.totals, day.closing and day.closing.totals),
                          (message.since_closing, day.since_closing)):
        if found:
            totals.cash_vnd = found.cash_vnd
    return message
