"""What the intake service is made of."""

import grpc
from postal.intake.v1 import intake_service_pb2_grpc

from services.foundation.runtime import pages
from services.foundation.runtime.parts import ServiceContext, ServiceParts, Subscription

from .commands import Commands
from .filing import Desk
from .grpc_api import IntakeApi, encode_private
from .reactions import INDEXES, VIEW, Reactions
from .stream import TOPIC

__all__ = ["TOPIC", "VIEWS", "build"]

VIEWS = {VIEW: INDEXES}
PAGE = pages.Page(name="counter")


def build(context: ServiceContext) -> ServiceParts:
    """The service on what it is given."""
    desk = Desk(context.registry)
    commands = Commands(context.stores, context.clock, desk, context.keys.seal_key, encode_private)
    reactions = Reactions(commands, context.stores.views)
    api = IntakeApi(context, commands, desk)

    def add(server: grpc.aio.Server) -> None:
        intake_service_pb2_grpc.add_IntakeServiceServicer_to_server(api, server)  # type: ignore[no-untyped-call]

    return ServiceParts(name="intake", add_to_server=add, routes=pages.routes(context.settings.pages_dir, PAGE), subscriptions=(
        Subscription(topics=("postal.parcels.v1",), group="intake-parcels", react=reactions.on_parcels),
        Subscription(topics=(TOPIC,), group="intake-list", react=reactions.on_dossiers)))
