"""Off the way, not mine, what may follow a try that failed: each table written a second time by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.courier.delivery import check_next, next_steps
from services.courier.entry import Entry, EntryParcel, HandheldMode, ScanAct
from services.courier.notices import NoticeKind, notices
from services.courier.parcel import Offer, Parcel
from services.courier.parcel_facts import AttemptReason, Holder, NextStep, ParcelDirection, ScanActivity
from services.courier.route import should_be_in
from services.foundation.calendar import WorkingCalendar
from services.foundation.errors import Refused

ROUTE = ("A", "B", "C", "D")
ACCEPTED, DEPARTED, ARRIVED, AT_END, OUT, HELD, BACK = (
    ScanActivity.ACCEPTED, ScanActivity.DEPARTED, ScanActivity.ARRIVED, ScanActivity.AT_DELIVERY_OFFICE,
    ScanActivity.OUT_FOR_DELIVERY, ScanActivity.HELD, ScanActivity.RETURNED)


@pytest.mark.parametrize(("passed", "activity", "office", "belongs"), [
    ("", ACCEPTED, "A", ""), ("", ACCEPTED, "X", "A"), ("", DEPARTED, "A", ""), ("A", ARRIVED, "B", ""), ("A", ARRIVED, "X", "B"),
    ("AB", ARRIVED, "X", "C"), ("ABCD", ARRIVED, "X", "D"), ("A", ARRIVED, "C", ""), ("ABC", ARRIVED, "B", "C"),
    ("ABC", HELD, "C", ""), ("AX", ARRIVED, "B", ""), ("AB", DEPARTED, "B", ""), ("AB", DEPARTED, "X", "C"),
    ("ABC", OUT, "D", ""), ("AB", OUT, "B", "D"), ("AB", AT_END, "C", "D"), ("ABCD", BACK, "A", ""), ("ABCD", BACK, "X", ""),
])
def test_where_a_parcel_should_be(passed: str, activity: ScanActivity, office: str, belongs: str) -> None:
    assert should_be_in(ROUTE, tuple(passed), activity, office) == belongs


def test_without_a_route_nothing_is_wrong() -> None:
    assert should_be_in((), (), ARRIVED, "X") == ""


PARCEL = Parcel(
    parcel_code="RH123456785VN", filing_id="f", direction=ParcelDirection.OUTBOUND, origin_office_code="A",
    destination_office_code="D", authority_code="TINH-01", route=ROUTE, transit_due_date="", papers_count=1,
    holder=Holder(person="gdv", place="A"))
CLERK, COURIER, STRANGER = Holder(person="gdv", place="A"), Holder(person="bt", place="A"), Holder(person="z", place="Z")


def seen(parcel: Parcel | None, who: Holder, mode: HandheldMode, *, office: str = "A", label: int = 0) -> list[str]:
    entry = Entry(device_sequence=1, device_time=datetime(2026, 11, 24, tzinfo=UTC), operator=who.person, office_code=office,
                  mode=mode, parcels=(), signature=b"", scan=ScanAct(activity=ARRIVED))
    return [f"{each.kind}{each.should_be_in}" for each in notices(parcel, entry, EntryParcel(
        parcel_code="RH123456785VN", label_version=label), who, ())]


OUT_OF, INTO, PICK, DELIVER = HandheldMode.OUT_OF_HUB, HandheldMode.INTO_HUB, HandheldMode.PICK_UP, HandheldMode.DELIVER


@pytest.mark.parametrize(("who", "mode", "mine"), [
    (CLERK, OUT_OF, True), (COURIER, OUT_OF, False), (COURIER, PICK, True), (STRANGER, PICK, False), (STRANGER, INTO, True),
    (COURIER, DELIVER, False), (CLERK, DELIVER, True)])
def test_who_is_told_that_it_is_not_his(who: Holder, mode: HandheldMode, mine: bool) -> None:
    assert seen(PARCEL, who, mode) == ([] if mine else ["NOT_MINE"])


def test_what_is_offered_to_me_is_mine() -> None:
    offered = replace(PARCEL, offer=Offer(handover_id="h", giver=CLERK, taker=Holder(person="", place="A")))

    assert seen(offered, COURIER, OUT_OF) == []
    assert seen(offered, STRANGER, OUT_OF) == ["NOT_MINE"]


def test_unknown_ended_superseded_and_off_its_way() -> None:
    renewed, ended = replace(PARCEL, label_version=2), replace(PARCEL, ended=True)

    assert seen(None, CLERK, INTO) == ["UNKNOWN"]
    assert seen(ended, CLERK, INTO, office="X") == ["PARCEL_ENDED"]
    assert [seen(renewed, CLERK, INTO, label=label) for label in (0, 1, 2)] == [[], ["SUPERSEDED_LABEL"], []]
    assert seen(PARCEL, CLERK, INTO, office="X") == ["WRONG_WAYB"]
    assert seen(PARCEL, CLERK, INTO, office="TINH-01") == []
    assert NoticeKind.DEVICE_REVOKED not in seen(PARCEL, CLERK, INTO)


CALENDAR = WorkingCalendar(off={date(2026, 11, 24)}, worked=set())
FRI, MON, WED, THU = (datetime(2026, 11, day, 3, tzinfo=UTC) for day in (20, 23, 25, 26))
AGAIN, HOLD, ASK, GIVE = NextStep.TRY_AGAIN, NextStep.HOLD_AT_OFFICE, NextStep.ASK_ADDRESS, NextStep.GIVE_BACK


@pytest.mark.parametrize(("reason", "first", "invited"), [
    (AttemptReason.WRONG_ADDRESS, {ASK, HOLD}, {ASK, HOLD, GIVE}), (AttemptReason.MOVED, {ASK, HOLD}, {ASK, HOLD, GIVE}),
    (AttemptReason.NOT_FOUND, {AGAIN, HOLD}, {AGAIN, HOLD, GIVE}), (AttemptReason.REFUSED, {GIVE, AGAIN}, {GIVE, AGAIN}),
    (AttemptReason.AUTHORITY_CLOSED, {AGAIN, HOLD}, {AGAIN, HOLD}),
    (AttemptReason.IDENTITY_NOT_SHOWN, {AGAIN, HOLD}, {AGAIN, HOLD, GIVE}),
    (AttemptReason.AUTHORISATION_MISSING, {AGAIN, HOLD}, {AGAIN, HOLD, GIVE})])
def test_what_may_follow_a_reason(reason: AttemptReason, first: set[NextStep], invited: set[NextStep]) -> None:
    assert set(next_steps(reason, [FRI], CALENDAR)) == first
    assert set(next_steps(reason, [FRI, WED], CALENDAR)) == invited  # Friday, Monday, a day off, Wednesday: two working days later


def test_two_invitations_are_two_working_days_apart() -> None:
    assert [GIVE in next_steps(AttemptReason.NOT_FOUND, tries, CALENDAR)
            for tries in ([FRI, FRI], [FRI, MON], [MON, FRI], [MON, WED], [WED, FRI], [MON, THU], [FRI, MON, WED])] == [
                False, False, False, False, True, True, True]


def test_a_step_that_may_not_follow_is_refused_and_none_is_never() -> None:
    check_next(AttemptReason.NOT_FOUND, NextStep.UNSPECIFIED, [FRI], CALENDAR)
    check_next(AttemptReason.NOT_FOUND, AGAIN, [FRI], CALENDAR)
    with pytest.raises(Refused) as refusal:
        check_next(AttemptReason.NOT_FOUND, GIVE, [FRI], CALENDAR)
    assert refusal.value.reason == "NEXT_STEP_NOT_ALLOWED"
