"""What the courier service is made of."""

import grpc
from postal.courier.v1 import courier_service_pb2_grpc

from services.foundation.runtime import pages
from services.foundation.runtime.parts import ServiceContext, ServiceParts, Subscription

from .commands import Commands
from .grpc_api import CourierApi
from .reactions import INDEXES, VIEW, Reactions
from .scanning import Scanning
from .stream import TOPIC

__all__ = ["TOPIC", "VIEWS", "build"]

VIEWS = {VIEW: INDEXES}
PAGE = pages.Page(name="handheld", camera=True)


def build(context: ServiceContext) -> ServiceParts:
    """The service on what it is given."""
    streams = context.stores.streams
    commands, scanning = Commands(streams, context.clock), Scanning(streams, context.clock)
    reactions = Reactions(commands.parcels, scanning, streams, context.stores.views)
    api = CourierApi(context, commands, scanning)

    def add(server: grpc.aio.Server) -> None:
        courier_service_pb2_grpc.add_CourierServiceServicer_to_server(api, server)  # type: ignore[no-untyped-call]

    return ServiceParts(name="courier", add_to_server=add, routes=pages.routes(context.settings.pages_dir, PAGE), subscriptions=(
        Subscription(topics=("postal.dossiers.v1",), group="courier-dossiers", react=reactions.on_dossiers),
        Subscription(topics=(TOPIC,), group="courier-list", react=reactions.on_parcels)))
