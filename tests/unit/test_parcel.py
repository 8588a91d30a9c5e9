"""Parcels: shuffled, late and repeated scans tell the same story; exactly one holder answers at each instant."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.courier import handover
from services.courier.parcel import Parcel, fold
from services.courier.parcel_facts import (
    DifferenceKind,
    Holder,
    ParcelDirection,
    ParcelRegistered,
    ParcelStage,
    Scan,
    ScanActivity,
    ScanRecorded,
)
from services.foundation.errors import Refused

START = datetime(2026, 11, 24, tzinfo=UTC)
CLERK, COURIER, DESK = Holder(person="c", place="1"), Holder(person="b", place="1"), Holder(person="", place="TINH-01")
REGISTERED = ParcelRegistered(
    parcel_code="RH123456785VN", filing_id="f", direction=ParcelDirection.OUTBOUND, origin_office_code="1",
    destination_office_code="2", authority_code="TINH-01", route=("1", "2"), transit_due_date="", papers_count=4,
    weight_grams=1, holder=CLERK)


def a_scan(number: int, activity: ScanActivity, minute: int) -> ScanRecorded:
    return ScanRecorded(filing_id="f", scan=Scan(
        device=f"h{number % 2}", device_sequence=number, parcel_code="RH123456785VN", activity=activity,
        office_code=str(number), occur_time=START + timedelta(minutes=minute)))


SCANS = [a_scan(number, activity, minute) for number, (activity, minute) in enumerate([
    (ScanActivity.ACCEPTED, 0), (ScanActivity.DEPARTED, 5), (ScanActivity.ARRIVED, 5), (ScanActivity.DEPARTED, 9),
    (ScanActivity.ARRIVED, 20), (ScanActivity.OUT_FOR_DELIVERY, 30)], start=1)]


def told(scans: list[ScanRecorded]) -> Parcel:
    parcel = fold([REGISTERED, *scans])
    assert parcel is not None
    return parcel


@settings(derandomize=True)
@given(st.permutations(SCANS), st.lists(st.sampled_from(SCANS), max_size=6))
def test_shuffled_and_repeated_scans_tell_the_same_story(shuffled: list[ScanRecorded], repeated: list[ScanRecorded]) -> None:
    in_order, other = told(SCANS), told([*shuffled, *repeated])

    assert (other.stage, other.office_code, other.scans, other.holder) == (
        in_order.stage, in_order.office_code, in_order.scans, in_order.holder)
    assert other.stage is ParcelStage.OUT_FOR_DELIVERY
    assert other.holder == CLERK


@settings(derandomize=True, max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(["offer", "accept", "scan"]), st.sampled_from([CLERK, COURIER, DESK]),
                          st.sampled_from([CLERK, COURIER, DESK])), max_size=12))
def test_custody_changes_only_from_the_holder_to_the_named_taker(steps: list[tuple[str, Holder, Holder]]) -> None:
    facts: list[object] = [REGISTERED]
    for number, (step, who, other) in enumerate(steps):
        before = fold(facts)
        assert before is not None
        try:
            if step == "offer":
                facts.append(handover.offer(before, f"h{number}", who, other))
            elif step == "accept":
                facts.append(handover.accept(before, before.offer.handover_id if before.offer else "", who, "COURIER", None, ()))
            else:
                facts.append(SCANS[number % len(SCANS)])
        except Refused:
            continue
        after = fold(facts)
        assert after is not None
        if step == "accept":
            assert before.offer is not None
            assert after.holder.place == before.offer.taker.place
            assert after.offer is None
        else:
            assert after.holder == before.holder  # the giver answers until the taker accepts


def test_an_accept_by_somebody_else_is_refused() -> None:
    parcel = fold([REGISTERED, handover.offer(told([]), "h", CLERK, COURIER)])
    assert parcel is not None
    for who, offer_id in ((DESK, "h"), (Holder(person="x", place="1"), "h"), (COURIER, "other")):
        with pytest.raises(Refused) as refusal:
            handover.accept(parcel, offer_id, who, "COURIER", None, ())
        assert refusal.value.reason == "NOTHING_OFFERED"


def test_the_desk_signs_and_a_wrong_count_is_a_named_difference() -> None:
    parcel = fold([REGISTERED, handover.offer(told([]), "h", CLERK, DESK)])
    assert parcel is not None
    signed = handover.accept(parcel, "h", Holder(person="officer", place="TINH-01"), "OFFICER", 3, ())

    assert signed.at_authority
    assert [(each.kind, each.count) for each in signed.differences] == [(DifferenceKind.PAPERS_MISSING, 1)]
    after = fold([REGISTERED, handover.offer(told([]), "h", CLERK, DESK), signed])
    assert after is not None
    assert (after.stage, after.holder) == (ParcelStage.SIGNED_AT_AUTHORITY, DESK)
    with pytest.raises(Refused):
        handover.offer(after, "h2", DESK, CLERK)


def test_an_officer_of_another_place_signs_for_no_filing() -> None:
    elsewhere = Holder(person="", place="TINH-79")
    parcel = fold([REGISTERED, handover.offer(told([]), "h", CLERK, elsewhere)])
    assert parcel is not None
    taken = handover.accept(parcel, "h", Holder(person="officer", place="TINH-79"), "OFFICER", None, ())

    after = fold([REGISTERED, handover.offer(told([]), "h", CLERK, elsewhere), taken])
    assert after is not None
    assert (taken.at_authority, after.ended, after.holder) == (False, False, Holder(person="officer", place="TINH-79"))


@settings(derandomize=True, max_examples=200)
@given(st.permutations(SCANS), st.integers(0, 9), st.integers(0, 9))
def test_a_state_goes_on_where_it_stood(shuffled: list[ScanRecorded], offered: int, cut: int) -> None:
    offer = handover.offer(told([]), "h", CLERK, DESK)
    taken = handover.accept(fold([REGISTERED, offer]), "h", Holder(person="o", place="TINH-01"), "OFFICER", 4, ())  # type: ignore[arg-type]
    facts: list[object] = [REGISTERED, *shuffled]
    place = 1 + offered % len(facts)
    facts = [*facts[:place], offer, *facts[place:], taken, shuffled[0]]
    before = fold(facts[:1 + cut % len(facts)])

    assert fold(facts[1 + cut % len(facts):], before) == fold(facts)
