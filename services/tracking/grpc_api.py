"""The tracking door."""

from typing import Any

from google.protobuf.message import Message
from postal.tracking.v1 import tracking_service_pb2, tracking_service_pb2_grpc

from services.foundation.errors import NotFound
from services.foundation.runtime.identity import Caller, Role, caller

from . import timeline
from .queries import Entry, Journey, Queries, unknown

_pb = tracking_service_pb2


class TrackingApi(tracking_service_pb2_grpc.TrackingServiceServicer):
    """All methods of postal.tracking.v1.TrackingService."""

    def __init__(self, queries: Queries, registry: Any) -> None:
        self._queries, self._registry = queries, registry

    async def Track(self, request: Any, _: Any) -> Message:
        return _pb.TrackResponse(journey=self._public(await self._queries.track(request.tracking_code)))

    async def GetJourney(self, request: Any, _: Any) -> Message:
        journey = await self._queries.journey(request.filing_id)
        if not _concerns(journey, caller()):
            raise unknown()
        parcels = [_pb.JourneyParcel(parcel_code=code, holder_place=row.value["holder"],
                                     office_code=timeline.place(row.value), facts=row.reflects)
                   for code, row in sorted(journey.parcels.items())]
        return _pb.GetJourneyResponse(journey=self._public(journey), filing_id=journey.filing_id, parcels=parcels)

    def _public(self, journey: Journey) -> Any:
        message = _pb.PublicJourney(
            tracking_code=journey.tracking_code, stage=f"JOURNEY_STAGE_{journey.stage}",
            transit_due_date=journey.transit_due, due_date=journey.due,
            late=journey.transit_late or journey.decision_late, entries=[self._entry(each) for each in journey.entries])
        message.as_of_time.FromDatetime(journey.as_of)
        return message

    def _entry(self, entry: Entry) -> Any:
        message = _pb.TimelineEntry(event=f"TIMELINE_EVENT_{entry.event}",
                                    office_name=office_name(self._registry, entry.office_code))
        message.occur_time.FromDatetime(entry.occurred)
        return message


def office_name(registry: Any, code: str) -> str:
    """Name of an office; "" for none or one the registry does not know."""
    try:
        return str(registry.office(code).name) if code else ""
    except NotFound:
        return ""


def _concerns(journey: Journey, who: Caller) -> bool:
    if who.role is Role.OFFICER:
        return who.place == journey.authority_code
    on_the_way = {journey.office_code, *journey.route, *(office for row in journey.parcels.values()
                                                         for office in row.value["route"])}
    return who.place in on_the_way
