"""The codes of the trade: S10 numbers, tracking codes, dossier codes, request ids, and clean text.

Sources: UPU S10-12 for parcel codes; NĐ 61/2018 Đ.26, TT 01/2018 Đ.19 and QĐ 20/2020/QĐ-TTg for dossier codes.
"""

import re
import unicodedata
import uuid
from datetime import datetime
from enum import StrEnum

from .errors import Invalid

_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CROCKFORD_VALUE = {character: value for value, character in enumerate(_CROCKFORD)}
_TRACKING_LENGTH = 12
_FOLD = str.maketrans("OIL", "011", " -")
_VERSIONED = re.compile(r"(.*?)(?:\.([1-9]\d?))?", re.DOTALL | re.ASCII)  # "CODE.2": the second label of an envelope
_ADDRESS = re.compile(r"[A-Z]+://.*/T/([^/?#]+)(?:[?#].*)?", re.DOTALL)
MOST_VERSIONS = 63  # six bits of the signed code
# A handheld whose keyboard runs a Vietnamese Telex method turns typed "EE" into "Ê" and so on.
_TELEX = {"Ê": "EE", "Â": "AA", "Ô": "OO", "Đ": "DD", "Ă": "AW", "Ơ": "OW", "Ư": "UW"}
_OLD_DOSSIER_CODE = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}-(\d{6})-\d{4,6}")
_NEW_DOSSIER_CODE = re.compile(r"[A-Y]\d{2}(?:\.\d{1,3})*-(\d{6})-\d{4,6}")
_DOSSIER_CODE_LIMIT = 64


def s10_check_digit(serial: str) -> int:
    """Check digit of an eight-digit serial (UPU S10: weights 8 6 4 2 3 5 9 7, 11 - sum mod 11, 10 to 0, 11 to 5)."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(serial, _S10_WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def parcel_code(prefix: str, serial: int, country: str = "VN") -> str:
    """The S10 number of a serial, 0 to 99,999,999."""
    if not 0 <= serial < 100_000_000:
        raise Invalid("PARCEL_SERIAL_OUT_OF_RANGE", "allocate the next prefix", field="serial", value=serial)
    digits = f"{serial:08d}"
    return f"{prefix}{digits}{s10_check_digit(digits)}{country}"


def is_parcel_code(text: str) -> bool:
    """Whether a checked code is an S10 number."""
    return _S10.fullmatch(text) is not None


def check_parcel_code(text: str, field: str = "parcel_code") -> str:
    """The S10 number in capitals without spaces.

    About 1.9 % of single wrong digits pass the check, so look every code up all the same.
    Raises Invalid PARCEL_CODE_MALFORMED or PARCEL_CODE_CHECK.
    """
    folded = unicodedata.normalize("NFC", text).upper().replace(" ", "")
    folded = "".join(_TELEX.get(character, character) for character in folded)
    if not _S10.fullmatch(folded) or not folded.isascii():
        raise Invalid("PARCEL_CODE_MALFORMED", "scan again; two letters, nine digits, two letters are needed",
                      field=field, value=text)
    if s10_check_digit(folded[2:10]) != int(folded[10]):
        raise Invalid("PARCEL_CODE_CHECK", "the check digit does not fit; scan again", field=field, value=folded)
    return folded


def _double(value: int) -> int:
    value <<= 1
    return value ^ 0b100101 if value & 32 else value  # GF(32) by x^5 + x^2 + 1


def _tracking_check(values: list[int]) -> int:
    total = 0
    for position, value in enumerate(values):  # sum of alpha^(i+1) * c_i
        for _ in range(position + 1):
            value = _double(value)
        total ^= value
    return total


def new_tracking_code(bits: int) -> str:
    """A tracking code of 60 random bits: 12 Crockford characters and one check character over GF(32).

    The check finds every single wrong character and every swap of two.
    """
    values = [bits >> (5 * place) & 31 for place in reversed(range(_TRACKING_LENGTH))]
    return "".join(_CROCKFORD[value] for value in [*values, _tracking_check(values)])


def label_text(tracking_code: str, version: int) -> str:
    """What a label says behind ".../t/": the code alone on the first, "CODE.2" on the second."""
    return tracking_code if version == 1 else f"{tracking_code}.{version}"


def label_version(text: str) -> int:
    """Version that a code read from a label names; 1 if none."""
    found = _VERSIONED.fullmatch(text.strip())
    return int(found[2] or 1) if found else 1


def check_label_code(text: str, field: str = "label_code") -> str:
    """The S10 number or tracking code of a label, however it was read: typed, from its bars or from its QR's address.

    Raises Invalid as the check of what it looks like does.
    """
    read, told = text[:400].strip(), None
    address = _ADDRESS.fullmatch(read.upper())
    if address is None:
        try:
            return check_parcel_code(read, field)
        except Invalid as problem:  # the shape was right: then a digit is wrong, and it is no tracking code
            told = problem if problem.reason.endswith("_CHECK") else None
    try:
        return check_tracking_code(address[1] if address else read, field)
    except Invalid as problem:
        raise told or problem from None


def check_tracking_code(text: str, field: str = "tracking_code") -> str:
    """The tracking code folded (capitals, no spaces or hyphens, O as 0, I and L as 1), without its label's version.

    Raises Invalid TRACKING_CODE_MALFORMED or TRACKING_CODE_CHECK.
    """
    bare = _VERSIONED.fullmatch(text[:80].strip())
    folded = (bare[1] if bare else text[:80]).upper().translate(_FOLD)
    values = [_CROCKFORD_VALUE.get(character, -1) for character in folded]
    if len(values) != _TRACKING_LENGTH + 1 or -1 in values:
        raise Invalid("TRACKING_CODE_MALFORMED", "13 letters and digits are needed, as printed under the QR", field=field)
    if _tracking_check(values[:-1]) != values[-1]:
        raise Invalid("TRACKING_CODE_CHECK", "one character may be mistyped; compare with the print", field=field)
    return folded


def group_code(text: str) -> str:
    """The code as people read it: "RH 123 456 785 VN" or "ABCD-EFGH-JKMNP"."""
    if _S10.fullmatch(text):
        return " ".join((text[:2], text[2:5], text[5:8], text[8:11], text[11:]))
    return "-".join((text[:4], text[4:8], text[8:]))


class DossierCodeShape(StrEnum):
    """Shapes of a mã số hồ sơ seen in use."""

    OLD = "OLD"  # 000.00.01.H22-241015-0007
    NEW = "NEW"  # H20.12-261119-0007
    OTHER = "OTHER"  # a sector's own, for instance 03706/2026/07906


def dossier_code_shape(code: str) -> DossierCodeShape:
    """Which shape a dossier code has; an impossible date makes it OTHER."""
    for shape, pattern in ((DossierCodeShape.OLD, _OLD_DOSSIER_CODE), (DossierCodeShape.NEW, _NEW_DOSSIER_CODE)):
        found = pattern.fullmatch(code)
        if found:
            try:
                datetime.strptime(found[1], "%y%m%d")  # noqa: DTZ007  only asks whether such a day exists
            except ValueError:
                return DossierCodeShape.OTHER
            return shape
    return DossierCodeShape.OTHER


def check_dossier_code(text: str, field: str = "dossier_code") -> str:
    """The authority's code, opaque to us: capitals, 1 to 64 characters. Raises Invalid DOSSIER_CODE_MALFORMED."""
    folded = text.strip().upper()
    looks_dated = re.fullmatch(r"[A-Z0-9.]+-\d{6}-\d+", folded) is not None
    if not 0 < len(folded) <= _DOSSIER_CODE_LIMIT or not folded.isprintable() or " " in folded:
        raise Invalid("DOSSIER_CODE_MALFORMED", "1 to 64 printable characters without spaces are needed",
                      field=field, value=text)
    if looks_dated and dossier_code_shape(folded) is DossierCodeShape.OTHER:
        raise Invalid("DOSSIER_CODE_MALFORMED", "the date or number in the code cannot be right", field=field, value=text)
    return folded


def check_request_id(text: str, field: str = "request_id") -> str:
    """The request id in canonical form. Raises Invalid REQUEST_ID_MALFORMED."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Invalid("REQUEST_ID_MALFORMED", "a UUID made by the caller before the first try is needed",
                      field=field, value=text) from None


def clean_text(text: str, field: str, limit: int, *, personal: bool = False) -> str:
    """The text without spaces at its ends, if it is NFC, printable and of 1 to ``limit`` characters.

    Raises Invalid TEXT_MISSING, TEXT_TOO_LONG, TEXT_CONTROL_CHARACTER or TEXT_NOT_NFC; a personal text is never shown.
    """
    shown = None if personal else text
    if len(text) > limit:
        raise Invalid("TEXT_TOO_LONG", f"at most {limit} characters", field=field, value=len(text))
    if not text.isprintable() and any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") for character in text):
        raise Invalid("TEXT_CONTROL_CHARACTER", "remove control and direction characters", field=field)
    if not unicodedata.is_normalized("NFC", text):
        raise Invalid("TEXT_NOT_NFC", "send Vietnamese in NFC (precomposed letters)", field=field, value=shown)
    if not text.strip():
        raise Invalid("TEXT_MISSING", "a text is needed", field=field)
    return text.strip()
