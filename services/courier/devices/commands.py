"""Invite, enrol, revoke, list: load, decide, append.

The list of a place is an index written before the device's first fact; its rows say nothing but the id, and one whose stream is
not there is left out. So a device is never missing from the list, wherever a process ends.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from services.foundation.errors import Invalid, NotFound
from services.foundation.events import Actor, Recorded
from services.foundation.ports import Clock, Row, Streams, Views
from services.foundation.runtime.device_tokens import DeviceKey
from services.foundation.subjects import Request

from . import device as rules
from .device import Device
from .device_facts import DeviceInvited, DeviceRevoked, DeviceRole, DeviceState, RevokeReason
from .stream import DEVICE, VIEW, Devices, unknown

_LONGEST_KEY = 200  # bytes; a P-256 key is 91


class DeviceCommands:
    """Everything that is done with devices. ``secret`` is the installation's key for keyed digests."""

    def __init__(self, streams: Streams, views: Views, clock: Clock, secret: bytes) -> None:
        self._devices = Devices(DEVICE, streams, clock)
        self._streams, self._views, self._clock = streams, views, clock
        self._secret = hmac.new(secret, b"device invitations", hashlib.sha256).digest()

    async def invite(self, role: DeviceRole, label: str, request: Request) -> tuple[str, Device]:
        """(the code, the device to be). The code is worked out from the request: a repeat gets the same, and none is kept."""
        who = request.actor
        drawn = hmac.new(self._secret, f"code/{who.place}/{who.person}/{request.id}".encode(), hashlib.sha256).digest()
        code = rules.code_of(drawn, self._secret)
        device_id = rules.id_of(rules.check_code(code, self._secret))
        fact = rules.invite(device_id, role, label, who.role, who.place, self._clock.now())
        await self._views.put_many(VIEW, [_row(device_id, who.place)])
        append = self._devices.append_of(device_id, device_id, [], [(fact, self._clock.now())], request)
        await self._streams.append_many([append])  # one that is not stored was invited already by this very request
        earlier = DEVICE.earlier_answer(await self._devices.history(device_id), request)
        if earlier is None:
            raise unknown(device_id)
        return code, earlier

    async def enrol(self, code: str, public_key: bytes, request_id: str, fingerprint: str) -> Device:
        """The device with its key. Raises Invalid INVITATION_UNKNOWN, PUBLIC_KEY_WRONG; Refused as ``device.enrol``."""
        device_id = rules.id_of(rules.check_code(code, self._secret))
        read_key(public_key)
        try:
            invited = await self._devices.state(device_id)
        except NotFound:
            raise Invalid("INVITATION_UNKNOWN", "compare with the invitation shown, or ask for a new one",
                          field="invitation_code") from None
        actor = Actor(person="", role=invited.role.value, place=invited.place, device=device_id)

        async def rule(device: Device) -> Sequence[Any]:
            return rules.enrol(device, public_key, self._clock.now())

        return await self._devices.decide(device_id, Request(id=request_id, fingerprint=fingerprint, actor=actor), rule)

    async def revoke(self, device_id: str, reason: RevokeReason, request: Request) -> Device:
        """The revoked device; once more changes nothing. Raises NotFound DEVICE_UNKNOWN, also for one of another place."""
        async def rule(device: Device) -> Sequence[Any]:
            if device.place != request.actor.place:
                raise unknown(device_id)
            return [] if device.state is DeviceState.REVOKED else [DeviceRevoked(reason=reason)]

        return await self._devices.decide(device_id, request, rule)

    async def listed(self, place: str, after: str, limit: int) -> list[Device]:
        """The devices of a place by id."""
        rows = await self._views.find(VIEW, "place", place, after=after, limit=limit)
        return await self._devices.states([row.key for row in rows])

    async def keep_list(self, facts: Sequence[Recorded]) -> None:
        """The list's rows from devices' facts, for operators who make it anew."""
        invited = [each for fact in facts if isinstance(each := DEVICE.facts.decode(fact.type, fact.data), DeviceInvited)]
        await self._views.put_many(VIEW, [_row(each.device_id, each.place) for each in invited])

    async def device(self, device_id: str) -> Device | None:
        """The device as it stands, enrolled or revoked; None for any other id."""
        found = DEVICE.state_of(await self._streams.read(DEVICE.subject_of(device_id)))
        return found if found is not None and found.public_key else None

    async def key_of(self, device_id: str) -> DeviceKey | None:
        """What the doorkeeper needs of a device."""
        found = await self.device(device_id)
        if found is None:
            return None
        return DeviceKey(key=read_key(found.public_key), role=found.role.value, place=found.place,
                         revoked=found.state is DeviceState.REVOKED)


def _row(device_id: str, place: str) -> Row:
    return Row(key=device_id, value={}, reflects=1, indexes={"place": place})


def read_key(der: bytes) -> EllipticCurvePublicKey:
    """The public key; raises Invalid PUBLIC_KEY_WRONG unless it is one on P-256."""
    try:
        key = load_der_public_key(der) if len(der) <= _LONGEST_KEY else None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise Invalid("PUBLIC_KEY_WRONG", "an ECDSA P-256 key as DER is needed (WebCrypto exportKey spki)", field="public_key")
    return key
