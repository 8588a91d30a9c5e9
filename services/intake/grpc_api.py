"""The intake door: messages to typed values, whose dossiers these are, typed values to messages. Nothing else."""

from dataclasses import replace
from typing import Any

from google.protobuf.message import Message
from postal.intake.v1 import dossier_pb2, intake_service_pb2, intake_service_pb2_grpc, procedure_pb2

from services.foundation import codec
from services.foundation.codes import check_request_id
from services.foundation.errors import Invalid, Problem
from services.foundation.runtime.identity import Role, caller
from services.foundation.runtime.parts import ServiceContext
from services.registry import Authority, Procedure

from .closing import BY_DAY, LIST
from .commands import Commands
from .day import iso_day
from .dossier import Dossier
from .dossier_facts import DecisionOutcome, Paper
from .filing import Desk, Filing
from .office_api import Office
from .printing.grpc_api import PrintingApi
from .printing.jobs import PrintJobs
from .routing import check_by_post
from .taking_in import TakingIn

_pb = intake_service_pb2
MOST_IN_A_BATCH, MOST_ON_A_PAGE, PAGE = 500, 200, 50


def encode_private(filing: Filing) -> bytes:
    """The bytes that are sealed: the applicant's message."""
    return codec.to_message(filing.applicant, dossier_pb2.Applicant).SerializeToString()  # type: ignore[no-any-return]


def telephone_of(private: bytes) -> str:
    """The applicant's telephone number in them."""
    return str(dossier_pb2.Applicant.FromString(private).phone)


class IntakeApi(PrintingApi, intake_service_pb2_grpc.IntakeServiceServicer):
    """All methods of postal.intake.v1.IntakeService; those of an office's own things in office_api.py, of
    printing in printing/grpc_api.py."""

    def __init__(self, context: ServiceContext, commands: Commands, office: Office, print_jobs: PrintJobs, taking_in: TakingIn,
                 desk: Desk) -> None:
        super().__init__(context, commands, office, print_jobs)
        self._taking_in, self._desk, self._clock = taking_in, desk, context.clock

    async def ListProcedures(self, request: Any, _: Any) -> Message:
        size = _page_size(request.page_size)
        found = self._registry.procedures(request.query[:200], request.page_token, size)
        return _pb.ListProceduresResponse(procedures=[_procedure(each) for each in found],
                                          next_page_token=found[-1].code if len(found) == size else "")

    async def GetProcedure(self, request: Any, _: Any) -> Message:
        return _pb.GetProcedureResponse(procedure=_procedure(self._registry.procedure(request.code)))

    async def ResolveAuthority(self, request: Any, _: Any) -> Message:
        procedure = self._registry.procedure(request.procedure_code)
        check_by_post(procedure, "SEND")
        units = self._registry.resolve_unit(request.unit_code, request.place)
        authorities = {each.code: each for each in (self._registry.authority_for(procedure.level, unit) for unit in units)}
        if len(authorities) == 1:
            authority = next(iter(authorities.values()))
            arrives, decided = self._promises(procedure, authority)
            return _pb.ResolveAuthorityResponse(authority=codec.to_message(authority, procedure_pb2.Authority),
                                                transit_due_date=arrives, expected_due_date=decided)
        return _pb.ResolveAuthorityResponse(choices=[codec.to_message(unit, procedure_pb2.Unit) for unit in units])

    def _promises(self, procedure: Procedure, authority: Authority) -> tuple[str, str]:
        """What a clerk may promise the citizen before anything is filed; others have no office to reckon from."""
        who = caller()
        if who.role is not Role.CLERK:
            return "", ""
        return self._desk.promises(procedure, authority, self._registry.office(who.place), self._clock.now())

    async def FileDossier(self, request: Any, _: Any) -> Message:
        filing = _filing(request)
        answers = await self._taking_in.file([(filing, self._request("FileDossier", request, caller()))])
        if isinstance(answers[0], Problem):
            raise answers[0]
        filed: Message = self._filed(answers[0], filing)
        return filed

    async def FileDossiers(self, request: Any, _: Any) -> Message:
        if not 1 <= len(request.dossiers) <= MOST_IN_A_BATCH:
            raise Invalid("BATCH_SIZE_WRONG", f"1 to {MOST_IN_A_BATCH} dossiers", field="dossiers", value=len(request.dossiers))
        who, read, problems = caller(), [], {}
        for number, each in enumerate(request.dossiers):
            try:
                read.append((number, (_filing(each), self._request("FileDossier", each, who))))
            except Problem as problem:
                problems[number] = problem
        answers = await self._taking_in.file([filing for _, filing in read])
        results = {number: _refused(problem) for number, problem in problems.items()}
        for (number, (filing, _request)), answer in zip(read, answers, strict=True):
            results[number] = (_refused(answer) if isinstance(answer, Problem)
                               else _pb.FileDossierResult(filed=self._filed(answer, filing)))
        return _pb.FileDossiersResponse(results=[results[number] for number in range(len(request.dossiers))])

    def _filed(self, dossier: Dossier, filing: Filing) -> Any:
        """The answer to who has just handed in; a repeat says the same, so the sealed part need not be opened."""
        message = codec.to_message(dossier, dossier_pb2.Dossier)
        message.applicant.CopyFrom(codec.to_message(filing.applicant, dossier_pb2.Applicant))
        return _pb.FileDossierResponse(dossier=message, tracking_url=self._tracking_url(dossier))

    async def GetDossier(self, request: Any, _: Any) -> Message:
        return _pb.GetDossierResponse(dossier=await self._message(await self._own(request.filing_id)))

    async def ListDossiers(self, request: Any, _: Any) -> Message:
        who, size = caller(), _page_size(request.page_size)
        index, value = "authority" if who.role is Role.OFFICER else "office", who.place
        if request.filed_on:
            if who.role is Role.OFFICER:
                raise Invalid("FILTER_NOT_ALLOWED", "days are of offices; leave it empty", field="filed_on")
            index, value = BY_DAY, f"{who.place}/{iso_day(request.filed_on, 'filed_on').isoformat()}"
        rows = await self._stores.views.find(LIST, index, value, after=request.page_token, limit=size)
        found = await self._commands.dossiers.states([row.key for row in rows])
        return _pb.ListDossiersResponse(
            dossiers=[codec.to_message(dossier, dossier_pb2.Dossier) for dossier in found],
            next_page_token=rows[-1].key if len(rows) == size else "")

    async def AcceptDossier(self, request: Any, _: Any) -> Message:
        asked = await self._asked("AcceptDossier", request)
        return await self._moved(_pb.AcceptDossierResponse, self._commands.accept(
            request.filing_id, request.dossier_code, request.due_date, asked))

    async def DeclineDossier(self, request: Any, _: Any) -> Message:
        asked = await self._asked("DeclineDossier", request)
        return await self._moved(_pb.DeclineDossierResponse, self._commands.decline(
            request.filing_id, request.reason_code, request.legal_basis, asked))

    async def RequestSupplement(self, request: Any, _: Any) -> Message:
        asked = await self._asked("RequestSupplement", request)
        return await self._moved(_pb.RequestSupplementResponse, self._commands.request_supplement(
            request.filing_id, _papers(request.papers), request.reason_code, asked))

    async def SupplyPapers(self, request: Any, _: Any) -> Message:
        who, counted = caller(), _papers(request.papers)
        if who.role is Role.OFFICER:
            asked = await self._asked("SupplyPapers", request)
            return await self._moved(_pb.SupplyPapersResponse, self._commands.supply_at_authority(
                request.filing_id, counted, asked))
        asked = self._request("SupplyPapers", request, who)  # any post office takes them
        return await self._moved(_pb.SupplyPapersResponse, self._commands.supply_at_post(
            request.filing_id, counted, request.weight_grams, asked))

    async def DecideDossier(self, request: Any, _: Any) -> Message:
        asked = await self._asked("DecideDossier", request)
        name = codec.choice_name(request, "outcome")
        return await self._moved(_pb.DecideDossierResponse, self._commands.decide(
            request.filing_id, DecisionOutcome[name], _papers(request.papers), asked,
            in_person_only=request.in_person_only))

    async def WithdrawDossier(self, request: Any, _: Any) -> Message:
        asked = await self._asked("WithdrawDossier", request)
        return await self._moved(_pb.WithdrawDossierResponse, self._commands.withdraw(
            request.filing_id, request.reason_code, asked))


def _page_size(asked: int) -> int:
    if not 0 <= asked <= MOST_ON_A_PAGE:
        raise Invalid("PAGE_SIZE_WRONG", f"0 to {MOST_ON_A_PAGE}", field="page_size", value=asked)
    return asked or PAGE


def _refused(problem: Problem) -> Any:
    return _pb.FileDossierResult(problem=_pb.Problem(reason=problem.reason, field=problem.field, message=problem.message))


def _procedure(procedure: Procedure) -> Any:
    return codec.to_message(procedure, procedure_pb2.Procedure)


def _papers(messages: Any) -> tuple[Paper, ...]:
    return tuple(codec.from_message(message, Paper) for message in messages)


def _filing(request: Any) -> Filing:
    if not request.HasField("applicant"):
        raise Invalid("APPLICANT_MISSING", "who hands in is needed", field="applicant")
    filing: Filing = codec.from_message(request, Filing)
    return replace(filing, request_id=check_request_id(filing.request_id))
