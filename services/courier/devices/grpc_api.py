"""The devices' door: messages to typed values and back."""

from typing import Any

from google.protobuf.message import Message
from postal.courier.v1 import device_service_pb2, device_service_pb2_grpc

from services.foundation import codec
from services.foundation.codes import check_request_id, clean_text
from services.foundation.errors import Invalid
from services.foundation.ports import Clock
from services.foundation.runtime.fingerprint import fingerprint
from services.foundation.runtime.identity import caller
from services.foundation.subjects import Request

from .commands import DeviceCommands
from .device import Device
from .device_facts import DeviceRole, RevokeReason

_pb = device_service_pb2
_METHOD = "/postal.courier.v1.DeviceService/"
MOST_ON_A_PAGE, PAGE, _LONGEST_LABEL = 200, 50, 40


class DeviceApi(device_service_pb2_grpc.DeviceServiceServicer):
    """All methods of postal.courier.v1.DeviceService. ``secret`` keys the digests of requests."""

    def __init__(self, commands: DeviceCommands, clock: Clock, secret: bytes) -> None:
        self._commands, self._clock, self._secret = commands, clock, secret

    async def InviteDevice(self, request: Any, _: Any) -> Message:
        role = _chosen(request, "role", DeviceRole)
        label = clean_text(request.label, "label", _LONGEST_LABEL) if request.label else ""
        code, device = await self._commands.invite(role, label, self._request("InviteDevice", request))
        answer = _pb.InviteDeviceResponse(invitation_code=code, device_id=device.device_id, place=device.place)
        answer.expire_time.FromDatetime(device.expire_time)
        return answer

    async def EnrolDevice(self, request: Any, _: Any) -> Message:
        digest = fingerprint(self._secret, f"{_METHOD}EnrolDevice", request)
        device = await self._commands.enrol(request.invitation_code, request.public_key, check_request_id(request.request_id),
                                            digest)
        answer = _pb.EnrolDeviceResponse(device_id=device.device_id, role=f"DEVICE_ROLE_{device.role}", place=device.place,
                                         label=device.label)
        answer.server_time.FromDatetime(self._clock.now())
        return answer

    async def RevokeDevice(self, request: Any, _: Any) -> Message:
        reason = _chosen(request, "reason", RevokeReason)
        device = await self._commands.revoke(request.device_id[:64], reason, self._request("RevokeDevice", request))
        return _pb.RevokeDeviceResponse(device=_message(device))

    async def ListDevices(self, request: Any, _: Any) -> Message:
        if not 0 <= request.page_size <= MOST_ON_A_PAGE:
            raise Invalid("PAGE_SIZE_WRONG", f"0 to {MOST_ON_A_PAGE}", field="page_size", value=request.page_size)
        size = request.page_size or PAGE
        devices = await self._commands.listed(caller().place, request.page_token, size)
        return _pb.ListDevicesResponse(devices=[_message(device) for device in devices],
                                       next_page_token=devices[-1].device_id if len(devices) == size else "")

    def _request(self, method: str, request: Any) -> Request:
        digest = fingerprint(self._secret, _METHOD + method, request)
        return Request(id=check_request_id(request.request_id), fingerprint=digest, actor=caller().actor())


def _chosen(request: Any, field: str, kind: Any) -> Any:
    name = codec.choice_name(request, field)
    if name not in kind.__members__:
        raise Invalid(f"{field.upper()}_MISSING", "name one of the listed values", field=field)
    return kind[name]


def _message(device: Device) -> Any:
    return codec.to_message(device, _pb.Device)
