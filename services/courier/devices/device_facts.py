"""The facts of a device's stream (proto/postal/courier/v1/device_events.proto)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeviceRole(StrEnum):
    """What its operators are."""

    COURIER = "COURIER"
    CLERK = "CLERK"
    OFFICER = "OFFICER"


class DeviceState(StrEnum):
    """Where it stands."""

    INVITED = "INVITED"
    ENROLLED = "ENROLLED"
    REVOKED = "REVOKED"


class RevokeReason(StrEnum):
    """Why it was revoked."""

    LOST = "LOST"
    NOT_NEEDED = "NOT_NEEDED"
    BROKEN = "BROKEN"
    MISUSED = "MISUSED"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceInvited:
    role: DeviceRole
    place: str
    label: str
    expire_time: datetime
    device_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceEnrolled:
    public_key: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceRevoked:
    reason: RevokeReason


ALL = (DeviceInvited, DeviceEnrolled, DeviceRevoked)
