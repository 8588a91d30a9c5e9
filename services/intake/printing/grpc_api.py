"""The intake door, what is drawn and printed: labels and receipts."""

from dataclasses import replace
from typing import Any

from google.protobuf.message import Message
from postal.intake.v1 import intake_service_pb2

from services.foundation import codec
from services.foundation.errors import Denied
from services.foundation.outlets import Reach
from services.foundation.runtime.identity import Role, caller
from services.foundation.runtime.parts import ServiceContext

from .. import papers
from ..commands import Commands
from ..dossier import Dossier
from ..office_api import Office, OfficeApi
from .jobs import PrintJobs
from .journal import Document, Paper

_pb = intake_service_pb2
_USUAL_DPI = 203


class PrintingApi(OfficeApi):
    """Methods of postal.intake.v1.IntakeService that draw or print."""

    def __init__(self, context: ServiceContext, commands: Commands, office: Office, print_jobs: PrintJobs) -> None:
        super().__init__(context, commands, office)
        self._print_jobs = print_jobs

    async def RenderLabel(self, request: Any, _: Any) -> Message:
        dossier = await self._own(request.filing_id)
        parcel_code = dossier.check_envelope(request.parcel_code or dossier.parcel_code)
        content, media = await self._label(dossier, parcel_code, _reach(request, "100X150"), copy=False)
        return _pb.RenderLabelResponse(content=content, media_type=media)

    async def RenderReceipt(self, request: Any, _: Any) -> Message:
        content, media = await self._receipt(await self._own(request.filing_id), _reach(request, ""), copy=False)
        return _pb.RenderReceiptResponse(content=content, media_type=media)

    async def ListPrinters(self, request: Any, _: Any) -> Message:
        here = self._print_jobs.at(caller().place)
        return _pb.ListPrintersResponse(printers=[_pb.Printer(
            name=name, format=f"LABEL_FORMAT_{reach.language}", medium=f"PRINT_MEDIUM_{reach.medium}", dpi=reach.dpi)
            for name in sorted(here) for reach in (here[name].reach,)])

    async def PrintLabel(self, request: Any, _: Any) -> Message:
        asked = await self._asked("PrintLabel", request)
        dossier = await self._own(request.filing_id)
        paper = _paper(request, dossier)

        async def draw(reach: Reach, copy: bool) -> bytes:
            if paper.document is Document.RECEIPT:
                form = reach.language == "PDF"  # an office's printer takes the form; the others a slip on the paper they have
                return (await self._receipt(dossier, replace(reach, medium="") if form else reach, copy=copy))[0]
            return (await self._label(dossier, paper.parcel_code, reach, copy=copy))[0]

        done = await self._print_jobs.print(dossier.filing_id, paper, request.printer[:64], asked, draw)
        return _pb.PrintLabelResponse(copy=done.copy, printer=done.printer, label_version=paper.label_version)

    async def _label(self, dossier: Dossier, parcel_code: str, reach: Reach, *, copy: bool) -> tuple[bytes, str]:
        return papers.label(self._registry, dossier, await self._applicant(dossier), self._label_said(dossier, parcel_code),
                            parcel_code, reach.language, reach.medium, reach.dpi, copy=copy)

    async def _receipt(self, dossier: Dossier, reach: Reach, *, copy: bool) -> tuple[bytes, str]:
        return papers.receipt(self._registry, dossier, await self._applicant(dossier), self._tracking_url(dossier),
                              reach.language, reach.medium, reach.dpi, copy=copy)


def _paper(request: Any, dossier: Dossier) -> Paper:
    """What is to be printed; an officer has no receipts."""
    if codec.choice_name(request, "document") != Document.RECEIPT:
        parcel_code = dossier.check_envelope(request.parcel_code or dossier.parcel_code)
        return Paper(document=Document.LABEL, parcel_code=parcel_code, label_version=dossier.label_version(parcel_code))
    if caller().role is Role.OFFICER:
        raise Denied("ROLE_NOT_ALLOWED", "receipts are the counter's", field="document")
    return Paper(document=Document.RECEIPT)


def _reach(request: Any, usual: str) -> Reach:
    """Format, medium and resolution asked for."""
    wanted, medium = (codec.choice_name(request, name).replace("UNSPECIFIED", "") for name in ("format", "medium"))
    return Reach(language=wanted or "PDF", medium=medium or usual, dpi=request.dpi or _USUAL_DPI)
