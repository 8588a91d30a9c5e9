"""What a counter does beside filing: rolls, double filing, new labels, cancelling, the day. Through the real door."""

import asyncio
import io
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zxingcpp
from google.protobuf.message import Message
from PIL import Image
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import entry_pb2 as entries
from postal.courier.v1 import parcel_pb2 as parcels
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake
from postal.tracking.v1 import tracking_service_pb2 as tracking

from services.demo.cases import APPLICANT
from services.demo.doors import Doors, Person, Refusal
from services.foundation.calendar import VIETNAM
from services.foundation.runtime.label_keys import LabelKeys
from tests.builders import CLERK, COURIER, OFFICER, OTHER, a_filing
from tests.handheld import SUPERVISOR, Handheld
from tests.pictures import pages_of, rasterised, read_by_zbar, read_by_zxing
from tests.services.waiting import eventually

COLLEAGUE = Person("gdv-b", "CLERK", CLERK.place)


def new_id() -> str:
    return str(uuid.uuid4())


async def refused(doors: Doors, method: str, request: Message, person: Person) -> tuple[str, str]:
    """(reason, field) of a refusal."""
    with pytest.raises(Refusal) as refusal:
        await doors.call(method, request, person)
    return refusal.value.reason, refusal.value.field


async def a_roll(doors: Doors, labels: int = 4, person: Person = CLERK) -> Any:
    return (await doors.call("PrintRoll", intake.PrintRollRequest(labels=labels, request_id=new_id()), person)).roll


async def test_a_roll_has_labels_with_codes_of_their_own_and_a_repeat_gets_the_same(doors: Doors) -> None:
    request = intake.PrintRollRequest(labels=30, request_id=new_id())
    first, again = [(await doors.call("PrintRoll", request, CLERK)).roll for _ in range(2)]
    other = await a_roll(doors, 30)

    codes = [code for roll in (first, other) for label in roll.labels for code in (label.tracking_code, label.parcel_code)]
    assert first == again
    assert len(set(codes)) == len(codes) == 120
    assert first.office_code == CLERK.place
    for labels, reason in ((0, "ROLL_SIZE_WRONG"), (501, "ROLL_SIZE_WRONG"), (-1, "ROLL_SIZE_WRONG")):
        assert await refused(doors, "PrintRoll", intake.PrintRollRequest(labels=labels, request_id=new_id()), CLERK) == (
            reason, "labels")
    request.labels = 31
    assert (await refused(doors, "PrintRoll", request, CLERK))[0] == "REQUEST_ID_REUSED"


async def test_the_sheet_of_a_roll_is_read_by_a_scanner_label_by_label(doors: Doors) -> None:
    roll = await a_roll(doors, 27)
    sheet = await doors.call("RenderRoll", intake.RenderRollRequest(roll_id=roll.roll_id), CLERK)
    one = await doors.call("RenderRoll", intake.RenderRollRequest(
        roll_id=roll.roll_id, paper=intake.ROLL_PAPER_SINGLE, first=25, count=1), CLERK)

    assert (pages_of(sheet.content), pages_of(one.content)) == (2, 1)
    read = [each.text for page in (1, 2) for each in zxingcpp.read_barcodes(rasterised(sheet.content, page=page))]
    assert sorted(text.rsplit("/", 1)[-1] for text in read) == sorted(
        code for label in roll.labels for code in (label.tracking_code, label.parcel_code))
    assert {text.rsplit("/", 1)[-1] for text in read_by_zbar(rasterised(one.content))} == {
        roll.labels[25].tracking_code, roll.labels[25].parcel_code}
    for request, who, reason in ((intake.RenderRollRequest(roll_id=roll.roll_id), OTHER, "ROLL_UNKNOWN"),
                                 (intake.RenderRollRequest(roll_id="x"), CLERK, "ROLL_UNKNOWN"),
                                 (intake.RenderRollRequest(roll_id=roll.roll_id, first=27), CLERK, "LABELS_OUT_OF_RANGE"),
                                 (intake.RenderRollRequest(roll_id=roll.roll_id, first=20, count=8), CLERK, "LABELS_OUT_OF_RANGE")):
        assert (await refused(doors, "RenderRoll", request, who))[0] == reason


@pytest.mark.parametrize("read", ["{0.tracking_code}", "{0.parcel_code}", "HTTPS://X.VN/T/{0.tracking_code}", "rh {0.parcel_code}"])
async def test_a_dossier_takes_the_codes_of_the_label_on_its_envelope(doors: Doors, read: str) -> None:
    label = (await a_roll(doors)).labels[1]
    code = read.format(label).replace("rh RH", "rh ")
    request = a_filing(label_code=code)
    filed, again = [(await doors.call("FileDossier", request, CLERK)).dossier for _ in range(2)]

    assert (filed.tracking_code, filed.parcel_code) == (label.tracking_code, label.parcel_code)
    assert filed == again


async def test_a_label_is_one_dossiers_and_its_roll_one_offices(doors: Doors) -> None:
    roll, foreign = await a_roll(doors), await a_roll(doors, person=OTHER)
    code = roll.labels[0].tracking_code
    await doors.call("FileDossier", a_filing(label_code=code), CLERK)
    cases = ((code, "LABEL_TAKEN"), (roll.labels[0].parcel_code, "LABEL_TAKEN"), ("0000000000000", "LABEL_UNKNOWN"),
             ("RH987654325VN", "PARCEL_CODE_CHECK"), ("RH987654326VN", "LABEL_UNKNOWN"),
             (foreign.labels[0].tracking_code, "LABEL_OF_OTHER_OFFICE"), ("?", "TRACKING_CODE_MALFORMED"))
    for text, reason in cases:
        for who in (CLERK, COLLEAGUE):
            assert await refused(doors, "FileDossier", a_filing(label_code=text), who) == (reason, "label_code"), text

    # What is refused for another reason leaves its label free.
    assert (await refused(doors, "FileDossier", a_filing(label_code=roll.labels[1].tracking_code, weight_grams=0), CLERK)) == (
        "WEIGHT_WRONG", "weight_grams")
    await doors.call("FileDossier", a_filing(label_code=roll.labels[1].tracking_code), COLLEAGUE)


async def test_two_clerks_with_one_roll_never_share_a_label(doors: Doors) -> None:
    roll = await a_roll(doors, 20)
    asks = [doors.call("FileDossier", a_filing(label_code=draw(label)), who) for label in roll.labels for who in (CLERK, COLLEAGUE)
            for draw in (lambda each: each.tracking_code, lambda each: each.parcel_code)]
    answers = await asyncio.gather(*asks, return_exceptions=True)

    filed = [answer.dossier.parcel_code for answer in answers if not isinstance(answer, BaseException)]
    assert sorted(filed) == sorted(label.parcel_code for label in roll.labels)
    assert {answer.reason for answer in answers if isinstance(answer, Refusal)} == {"LABEL_TAKEN"}


async def test_four_enters_with_a_label_are_one_dossier(doors: Doors) -> None:
    request = a_filing(label_code=(await a_roll(doors)).labels[0].tracking_code)
    answers = await asyncio.gather(*(doors.call("FileDossier", request, CLERK) for _ in range(4)))

    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1


async def test_in_a_batch_each_row_has_its_own_label_and_its_own_answer(doors: Doors) -> None:
    first, second, third, _ = (await a_roll(doors)).labels
    batch = intake.FileDossiersRequest(dossiers=[
        a_filing(label_code=first.tracking_code), a_filing(label_code=first.parcel_code), a_filing(),
        a_filing(label_code=second.parcel_code, fee_vnd=1), a_filing(label_code=third.parcel_code), a_filing(label_code="x")])
    answer = await doors.call("FileDossiers", batch, CLERK)
    again = await doors.call("FileDossiers", batch, CLERK)

    assert [(each.problem.reason, each.problem.field) for each in answer.results] == [
        ("", ""), ("LABEL_TAKEN", "label_code"), ("", ""), ("FEE_WRONG", "fee_vnd"), ("", ""),
        ("TRACKING_CODE_MALFORMED", "label_code")]
    assert [answer.results[place].filed.dossier.parcel_code for place in (0, 4)] == [first.parcel_code, third.parcel_code]
    assert answer == again


def plain(**changes: Any) -> intake.FileDossierRequest:
    """A filing that says nothing about doubles."""
    return a_filing(confirm_double=False, **changes)


def of(number: str) -> dossiers.Applicant:
    found = dossiers.Applicant()
    found.CopyFrom(APPLICANT)
    found.identity_number = number
    return found


async def test_the_same_person_and_procedure_is_asked_about_while_the_first_is_open(doors: Doors) -> None:
    first = (await doors.call("FileDossier", plain(), CLERK)).dossier
    second = plain()
    with pytest.raises(Refusal) as here:
        await doors.call("FileDossier", second, CLERK)
    elsewhere = Person("gdv2", "CLERK", OTHER.place)
    with pytest.raises(Refusal) as there:
        await doors.call("FileDossier", plain(), elsewhere)

    assert (here.value.reason, here.value.field) == (there.value.reason, there.value.field) == ("POSSIBLE_DOUBLE", "confirm_double")
    assert first.parcel_code in str(here.value)
    assert not re.search(r"RH\d{9}VN", str(there.value))
    assert APPLICANT.identity_number not in str(here.value) + str(there.value)
    second.confirm_double = True  # the clerk has asked: the same request id goes on
    confirmed = (await doors.call("FileDossier", second, CLERK)).dossier
    assert confirmed == (await doors.call("FileDossier", second, CLERK)).dossier
    for other in (plain(applicant=of("096185009999")), plain(synthetic=True),
                  plain(procedure_code="1.004873", unit_code="25978", fee_vnd=0)):
        await doors.call("FileDossier", other, CLERK)


async def test_once_all_are_closed_nobody_is_asked_and_one_noted_dossier_still_counts(doors: Doors) -> None:
    first = (await doors.call("FileDossier", plain(), CLERK)).dossier
    second = (await doors.call("FileDossier", a_filing(), CLERK)).dossier
    await doors.call("CancelDossier", intake.CancelDossierRequest(filing_id=first.filing_id, request_id=new_id()), CLERK)
    with pytest.raises(Refusal) as refusal:  # the second, confirmed one is open still
        await doors.call("FileDossier", plain(), CLERK)
    await doors.call("CancelDossier", intake.CancelDossierRequest(filing_id=second.filing_id, request_id=new_id()), CLERK)
    third = (await doors.call("FileDossier", plain(), CLERK)).dossier

    assert second.parcel_code in str(refusal.value)
    assert third.state == dossiers.DOSSIER_STATE_REGISTERED


async def test_e4_of_fifty_pairs_at_the_same_moment_one_is_filed_and_one_is_asked_about(doors: Doors) -> None:
    numbers = [f"0961850{number:05d}" for number in range(50)]
    answers = await asyncio.gather(*(doors.call("FileDossier", plain(applicant=of(number)), who)
                                     for number in numbers for who in (CLERK, COLLEAGUE)), return_exceptions=True)
    reasons = [answer.reason if isinstance(answer, Refusal) else "" for answer in answers]

    assert all(sorted(pair) == ["", "POSSIBLE_DOUBLE"] for pair in zip(reasons[::2], reasons[1::2], strict=True))


async def test_e4_when_all_before_are_closed_of_two_at_the_same_moment_one_is_asked_about(doors: Doors) -> None:
    first = (await doors.call("FileDossier", plain(), CLERK)).dossier
    await doors.call("CancelDossier", intake.CancelDossierRequest(filing_id=first.filing_id, request_id=new_id()), CLERK)
    answers = await asyncio.gather(*(doors.call("FileDossier", plain(), CLERK) for _ in range(8)), return_exceptions=True)

    assert sorted(answer.reason if isinstance(answer, Refusal) else "" for answer in answers) == [""] + 7 * ["POSSIBLE_DOUBLE"]


async def test_in_a_batch_a_double_answers_for_itself_and_spends_no_label(doors: Doors) -> None:
    label = (await a_roll(doors)).labels[0]
    batch = intake.FileDossiersRequest(dossiers=[plain(), plain(), plain(applicant=of("096185000001"))])
    answer = await doors.call("FileDossiers", batch, CLERK)
    asked = await refused(doors, "FileDossier", plain(label_code=label.tracking_code), CLERK)
    kept = await doors.call("FileDossier", plain(label_code=label.tracking_code, applicant=of("096185000002")), COLLEAGUE)

    assert [each.problem.reason for each in answer.results] == ["", "POSSIBLE_DOUBLE", ""]
    assert asked[0] == "POSSIBLE_DOUBLE"
    assert kept.dossier.parcel_code == label.parcel_code


async def test_a_new_label_supersedes_the_old_one_everywhere(doors: Doors, system: Any) -> None:
    filed = (await doors.call("FileDossier", a_filing(), CLERK)).dossier
    request = intake.ReprintLabelRequest(filing_id=filed.filing_id, reason_code="DAMAGED", request_id=new_id())
    first, again = [await doors.call("ReprintLabel", request, CLERK) for _ in range(2)]
    drawn = await doors.call("RenderLabel", intake.RenderLabelRequest(
        filing_id=filed.filing_id, format=intake.LABEL_FORMAT_PNG), CLERK)
    parcel = await eventually(lambda: parcel_of(doors, filed.parcel_code), lambda found: found.label_version == 2)

    hand = await Handheld(operator="gdv", role="CLERK").enrol(doors, SUPERVISOR)
    met = [entries.EntryParcel(parcel_code=filed.parcel_code, label_version=version) for version in (1, 2)]
    scans = [hand.scan("", parcels=[each]) for each in met]
    told = (await doors.call("UploadBundle", hand.bundle(*scans), hand)).results
    page = (await doors.call("Track", tracking.TrackRequest(tracking_code=f"{filed.tracking_code}.2"))).journey

    assert [[notice.kind for notice in each.parcels[0].notices] for each in told] == [[courier.NOTICE_KIND_SUPERSEDED_LABEL], []]
    assert page.tracking_code == filed.tracking_code
    assert (first.label_version, again.label_version) == (2, 2)
    assert [(each.parcel_code, each.version) for each in first.dossier.label_versions] == [(filed.parcel_code, 2)]
    read = read_by_zxing(Image.open(io.BytesIO(drawn.content)))
    assert any(text.endswith(f"/T/{filed.tracking_code}.2") for text in read)
    said = LabelKeys(system.settings.keys_dir).check(next(text for text in read if text.startswith("DP1")))
    assert (said.tracking_code, said.parcel_code, said.label_version) == (filed.tracking_code, filed.parcel_code, 2)
    assert said.destination == parcel.destination_office_code
    for changes, who, reason in (({"parcel_code": "RH987654326VN"}, CLERK, "PARCEL_UNKNOWN"), ({"reason_code": ""}, CLERK, ""),
                                 ({}, OTHER, "DOSSIER_UNKNOWN"), ({}, OFFICER, "ROLE_NOT_ALLOWED")):
        values = {"filing_id": filed.filing_id, "reason_code": "LOST", "request_id": new_id(), **changes}
        other = intake.ReprintLabelRequest(**values)
        assert (await refused(doors, "ReprintLabel", other, who))[0] == (reason or "REASON_MISSING")


async def parcel_of(doors: Doors, code: str) -> Any:
    """The parcel as the courier service has it; one not there yet has version 0."""
    try:
        return (await doors.call("GetParcel", courier.GetParcelRequest(parcel_code=code), CLERK)).parcel
    except Refusal:
        return parcels.Parcel()


async def test_a_clerks_mistake_is_cancelled_the_money_given_back_and_the_code_void(doors: Doors) -> None:
    filed = (await doors.call("FileDossier", a_filing(), CLERK)).dossier
    request = intake.CancelDossierRequest(filing_id=filed.filing_id, request_id=new_id())
    assert (await refused(doors, "CancelDossier", request, COLLEAGUE))[0] == "NOT_YOUR_FILING"
    cancelled, again = [(await doors.call("CancelDossier", request, CLERK)).dossier for _ in range(2)]
    parcel = await eventually(lambda: parcel_of(doors, filed.parcel_code), lambda found: found.void)

    assert cancelled == again
    assert (cancelled.state, cancelled.reason_code) == (dossiers.DOSSIER_STATE_WITHDRAWN, "CLERK_MISTAKE")
    assert (cancelled.fee_vnd, cancelled.postage_vnd) == (0, 0)
    assert parcel.ended
    hand = await Handheld(operator="gdv", role="CLERK").enrol(doors, SUPERVISOR)
    scanned = await doors.call("UploadBundle", hand.bundle(hand.scan(filed.parcel_code)), hand)
    page = await eventually(lambda: doors.call("Track", tracking.TrackRequest(tracking_code=filed.tracking_code)),
                            lambda answer: answer.journey.stage == tracking.JOURNEY_STAGE_CANCELLED)
    assert tracking.TIMELINE_EVENT_CANCELLED in [entry.event for entry in page.journey.entries]
    assert [each.kind for part in scanned.results[0].parcels for each in part.notices] == [courier.NOTICE_KIND_PARCEL_VOID]
    request.request_id = new_id()
    assert (await refused(doors, "CancelDossier", request, CLERK))[0] == "MOVE_NOT_ALLOWED"
    again_printed = intake.ReprintLabelRequest(filing_id=filed.filing_id, reason_code="LOST", request_id=new_id())
    assert (await refused(doors, "ReprintLabel", again_printed, CLERK))[0] == "PARCEL_VOID"
    by_hand = intake.WithdrawDossierRequest(filing_id=filed.filing_id, reason_code="CLERK_MISTAKE", request_id=new_id())
    assert await refused(doors, "WithdrawDossier", by_hand, CLERK) == ("REASON_RESERVED", "reason_code")


async def test_an_envelope_that_was_seen_on_its_way_cannot_be_cancelled(doors: Doors, system: Any) -> None:
    filed = (await doors.call("FileDossier", a_filing(), CLERK)).dossier
    await eventually(lambda: parcel_of(doors, filed.parcel_code), lambda found: found.parcel_code)
    scan = parcels.Scan(device="h1", device_sequence=1, parcel_code=filed.parcel_code, activity=1, office_code=CLERK.place)
    scan.occur_time.GetCurrentTime()
    await doors.call("RecordScans", courier.RecordScansRequest(scans=[scan], request_id=new_id()), COURIER)
    await eventually(lambda: system.stores["intake"].views.get("seen", filed.parcel_code), bool)

    request = intake.CancelDossierRequest(filing_id=filed.filing_id, request_id=new_id())
    assert (await refused(doors, "CancelDossier", request, CLERK))[0] == "ENVELOPE_UNDER_WAY"


async def the_day(doors: Doors, count: int) -> Any:
    async def look() -> Any:
        return (await doors.call("GetDay", intake.GetDayRequest(), CLERK)).day
    return await eventually(look, lambda day: day.totals.dossiers == count)


async def test_the_day_is_summed_closed_once_and_what_comes_after_is_told_apart(doors: Doors) -> None:
    filed = [(await doors.call("FileDossier", a_filing(weight_grams=100 + number), CLERK)).dossier for number in range(3)]
    await doors.call("FileDossier", a_filing(synthetic=True), CLERK)
    await doors.call("FileDossier", a_filing(), OTHER)
    await doors.call("CancelDossier", intake.CancelDossierRequest(filing_id=filed[2].filing_id, request_id=new_id()), CLERK)
    day = await the_day(doors, 3)
    listed = await eventually(lambda: doors.call("ListDossiers", intake.ListDossiersRequest(filed_on=day.date), CLERK),
                              lambda answer: len(answer.dossiers) == 4)

    assert (day.totals.cancelled, day.totals.weight_grams) == (1, 201)
    assert (day.totals.fee_vnd, day.totals.postage_vnd, day.totals.cash_vnd) == (1_000_000, 60_000, 1_060_000)
    assert not day.HasField("closing")
    assert {each.filing_id for each in listed.dossiers} >= {each.filing_id for each in filed}
    close = intake.CloseDayRequest(date=day.date, dossiers_seen=2, fee_counted_vnd=1_000_000, postage_counted_vnd=60_000,
                                   request_id=new_id())
    assert await refused(doors, "CloseDay", close, CLERK) == ("DAY_HAS_CHANGED", "dossiers_seen")
    close.dossiers_seen, close.postage_counted_vnd = 3, 55_000
    assert await refused(doors, "CloseDay", close, CLERK) == ("REMARK_MISSING", "remark")
    close.remark = "thiếu 5.000 đồng tiền lẻ"
    first, again = [(await doors.call("CloseDay", close, CLERK)).day for _ in range(2)]
    assert first == again
    assert (first.closing.difference_vnd, first.closing.totals, first.closing.person) == (-5_000, day.totals, CLERK.name)
    close.request_id = new_id()
    assert await refused(doors, "CloseDay", close, COLLEAGUE) == ("DAY_CLOSED", "date")

    await doors.call("FileDossier", a_filing(), CLERK)
    later = await the_day(doors, 4)
    assert (later.closing, later.since_closing.dossiers, later.since_closing.cash_vnd) == (first.closing, 1, 530_000)


async def test_what_was_taken_without_a_network_counts_from_when_it_was_taken(doors: Doors) -> None:
    async def filed_at(days: float) -> Any:
        request = a_filing(label_code=next(labels).tracking_code)
        request.take_time.FromDatetime(datetime.now(UTC) + timedelta(days=days))
        return (await doors.call("FileDossier", request, CLERK)).dossier

    labels = iter((await a_roll(doors, 4)).labels)
    now, earlier, ahead = await filed_at(-0.0001), await filed_at(-8), await filed_at(300)
    day = (earlier.file_time.ToDatetime(UTC).astimezone(VIETNAM)).date().isoformat()
    listed = await eventually(lambda: doors.call("ListDossiers", intake.ListDossiersRequest(filed_on=day), CLERK),
                              lambda answer: answer.dossiers)
    too_old = a_filing()
    too_old.take_time.FromDatetime(datetime.now(UTC) - timedelta(days=31))

    assert now.file_time.seconds - earlier.file_time.seconds > 7 * 86_400
    assert earlier.transit_due_date < now.transit_due_date == ahead.transit_due_date
    assert ahead.file_time.ToDatetime(UTC) <= datetime.now(UTC)
    assert [each.filing_id for each in listed.dossiers] == [earlier.filing_id]
    assert await refused(doors, "FileDossier", too_old, CLERK) == ("TAKE_TIME_TOO_OLD", "take_time")


async def test_a_day_that_is_none_or_to_come_is_refused(doors: Doors) -> None:
    for method, request, reason in (
            ("GetDay", intake.GetDayRequest(date="26/11/2026"), "DATE_MALFORMED"),
            ("CloseDay", intake.CloseDayRequest(date="2999-01-01", request_id=new_id()), "DAY_NOT_OVER"),
            ("CloseDay", intake.CloseDayRequest(fee_counted_vnd=-1, request_id=new_id()), "MONEY_NEGATIVE"),
            ("CloseDay", intake.CloseDayRequest(request_id="x"), "REQUEST_ID_MALFORMED"),
            ("ListDossiers", intake.ListDossiersRequest(filed_on="hôm nay"), "DATE_MALFORMED")):
        assert (await refused(doors, method, request, CLERK))[0] == reason
    assert (await refused(doors, "ListDossiers", intake.ListDossiersRequest(filed_on="2026-11-26"), OFFICER)) == (
        "FILTER_NOT_ALLOWED", "filed_on")
    empty = (await doors.call("GetDay", intake.GetDayRequest(date="2020-01-01"), CLERK)).day
    assert (empty.date, empty.totals.dossiers, empty.totals.cash_vnd) == ("2020-01-01", 0, 0)


async def test_anyone_may_have_the_public_keys_of_labels(doors: Doors, system: Any) -> None:
    answer = await doors.call("ListLabelKeys", courier.ListLabelKeysRequest())

    assert [each.key_id for each in answer.keys] == [each.key_id for each in LabelKeys(system.settings.keys_dir).all()]
    assert [len(each.public_key) for each in answer.keys] == [32]
    assert not answer.keys[0].HasField("end_time")
    assert not answer.keys[0].HasField("revoke_time")
