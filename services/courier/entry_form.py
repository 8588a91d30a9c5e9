"""Whether an entry has a form that can be true; codes are brought into their one spelling."""

import re
from dataclasses import replace

from services.foundation.codes import check_parcel_code, check_request_id
from services.foundation.errors import Invalid

from .entry import Entry, EntryParcel
from .parcel_facts import AttemptReason
from .signed_text import receiver_sha256

MOST_PARCELS, _MOST_DIFFERENCES, _LARGEST = 500, 20, 100_000
_ONE_WORD = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def checked(entry: Entry) -> Entry:
    """The entry with its codes in their one form. Raises Invalid, naming the field."""
    if not 1 <= entry.device_sequence < 1 << 53:
        raise Invalid("SEQUENCE_WRONG", "a number from 1 is needed", field="device_sequence", value=entry.device_sequence)
    if not _ONE_WORD.fullmatch(entry.operator) or not _ONE_WORD.fullmatch(entry.office_code):
        raise Invalid("NAME_WRONG", "operator and office are one word each, of 64 characters at most", field="operator")
    place = entry.coarse_place
    if place is not None and not (abs(place.latitude_hundredths) <= 9000 and abs(place.longitude_hundredths) <= 18000):
        raise Invalid("PLACE_WRONG", "hundredths of a degree are needed", field="coarse_place")
    if len(entry.signature) != 64:
        raise Invalid("SIGNATURE_WRONG", "r and s, 64 bytes, are needed", field="signature")
    parcels = _parcels(entry)
    return _with_act(entry if parcels == entry.parcels else replace(entry, parcels=parcels))


def _parcels(entry: Entry) -> tuple[EntryParcel, ...]:
    most = 1 if entry.scan is not None or entry.attempt is not None else MOST_PARCELS
    if not 1 <= len(entry.parcels) <= most:
        raise Invalid("PARCELS_WRONG", f"1 to {most} parcels are needed here", field="parcels", value=len(entry.parcels))
    found = tuple(_in_capitals(each) for each in entry.parcels)
    if len({each.parcel_code for each in found}) != len(found):
        raise Invalid("PARCEL_TWICE", "name each parcel once", field="parcels")
    for each in found:
        numbers = (each.label_version, each.papers_counted or 0, *(named.count for named in each.differences))
        if not all(0 <= number <= _LARGEST for number in numbers) or len(each.differences) > _MOST_DIFFERENCES:
            raise Invalid("COUNT_WRONG", f"counts go from 0 to {_LARGEST}", field="parcels")
    return found


def _in_capitals(parcel: EntryParcel) -> EntryParcel:
    code = check_parcel_code(parcel.parcel_code, "parcels.parcel_code")
    return parcel if code == parcel.parcel_code else replace(parcel, parcel_code=code)


def _with_act(entry: Entry) -> Entry:
    offer, accept, deliver = entry.offer, entry.accept, entry.deliver
    if offer is not None:
        if not _ONE_WORD.fullmatch(offer.taker.place) or (offer.taker.person and not _ONE_WORD.fullmatch(offer.taker.person)):
            raise Invalid("TAKER_MISSING", "name the office or authority that takes it", field="offer.taker")
        _sha256(offer.signature_sha256, "offer.signature_sha256", needed=False)
        return replace(entry, offer=replace(offer, handover_id=check_request_id(offer.handover_id, "offer.handover_id")))
    if accept is not None:
        _sha256(accept.signature_sha256, "accept.signature_sha256", needed=False)
        return replace(entry, accept=replace(accept, handover_id=check_request_id(accept.handover_id, "accept.handover_id")))
    if deliver is not None:
        _sha256(deliver.signature_sha256, "deliver.signature_sha256", needed=True)
        _sha256(deliver.receiver_sha256, "deliver.receiver_sha256", needed=deliver.receiver is not None)
        if deliver.receiver is not None and receiver_sha256(deliver.receiver) != deliver.receiver_sha256:
            raise Invalid("RECEIVER_WRONG", "the hash is not of these words", field="deliver.receiver_sha256")
    elif entry.attempt is not None:
        if entry.attempt.reason is AttemptReason.UNSPECIFIED:
            raise Invalid("REASON_MISSING", "name one of the listed values", field="attempt.reason")
    elif entry.scan is None:
        raise Invalid("ACT_MISSING", "say what was done", field="act")
    return entry


def _sha256(text: str, field: str, *, needed: bool) -> None:
    if (text or needed) and not _SHA256.fullmatch(text):
        raise Invalid("PROOF_INCOMPLETE", "a SHA-256 is needed, 64 hex digits", field=field)
