"""Words about the proof of deliveries (proto/postal/courier/v1/parcel.proto, parcel_events.proto)."""

from enum import StrEnum


class PictureKind(StrEnum):
    """What a picture of a delivery is."""

    UNSPECIFIED = ""
    SIGNATURE = "SIGNATURE"
    PHOTO = "PHOTO"


class DeliveryKind(StrEnum):
    """What kind of delivery ends a parcel's way (proof.py)."""

    UNSPECIFIED = ""
    TO_AUTHORITY = "TO_AUTHORITY"
    RESULT_ORIGINALS = "RESULT_ORIGINALS"
    RESULT_COPIES = "RESULT_COPIES"
    RESULT_IN_PERSON = "RESULT_IN_PERSON"


class OneTimeCodeState(StrEnum):
    """Whether a one-time code can prove a delivery."""

    UNSPECIFIED = ""
    ISSUED = "ISSUED"
    SPENT = "SPENT"
