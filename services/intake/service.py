"""What the intake service is made of."""

import grpc
from postal.intake.v1 import intake_service_pb2_grpc

from services.foundation.runtime import pages
from services.foundation.runtime.label_keys import LabelKeys
from services.foundation.runtime.parts import ServiceContext, ServiceParts, Subscription

from .closing import Days
from .commands import Commands
from .doubles import Doubles
from .filing import Desk, ParcelNumbers
from .grpc_api import IntakeApi, encode_private, telephone_of
from .office_api import Office
from .printing.jobs import PrintJobs
from .reactions import VIEWS, Reactions
from .rolls import Rolls
from .stream import DOSSIER, TOPIC, Dossiers
from .taking_in import TakingIn
from .telling import Telling

__all__ = ["TOPIC", "VIEWS", "build"]

PAGE = pages.Page(name="counter")


def build(context: ServiceContext) -> ServiceParts:
    """The service on what it is given."""
    streams, views, clock, keys = context.stores.streams, context.stores.views, context.clock, context.keys
    desk, numbers, dossiers = Desk(context.registry), ParcelNumbers(context.stores.sequences), Dossiers(DOSSIER, streams, clock)
    commands = Commands(dossiers, views, clock, desk, numbers)
    rolls, doubles = Rolls(streams, clock, numbers), Doubles(streams, clock, dossiers, keys.index_key)
    office = Office(rolls=rolls, days=Days(streams, views, clock, dossiers), label_keys=LabelKeys(context.settings.keys_dir))
    taking_in = TakingIn(streams, clock, desk, dossiers, numbers, rolls, doubles, keys.seal_key, encode_private)
    reactions = Reactions(commands, views)
    telling = () if context.notifier is None else (Subscription(
        topics=("postal.parcels.v1",), group="intake-telling", react=Telling(
            streams, clock, context.notifier, telephone_of, seal_key=keys.seal_key, code_key=keys.index_key).on_parcels),)
    api = IntakeApi(context, commands, office, PrintJobs(streams, clock, context.printers), taking_in, desk)

    def add(server: grpc.aio.Server) -> None:
        intake_service_pb2_grpc.add_IntakeServiceServicer_to_server(api, server)  # type: ignore[no-untyped-call]

    return ServiceParts(name="intake", add_to_server=add, routes=pages.routes(context.settings.pages_dir, PAGE), subscriptions=(
        Subscription(topics=("postal.parcels.v1",), group="intake-parcels", react=reactions.on_parcels),
        Subscription(topics=(TOPIC,), group="intake-list", react=reactions.on_dossiers), *telling))
