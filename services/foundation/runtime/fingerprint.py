"""A keyed digest of a request, to tell a repeat from other content under the same request id."""

import hashlib
import hmac
from typing import Any


def fingerprint(index_key: bytes, method: str, request: Any) -> str:
    """HMAC-SHA256 over method and deterministic bytes, 32 hex digits.

    Keyed, because a plain hash of a request with an identity number can be tried out by anyone who sees it.
    """
    raw = request.SerializeToString(deterministic=True)
    return hmac.new(index_key, method.encode() + b"\x00" + raw, hashlib.sha256).hexdigest()[:32]
