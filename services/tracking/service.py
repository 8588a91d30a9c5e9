"""What the tracking service is made of."""

import grpc
from postal.tracking.v1 import tracking_service_pb2_grpc

from services.foundation.runtime.parts import ServiceContext, ServiceParts, Subscription

from .figures import Figures
from .grpc_api import TrackingApi
from .projector import SHOWN, VIEWS, Projector
from .queries import Queries
from .web import Pages

__all__ = ["TOPIC", "VIEWS", "build"]

TOPIC = ""  # it states no facts


def build(context: ServiceContext) -> ServiceParts:
    """The service on what it is given."""
    queries, figures = Queries(context.stores.views, context.clock), Figures(context.stores.views, context.clock)
    api = TrackingApi(queries, context.registry)

    def add(server: grpc.aio.Server) -> None:
        tracking_service_pb2_grpc.add_TrackingServiceServicer_to_server(api, server)  # type: ignore[no-untyped-call]

    reads = Subscription(topics=("postal.dossiers.v1", "postal.parcels.v1"), group="tracking", views=SHOWN,
                         react=Projector(context.stores.views, figures.shown).on_facts)
    return ServiceParts(name="tracking", add_to_server=add, routes=Pages(queries, context.registry).routes(),
                        subscriptions=(reads,), figures=figures.look)
