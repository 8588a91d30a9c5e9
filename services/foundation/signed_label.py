"""The signed code of a label: what a handheld without a network can believe (the layout is in courier_service.proto, LabelKey).

"DP1" and 136 letters of Crockford's base 32: 21 bytes said and an Ed25519 signature of 64. Letters and digits alone, since
scanners that type spoil spaces and signs on a foreign keyboard. 139 characters are QR version 6 at level M: 41 modules, 18.4 mm
with its quiet zone at three dots of 203 dpi.
Pure: who signs hands in the signature.
"""

from dataclasses import dataclass

from .codes import MOST_VERSIONS, check_parcel_code, new_tracking_code, s10_check_digit
from .errors import Invalid

PREFIX, SAID_BYTES, SIGNATURE_BYTES = "DP1", 21, 64
LENGTH = len(PREFIX) + (SAID_BYTES + SIGNATURE_BYTES) * 8 // 5
_CONTEXT = b"dossier-post/label/"  # a signature made for anything else says nothing here
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}
_VALUE |= {"O": 0, "I": 1, "L": 1}
# Widths in bits, most significant first.
_WIDTHS = (60, 6, 10, 27, 10, 32, 1, 20, 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelSaid:
    """What a label says. ``key_id`` is 8 hex digits; ``destination`` an office code of six digits or ""."""

    tracking_code: str
    parcel_code: str
    label_version: int
    key_id: str
    destination: str = ""


def to_sign(said: LabelSaid) -> bytes:
    """The bytes that are signed; raises Invalid LABEL_CONTENT_WRONG."""
    return _CONTEXT + _packed(said)


def encode(said: LabelSaid, signature: bytes) -> str:
    """The text for the QR."""
    raw = _packed(said) + signature
    if len(raw) != SAID_BYTES + SIGNATURE_BYTES:
        raise Invalid("LABEL_CONTENT_WRONG", "an Ed25519 signature has 64 bytes", field="signature", value=len(signature))
    number = int.from_bytes(raw, "big")
    letters = (LENGTH - len(PREFIX)) * 5
    return PREFIX + "".join(_ALPHABET[number >> shift & 31] for shift in range(letters - 5, -1, -5))


def looks_signed(text: str) -> bool:
    """Whether a scanned text means to be one."""
    return text.strip().upper().startswith(PREFIX) and len(text.strip()) > LENGTH // 2


def decode(text: str) -> tuple[LabelSaid, bytes]:
    """(what it says, its signature, not yet checked); raises Invalid SIGNED_LABEL_MALFORMED."""
    read = text.strip().upper()
    values = [_VALUE.get(letter, -1) for letter in read[len(PREFIX):]]
    if len(read) != LENGTH or not read.startswith(PREFIX) or -1 in values:
        raise _malformed()
    number = 0
    for value in values:
        number = number << 5 | value
    raw = number.to_bytes(SAID_BYTES + SIGNATURE_BYTES, "big")
    return _unpacked(raw[:SAID_BYTES]), raw[SAID_BYTES:]


def _packed(said: LabelSaid) -> bytes:
    code, parcel = said.tracking_code, said.parcel_code
    bits = 0
    for letter in code[:12]:
        bits = bits << 5 | _VALUE[letter]
    if new_tracking_code(bits) != code or not 1 <= said.label_version <= MOST_VERSIONS:
        raise Invalid("LABEL_CONTENT_WRONG", "a tracking code and a version it may have are needed", field="tracking_code")
    check_parcel_code(parcel)
    if said.destination and not (len(said.destination) == 6 and said.destination.isascii() and said.destination.isdigit()):
        raise Invalid("LABEL_CONTENT_WRONG", "an office code of six digits is needed", field="destination")
    number = 0
    values = (bits, said.label_version, _letters(parcel[:2]), int(parcel[2:10]), _letters(parcel[11:]), int(said.key_id, 16),
              int(bool(said.destination)), int(said.destination or 0), 0)
    for value, width in zip(values, _WIDTHS, strict=True):
        number = number << width | value
    return number.to_bytes(SAID_BYTES, "big")


def _unpacked(raw: bytes) -> LabelSaid:
    number, values = int.from_bytes(raw, "big"), []
    for width in reversed(_WIDTHS):
        values.append(number & (1 << width) - 1)
        number >>= width
    bits, version, before, serial, after, key, directed, office, rest = reversed(values)
    digits = f"{serial:08d}"
    if not version or rest or serial >= 10**8 or max(before, after) >= 26 * 26 or office >= (10**6 if directed else 1):
        raise _malformed()
    return LabelSaid(tracking_code=new_tracking_code(bits), label_version=version, key_id=f"{key:08x}",
                     parcel_code=f"{_pair(before)}{digits}{s10_check_digit(digits)}{_pair(after)}",
                     destination=f"{office:06d}" if directed else "")


def _letters(pair: str) -> int:
    return (ord(pair[0]) - 65) * 26 + ord(pair[1]) - 65


def _pair(value: int) -> str:
    return chr(65 + value // 26) + chr(65 + value % 26)


def _malformed() -> Invalid:
    return Invalid("SIGNED_LABEL_MALFORMED", "scan again; this is no signed code of a label", field="label_code")
