"""What the courier service is made of."""

import grpc
from postal.courier.v1 import courier_service_pb2_grpc, device_service_pb2_grpc

from services.foundation.calendar import WorkingCalendar
from services.foundation.runtime import pages
from services.foundation.runtime.parts import OwnViews, ServiceContext, ServiceParts, Subscription

from . import cases
from .bundles import Bundles
from .cases import Cases
from .claims import Claims
from .commands import Commands
from .devices import stream as devices
from .devices.commands import DeviceCommands
from .devices.grpc_api import DeviceApi
from .grpc_api import CourierApi
from .pictures import Pictures
from .reactions import INDEXES, VIEW, Reactions
from .scanning import Scanning
from .stream import CASES, PARCEL, TOPIC

__all__ = ["TOPIC", "VIEWS", "build"]

VIEWS = {VIEW: INDEXES, devices.VIEW: devices.INDEXES, cases.VIEW: cases.INDEXES}
PAGE = pages.Page(name="handheld", camera=True)


def build(context: ServiceContext) -> ServiceParts:
    """The service on what it is given."""
    streams = context.stores.streams
    keys, views = context.keys, context.stores.views
    open_cases = Cases(streams, views, context.clock, keys.seal_key)
    scanning = Scanning(streams, context.clock, open_cases)
    commands = Commands(streams, context.clock, keys.seal_key, keys.index_key)
    calendar = WorkingCalendar(*context.registry.holidays()["postal"])
    claims = Claims(streams, context.clock, commands.parcels, scanning, calendar, (keys.seal_key, keys.index_key), open_cases)
    reactions = Reactions(commands.parcels, claims, streams, context.stores.views)
    enrolled = DeviceCommands(streams, context.stores.views, context.clock, keys.index_key)
    bundles = Bundles(streams, context.clock, scanning, enrolled, claims)
    pictures = Pictures(streams, context.clock, enrolled, keys.seal_key)
    api = CourierApi(context, commands, scanning, bundles, pictures, open_cases)
    device_api = DeviceApi(enrolled, context.clock, keys.index_key)
    told = (Subscription(topics=(TOPIC,), group="courier-codes", react=reactions.on_going_out),
            ) if context.settings.notifier else ()  # a code that nobody is told proves nothing

    def add(server: grpc.aio.Server) -> None:
        courier_service_pb2_grpc.add_CourierServiceServicer_to_server(api, server)  # type: ignore[no-untyped-call]
        device_service_pb2_grpc.add_DeviceServiceServicer_to_server(device_api, server)  # type: ignore[no-untyped-call]

    routes = pages.routes(context.settings.pages_dir, PAGE)
    own_views = (OwnViews(views={devices.VIEW: devices.DEVICE.prefix}, project=enrolled.keep_list),
                 OwnViews(views={cases.VIEW: CASES}, project=open_cases.keep_list))
    subscriptions = (
        Subscription(topics=("postal.dossiers.v1",), group="courier-dossiers", react=reactions.on_dossiers),
        Subscription(topics=(TOPIC,), group="courier-list", react=reactions.on_parcels, views={VIEW: PARCEL.prefix},
                     project=reactions.keep_list), *told)
    return ServiceParts(name="courier", add_to_server=add, routes=routes, device_keys=enrolled.key_of, own_views=own_views,
                        subscriptions=subscriptions)
