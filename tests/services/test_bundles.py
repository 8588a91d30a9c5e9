"""Bundles through the real door: signed entry by entry, judged one by one, kept with their evidence."""

import asyncio
import hashlib
import random
import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import device_service_pb2 as devices
from postal.courier.v1 import entry_pb2 as entries
from postal.courier.v1 import parcel_events_pb2 as facts
from postal.courier.v1 import parcel_pb2 as parcels

from services.demo.doors import Doors, Person, Refusal
from services.demo.journey import Journey
from services.foundation.adapters.clocks import TurnableClock
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys
from services.foundation.sealing import unseal
from tests.builders import CLERK, a_filing
from tests.handheld import SUPERVISOR, Handheld, holds, signed_text
from tests.services.json_calls import post

UNKNOWN = "RH987654326VN"
APPLIED, DUPLICATE, LATE, PENDING, CONFLICT, REFUSED = (
    courier.ENTRY_OUTCOME_APPLIED, courier.ENTRY_OUTCOME_DUPLICATE, courier.ENTRY_OUTCOME_LATE, courier.ENTRY_OUTCOME_PENDING,
    courier.ENTRY_OUTCOME_CONFLICT, courier.ENTRY_OUTCOME_REFUSED)
ARRIVED, DEPARTED = parcels.SCAN_ACTIVITY_ARRIVED, parcels.SCAN_ACTIVITY_DEPARTED


@pytest.fixture
def clock() -> TurnableClock:
    """The server's clock: it starts now and stands still until turned."""
    return TurnableClock(datetime.now(UTC))


@pytest.fixture
async def system(tmp_path: Path, clock: TurnableClock) -> AsyncIterator[Any]:
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=tmp_path)
    async with wiring.running(("intake", "courier", "tracking"), chosen, clock=clock) as found:
        yield found


async def enrolled(doors: Doors, clock: TurnableClock, inviter: Person = SUPERVISOR, *, wrong_s: float = 0,
                   **fields: Any) -> Handheld:
    """A handheld enrolled an hour ago, whose clock is wrong by so many seconds."""
    hand = await Handheld(now=lambda: clock.now().timestamp() + wrong_s, told=lambda: clock.now().timestamp(),
                          **fields).enrol(doors, inviter)
    clock.turn(timedelta(hours=1))
    return hand


async def a_parcel(doors: Doors) -> Any:
    """A parcel that lies with the clerk at the counter."""
    code = (await doors.call("FileDossier", a_filing(), CLERK)).dossier.parcel_code
    return await until(lambda: _parcel(doors, code))


async def _parcel(doors: Doors, code: str) -> Any:
    try:
        return (await doors.call("GetParcel", courier.GetParcelRequest(parcel_code=code), CLERK)).parcel
    except Refusal:
        return None


async def until(look: Any) -> Any:
    deadline = time.monotonic() + 20
    while not (found := await look()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    return found


async def told(doors: Doors, handheld: Handheld, *made: Any, **more: Any) -> list[Any]:
    return list((await doors.call("UploadBundle", handheld.bundle(*made, **more), handheld)).results)


def outcomes(results: list[Any]) -> list[tuple[Any, str]]:
    return [(each.outcome, each.problem.reason or "/".join(part.problem.reason for part in each.parcels if part.problem.reason))
            for each in results]


def seen(result: Any) -> list[tuple[str, str]]:
    return [(courier.NoticeKind.Name(notice.kind).removeprefix("NOTICE_KIND_"), notice.should_be_in)
            for part in result.parcels for notice in part.notices]


async def test_each_entry_has_its_own_answer_and_none_harms_its_neighbours(doors: Doors, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    at = hand.now() - 1800
    forged = hand.scan(parcel.parcel_code, at=at)
    forged.operator = "somebody-else"
    nothing, no_reason, twice = hand.entry(parcel.parcel_code), hand.entry(parcel.parcel_code, attempt=entries.AttemptAct()), None
    twice = hand.offer(parcel.parcel_code, parcel.parcel_code, to="901000")
    made = [hand.scan(parcel.parcel_code, at=at), forged, hand.scan("RH987654325VN"), hand.scan("x"), hand.scan(UNKNOWN, at=at),
            nothing, no_reason, twice, hand.scan(parcel.parcel_code, activity=0),
            hand.scan(parcel.parcel_code, DEPARTED, at=at + 60),
            hand.scan(parcel.parcel_code, parcels.SCAN_ACTIVITY_HELD, at=at - 60, device_sequence=1000)]
    answers = await told(doors, hand, *made)

    assert outcomes(answers) == [
        (APPLIED, ""), (REFUSED, "SIGNATURE_WRONG"), (REFUSED, "PARCEL_CODE_CHECK"), (REFUSED, "PARCEL_CODE_MALFORMED"),
        (PENDING, ""), (REFUSED, "ACT_MISSING"), (REFUSED, "REASON_MISSING"), (REFUSED, "PARCEL_TWICE"),
        (REFUSED, "ACTIVITY_MISSING"), (APPLIED, ""), (APPLIED, "")]
    assert [each.device_sequence for each in answers] == [each.device_sequence for each in made]
    assert seen(answers[4]) == [("UNKNOWN", "")]
    scans = (await _parcel(doors, parcel.parcel_code)).scans
    assert [each.device_sequence for each in scans] == [made[0].device_sequence, made[9].device_sequence, 1000]


async def test_what_was_sent_before_changes_nothing_and_names_what_it_repeats(
        doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    made = [hand.scan(parcel.parcel_code), hand.offer(parcel.parcel_code, to="901000"), hand.scan(UNKNOWN),
            hand.deliver(parcel.parcel_code)]
    first = await told(doors, hand, *made)
    before = await facts_of(system, parcel.parcel_code)
    for _ in range(3):
        again = await told(doors, hand, *random.Random(1).sample(made, len(made)))

    assert [each.outcome for each in first] == [APPLIED, APPLIED, PENDING, CONFLICT]
    assert {each.device_sequence: each.outcome for each in again} == {1: DUPLICATE, 2: DUPLICATE, 3: DUPLICATE, 4: CONFLICT}
    assert [(part.duplicate_of.device, part.duplicate_of.device_sequence) for each in again for part in each.parcels
            if each.outcome == DUPLICATE] == [(hand.device_id, each.device_sequence) for each in again if each.outcome == DUPLICATE]
    assert await facts_of(system, parcel.parcel_code) == before
    assert len(await system.stores["courier"].streams.read(f"waiting-scans/{parcel.parcel_code}")) == 1


async def facts_of(system: Any, code: str) -> list[Any]:
    found: list[Any] = await system.stores["courier"].streams.read(f"parcels/{code}")
    return found


async def test_a_second_look_at_the_same_is_told_as_a_double(doors: Doors, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock)
    at = hand.now() - 600
    answers = await told(doors, hand, hand.scan(parcel.parcel_code, at=at), hand.scan(parcel.parcel_code, at=at + 30),
                         hand.scan(parcel.parcel_code, at=at + 300))

    assert [each.outcome for each in answers] == [APPLIED, DUPLICATE, APPLIED]
    assert answers[1].parcels[0].duplicate_of.device_sequence == 1
    assert len((await _parcel(doors, parcel.parcel_code)).scans) == 3  # kept all the same


async def test_operator_office_place_and_time_are_those_of_the_entry(doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="bt-ca-mot")
    scan = hand.scan(parcel.parcel_code, at=hand.now() - 1800, office_code="901000")
    hand.operator = "bt-ca-hai"  # the shift changes; the entry waits
    await told(doors, hand, scan)

    fact = (await facts_of(system, parcel.parcel_code))[-1]
    kept = facts.ScanRecorded.FromString(fact.data)
    assert (fact.actor.person, fact.actor.role, fact.actor.place, fact.actor.device) == (
        "bt-ca-mot", "COURIER", "032248", hand.device_id)
    assert (kept.scan.office_code, round(fact.occurred.timestamp() * 1000)) == (
        "901000", scan.device_time.seconds * 1000 + scan.device_time.nanos // 1_000_000)
    assert b"place 918 10515" in kept.evidence.statement


@pytest.mark.parametrize("wrong_s", [365 * 86400, -365 * 86400, -50 * 365 * 86400, 0])
async def test_a_wrong_clock_is_noticed_and_bounded(doors: Doors, clock: TurnableClock, wrong_s: int) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, wrong_s=wrong_s)
    real = [clock.now().timestamp() - 120, clock.now().timestamp() - 60]
    made = [hand.scan(parcel.parcel_code, at=real[0] + wrong_s), hand.scan(parcel.parcel_code, DEPARTED, at=real[1] + wrong_s)]
    answer = await doors.call("UploadBundle", hand.bundle(*made), hand)

    assert abs(answer.clock_ahead_ms - wrong_s * 1000) <= 1
    assert outcomes(list(answer.results)) == [(APPLIED, "")] * 2
    assert [round(each.occur_time.ToMilliseconds() / 1000) for each in answer.results] == [round(each) for each in real]
    scans = (await _parcel(doors, parcel.parcel_code)).scans
    assert [each.device_sequence for each in scans] == [1, 2]


async def test_notices_for_the_eyes(doors: Doors, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="bt")
    code, route = parcel.parcel_code, list(parcel.route)
    assert len(route) >= 3
    at = hand.now() - 600
    wrong = await told(doors, hand, hand.scan(code, office_code="999999", at=at),
                       hand.scan(code, mode=entries.HANDHELD_MODE_OUT_OF_HUB, activity=DEPARTED, at=at + 1),
                       hand.scan(code, office_code=route[2], at=at + 2), hand.scan(code, office_code=route[1], at=at + 3))

    assert [seen(each) for each in wrong] == [[("WRONG_WAY", route[1])], [("NOT_MINE", "")], [], [("WRONG_WAY", route[2])]]


async def test_what_was_done_without_a_network_arrives_in_any_order(doors: Doors, system: Any, clock: TurnableClock) -> None:
    """The clerk offers, the courier takes, hands on to a hub; the devices come home in the wrong order."""
    parcel = await a_parcel(doors)
    code = parcel.parcel_code
    clerk, bt = await enrolled(doors, clock, operator="gdv", role="CLERK"), await enrolled(doors, clock, operator="bt")
    hub = await enrolled(doors, clock, Person("ks", "SUPERVISOR", "901000"), operator="gdv-901000", role="CLERK")
    at = clock.now().timestamp() - 1000
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    offer = clerk.offer(code, to="032248", person="bt", handover_id=first, at=at)
    take, on = bt.accept(code, handover_id=first, at=at + 10), bt.offer(code, to="901000", handover_id=second, at=at + 20)
    last = hub.accept(code, handover_id=second, at=at + 30)

    pending = [*await told(doors, hub, last), *await told(doors, bt, take, on)]
    asked = courier.ListClaimsRequest(parcel_code=code)
    waiting = [(each.entry.operator, each.pending) for each in (await doors.call("ListClaims", asked, CLERK)).claims]
    applied = await told(doors, clerk, offer)

    async def arrived() -> Any:
        now = await _parcel(doors, code)
        return now if now.holder.place == "901000" else None

    parcel = await until(arrived)
    assert waiting == [("bt", True), ("bt", True), ("gdv-901000", True)]
    assert list((await doors.call("ListClaims", asked, CLERK)).claims) == []
    assert outcomes(pending) == [(PENDING, "NOTHING_OFFERED"), (PENDING, "NOTHING_OFFERED"), (PENDING, "NOT_HOLDER")]
    assert outcomes(applied) == [(APPLIED, "")]
    assert (parcel.holder.person, parcel.offer.handover_id) == ("gdv-901000", "")
    chain = await facts_of(system, code)
    assert [fact.type.rsplit(".", 1)[1] for fact in chain] == [
        "ParcelRegistered", "HandoverOffered", "HandoverAccepted", "HandoverOffered", "HandoverAccepted"]
    assert [(fact.actor.person, round(fact.occurred.timestamp())) for fact in chain[1:]] == [
        ("gdv", round(at)), ("bt", round(at + 10)), ("bt", round(at + 20)), ("gdv-901000", round(at + 30))]
    assert [each.outcome for each in await told(doors, bt, take, on)] == [DUPLICATE, DUPLICATE]


async def test_acts_on_a_parcel_not_yet_known_wait_for_it(doors: Doors, system: Any, clock: TurnableClock) -> None:
    hand = await enrolled(doors, clock, operator="gdv", role="CLERK")
    streams = system.stores["courier"].streams
    answers = await told(doors, hand, hand.offer(UNKNOWN, to="901000"), hand.scan(UNKNOWN))

    assert outcomes(answers) == [(PENDING, "PARCEL_UNKNOWN"), (PENDING, "")]
    assert len(await streams.read(f"waiting-scans/{UNKNOWN}")) == 2


async def test_an_offer_by_who_does_not_hold_it_is_kept_as_a_conflict(doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="bt")
    answers = await told(doors, hand, hand.offer(parcel.parcel_code, to="901000"))

    assert outcomes(answers) == [(CONFLICT, "NOT_HOLDER")]
    assert seen(answers[0]) == [("NOT_MINE", "")]
    asked = courier.ListClaimsRequest(parcel_code=parcel.parcel_code)
    claims = (await doors.call("ListClaims", asked, SUPERVISOR)).claims
    assert [(each.reason_code, each.pending, each.device_id, each.entry.operator) for each in claims] == [
        ("NOT_HOLDER", False, hand.device_id, "bt")]
    assert list((await doors.call("ListClaims", asked, Person("x", "SUPERVISOR", "025978"))).claims) == []
    assert (await _parcel(doors, parcel.parcel_code)).holder.person == "gdv"


async def test_one_signature_hands_over_many_and_each_has_its_answer(doors: Doors, system: Any, clock: TurnableClock) -> None:
    mine = [(await a_parcel(doors)).parcel_code for _ in range(3)]
    hand = await enrolled(doors, clock, operator="gdv", role="CLERK")
    hub = await enrolled(doors, clock, Person("ks", "SUPERVISOR", "901000"), operator="gdv-901000", role="CLERK")
    offer = hand.offer(*mine, UNKNOWN, to="901000")
    offered = await told(doors, hand, offer)
    expected = parcel_of(mine[1], papers_counted=1, differences=[facts.Difference(kind=facts.DIFFERENCE_KIND_SEAL_BROKEN)])
    taken = hub.entry(accept=entries.AcceptAct(handover_id=offer.offer.handover_id), mode=entries.HANDHELD_MODE_HAND_OVER,
                      parcels=[parcel_of(mine[0]), expected])
    accepted = await told(doors, hub, taken)

    assert [part.outcome for part in offered[0].parcels] == [APPLIED, APPLIED, APPLIED, PENDING]
    assert offered[0].outcome == PENDING
    assert outcomes(accepted) == [(APPLIED, "")]
    told_of = facts.HandoverAccepted.FromString((await facts_of(system, mine[1]))[-1].data)
    assert [facts.DifferenceKind.Name(each.kind).rsplit("KIND_", 1)[1] for each in told_of.differences] == [
        "SEAL_BROKEN", "PAPERS_MISSING"]
    assert (await _parcel(doors, mine[2])).holder.person == "gdv"  # not taken: its giver answers on
    kept = (await system.stores["courier"].streams.read(f"entries/{hand.device_id}/{offer.device_sequence}"))[0]
    evidence = facts_pb(kept).evidence
    assert evidence.statement.decode() == signed_text(hand.device_id, offer)
    assert holds(hand.public_key, evidence.statement, evidence.signature)


def facts_pb(record: Any) -> Any:
    from google.protobuf import descriptor_pool, message_factory

    return message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(record.type)).FromString(record.data)


def parcel_of(code: str, **more: Any) -> Any:
    return entries.EntryParcel(parcel_code=code, **more)


async def test_the_officer_signs_on_a_device_of_the_authority_which_is_the_filing(doors: Doors, clock: TurnableClock) -> None:
    parcel = await a_parcel(doors)
    hand = await enrolled(doors, clock, operator="gdv", role="CLERK")
    desk = await enrolled(doors, clock, Person("tt", "SUPERVISOR", parcel.authority_code), operator="cb", role="OFFICER")
    offer = hand.offer(parcel.parcel_code, to=parcel.authority_code)
    await told(doors, hand, offer)
    signed = desk.entry(accept=entries.AcceptAct(handover_id=offer.offer.handover_id), mode=entries.HANDHELD_MODE_SIGN_AT_AUTHORITY,
                        parcels=[parcel_of(parcel.parcel_code, papers_counted=parcel.papers_count)])
    answers = await told(doors, desk, signed)
    late = await told(doors, hand, hand.scan(parcel.parcel_code), hand.offer(parcel.parcel_code, to="901000"))

    now = await _parcel(doors, parcel.parcel_code)
    assert outcomes(answers) == [(APPLIED, "")]
    assert (now.stage, now.holder.place, now.ended) == (parcels.PARCEL_STAGE_SIGNED_AT_AUTHORITY, parcel.authority_code, True)
    assert outcomes(late) == [(APPLIED, ""), (CONFLICT, "PARCEL_ENDED")]
    assert [seen(each) for each in late] == [[("PARCEL_ENDED", "")]] * 2


async def test_a_result_is_delivered_with_proof_and_who_received_it_stays_sealed(
        journey: Journey, doors: Doors, system: Any, clock: TurnableClock) -> None:
    for step in (journey.file, journey.carry_to_authority, journey.accept, journey.supplement, journey.decide):
        await step()
    code = journey.parcel_codes[-1]
    route = await journey._route(code, journey.officer)
    last = await journey._carry(code, route, journey.officer)
    hand = await enrolled(doors, clock, Person("ks", "SUPERVISOR", last.place), operator=last.name)
    tried = hand.entry(code, mode=entries.HANDHELD_MODE_ATTEMPT_FAILED, attempt=entries.AttemptAct(
        reason=facts.ATTEMPT_REASON_NOT_FOUND, next_step=parcels.NEXT_STEP_TRY_AGAIN))
    back = hand.entry(code, mode=entries.HANDHELD_MODE_ATTEMPT_FAILED, attempt=entries.AttemptAct(
        reason=facts.ATTEMPT_REASON_NOT_FOUND, next_step=parcels.NEXT_STEP_GIVE_BACK))
    answers = await told(doors, hand, tried, back, hand.deliver(code))
    now = (await doors.call("GetParcel", courier.GetParcelRequest(parcel_code=code), last)).parcel

    assert outcomes(answers) == [(APPLIED, ""), (CONFLICT, "NEXT_STEP_NOT_ALLOWED"), (APPLIED, "")]
    assert [(each.reason_code, each.next_step) for each in now.attempts] == [("NOT_FOUND", parcels.NEXT_STEP_TRY_AGAIN)]
    assert now.stage == parcels.PARCEL_STAGE_DELIVERED
    streams = system.stores["courier"].streams
    everything = [fact.data for fact in await facts_of(system, code)] + [
        fact.data for fact in await streams.read(f"waiting-scans/{code}")]
    assert not [data for data in everything if "Tuyết".encode() in data or b"1234" in data]
    sealed = await streams.private(f"parcels/{code}")
    assert len(sealed) == 1
    assert "Tuyết".encode() not in sealed[0]
    seal_key = Keys.load_or_make(system.settings.keys_dir).seal_key
    assert unseal(seal_key, f"parcels/{code}", sealed[0]).decode() == "0" * 32 + "\nNguyễn Thị Ánh Tuyết\n1234\n"
    proof = facts.ParcelDelivered.FromString((await facts_of(system, code))[-1].data).proof
    assert proof.receiver_sha256 == hashlib.sha256(("0" * 32 + "\nNguyễn Thị Ánh Tuyết\n1234\n").encode()).hexdigest()


async def test_the_evidence_in_the_stored_facts_holds_by_the_devices_key_alone(
        doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    made = [hand.scan(parcel.parcel_code), hand.offer(parcel.parcel_code, to="901000")]
    await told(doors, hand, *made)
    key = (await doors.call("ListDevices", devices.ListDevicesRequest(), SUPERVISOR)).devices[0].public_key

    found = [facts_pb(fact).evidence for fact in (await facts_of(system, parcel.parcel_code))[1:]]
    assert [each.statement.decode() for each in found] == [signed_text(hand.device_id, entry) for entry in made]
    assert all(holds(key, each.statement, each.signature) for each in found)
    assert not holds(key, found[0].statement.replace(b"gdv", b"gdw"), found[0].signature)
    assert not holds(Handheld().public_key, found[0].statement, found[0].signature)


async def test_nobody_signs_for_another_device(doors: Doors, clock: TurnableClock) -> None:
    parcel = await a_parcel(doors)
    mine, other = await enrolled(doors, clock), await enrolled(doors, clock)
    entry = mine.scan(parcel.parcel_code)
    as_other = other.bundle(entry)
    elsewhere = await enrolled(doors, clock, Person("ks", "SUPERVISOR", "901000"))
    refused = (await doors.call("UploadBundle", as_other, other)).results

    assert outcomes(refused) == [(REFUSED, "SIGNATURE_WRONG")]
    for who, request in ((elsewhere, mine.bundle(entry)), (mine, Handheld(device_id="0" * 20).bundle(entry))):
        with pytest.raises(Refusal) as refusal:
            await doors.call("UploadBundle", request, who)
        assert refusal.value.reason == "DEVICE_UNKNOWN"
    assert outcomes(list((await doors.call("UploadBundle", mine.bundle(entry), other)).results)) == [(APPLIED, "")]


async def test_what_a_device_signed_before_it_was_revoked_stays_evidence(doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, other = await a_parcel(doors), await enrolled(doors, clock)
    lost = await enrolled(doors, clock, operator="gdv", role="CLERK")
    sent = lost.offer(parcel.parcel_code, to="700000")
    await told(doors, lost, sent)
    scan, offer = lost.scan(parcel.parcel_code), lost.offer(parcel.parcel_code, to="901000")
    clock.turn(timedelta(minutes=1))
    await doors.call("RevokeDevice", devices.RevokeDeviceRequest(
        device_id=lost.device_id, reason=devices.REVOKE_REASON_LOST, request_id=str(uuid.uuid4())), SUPERVISOR)
    clock.turn(timedelta(minutes=1))
    after = lost.scan(parcel.parcel_code, DEPARTED, at=clock.now().timestamp())
    answers = list((await doors.call("UploadBundle", lost.bundle(scan, offer, after, sent), other)).results)

    assert outcomes(answers) == [(APPLIED, ""), (CONFLICT, "DEVICE_REVOKED"), (CONFLICT, "DEVICE_REVOKED"), (DUPLICATE, "")]
    assert ("DEVICE_REVOKED", "") in seen(answers[0])
    now = await _parcel(doors, parcel.parcel_code)
    assert [each.device_sequence for each in now.scans] == [2]
    assert now.offer.taker.place == "700000"  # what it offered in time stands
    kept = await system.stores["courier"].streams.read(f"waiting-scans/{parcel.parcel_code}")
    assert [facts_pb(each).entry.device_sequence for each in kept] == [3, 4]
    assert all(holds(lost.public_key, facts_pb(each).evidence.statement, facts_pb(each).evidence.signature) for each in kept)


async def test_a_number_used_for_two_things_is_refused(doors: Doors, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    first = hand.offer(parcel.parcel_code, to="901000")
    second = hand.offer(parcel.parcel_code, to="700000", device_sequence=first.device_sequence)

    assert outcomes(await told(doors, hand, first)) == [(APPLIED, "")]
    assert outcomes(await told(doors, hand, second)) == [(REFUSED, "REQUEST_ID_REUSED")]


async def test_two_uploads_at_once_of_the_same_entries_are_one(
        doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    made = [hand.scan(parcel.parcel_code), hand.offer(parcel.parcel_code, to="901000"), hand.scan(UNKNOWN), hand.deliver(UNKNOWN)]
    answers = await asyncio.gather(*(told(doors, hand, *made) for _ in range(8)))

    assert all(each.outcome in (APPLIED, DUPLICATE, PENDING) for answer in answers for each in answer)
    assert len(await facts_of(system, parcel.parcel_code)) == 3
    assert len(await system.stores["courier"].streams.read(f"waiting-scans/{UNKNOWN}")) == 2


async def test_the_manifest_of_a_place_has_what_a_handheld_needs_offline(doors: Doors, clock: TurnableClock) -> None:
    parcel = await a_parcel(doors)
    hand = await enrolled(doors, clock, operator="bt")

    async def listed() -> Any:
        return (await doors.call("ListParcels", courier.ListParcelsRequest(whole_place=True), hand)).parcels

    found = (await until(listed))[0]
    assert (found.parcel_code, list(found.route), found.destination_office_code, found.holder.person, found.papers_count) == (
        parcel.parcel_code, list(parcel.route), parcel.destination_office_code, "gdv", parcel.papers_count)
    assert list((await doors.call("ListParcels", courier.ListParcelsRequest(), hand)).parcels) == []


async def test_a_page_enrols_logs_in_and_uploads_through_the_json_door(doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), Handheld(now=lambda: clock.now().timestamp(), told=lambda: clock.now().timestamp())
    invited = await doors.call("InviteDevice", devices.InviteDeviceRequest(
        role=devices.DEVICE_ROLE_COURIER, request_id=str(uuid.uuid4())), SUPERVISOR)
    enrolled_ = await post(system.http_port, "/postal.courier.v1.DeviceService/EnrolDevice", devices.EnrolDeviceRequest(
        invitation_code=invited.invitation_code, public_key=hand.public_key, request_id=str(uuid.uuid4())))
    hand.device_id = enrolled_.json["deviceId"]
    made = hand.scan(parcel.parcel_code)
    upload = "/postal.courier.v1.CourierService/UploadBundle"
    answers = [await post(system.http_port, upload, hand.bundle(made), hand.token()) for _ in range(2)]
    stranger = await post(system.http_port, upload, hand.bundle(made), Handheld(device_id=hand.device_id).token())

    assert (enrolled_.json["role"], enrolled_.json["place"]) == ("DEVICE_ROLE_COURIER", "032248")
    assert [each.json["results"][0]["outcome"] for each in answers] == ["ENTRY_OUTCOME_APPLIED", "ENTRY_OUTCOME_DUPLICATE"]
    assert answers[1].json["results"][0]["parcels"][0]["duplicateOf"] == {"device": hand.device_id, "deviceSequence": "1"}
    assert (stranger.status, stranger.json["reason"]) == (401, "TOKEN_FORGED")
