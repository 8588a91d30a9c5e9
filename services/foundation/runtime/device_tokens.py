"""Bearer tokens that devices sign themselves (JWT, ES256), at the door of the service that knows the devices.

A device's key is looked up again after three seconds, so that a revocation acts within five. The token names the operator of the
shift; role and place are those the device was enrolled with, and its own word for them must agree.
"""

import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from ..ports import Clock
from ..recent import Recent
from .identity import FORBIDDEN_HEADERS, LEEWAY_S, TOKEN_TYPE, Caller, Role, bad_token, decoded, is_name

KEY_KEPT_S = 3.0
LONGEST_LIFE_S = 15 * 60
_ALGORITHM = "ES256"
_ID = re.compile(r"[0-9a-f]{20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceKey:
    """What a door needs to know of a device."""

    key: EllipticCurvePublicKey
    role: str
    place: str
    revoked: bool


Find = Callable[[str], Awaitable[DeviceKey | None]]


class DeviceTokens:
    """Checks devices' tokens. ``find`` gives a device's key by its id."""

    def __init__(self, find: Find, clock: Clock) -> None:
        self._find, self._clock = find, clock
        self._keys: Recent[tuple[float, DeviceKey]] = Recent(10_000)
        self._good: Recent[tuple[float, str, Caller]] = Recent(10_000)  # until when, device, caller; by the token's hash

    @staticmethod
    def takes(header: str) -> bool:
        """Whether an "authorization" value holds a token of this kind, good or bad."""
        head = header.partition(" ")[2].partition(".")[0]
        try:
            read = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        except (ValueError, RecursionError):
            return False
        return isinstance(read, dict) and read.get("alg") == _ALGORITHM

    async def verify(self, header: str) -> Caller:
        """The caller; raises Unauthenticated with a reason of its own for each fault."""
        token = header.partition(" ")[2]
        digest = hashlib.sha256(token.encode()).digest()
        now = self._clock.now().timestamp()
        known = self._good.get(digest)
        device_id = known[1] if known is not None else _device_of(token)
        key = await self._key_of(device_id, now)
        if known is not None and known[0] > now:
            return known[2]
        claims = _claims(token, key)
        caller, until = _caller(device_id, key, claims, now)
        self._good.keep(digest, (until, device_id, caller))
        return caller

    async def _key_of(self, device_id: str, now: float) -> DeviceKey:
        known = self._keys.get(device_id)
        if known is None or not 0 <= now - known[0] < KEY_KEPT_S:
            found = await self._find(device_id)
            if found is None:
                raise bad_token("TOKEN_FORGED", "signed with a key we do not know")
            known = self._keys.keep(device_id, (now, found))
        if known[1].revoked:
            raise bad_token("DEVICE_REVOKED", "this device was revoked; what it has not sent yet may be brought by another")
        return known[1]


def _device_of(token: str) -> str:
    try:
        head = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        raise bad_token("TOKEN_MALFORMED", "this is not a signed token") from None
    device_id = head.get("kid")
    if head.get("typ") != TOKEN_TYPE or FORBIDDEN_HEADERS & head.keys() or not isinstance(device_id, str):
        raise bad_token("TOKEN_FORGED", "only access tokens of our devices are taken")
    if not _ID.fullmatch(device_id):
        raise bad_token("TOKEN_FORGED", "signed with a key we do not know")
    return device_id


def _claims(token: str, key: DeviceKey) -> dict[str, Any]:
    """The claims of a token whose signature holds. Its times are judged by our own clock, afterwards."""
    return decoded(token, key.key, _ALGORITHM, verify_exp=False, verify_nbf=False, verify_iat=False)


def _caller(device_id: str, key: DeviceKey, claims: dict[str, Any], now: float) -> tuple[Caller, float]:
    times = [claims[name] for name in ("iat", "nbf", "exp")]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in times):
        raise bad_token("TOKEN_MALFORMED", "iat, nbf and exp are seconds")
    made, begins, ends = times
    if not 0 < ends - made <= LONGEST_LIFE_S:
        raise bad_token("TOKEN_MALFORMED", "a device's token lives 15 minutes at most")
    if ends <= now - LEEWAY_S:
        raise bad_token("TOKEN_EXPIRED", "make a new one; if this one is new, the device's clock is behind ours")
    if max(begins, made) > now + LEEWAY_S:
        raise bad_token("TOKEN_NOT_YET_VALID", "the device's clock is ahead of ours; use the server's time")
    if (claims["role"], claims["place"], claims.get("device")) != (key.role, key.place, device_id):
        raise bad_token("TOKEN_NOT_OF_DEVICE", "role, place and device must be those of the enrolment")
    if not is_name(claims["sub"]):
        raise bad_token("TOKEN_MALFORMED", "sub must name the operator of the shift")
    return Caller(person=claims["sub"], role=Role(key.role), place=key.place, device=device_id), float(ends)

