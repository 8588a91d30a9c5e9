"""The part of the courier door that offices use afterwards: pictures that prove an act, and cases that people must look at."""

from typing import Any

from google.protobuf.message import Message
from postal.courier.v1 import courier_service_pb2

from services.foundation import codec
from services.foundation.codes import check_parcel_code, check_request_id, clean_text
from services.foundation.errors import Invalid, NotFound, Problem
from services.foundation.runtime.fingerprint import fingerprint
from services.foundation.runtime.identity import caller
from services.foundation.runtime.parts import ServiceContext
from services.foundation.subjects import Request

from .acts import EntryOutcome
from .case import Case
from .cases import Cases
from .commands import Commands
from .picture import EntryPicture, Picture
from .pictures import MOST_PICTURES, Pictures

_pb = courier_service_pb2
MOST_ON_A_PAGE, PAGE, MOST_CASES, LONGEST_NOTE = 200, 50, 200, 200
_METHOD = "/postal.courier.v1.CourierService/"
_LISTED = ("UNSPECIFIED", "LATE", "CONFLICT")


class OfficeApi:
    """Methods of postal.courier.v1.CourierService about pictures and cases."""

    def __init__(self, context: ServiceContext, commands: Commands, pictures: Pictures, cases: Cases) -> None:
        self._keys, self._parcels, self._pictures, self._cases = context.keys, commands.parcels, pictures, cases

    async def UploadPictures(self, request: Any, _: Any) -> Message:
        check_request_id(request.request_id)
        check_size(len(request.pictures), MOST_PICTURES, "pictures")
        brought = [codec.from_message(each, EntryPicture) for each in request.pictures]
        results = await self._pictures.keep(request.device_id[:64], brought, caller())
        return _pb.UploadPicturesResponse(results=[codec.to_message(each, _pb.PictureResult) for each in results])

    async def ListPictures(self, request: Any, _: Any) -> Message:
        pictures = await self._named(request.parcel_code)
        return _pb.ListPicturesResponse(pictures=[codec.to_message(each, _pb.Picture) for each in pictures])

    async def GetPicture(self, request: Any, _: Any) -> Message:
        wanted = request.device_id, request.device_sequence, request.sha256
        for picture in await self._named(request.parcel_code):
            if (picture.device_id, picture.device_sequence, picture.sha256) == wanted:
                return _pb.GetPictureResponse(picture=codec.to_message(picture, _pb.Picture),
                                              content=await self._pictures.content(picture))
        raise NotFound("PICTURE_UNKNOWN", "no act on this parcel that is yours to see names it", field="sha256")

    async def ListCases(self, request: Any, _: Any) -> Message:
        size, name = check_page(request), codec.choice_name(request, "outcome")
        if name not in _LISTED:
            raise Invalid("OUTCOME_WRONG", "LATE or CONFLICT; unspecified for both", field="outcome", value=name)
        outcome = EntryOutcome[name] if name != "UNSPECIFIED" else None
        cases = await self._cases.listed(caller().place, outcome, closed=request.closed, after=request.page_token[:64], limit=size)
        return _pb.ListCasesResponse(cases=[_case(each) for each in cases],
                                     next_page_token=cases[-1].case_id if len(cases) == size else "")

    async def SettleCases(self, request: Any, _: Any) -> Message:
        check_size(len(request.case_ids), MOST_CASES, "case_ids")
        note = clean_text(request.note, "note", LONGEST_NOTE, personal=True) if request.note else ""
        answers = await self._cases.settle([each[:64] for each in request.case_ids], note, self.request_of("SettleCases", request))
        return _pb.SettleCasesResponse(results=[
            _pb.CaseResult(problem=problem_message(each)) if isinstance(each, Problem) else _pb.CaseResult(case=_case(each))
            for each in answers])

    async def _named(self, parcel_code: str) -> list[Picture]:
        """The pictures of a parcel that are the caller's to see. Nobody learns from it whether a parcel exists."""
        code, who = check_parcel_code(parcel_code), caller()
        known = await self._parcels.states([code])
        return await self._pictures.of_parcel(code, who.place, known[0].holder.place if known else "")

    def request_of(self, method: str, request: Any) -> Request:
        """The caller's request as facts name it."""
        digest = fingerprint(self._keys.index_key, _METHOD + method, request)
        return Request(id=check_request_id(request.request_id), fingerprint=digest, actor=caller().actor())


def check_size(size: int, most: int, field: str) -> None:
    """Raises Invalid BATCH_SIZE_WRONG."""
    if not 1 <= size <= most:
        raise Invalid("BATCH_SIZE_WRONG", f"1 to {most}", field=field, value=size)


def check_page(request: Any) -> int:
    """How many are wanted on a page; raises Invalid PAGE_SIZE_WRONG."""
    if not 0 <= request.page_size <= MOST_ON_A_PAGE:
        raise Invalid("PAGE_SIZE_WRONG", f"0 to {MOST_ON_A_PAGE}", field="page_size", value=request.page_size)
    return int(request.page_size) or PAGE


def problem_message(problem: Problem) -> Any:
    """A problem in the contract's form."""
    return _pb.Problem(reason=problem.reason, field=problem.field, message=problem.message)


def _case(case: Case) -> Any:
    return codec.to_message(case, _pb.Case)
