"""A device's stream, devices/<device id>; it never leaves this service."""

from services.foundation import codec
from services.foundation.errors import NotFound
from services.foundation.subjects import Kind, Subjects

from . import device_facts
from .device import Device, fold

FACTS = codec.Registry()
FACTS.register("postal.courier.v1", *device_facts.ALL)
VIEW = "devices"
INDEXES = ("place",)


def unknown(device_id: str) -> NotFound:
    """The answer for a device that is not there, and for one of another place."""
    return NotFound("DEVICE_UNKNOWN", "no such device at your place", field="device_id", value=device_id)


DEVICE: Kind[Device] = Kind(prefix="devices/", topic=None, field="device_id", facts=FACTS, fold=fold, unknown=unknown)
Devices = Subjects[Device]
