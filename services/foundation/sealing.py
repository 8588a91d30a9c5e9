"""Private data, sealed per subject: AES-256-GCM under a data key of its own, itself wrapped by the installation's key.

Destroying the sealed blob (its wrapped key lies inside) erases the person; the facts stay intact.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import Unavailable

_NONCE, _WRAPPED = 12, 12 + 32 + 16
_VERSION = b"\x01"


def seal(key: bytes, subject: str, plain: bytes) -> bytes:
    """The blob: version, wrapped data key, nonce, ciphertext; bound to its subject."""
    data_key, bound = AESGCM.generate_key(256), subject.encode()
    wrap_nonce, nonce = secrets.token_bytes(_NONCE), secrets.token_bytes(_NONCE)
    wrapped = wrap_nonce + AESGCM(key).encrypt(wrap_nonce, data_key, bound)
    return _VERSION + wrapped + nonce + AESGCM(data_key).encrypt(nonce, plain, bound)


def unseal(key: bytes, subject: str, blob: bytes) -> bytes:
    """The plain bytes; raises Unavailable SEAL_BROKEN for another key, subject or a changed blob."""
    bound, wrapped = subject.encode(), blob[1:1 + _WRAPPED]
    rest = blob[1 + _WRAPPED:]
    try:
        data_key = AESGCM(key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound)
        return AESGCM(data_key).decrypt(rest[:_NONCE], rest[_NONCE:], bound)
    except (InvalidTag, ValueError):
        raise Unavailable("SEAL_BROKEN", "the private part cannot be opened with this installation's key") from None
