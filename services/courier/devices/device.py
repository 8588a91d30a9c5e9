"""A device: who may invite it, when an invitation is good, what its facts say of it.

The invitation's code is the right to enrol. It is 130 random bits and a keyed check, so that a code that is none costs no read
of the store; the device's id is drawn from the code by a hash, so that the code itself is kept nowhere.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.foundation.errors import Denied, Invalid, Refused

from .device_facts import DeviceEnrolled, DeviceInvited, DeviceRevoked, DeviceRole, DeviceState

GOOD_FOR = timedelta(minutes=15)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FOLD = str.maketrans("OIL", "011", " -")
_RANDOM, _CHECK = 26, 4  # letters of five bits
_INVITES: Mapping[str, frozenset[DeviceRole]] = {
    "SUPERVISOR": frozenset(DeviceRole), "CLERK": frozenset({DeviceRole.COURIER, DeviceRole.CLERK}),
    "OFFICER": frozenset({DeviceRole.OFFICER}),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """State of a device; field names are the contract's."""

    device_id: str
    role: DeviceRole
    place: str
    label: str
    state: DeviceState
    expire_time: datetime
    invite_time: datetime
    enrol_time: datetime | None = None
    revoke_time: datetime | None = None
    public_key: bytes = b""


def fold(decided: Iterable[tuple[Any, datetime]]) -> Device | None:
    """State from facts and when they happened; None without facts."""
    device: Device | None = None
    for fact, occurred in decided:
        match fact:
            case DeviceInvited():
                device = Device(device_id=fact.device_id, role=fact.role, place=fact.place, label=fact.label,
                                state=DeviceState.INVITED, expire_time=fact.expire_time, invite_time=occurred)
            case DeviceEnrolled() if device is not None:
                device = replace(device, state=DeviceState.ENROLLED, public_key=fact.public_key, enrol_time=occurred)
            case DeviceRevoked() if device is not None:
                device = replace(device, state=DeviceState.REVOKED, revoke_time=occurred)
    return device


def invite(device_id: str, role: DeviceRole, label: str, by_role: str, place: str, now: datetime) -> DeviceInvited:
    """A new invitation for the inviter's own place. Raises Denied ROLE_NOT_YOURS."""
    if role not in _INVITES.get(by_role, frozenset()):
        raise Denied("ROLE_NOT_YOURS", "a supervisor invites for any role, a clerk couriers and clerks, an officer officers",
                     field="role")
    return DeviceInvited(device_id=device_id, role=role, place=place, label=label, expire_time=now + GOOD_FOR)


def enrol(device: Device, public_key: bytes, now: datetime) -> list[DeviceEnrolled]:
    """The enrolment; nothing if this key is enrolled already. Raises Refused INVITATION_USED, INVITATION_EXPIRED."""
    if device.state is DeviceState.ENROLLED and device.public_key == public_key:
        return []
    if device.state is not DeviceState.INVITED:
        raise Refused("INVITATION_USED", "each invitation is good once; ask for a new one", field="invitation_code")
    if now >= device.expire_time:
        raise Refused("INVITATION_EXPIRED", "it was good for 15 minutes; ask for a new one", field="invitation_code")
    return [DeviceEnrolled(public_key=public_key)]


def code_of(secret: bytes, check_key: bytes) -> str:
    """The invitation's code from at least 17 random bytes: 26 letters and 4 of check, in groups of five."""
    bits = int.from_bytes(secret, "big")
    body = "".join(_LETTERS[bits >> (5 * place) & 31] for place in range(_RANDOM))
    whole = body + _check_of(body, check_key)
    return "-".join(whole[start:start + 5] for start in range(0, len(whole), 5))


def check_code(text: str, check_key: bytes) -> str:
    """The code's 26 letters. Raises Invalid INVITATION_UNKNOWN for anything that was not made here."""
    folded = text[:80].upper().translate(_FOLD)
    body = folded[:_RANDOM]
    good = len(folded) == _RANDOM + _CHECK and all(letter in _LETTERS for letter in folded)
    if not good or not hmac.compare_digest(folded[_RANDOM:], _check_of(body, check_key)):
        raise Invalid("INVITATION_UNKNOWN", "compare with the invitation shown, or ask for a new one", field="invitation_code")
    return body


def id_of(body: str) -> str:
    """The device's id: 20 hex digits of a hash of the code's letters."""
    return hashlib.sha256(f"dossier-post/device/{body}".encode()).hexdigest()[:20]


def _check_of(body: str, check_key: bytes) -> str:
    drawn = int.from_bytes(hmac.new(check_key, f"invitation/{body}".encode(), hashlib.sha256).digest()[:4], "big")
    return "".join(_LETTERS[drawn >> (5 * place) & 31] for place in range(_CHECK))
