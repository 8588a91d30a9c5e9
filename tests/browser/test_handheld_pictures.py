"""Pictures of proof on their way: behind their entry, through any network, once; gone from the device only when the server has
them."""

import asyncio
import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Route, expect
from postal.courier.v1 import courier_service_pb2 as courier

from services.demo.doors import Person
from services.demo.journey import Journey
from services.foundation import codes
from tests.browser.field import OPEN, UPLOAD, Device, Field
from tests.browser.test_handheld_acts import PICTURE, fetched, signed_by
from tests.browser.test_handheld_looks import judged
from tests.browser.video import Filming, y4m

PICTURES_DOOR = "**/postal.courier.v1.CourierService/UploadPictures"


async def handed_over(device: Device, *mine: str, name: str = "Trần Thị Lan", drawn: bool = True) -> None:
    """A hand-over of parcels, signed: drawn and typed, or typed alone."""
    await device.mode("5")
    await device.page.wait_for_selector("#taker-person")
    for code in mine:
        await device.scan(code)
        await device.page.locator("#result.right, #result.kept, .understood").first.wait_for()
        if await device.page.locator(".understood").is_visible():
            await device.page.click(".understood")
    await device.page.fill("#taker-person", "bt-lan")
    if drawn:
        await signed_by(device, name)
    else:
        await device.page.fill("#signer", name)
    await device.page.click("button.go")
    await device.says("finished")


async def kept(work: Field, code: str, place: str = "") -> list[tuple[Any, bytes]]:
    """The pictures of a parcel as a supervisor of a place reads them: what is known of each, and its bytes."""
    who = work.supervisor(place or work.office)
    listed = (await work.doors.call("ListPictures", courier.ListPicturesRequest(parcel_code=code), who)).pictures
    return [(each, bytes((await work.doors.call("GetPicture", courier.GetPictureRequest(
        parcel_code=code, device_id=each.device_id, device_sequence=each.device_sequence, sha256=each.sha256), who)).content))
        for each in listed if each.state == courier.PICTURE_STATE_KEPT]


async def drawn_on(device: Device) -> dict[str, bytes]:
    """The pictures on the device, by the hash they are proof under."""
    return {proof["sha256"]: base64.b64decode(await device.page.evaluate(PICTURE, proof["sha256"]))
            for proof in await device.stored("proofs")}


async def test_a_photo_taken_at_the_door_follows_the_delivery_leaves_the_device_and_is_read_byte_for_byte(
        filming: Filming, work: Field, tmp_path: Path) -> None:
    journey = Journey(work.doors, work.office)
    for step in (journey.file, journey.carry_to_authority, journey.accept, journey.supplement, journey.decide):
        await step()
    code = journey.parcel_codes[-1]
    last = await journey._carry(code, await journey._route(code, journey.officer), journey.officer)
    film = y4m(tmp_path / "door.y4m", [Image.effect_noise((640, 480), 60)])
    async with filming(film) as browser:
        device = await Device.open(browser, work.base, permissions=["camera"])
        await device.enrol(await work.invitation("COURIER", last.place), last.name)
        await fetched(device, 1)
        await device.page.route(PICTURES_DOOR, lambda route: route.abort("connectionreset"))
        await device.mode("7")
        await device.scan(code)
        await device.says("right", code)
        await device.page.fill("#last-four", "4321")
        await device.page.get_by_role("button", name="Chụp ảnh").click()
        await device.page.get_by_role("button", name="Chụp", exact=True).click()
        await expect(device.page.get_by_role("img", name="Đã chụp ảnh")).to_be_visible()
        await device.page.click("button.go")
        await device.says("finished")
        await device.until_stored("answered", 1)
        on_device = await drawn_on(device)
        await device.page.unroute(PICTURES_DOOR)
        await device.page.get_by_role("button", name="Gửi ngay").click()
        await device.until_gone("proofs")
        left = await device.stored("pictures")
        wrong = device.wrong
    [(picture, content)] = await kept(work, code, last.place)

    assert on_device == {picture.sha256: content}
    assert content.startswith(b"\xff\xd8\xff")
    assert hashlib.sha256(content).hexdigest() == picture.sha256
    assert (picture.operator, picture.media_type, left, wrong) == (last.name, "image/jpeg", [], [])


async def test_any_number_of_failures_loses_no_picture_and_none_is_sent_after_its_answer(work: Field, device: Device) -> None:
    mine = [each.parcel_code for each in await work.filed(3)]
    await work.hand_over(mine, Person("bt-huong", "COURIER", work.office))
    await fetched(device, 3)
    sent = []

    async def fail(route: Route) -> None:
        sent.append([each["sha256"] for each in route.request.post_data_json["pictures"]])
        way = len(sent) % 4
        if way == 0:
            await route.fulfill(status=502, body="<html>Bad Gateway</html>")
        elif way == 1:
            await route.abort("connectionreset")
        elif way == 2:
            await route.fulfill(status=200, content_type="application/json", body='{"results": []}')
        else:
            await route.fetch()  # it arrives, and its answer is lost
            await route.abort("connectionreset")

    await device.page.route(PICTURES_DOOR, fail)
    for number, code in enumerate(mine):
        await handed_over(device, code, name=f"Trần Thị Lan {number}")
    await device.until("unsent", 0)
    on_device = await drawn_on(device)
    for _ in range(3):  # with the first, each way of failing; a pause is twice as long as the one before
        reached = len(sent)
        await expect(device.page.locator(".net.waiting")).to_be_visible(timeout=20_000)
        await expect(device.page.locator(".net")).to_contain_text(re.compile("Thử lại lúc|Chưa có gì bị mất"))
        await device.page.get_by_role("button", name="Gửi ngay").click()
        async with asyncio.timeout(30):
            while len(sent) == reached:
                await asyncio.sleep(0.02)
        assert await device.number("unsent-pictures") == 3
    await judged(device, "vi-pictures-waiting")
    await device.page.unroute(PICTURES_DOOR)
    answered: list[str] = []

    async def note(route: Route) -> None:
        answer = await route.fetch()
        answered.extend(each["sha256"] for each in (await answer.json())["results"])
        await route.fulfill(response=answer)

    await device.page.route(PICTURES_DOOR, note)
    await device.until_gone("proofs")  # by itself: nobody taps any more
    await expect(device.page.locator("#unsent-pictures")).to_have_count(0)
    await expect(device.page.locator(".net")).to_contain_text("Đã gửi hết")
    found = {picture.sha256: content for code in mine for picture, content in await kept(work, code)}

    assert found == on_device
    assert len(found) == 3
    assert sorted(answered) == sorted(found)  # each once
    assert await device.stored("pictures") == []
    assert await device.stored("damaged") == []


async def test_reload_end_of_shift_and_another_person_lose_no_picture(work: Field, device: Device) -> None:
    [dossier] = await work.filed()
    await work.hand_over([dossier.parcel_code], Person("bt-huong", "COURIER", work.office))
    await fetched(device, 1)
    await device.context.set_offline(True)
    await handed_over(device, dossier.parcel_code)
    on_device = await drawn_on(device)
    await device.end_shift()
    await expect(device.page.locator("#bottom")).to_contain_text("Ảnh chưa gửi")
    await device.context.route(PICTURES_DOOR, lambda route: route.abort("connectionreset"))
    await device.context.set_offline(False)
    await device.reload()
    await device.start_shift("bt-lan")
    await device.until("unsent", 0)
    assert await drawn_on(device) == on_device
    await device.reload()
    assert await device.number("unsent-pictures") == 1
    await device.context.unroute(PICTURES_DOOR)
    await device.reload()
    await device.until_gone("proofs")
    [(picture, content)] = await kept(work, dossier.parcel_code)

    assert {picture.sha256: content} == on_device
    assert picture.operator == "bt-huong"  # who did it, whoever sends it
    assert await device.stored("pictures") == []


async def test_the_entry_goes_first_and_a_new_scan_never_waits_for_a_picture(work: Field, device: Device) -> None:
    mine = [each.parcel_code for each in await work.filed(2)]
    await work.hand_over(mine, Person("bt-huong", "COURIER", work.office))
    await fetched(device, 2)
    order = []
    device.page.on("request", lambda request: order.append(request.url.rsplit("/", 1)[1]) if "Upload" in request.url else None)
    await device.page.route(PICTURES_DOOR, lambda route: route.fulfill(status=503, body=""))
    await handed_over(device, mine[0])
    await device.until_stored("answered", 1)
    for _ in range(4):  # the pause grows to eight seconds
        await expect(device.page.locator(".net.waiting")).to_be_visible(timeout=20_000)
        reached = len(order)
        await device.page.get_by_role("button", name="Gửi ngay").click()
        async with asyncio.timeout(20):
            while len(order) == reached:
                await asyncio.sleep(0.02)
    await expect(device.page.locator(".net.waiting")).to_be_visible(timeout=20_000)
    await device.mode("3")
    reached = len(order)
    await device.scan(mine[1])
    await device.until_stored("answered", 2)

    assert order[:2] == ["UploadBundle", "UploadPictures"]
    assert order[reached:] == ["UploadBundle"]
    assert await device.number("unsent-pictures") == 1


async def test_a_name_typed_twice_is_one_picture_and_proves_both_acts(work: Field, device: Device) -> None:
    mine = [each.parcel_code for each in await work.filed(2)]
    await work.hand_over(mine, Person("bt-huong", "COURIER", work.office))
    await fetched(device, 2)
    await device.context.set_offline(True)
    for code in mine:
        await handed_over(device, code, drawn=False)
    assert len(await device.stored("pictures")) == 1
    assert len(await device.stored("proofs")) == 2
    seen = 0

    async def first_only(route: Route) -> None:
        nonlocal seen
        seen += 1
        await (route.continue_() if seen == 1 else route.abort("connectionreset"))

    await device.page.route(PICTURES_DOOR, first_only)
    await device.context.set_offline(False)
    await device.until_gone("proofs", 1)
    assert len(await device.stored("pictures")) == 1  # the other act still needs it
    await device.page.unroute(PICTURES_DOOR)
    await device.until_gone("proofs")
    both = [await kept(work, code) for code in mine]

    assert [len(each) for each in both] == [1, 1]
    assert both[0][0][1] == both[1][0][1]
    assert both[0][0][0].device_sequence != both[1][0][0].device_sequence
    assert await device.stored("pictures") == []


async def test_a_damaged_picture_is_set_aside_and_harms_no_other(work: Field, device: Device) -> None:
    mine = [each.parcel_code for each in await work.filed(3)]
    await work.hand_over(mine, Person("bt-huong", "COURIER", work.office))
    await fetched(device, 3)
    await device.context.set_offline(True)
    for number, code in enumerate(mine):
        await handed_over(device, code, name=f"Trần Thị Lan {number}")
    await device.page.evaluate(f"""async () => {{
        const db = await {OPEN};
        const tx = db.transaction(["proofs", "pictures"], "readwrite");
        const proofs = await new Promise((resolve) => {{
            tx.objectStore("proofs").getAll().onsuccess = ({{ target }}) => resolve(target.result);
        }});
        tx.objectStore("pictures").put(new Blob(["torn"]), proofs[0].sha256);
        tx.objectStore("pictures").delete(proofs[1].sha256);
        await new Promise((resolve) => {{ tx.oncomplete = resolve; }});
        db.close();
    }}""")
    await device.context.set_offline(False)
    await device.until_gone("proofs")
    await expect(device.page.locator(".warning.damaged")).to_contain_text("2 bản ghi hỏng được để riêng")

    assert [len(await kept(work, code)) for code in mine] == [0, 0, 1]
    assert [each["reason"] for each in await device.stored("damaged")] == ["PICTURE_DAMAGED"] * 2
    assert len(await device.stored("answered")) == 3


@pytest.mark.parametrize("way", ["the entry was refused", "the entry is damaged"])
async def test_a_picture_whose_entry_the_server_will_never_have_is_kept_for_a_person(
        work: Field, device: Device, way: str) -> None:
    await device.context.set_offline(True)
    await handed_over(device, codes.parcel_code("RH", 4_711))
    await device.page.evaluate(f"""async (change) => {{
        const db = await {OPEN};
        const store = db.transaction("queue", "readwrite").objectStore("queue");
        const record = await new Promise((resolve) => {{ store.get(1).onsuccess = ({{ target }}) => resolve(target.result); }});
        if (change === "the entry is damaged") delete record.entry.operator;
        else record.signature = record.signature.replace(/^./, (letter) => (letter === "A" ? "B" : "A"));
        await new Promise((resolve) => {{ store.put(record).onsuccess = resolve; }});
        db.close();
    }}""", way)
    await device.context.set_offline(False)
    await device.until_gone("proofs")
    damaged = await device.stored("damaged")

    assert {each["reason"] for each in damaged if "sha256" in each["record"]} == {
        "ENTRY_REFUSED" if way == "the entry was refused" else "RECORD_DAMAGED"}
    assert await device.stored("pictures") == []  # it lies with its reason, and is not sent without end
    await expect(device.page.locator(".net")).to_contain_text("Đã gửi hết")


async def test_a_device_from_before_pictures_were_sent_brings_those_of_its_queue(work: Field, device: Device) -> None:
    [dossier] = await work.filed()
    await work.hand_over([dossier.parcel_code], Person("bt-huong", "COURIER", work.office))
    await fetched(device, 1)
    await device.context.set_offline(True)
    await handed_over(device, dossier.parcel_code)
    on_device = await drawn_on(device)
    await device.context.route(UPLOAD, lambda route: route.abort("connectionreset"))
    await device.context.set_offline(False)
    await device.page.goto(f"{work.base}/healthz")  # of the same origin, without a page that holds the database
    await device.page.evaluate(AS_BEFORE)
    await device.context.unroute(UPLOAD)
    await device.visit(work.base)
    await device.until("unsent", 0)
    await device.until_gone("proofs")
    [(picture, content)] = await kept(work, dossier.parcel_code)

    assert {picture.sha256: content} == on_device


# The same records in a database of version 1, which knew nothing of proofs.
AS_BEFORE = f"""async () => {{
    const now = await {OPEN};
    const names = [...now.objectStoreNames].filter((name) => name !== "proofs");
    const all = {{}};
    for (const name of names) {{
        const store = now.transaction(name).objectStore(name);
        const told = (asked) => new Promise((resolve) => {{ asked.onsuccess = () => resolve(asked.result); }});
        all[name] = {{ keyPath: store.keyPath, auto: store.autoIncrement, keys: await told(store.getAllKeys()),
            values: await told(store.getAll()) }};
    }}
    now.close();
    await new Promise((resolve) => {{ indexedDB.deleteDatabase("dossier-post-handheld").onsuccess = resolve; }});
    await new Promise((resolve) => {{
        const asked = indexedDB.open("dossier-post-handheld", 1);
        asked.onupgradeneeded = () => {{
            for (const [name, {{ keyPath, auto, keys, values }}] of Object.entries(all)) {{
                const store = asked.result.createObjectStore(name, {{ keyPath, autoIncrement: auto }});
                values.forEach((value, at) => (keyPath ? store.put(value) : store.put(value, keys[at])));
            }}
        }};
        asked.onsuccess = () => {{ asked.result.close(); resolve(); }};
    }});
}}"""
