"""Pictures that prove what was done: a signature drawn on a device, or a photo. An entry names one by its hash and is signed with
it; the picture itself follows when the network can carry it. Field names are the contract's."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.foundation.codes import check_parcel_code
from services.foundation.errors import Invalid

from .entry import HandheldMode

MOST_BYTES = 256 * 1024
_MEDIA = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAMING = ("signature ",)  # lines of a signed text that name a picture


class PictureOutcome(StrEnum):
    """What came of a picture."""

    KEPT = "KEPT"
    DUPLICATE = "DUPLICATE"
    AWAITED = "AWAITED"
    REFUSED = "REFUSED"


class PictureState(StrEnum):
    """Whether it is here."""

    AWAITED = "AWAITED"
    KEPT = "KEPT"
    ERASED = "ERASED"


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryPicture:
    """A picture as it is brought."""

    device_sequence: int
    parcel_code: str
    sha256: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureKept:
    """Fact of the stream pictures/<device>/<sequence>/<sha256>; the content lies sealed beside it."""

    sha256: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """What is known of a picture that proves an act."""

    device_id: str
    device_sequence: int
    sha256: str
    mode: HandheldMode
    operator: str
    place: str
    occur_time: datetime
    state: PictureState = PictureState.AWAITED
    media_type: str = ""
    size_bytes: int = 0
    receive_time: datetime | None = None


def kept(brought: EntryPicture) -> PictureKept:
    """What is to be kept of it. Raises Invalid for what can be no picture of any entry; never tells a byte of it."""
    check_parcel_code(brought.parcel_code, "pictures.parcel_code")
    if not 1 <= brought.device_sequence < 1 << 53:
        raise Invalid("SEQUENCE_WRONG", "a number from 1 is needed", field="pictures.device_sequence",
                      value=brought.device_sequence)
    if not 1 <= len(brought.content) <= MOST_BYTES:
        raise Invalid("PICTURE_SIZE_WRONG", f"1 to {MOST_BYTES} bytes", field="pictures.content", value=len(brought.content))
    media = next((media for magic, media in _MEDIA if brought.content.startswith(magic)), None)
    if media is None:
        raise Invalid("PICTURE_TYPE_WRONG", "send PNG or JPEG", field="pictures.content")
    if not _SHA256.fullmatch(brought.sha256) or hashlib.sha256(brought.content).hexdigest() != brought.sha256:
        raise Invalid("PICTURE_HASH_WRONG", "the SHA-256 is not of these bytes", field="pictures.sha256")
    return PictureKept(sha256=brought.sha256, media_type=media, size_bytes=len(brought.content))


def named_in(statement: bytes) -> Iterator[str]:
    """The hashes of the pictures that a signed text names."""
    for line in statement.decode().split("\n"):
        for naming in _NAMING:
            if line.startswith(naming):
                yield line.removeprefix(naming)


def mode_in(statement: bytes) -> HandheldMode:
    """What was being done, by a signed text."""
    return HandheldMode(next(line for line in statement.decode().split("\n") if line.startswith("mode ")).removeprefix("mode "))
