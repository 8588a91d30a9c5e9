"""Who is calling: bearer tokens (JWT, EdDSA), and the keys they hang on.

Devices' own tokens: ``device_tokens``. Passwords and OIDC will come behind the same ``Verifier``.
"""

import hashlib
import os
import secrets
import time
import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..errors import Unauthenticated
from ..events import Actor

ISSUER = AUDIENCE = "dossier-post"
LEEWAY_S = 30
TOKEN_TYPE = "at+jwt"  # noqa: S105  a media type, not a secret
_LONGEST_NAME = 64
_REQUIRED = ["iss", "aud", "iat", "nbf", "exp", "sub", "jti", "role", "place"]
FORBIDDEN_HEADERS = {"jku", "jwk", "x5u", "x5c", "crit"}


class Role(StrEnum):
    """What a caller may be."""

    CLERK = "CLERK"
    COURIER = "COURIER"
    OFFICER = "OFFICER"
    SUPERVISOR = "SUPERVISOR"
    INTEGRATOR = "INTEGRATOR"


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """The verified caller: person, role, office or authority, device."""

    person: str
    role: Role
    place: str
    device: str = ""

    def actor(self) -> Actor:
        """The caller as facts name them."""
        return Actor(person=self.person, role=self.role.value, place=self.place, device=self.device)


current: ContextVar[Caller | None] = ContextVar("caller", default=None)


def caller(_context: Any = None) -> Caller:
    """The caller of the RPC at hand; raises Unauthenticated TOKEN_MISSING on a public one."""
    found = current.get()
    if found is None:
        raise Unauthenticated("TOKEN_MISSING", "send metadata authorization: Bearer <token>", field="authorization")
    return found


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of an installation. ``repr`` shows none of them."""

    signing: Ed25519PrivateKey | None
    verifying: dict[str, Ed25519PublicKey]
    seal_key: bytes
    index_key: bytes

    def __repr__(self) -> str:
        return f"Keys(kids={sorted(self.verifying)})"

    @classmethod
    def load_or_make(cls, folder: Path, trusted: Path | None = None) -> "Keys":
        """The keys of a folder, made at first start (files 0600): sealing and index keys, and the development signing key, unless
        ``trusted`` is a folder with public keys of those who make tokens (NAME.pub, 32 bytes): then theirs alone are taken. While
        a key is replaced, the folder holds both."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        seal, index = (secret_file(folder / name, lambda: secrets.token_bytes(32)) for name in ("seal.key", "index.key"))
        files = sorted(trusted.glob("*.pub")) if trusted else []
        public = [Ed25519PublicKey.from_public_bytes(path.read_bytes()) for path in files]
        if public:
            return cls(None, {key_id(each): each for each in public}, seal, index)
        raw = secret_file(folder / "signing.key", lambda: Ed25519PrivateKey.generate().private_bytes_raw())
        signing = Ed25519PrivateKey.from_private_bytes(raw)
        return cls(signing, {key_id(signing.public_key()): signing.public_key()}, seal, index)


def secret_file(path: Path, make: Any) -> bytes:
    """The file's 32 bytes; made once, also when two processes start at the same moment."""
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # fails if another process was first; then its key holds
        except FileExistsError:
            pass
        fresh.unlink()
    secret = path.read_bytes()
    if len(secret) != 32:
        raise ValueError(f"{path} must hold 32 bytes")
    return secret


def key_id(key: Ed25519PublicKey) -> str:
    """Name of a public key: 16 hex digits of its SHA-256."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def is_name(claim: object) -> bool:
    """Whether a claim names one person or place."""
    return isinstance(claim, str) and 0 < len(claim) <= _LONGEST_NAME


class Minter:
    """Makes short-lived development tokens."""

    def __init__(self, keys: Keys) -> None:
        if keys.signing is None:
            raise Unauthenticated("NO_SIGNING_KEY", "this installation takes its tokens from elsewhere")
        self._signing = keys.signing
        self._kid = key_id(keys.signing.public_key())

    def mint(self, caller: Caller, *, minutes: float = 15, **claims: Any) -> str:
        """A token; ``claims`` override, for tests of bad ones."""
        now = int(time.time())
        payload = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": int(now + minutes * 60),
                   "jti": uuid.uuid4().hex, "sub": caller.person, "role": caller.role.value, "place": caller.place,
                   "device": caller.device, **claims}
        return jwt.encode(payload, self._signing, "EdDSA", {"typ": TOKEN_TYPE, "kid": self._kid})

    def mint_for(self, person: Any) -> str:
        """A token for anything with name, role and place."""
        return self.mint(Caller(person=person.name, role=Role(person.role), place=person.place))


class Verifier:
    """Checks bearer tokens; remembers good ones until they expire."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys.verifying
        self._good: dict[bytes, tuple[float, Caller]] = {}

    def verify(self, header: str) -> Caller:
        """The caller of an "authorization" value; raises Unauthenticated with a reason of its own for each fault."""
        if not header:
            raise Unauthenticated("TOKEN_MISSING", "send metadata authorization: Bearer <token>", field="authorization")
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise bad_token("TOKEN_MALFORMED", "send metadata authorization: Bearer <token>")
        digest = hashlib.sha256(token.encode()).digest()
        known = self._good.get(digest)
        if known is not None and known[0] > time.time():
            return known[1]
        claims = self._claims(token)
        person, role, place, device = claims["sub"], claims["role"], claims["place"], claims.get("device", "")
        if not (is_name(person) and is_name(place) and isinstance(device, str) and len(device) <= _LONGEST_NAME):
            raise bad_token("TOKEN_MALFORMED", "sub and place must each name exactly one")
        if not isinstance(role, str) or role not in set(Role):
            raise bad_token("TOKEN_MALFORMED", "the role is not one we know")
        found = Caller(person=person, role=Role(role), place=place, device=device)
        if len(self._good) > 50_000:
            self._good.clear()
        self._good[digest] = (float(claims["exp"]), found)
        return found

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise bad_token("TOKEN_MALFORMED", "this is not a signed token") from None
        key = self._keys.get(str(header.get("kid", "")))
        if header.get("alg") != "EdDSA" or header.get("typ") != TOKEN_TYPE or FORBIDDEN_HEADERS & header.keys():
            raise bad_token("TOKEN_FORGED", "only EdDSA access tokens of ours are taken")
        if key is None:
            raise bad_token("TOKEN_FORGED", "signed with a key we do not know")
        return decoded(token, key, "EdDSA")


def decoded(token: str, key: Any, algorithm: str, **options: bool) -> dict[str, Any]:
    """The claims of a token whose signature and required claims hold; ``options`` are PyJWT's."""
    wanted: Any = {"require": _REQUIRED, **options}
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=[algorithm], audience=AUDIENCE, issuer=ISSUER,
                                            leeway=LEEWAY_S, options=wanted)
    except jwt.ExpiredSignatureError:
        raise bad_token("TOKEN_EXPIRED", "log in again") from None
    except jwt.ImmatureSignatureError:
        raise bad_token("TOKEN_NOT_YET_VALID", "check the clock of the machine that made it") from None
    except (jwt.InvalidAudienceError, jwt.InvalidIssuerError):
        raise bad_token("TOKEN_FOREIGN", "made for or by another system") from None
    except jwt.InvalidSignatureError:
        raise bad_token("TOKEN_FORGED", "the signature does not hold") from None
    except jwt.InvalidTokenError:
        raise bad_token("TOKEN_MALFORMED", "a required claim is missing or wrong") from None
    return claims


def bad_token(reason: str, advice: str) -> Unauthenticated:
    """The error of a token that is not taken."""
    return Unauthenticated(reason, advice, field="authorization")
