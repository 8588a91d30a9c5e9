"""Pictures that prove an act, through the real door: taken for the entry that names them and for nothing else, kept sealed, shown
to those who answer for the parcel, erased one by one."""

import asyncio
import hashlib
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

from services.courier.picture import MOST_BYTES
from services.demo.doors import Doors, Person, Refusal
from services.foundation.adapters.clocks import TurnableClock
from services.foundation.runtime.identity import Keys, Minter
from tests.handheld import SUPERVISOR, Handheld
from tests.services.json_calls import post
from tests.services.standing import doors_of, standing_on
from tests.services.test_bundles import UNKNOWN, a_parcel, enrolled, outcomes, told

KEPT, DUPLICATE, AWAITED, REFUSED = (courier.PICTURE_OUTCOME_KEPT, courier.PICTURE_OUTCOME_DUPLICATE,
                                     courier.PICTURE_OUTCOME_AWAITED, courier.PICTURE_OUTCOME_REFUSED)
PNG, JPEG = b"\x89PNG\r\n\x1a\n" + b"a signature" * 9, b"\xff\xd8\xff\xe0" + b"a photo" * 9
CLERK_HERE = Person("gdv", "CLERK", "032248")


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock(datetime.now(UTC))


@pytest.fixture(params=["memory"])
async def system(request: pytest.FixtureRequest, tmp_path: Path, clock: TurnableClock) -> AsyncIterator[Any]:
    """On the stores the test asks for."""
    async with standing_on(request, tmp_path, clock) as found:
        yield found


@pytest.fixture
async def doors(system: Any) -> AsyncIterator[Doors]:
    async with doors_of(system, patience_s=20) as made:
        yield made


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def an_offer(hand: Handheld, *codes: str, content: bytes = PNG, **more: Any) -> Any:
    """An offer signed with a picture."""
    return hand.entry(*codes, mode=entries.HANDHELD_MODE_HAND_OVER, offer=entries.OfferAct(
        handover_id=str(uuid.uuid4()), taker=parcels.Holder(place="901000"), signature_sha256=sha(content)), **more)


def upload(hand: Handheld, *brought: Any) -> Any:
    return courier.UploadPicturesRequest(device_id=hand.device_id, pictures=brought, request_id=str(uuid.uuid4()))


def of(entry: Any, content: bytes = PNG, **changes: Any) -> Any:
    return courier.EntryPicture(**{"device_sequence": entry.device_sequence, "parcel_code": entry.parcels[0].parcel_code,
                                   "sha256": sha(content), "content": content, **changes})


async def brought(doors: Doors, hand: Handheld, *pictures: Any, by: Any = None) -> list[tuple[Any, str]]:
    results = (await doors.call("UploadPictures", upload(hand, *pictures), by or hand)).results
    assert [(each.device_sequence, each.sha256) for each in results] == [
        (each.device_sequence, each.sha256[:64]) for each in pictures]
    return [(each.outcome, each.problem.reason) for each in results]


async def listed(doors: Doors, code: str, who: Any = SUPERVISOR) -> list[Any]:
    return list((await doors.call("ListPictures", courier.ListPicturesRequest(parcel_code=code), who)).pictures)


async def content_of(doors: Doors, code: str, picture: Any, who: Any = SUPERVISOR) -> bytes:
    return bytes((await doors.call("GetPicture", courier.GetPictureRequest(
        parcel_code=code, device_id=picture.device_id, device_sequence=picture.device_sequence, sha256=picture.sha256),
        who)).content)


def subject(hand: Handheld, entry: Any, content: bytes = PNG) -> str:
    return f"pictures/{hand.device_id}/{entry.device_sequence}/{sha(content)}"


@pytest.mark.parametrize("system", ["memory", "sqlite", "mongodb+kafka"], indirect=True)
async def test_a_picture_follows_its_entry_is_kept_once_sealed_and_shown_byte_for_byte(
        doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    offer = an_offer(hand, parcel.parcel_code)
    early = await brought(doors, hand, of(offer))
    await told(doors, hand, offer)
    before = await listed(doors, parcel.parcel_code)
    answers = [await brought(doors, hand, of(offer)) for _ in range(3)]
    [picture] = await listed(doors, parcel.parcel_code)
    streams = system.stores["courier"].streams

    assert early == [(AWAITED, "ENTRY_AWAITED")]
    assert [each.state for each in before] == [courier.PICTURE_STATE_AWAITED]
    assert answers == [[(KEPT, "")], [(DUPLICATE, "")], [(DUPLICATE, "")]]
    assert (picture.state, picture.media_type, picture.size_bytes, picture.operator, picture.mode, picture.place) == (
        courier.PICTURE_STATE_KEPT, "image/png", len(PNG), "gdv", entries.HANDHELD_MODE_HAND_OVER, "032248")
    assert await content_of(doors, parcel.parcel_code, picture) == PNG
    sealed = await streams.private(subject(hand, offer))
    assert len(sealed) == 1
    assert b"a signature" not in sealed[0]
    assert len(await streams.read(subject(hand, offer))) == 1
    assert not [each for each in await streams.unpublished(100) for fact in each.facts if fact.subject.startswith("pictures/")]

    await streams.forget_private(subject(hand, offer))
    assert [each.state for each in await listed(doors, parcel.parcel_code)] == [courier.PICTURE_STATE_ERASED]
    with pytest.raises(Refusal, match="PICTURE_NOT_HERE"):
        await content_of(doors, parcel.parcel_code, picture)
    assert await brought(doors, hand, of(offer)) == [(DUPLICATE, "")]  # what was erased does not come back
    assert await streams.private(subject(hand, offer)) == []


async def test_each_picture_has_its_own_answer_and_what_is_none_is_refused(doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    largest, larger = JPEG.ljust(MOST_BYTES, b"."), JPEG.ljust(MOST_BYTES + 1, b".")
    page = b"<html>" + PNG
    made = [an_offer(hand, parcel.parcel_code, content=content) for content in (PNG, largest, larger, page, PNG)]
    scan = hand.scan(parcel.parcel_code)
    await told(doors, hand, *made[:4], scan)
    answers = await brought(
        doors, hand, of(made[0]), of(made[1], largest), of(made[3], page), of(made[0], PNG + b"."),
        of(made[0], JPEG), of(scan), of(made[4]), of(made[0], sha256="0" * 64), of(made[0], sha256="x"), of(made[0], b""),
        of(made[0], device_sequence=0), of(made[0], parcel_code="RH123456780VN"), of(made[0]))
    too_large = await brought(doors, hand, of(made[2], larger))
    of_another_parcel = await brought(doors, hand, of(made[0], parcel_code=UNKNOWN))

    assert answers == [
        (KEPT, ""), (KEPT, ""), (REFUSED, "PICTURE_TYPE_WRONG"), (REFUSED, "PICTURE_NOT_NAMED"), (REFUSED, "PICTURE_NOT_NAMED"),
        (REFUSED, "PICTURE_NOT_NAMED"), (AWAITED, "ENTRY_AWAITED"), (REFUSED, "PICTURE_HASH_WRONG"),
        (REFUSED, "PICTURE_HASH_WRONG"), (REFUSED, "PICTURE_SIZE_WRONG"), (REFUSED, "SEQUENCE_WRONG"),
        (REFUSED, "PARCEL_CODE_CHECK"), (DUPLICATE, "")]
    assert of_another_parcel == [(AWAITED, "ENTRY_AWAITED")]
    assert too_large == [(REFUSED, "PICTURE_SIZE_WRONG")]
    assert await system.stores["courier"].streams.read(subject(hand, made[3], page)) == []


async def test_one_picture_of_many_parcels_is_kept_once_and_found_from_each(
        doors: Doors, system: Any, clock: TurnableClock) -> None:
    mine = [(await a_parcel(doors)).parcel_code for _ in range(3)]
    hand = await enrolled(doors, clock, operator="gdv", role="CLERK")
    offer = an_offer(hand, *mine, UNKNOWN)
    await told(doors, hand, offer)

    assert await brought(doors, hand, of(offer, parcel_code=mine[1])) == [(KEPT, "")]
    for code in (*mine, UNKNOWN):
        [picture] = await listed(doors, code)
        assert await content_of(doors, code, picture) == PNG
    assert await brought(doors, hand, of(offer)) == [(DUPLICATE, "")]


async def test_an_act_without_effect_has_its_picture_too(doors: Doors, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="bt")
    conflict, pending = an_offer(hand, parcel.parcel_code), an_offer(hand, UNKNOWN, content=JPEG)
    assert [each for each, _ in outcomes(await told(doors, hand, conflict, pending))] == [
        courier.ENTRY_OUTCOME_CONFLICT, courier.ENTRY_OUTCOME_PENDING]

    assert await brought(doors, hand, of(conflict), of(pending, JPEG)) == [(KEPT, ""), (KEPT, "")]
    for code, content in ((parcel.parcel_code, PNG), (UNKNOWN, JPEG)):
        [picture] = await listed(doors, code)
        assert await content_of(doors, code, picture) == content


async def test_pictures_are_for_the_place_that_made_them_and_the_one_that_answers_and_for_nobody_else(
        doors: Doors, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    hub = await enrolled(doors, clock, Person("ks", "SUPERVISOR", "901000"), operator="gdv-901000", role="CLERK")
    offer = an_offer(hand, parcel.parcel_code)
    await told(doors, hand, offer)
    await brought(doors, hand, of(offer))
    [picture] = await listed(doors, parcel.parcel_code, CLERK_HERE)
    there = Person("ks", "SUPERVISOR", "901000")
    assert await listed(doors, parcel.parcel_code, there) == []
    with pytest.raises(Refusal, match="PICTURE_UNKNOWN"):
        await content_of(doors, parcel.parcel_code, picture, there)

    await told(doors, hub, hub.accept(parcel.parcel_code, handover_id=offer.offer.handover_id))
    assert await content_of(doors, parcel.parcel_code, picture, there) == PNG  # it answers for the parcel now
    assert await content_of(doors, parcel.parcel_code, picture, CLERK_HERE) == PNG
    for role in ("COURIER", "OFFICER", "INTEGRATOR"):
        with pytest.raises(Refusal, match="ROLE_NOT_ALLOWED"):
            await listed(doors, parcel.parcel_code, Person("x", role, "032248"))
    assert await listed(doors, parcel.parcel_code, Person("x", "SUPERVISOR", "025978")) == []
    assert await listed(doors, UNKNOWN) == []


async def test_another_device_of_the_place_brings_what_a_lost_one_signed_and_none_of_elsewhere(
        doors: Doors, clock: TurnableClock) -> None:
    parcel, lost = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    other = await enrolled(doors, clock)
    elsewhere = await enrolled(doors, clock, Person("ks", "SUPERVISOR", "901000"))
    offer = an_offer(lost, parcel.parcel_code)
    await told(doors, lost, offer)
    await doors.call("RevokeDevice", devices.RevokeDeviceRequest(
        device_id=lost.device_id, reason=devices.REVOKE_REASON_BROKEN, request_id=str(uuid.uuid4())), SUPERVISOR)
    clock.turn(timedelta(seconds=5))
    with pytest.raises(Refusal, match="DEVICE_REVOKED"):
        await brought(doors, lost, of(offer))
    for hand in (lost, Handheld(device_id="0" * 20)):
        with pytest.raises(Refusal, match="DEVICE_UNKNOWN"):
            await brought(doors, hand, of(offer), by=elsewhere)
    as_its_own = await doors.call("UploadPictures", upload(other, of(offer)), other)

    assert [each.outcome for each in as_its_own.results] == [AWAITED]  # its own entry of that number has not come
    assert await brought(doors, lost, of(offer), by=other) == [(KEPT, "")]


async def test_many_at_once_are_one(doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    offer = an_offer(hand, parcel.parcel_code)
    await told(doors, hand, offer)
    answers = await asyncio.gather(*(brought(doors, hand, of(offer)) for _ in range(8)))

    assert sorted(answer[0][0] for answer in answers) == [KEPT] + [DUPLICATE] * 7
    assert len(await system.stores["courier"].streams.private(subject(hand, offer))) == 1


async def test_a_page_brings_and_shows_them_as_json(doors: Doors, system: Any, clock: TurnableClock) -> None:
    parcel, hand = await a_parcel(doors), await enrolled(doors, clock, operator="gdv", role="CLERK")
    offer = an_offer(hand, parcel.parcel_code)
    await told(doors, hand, offer)
    door = "/postal.courier.v1.CourierService/UploadPictures"
    answer = await post(system.http_port, door, upload(hand, of(offer)), hand.token())
    full = await post(system.http_port, door, upload(hand, *(of(offer) for _ in range(21))), hand.token())
    shown = await post(system.http_port, "/postal.courier.v1.CourierService/GetPicture", courier.GetPictureRequest(
        parcel_code=parcel.parcel_code, device_id=hand.device_id, device_sequence=offer.device_sequence, sha256=sha(PNG)),
        Minter(Keys.load_or_make(system.settings.keys_dir)).mint_for(SUPERVISOR))

    assert answer.json["results"][0]["outcome"] == "PICTURE_OUTCOME_KEPT"
    assert (full.status, full.json["reason"]) == (400, "BATCH_SIZE_WRONG")
    assert shown.json["picture"]["mediaType"] == "image/png"
