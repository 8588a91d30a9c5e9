"""The courier door: messages to typed values, whose parcels these are, typed values to messages. Nothing else."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.message import Message
from postal.courier.v1 import courier_service_pb2, courier_service_pb2_grpc, parcel_pb2

from services.foundation import codec
from services.foundation.codes import check_parcel_code, check_request_id
from services.foundation.errors import Problem
from services.foundation.runtime import metrics
from services.foundation.runtime.identity import Caller, caller
from services.foundation.runtime.label_keys import LabelKeys
from services.foundation.runtime.parts import ServiceContext

from .bundles import MOST_ENTRIES, Bundles
from .cases import Cases
from .commands import Commands
from .delivery import Delivery
from .entry import Entry, ReceiverShown
from .office_api import OfficeApi, check_page, check_size, problem_message
from .parcel import Parcel
from .parcel_facts import AttemptReason, DeliveryProof, Difference, Holder, Scan
from .pictures import Pictures
from .proof import RULES, ProofRule, rule_of
from .reactions import VIEW, holder_key
from .scanning import Answer, Scanning, Seen
from .stream import unknown

_pb = courier_service_pb2
MOST_SCANS, MOST_PARCELS = 1000, 500


class CourierApi(OfficeApi, courier_service_pb2_grpc.CourierServiceServicer):
    """All methods of postal.courier.v1.CourierService."""

    def __init__(self, context: ServiceContext, commands: Commands, scanning: Scanning, bundles: Bundles, pictures: Pictures,
                 cases: Cases) -> None:
        super().__init__(context, commands, pictures, cases)
        self._stores, self._commands, self._scanning = context.stores, commands, scanning
        self._bundles, self._registry = bundles, context.registry
        self._label_keys = LabelKeys(context.settings.keys_dir)

    async def RecordScans(self, request: Any, _: Any) -> Message:
        check_size(len(request.scans), MOST_SCANS, "scans")
        read: list[Scan | Problem] = [_read(message, Scan) for message in request.scans]
        scans = [scan for scan in read if not isinstance(scan, Problem)]
        asked = self.request_of("RecordScans", request)
        answers = iter(await self._scanning.record([Seen(scan, asked) for scan in scans]))
        found = [each if isinstance(each, Problem) else next(answers) for each in read]
        _count(("REFUSED", each.reason) if isinstance(each, Problem) else (each.outcome, "") for each in found)
        return _pb.RecordScansResponse(results=[_scan_result(each) for each in found])

    async def OfferHandover(self, request: Any, _: Any) -> Message:
        check_size(len(request.parcel_codes), MOST_PARCELS, "parcel_codes")
        taker = Holder(person=request.taker.person[:64], place=request.taker.place[:64])
        handover_id, answers = await self._commands.offer(list(request.parcel_codes), taker,
                                                          self.request_of("OfferHandover", request))
        return _pb.OfferHandoverResponse(handover_id=handover_id, results=[_result(answer) for answer in answers])

    async def AcceptHandover(self, request: Any, _: Any) -> Message:
        check_size(len(request.parcels), MOST_PARCELS, "parcels")
        taken = [(each.parcel_code, each.papers_counted if each.HasField("papers_counted") else None,
                  tuple(codec.from_message(difference, Difference) for difference in each.differences))
                 for each in request.parcels]
        answers = await self._commands.accept(request.handover_id, taken, self.request_of("AcceptHandover", request))
        return _pb.AcceptHandoverResponse(results=[_result(answer) for answer in answers])

    async def GetParcel(self, request: Any, _: Any) -> Message:
        code = check_parcel_code(request.parcel_code)
        parcel = await self._commands.parcels.state(code)
        if not _concerns(parcel, caller()):
            raise unknown(code)
        return _pb.GetParcelResponse(parcel=_message(parcel), proof_rule=_rule(rule_of(parcel.delivery_kind)))

    async def ListParcels(self, request: Any, _: Any) -> Message:
        who, size = caller(), check_page(request)
        wanted = [("place", who.place)] if request.whole_place else [
            ("holder", holder_key(Holder(person=person, place=who.place))) for person in (who.person, "")]
        rows = []
        for index, key in wanted:
            rows += await self._stores.views.find(VIEW, index, key, after=request.page_token, limit=size)
        codes = sorted({row.key for row in rows})[:size]
        parcels = await self._commands.parcels.states(codes)
        return _pb.ListParcelsResponse(parcels=[_message(parcel) for parcel in parcels], place_names=self._names(parcels),
                                       proof_rules=[_rule(rule) for rule in RULES],
                                       next_page_token=codes[-1] if len(codes) == size else "")

    def _names(self, parcels: Sequence[Parcel]) -> list[Any]:
        """Names of the places the parcels name: a person is sent to an office, not to a number."""
        codes = {code for parcel in parcels for code in (*parcel.route, parcel.authority_code, parcel.holder.place)}
        return [_pb.PlaceName(code=code, name=name) for code in sorted(codes) if (name := self._registry.name_of(code))]

    async def RecordDelivery(self, request: Any, _: Any) -> Message:
        asked, name = self.request_of("RecordDelivery", request), codec.choice_name(request, "attempt_reason")
        if request.HasField("proof"):
            receiver = codec.from_message(request.receiver, ReceiverShown) if request.HasField("receiver") else None
            parcel = await self._commands.deliver(request.parcel_code, Delivery(
                proof=codec.from_message(request.proof, DeliveryProof), receiver=receiver), asked)
        else:
            parcel = await self._commands.attempt(request.parcel_code, AttemptReason[name], asked)
        return _pb.RecordDeliveryResponse(parcel=_message(parcel))

    async def UploadBundle(self, request: Any, _: Any) -> Message:
        check_request_id(request.request_id)
        check_size(len(request.entries), MOST_ENTRIES, "entries")
        told = codec.moment(request.device_now, "device_now") if request.HasField("device_now") else None
        done = await self._bundles.upload(request.device_id[:64], told, [_read(each, Entry) for each in request.entries], caller())
        answer = _pb.UploadBundleResponse(results=[codec.to_message(each, _pb.EntryResult) for each in done.results],
                                          clock_ahead_ms=round(done.ahead.total_seconds() * 1000))
        for result, asked in zip(answer.results, request.entries, strict=True):
            result.device_sequence = asked.device_sequence  # also of one that could not be read
        answer.server_time.FromDatetime(done.now)
        _count((met.outcome.value, met.problem.reason if met.problem else "") for each in done.results
               for met in (each.parcels or (each,)))
        if told is not None and caller().device == request.device_id:
            metrics.CLOCK_OFF.observe(abs(done.ahead.total_seconds()))
        return answer

    async def ListClaims(self, request: Any, _: Any) -> Message:
        code, who = check_parcel_code(request.parcel_code), caller()
        known = [parcel for parcel in await self._commands.parcels.states([code]) if _concerns(parcel, who)]
        claims = await self._bundles.claims(code, who.place, next(iter(known), None))
        return _pb.ListClaimsResponse(claims=[codec.to_message(claim, _pb.Claim) for claim in claims])

    async def ListLabelKeys(self, request: Any, _: Any) -> Message:
        keys = [codec.to_message(each, courier_service_pb2.LabelKey) for each in self._label_keys.all()]
        return _pb.ListLabelKeysResponse(keys=keys)


def _count(outcomes: Iterable[tuple[str, str]]) -> None:
    for (outcome, reason), count in Counter(outcomes).items():
        metrics.SCANS.labels(outcome, reason).inc(count)


def _concerns(parcel: Parcel, who: Caller) -> bool:
    places = {parcel.holder.place, parcel.authority_code, parcel.origin_office_code, parcel.destination_office_code,
              *parcel.route, *([parcel.offer.taker.place] if parcel.offer else [])}
    return who.place in places


def _read(message: Any, kind: type) -> Any:
    """The record, or the problem with it."""
    try:
        return codec.from_message(message, kind)
    except Problem as problem:
        return problem


def _scan_result(answer: Answer | Problem) -> Any:
    if isinstance(answer, Problem):
        return _pb.ScanResult(outcome=_pb.SCAN_OUTCOME_REFUSED, problem=problem_message(answer))
    return _pb.ScanResult(outcome=f"SCAN_OUTCOME_{answer.outcome}")


def _result(answer: Parcel | Problem) -> Any:
    if isinstance(answer, Problem):
        return _pb.ParcelResult(problem=problem_message(answer))
    return _pb.ParcelResult(parcel=_message(answer))


def _message(parcel: Parcel) -> Any:
    return codec.to_message(parcel, parcel_pb2.Parcel)


def _rule(rule: ProofRule) -> Any:
    return codec.to_message(rule, _pb.ProofRule)
