"""The one-time code of a delivery: told to the applicant, named by who receives.

It is worked out and kept nowhere (``DeliveryCodeIssued`` in the contract): a hash of six digits, however slow and salted, is tried
out in no time, so neither facts nor stores nor devices hold anything that a guess could be compared with. Only who has the
installation's key can tell the code of a salt.
"""

import hmac

MOST_WRONG = 5
_DIGITS = 6


def code_of(key: bytes, parcel_code: str, salt: bytes) -> str:
    """Six digits."""
    digest = hmac.digest(key, b"postal.delivery-code/1\n" + parcel_code.encode() + b"\n" + salt, "sha256")
    return f"{int.from_bytes(digest, 'big') % 10**_DIGITS:0{_DIGITS}d}"


def is_code_of(key: bytes, parcel_code: str, salt: bytes, named: str) -> bool:
    """Whether it was named rightly; the time it takes tells nothing."""
    return hmac.compare_digest(code_of(key, parcel_code, salt).encode(), named.encode())
