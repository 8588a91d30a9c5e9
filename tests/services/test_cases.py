"""Cases through the real door: what devices of a place said late or in conflict, listed until somebody there has looked at it."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import device_service_pb2 as devices
from postal.courier.v1 import entry_pb2 as entries
from postal.courier.v1 import parcel_pb2 as parcels

from services.demo.doors import Doors, Person, Refusal
from services.foundation.adapters.clocks import TurnableClock
from tests.handheld import SUPERVISOR
from tests.services.standing import doors_of, standing_on
from tests.services.test_bundles import ARRIVED, CONFLICT, DEPARTED, LATE, PENDING, a_parcel, enrolled, outcomes, told

COURIER, ELSEWHERE = Person("bt", "COURIER", "032248"), Person("ks", "SUPERVISOR", "901000")


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(params=["memory"])
async def system(request: pytest.FixtureRequest, tmp_path: Path, clock: TurnableClock) -> AsyncIterator[Any]:
    """On the stores the test asks for."""
    async with standing_on(request, tmp_path, clock) as found:
        yield found


@pytest.fixture
async def doors(system: Any) -> AsyncIterator[Doors]:
    async with doors_of(system, patience_s=20) as made:
        yield made


async def cases(doors: Doors, who: Any = SUPERVISOR, **asked: Any) -> list[Any]:
    return list((await doors.call("ListCases", courier.ListCasesRequest(**asked), who)).cases)


async def settle(doors: Doors, *ids: str, who: Any = SUPERVISOR, note: str = "", request_id: str = "") -> list[Any]:
    asked = courier.SettleCasesRequest(case_ids=ids, note=note, request_id=request_id or str(uuid.uuid4()))
    return list((await doors.call("SettleCases", asked, who)).results)


@pytest.mark.parametrize("system", ["memory", "sqlite", "mongodb+kafka"], indirect=True)
async def test_what_came_late_or_is_in_conflict_is_listed_until_somebody_has_looked(
        doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="bt")
    code, at = parcel.parcel_code, hand.now() - 600
    await told(doors, hand, hand.scan(code, DEPARTED, at=at + 60))
    late, offer = hand.scan(code, ARRIVED, at=at), hand.offer(code, to="901000", at=at + 90)
    assert outcomes(await told(doors, hand, late, offer)) == [(LATE, ""), (CONFLICT, "NOT_HOLDER")]
    clock.turn(timedelta(minutes=5))
    await told(doors, hand, late, offer)  # sent again: the same cases, received when they first came
    received = clock.now() - timedelta(minutes=5)
    first, second = await cases(doors)

    assert [(each.outcome, each.reason_code, each.parcel_code, each.operator, each.device_id, each.device_sequence, each.place)
            for each in (first, second)] == [
        (LATE, "", code, "bt", hand.device_id, late.device_sequence, "032248"),
        (CONFLICT, "NOT_HOLDER", code, "bt", hand.device_id, offer.device_sequence, "032248")]
    assert [(each.mode, each.state) for each in (first, second)] == [
        (entries.HANDHELD_MODE_INTO_HUB, courier.CASE_STATE_OPEN), (entries.HANDHELD_MODE_HAND_OVER, courier.CASE_STATE_OPEN)]
    assert [each.device_time for each in (first, second)] == [late.device_time, offer.device_time]
    assert {abs(each.receive_time.ToMilliseconds() - received.timestamp() * 1000) < 1 for each in (first, second)} == {True}
    assert [each.case_id for each in await cases(doors, outcome=LATE)] == [first.case_id]
    assert [each.case_id for each in await cases(doors, COURIER, outcome=CONFLICT)] == [second.case_id]

    [answer] = await settle(doors, second.case_id, note="Đã hỏi anh Bảy, giao nhầm người.")
    assert (answer.case.state, answer.case.settler, answer.case.note) == (
        courier.CASE_STATE_SETTLED, SUPERVISOR.name, "Đã hỏi anh Bảy, giao nhầm người.")
    assert [each.case_id for each in await cases(doors)] == [first.case_id]
    assert list(await cases(doors, closed=True)) == [answer.case]
    stored = system.stores["courier"].streams
    facts = await stored.read(f"cases/{second.case_id}")
    assert [fact.type.rsplit(".", 1)[1] for fact in facts] == ["CaseOpened", "CaseSettled"]
    assert [fact.actor.person for fact in facts] == ["bt", SUPERVISOR.name]
    assert "Bảy".encode() not in b"".join(fact.data for fact in facts) + (await stored.private(f"cases/{second.case_id}"))[0]


async def test_looking_twice_changes_nothing_and_the_first_who_looked_stands(doors: Doors, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="bt")
    await told(doors, hand, hand.offer(parcel.parcel_code, to="901000"))
    [case] = await cases(doors)
    request = str(uuid.uuid4())
    first = await settle(doors, case.case_id, note="một", request_id=request)
    again = await settle(doors, case.case_id, note="một", request_id=request)
    other = await settle(doors, case.case_id, case.case_id, "0-0", who=Person("gdv", "CLERK", "032248"), note="hai")

    assert first[0].case == again[0].case == other[0].case == other[1].case
    assert other[2].problem.reason == "CASE_UNKNOWN"
    assert await cases(doors) == []


async def test_cases_are_of_the_place_of_the_device_and_a_courier_settles_none(doors: Doors, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, ELSEWHERE, operator="bt-khac")
    await told(doors, hand, hand.offer(parcel.parcel_code, to="700000"))
    [case] = await cases(doors, ELSEWHERE)

    assert await cases(doors) == []
    assert (await settle(doors, case.case_id))[0].problem.reason == "CASE_UNKNOWN"
    assert [each.case_id for each in await cases(doors, hand)] == [case.case_id]
    with pytest.raises(Refusal, match="ROLE_NOT_ALLOWED"):
        await settle(doors, case.case_id, who=hand)
    for wrong in (courier.ListCasesRequest(page_size=201), courier.ListCasesRequest(outcome=PENDING)):
        with pytest.raises(Refusal, match=r"PAGE_SIZE_WRONG|OUTCOME_WRONG"):
            await doors.call("ListCases", wrong, SUPERVISOR)


async def test_the_list_comes_in_pages_in_the_order_of_the_devices_time(doors: Doors, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="bt")
    at = hand.now() - 1000
    made = [hand.offer(parcel.parcel_code, to="901000", at=at + second) for second in (50, 10, 40, 20, 30)]
    await told(doors, hand, *made)
    pages, token = [], ""
    for size in (2, 2, 2):
        answer = await doors.call("ListCases", courier.ListCasesRequest(page_size=size, page_token=token), SUPERVISOR)
        pages.append([each.device_sequence for each in answer.cases])
        token = answer.next_page_token

    assert pages == [[2, 4], [5, 3], [1]]
    assert token == ""


async def test_what_a_revoked_device_said_is_a_case(doors: Doors, clock: TurnableClock) -> None:
    parcel, lost = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    other = await enrolled(doors, clock)
    offer = lost.offer(parcel.parcel_code, to="901000")
    await doors.call("RevokeDevice", devices.RevokeDeviceRequest(
        device_id=lost.device_id, reason=devices.REVOKE_REASON_LOST, request_id=str(uuid.uuid4())), SUPERVISOR)
    await doors.call("UploadBundle", lost.bundle(offer), other)

    assert [(each.reason_code, each.device_id) for each in await cases(doors)] == [("DEVICE_REVOKED", lost.device_id)]


async def test_late_scans_without_a_signature_are_cases_too(doors: Doors, clock: TurnableClock) -> None:
    parcel = await a_parcel(doors)
    clerk = Person("gdv", "CLERK", "032248")
    for number, minutes in ((1, 0), (2, -5)):
        scan = parcels.Scan(device="máy cũ", device_sequence=number, parcel_code=parcel.parcel_code, activity=ARRIVED,
                            office_code="032248")
        scan.occur_time.FromDatetime(clock.now() + timedelta(minutes=minutes))
        await doors.call("RecordScans", courier.RecordScansRequest(scans=[scan], request_id=str(uuid.uuid4())), clerk)
    [case] = await cases(doors)

    assert (case.outcome, case.operator, case.device_id, case.mode, case.device_time) == (
        LATE, "gdv", "máy cũ", entries.HANDHELD_MODE_UNSPECIFIED, scan.occur_time)
