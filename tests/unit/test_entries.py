"""Entries: the text that is signed, forms that can be true, and clocks that may be wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from postal.courier.v1 import entry_pb2

from services.courier.device_clock import ahead_of, occurred
from services.courier.entry import (
    AcceptAct,
    AttemptAct,
    CoarsePlace,
    DeliverAct,
    Entry,
    EntryParcel,
    HandheldMode,
    OfferAct,
    ReceiverShown,
    ScanAct,
)
from services.courier.entry_form import checked
from services.courier.parcel_facts import (
    AttemptReason,
    Difference,
    DifferenceKind,
    Holder,
    IdentityPaper,
    NextStep,
    ReceiverRelation,
    ScanActivity,
)
from services.courier.proof_words import PictureKind
from services.courier.signed_text import receiver_of, receiver_sha256, receiver_text, statement
from services.foundation import codec
from services.foundation.errors import Invalid
from tests.handheld import signed_text

START = datetime(2026, 11, 24, 8, 30, 0, 123_000, tzinfo=UTC)
CODE, OTHER, DEVICE = "RH123456785VN", "RH987654326VN", "5f0c2a9b7d314e86a1b2"
HANDOVER, SHA = "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "ab" * 32


def an_entry(**fields: Any) -> Entry:
    return Entry(**{
        "device_sequence": 7, "device_time": START, "operator": "bt-huong", "office_code": "032248",
        "mode": HandheldMode.PICK_UP, "parcels": (EntryParcel(parcel_code=CODE, label_version=1),), "signature": b"\x01" * 64,
        "coarse_place": CoarsePlace(latitude_hundredths=918, longitude_hundredths=10515), **fields})


SCAN = an_entry(scan=ScanAct(activity=ScanActivity.ACCEPTED))
ENTRIES = {
    "scan": SCAN,
    "nowhere": replace(SCAN, coarse_place=None, parcels=(EntryParcel(parcel_code=CODE),)),
    "offer": an_entry(mode=HandheldMode.HAND_OVER, offer=OfferAct(
        handover_id=HANDOVER, taker=Holder(person="bt-nam", place="901000"), signature_sha256=SHA),
        parcels=(EntryParcel(parcel_code=CODE), EntryParcel(parcel_code=OTHER, label_version=2))),
    "offer to a desk": an_entry(offer=OfferAct(handover_id=HANDOVER, taker=Holder(person="", place="TINH-01"))),
    "accept": an_entry(mode=HandheldMode.SIGN_AT_AUTHORITY, accept=AcceptAct(handover_id=HANDOVER), parcels=(EntryParcel(
        parcel_code=CODE, papers_counted=0, differences=(Difference(kind=DifferenceKind.SEAL_BROKEN),
                                                         Difference(kind=DifferenceKind.PAPERS_MISSING, count=3))),)),
    "deliver": an_entry(deliver=DeliverAct(
        relation=ReceiverRelation.AUTHORISED, identity_paper=IdentityPaper.PASSPORT, signature_sha256=SHA,
        receiver_sha256="cd" * 32)),
    "deliver with a photo": an_entry(deliver=DeliverAct(
        relation=ReceiverRelation.HOUSEHOLD, identity_paper=IdentityPaper.PASSPORT, signature_sha256=SHA,
        receiver_sha256="cd" * 32, picture=PictureKind.PHOTO)),
    "attempt": an_entry(attempt=AttemptAct(reason=AttemptReason.NOT_FOUND, next_step=NextStep.TRY_AGAIN)),
    "attempt alone": an_entry(attempt=AttemptAct(reason=AttemptReason.MOVED)),
}


def test_the_contracts_example_is_what_is_signed() -> None:
    assert statement(DEVICE, SCAN).decode() == (
        "postal.courier.v1.Entry\ndevice 5f0c2a9b7d314e86a1b2\nsequence 7\ntime 1795509000123\noperator bt-huong\noffice 032248\n"
        "place 918 10515\nmode PICK_UP\nact SCAN\nactivity ACCEPTED\nparcel RH123456785VN label=1")


def test_differences_and_counts_are_signed_too() -> None:
    assert statement(DEVICE, ENTRIES["accept"]).decode().split("\n")[8:] == [
        "act ACCEPT", f"handover {HANDOVER}", "parcel RH123456785VN papers=0 SEAL_BROKEN=0 PAPERS_MISSING=3"]


@pytest.mark.parametrize("name", ENTRIES)
def test_the_text_is_the_one_a_reader_of_the_contract_writes(name: str) -> None:
    entry = ENTRIES[name]

    assert statement(DEVICE, entry).decode() == signed_text(DEVICE, codec.to_message(entry, entry_pb2.Entry))
    assert codec.from_message(codec.to_message(entry, entry_pb2.Entry), Entry) == entry


def test_no_two_entries_that_differ_have_one_text() -> None:
    changed = [*ENTRIES.values(), replace(SCAN, device_sequence=8), replace(SCAN, operator="bt-nam"), replace(
        SCAN, office_code="901000"), replace(SCAN, mode=HandheldMode.INTO_HUB), replace(SCAN, device_time=START + timedelta(
            milliseconds=1)), replace(SCAN, parcels=(EntryParcel(parcel_code=CODE, label_version=2),)),
        replace(SCAN, scan=ScanAct(activity=ScanActivity.HELD)), replace(SCAN, coarse_place=CoarsePlace(
            latitude_hundredths=91, longitude_hundredths=810515))]

    assert len({statement(DEVICE, entry) for entry in changed}) == len(changed)


@pytest.mark.parametrize(("wrong", "reason"), [
    ({"device_sequence": 0}, "SEQUENCE_WRONG"), ({"device_sequence": 1 << 53}, "SEQUENCE_WRONG"), ({"operator": ""}, "NAME_WRONG"),
    ({"operator": "a b"}, "NAME_WRONG"), ({"operator": "a\noffice 1"}, "NAME_WRONG"), ({"operator": "x" * 65}, "NAME_WRONG"),
    ({"office_code": "1\u00a02"}, "NAME_WRONG"), ({"office_code": "\x85"}, "NAME_WRONG"), ({"signature": b""}, "SIGNATURE_WRONG"),
    ({"coarse_place": CoarsePlace(latitude_hundredths=9001, longitude_hundredths=0)}, "PLACE_WRONG"),
    ({"parcels": ()}, "PARCELS_WRONG"),
    ({"parcels": (EntryParcel(parcel_code=CODE), EntryParcel(parcel_code=OTHER))}, "PARCELS_WRONG"),
    ({"parcels": (EntryParcel(parcel_code=CODE, label_version=-1),)}, "COUNT_WRONG"), ({"scan": None}, "ACT_MISSING"),
    ({"scan": None, "offer": OfferAct(handover_id=HANDOVER, taker=Holder(person="", place=""))}, "TAKER_MISSING"),
    ({"scan": None, "offer": OfferAct(handover_id="1", taker=Holder(person="", place="1"))}, "REQUEST_ID_MALFORMED"),
    ({"scan": None, "accept": AcceptAct(handover_id=HANDOVER, signature_sha256="x")}, "PROOF_INCOMPLETE"),
    ({"scan": None, "attempt": AttemptAct(reason=AttemptReason.UNSPECIFIED)}, "REASON_MISSING"),
    ({"scan": None, "deliver": DeliverAct(relation=ReceiverRelation.APPLICANT, identity_paper=IdentityPaper.PASSPORT,
                                          signature_sha256="")}, "PROOF_INCOMPLETE"),
    ({"scan": None, "deliver": DeliverAct(
        relation=ReceiverRelation.APPLICANT, identity_paper=IdentityPaper.PASSPORT, signature_sha256=SHA, receiver_sha256=SHA,
        receiver=ReceiverShown(salt="0", full_name="x", last_four="1", one_time_code=""))}, "RECEIVER_WRONG"),
])
def test_a_form_that_cannot_be_true_is_refused_by_its_name(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(replace(SCAN, **wrong))
    assert refusal.value.reason == reason


def test_the_receivers_hash_is_of_four_lines() -> None:
    shown = ReceiverShown(salt="00ff", full_name="Nguyễn", last_four="1234", one_time_code="")

    # printf "00ff\nNguyễn\n1234\n" | sha256sum
    assert receiver_sha256(shown) == "593a05a644c46545c17a0effc2f329caa29cb9f125084fe43b26698c1636bf5b"


@pytest.mark.parametrize("name", ["", "Nguyễn Thị Ánh Tuyết", "two\nlines"])
def test_what_was_sealed_of_a_receiver_reads_back(name: str) -> None:
    shown = ReceiverShown(salt="00ff", full_name=name, last_four="1234", one_time_code="012345")

    assert receiver_of(receiver_text(shown)) == shown


ENROLLED, NOW = START - timedelta(days=31), START
HOUR = timedelta(hours=1)


def test_a_clock_a_year_wrong_is_put_right_by_what_it_says_at_the_upload() -> None:
    real = [NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR]
    for wrong in (timedelta(days=365), timedelta(days=-365), timedelta(days=-20_000)):
        assert occurred([moment + wrong for moment in real], ahead_of(NOW, NOW + wrong), ENROLLED, NOW) == real


def test_a_clock_that_was_set_in_between_is_bounded_by_its_neighbours() -> None:
    ahead, behind = NOW + timedelta(days=365), NOW - timedelta(days=365)

    assert occurred([ahead, ahead + HOUR, NOW - HOUR], timedelta(), ENROLLED, NOW) == [NOW - HOUR] * 3
    assert occurred([behind, NOW - 2 * HOUR, NOW - HOUR], timedelta(), ENROLLED, NOW) == [ENROLLED, NOW - 2 * HOUR, NOW - HOUR]


def test_a_few_seconds_are_the_way_here() -> None:
    assert ahead_of(NOW, NOW - timedelta(seconds=9)) == timedelta()
    assert ahead_of(NOW, NOW + timedelta(seconds=11)) == timedelta(seconds=11)


@settings(derandomize=True, max_examples=300)
@given(st.lists(st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1)), min_size=1, max_size=12), st.datetimes(  # noqa: DTZ001
    datetime(1970, 1, 1), datetime(9998, 1, 1)))  # noqa: DTZ001
def test_whatever_a_clock_claims_the_times_are_possible_and_in_the_order_of_the_numbers(claimed: list[datetime],
                                                                                       told: datetime) -> None:
    found = occurred([each.replace(tzinfo=UTC) for each in claimed], ahead_of(NOW, told.replace(tzinfo=UTC)), ENROLLED, NOW)

    assert found == sorted(found)
    assert all(ENROLLED <= each <= NOW for each in found)
