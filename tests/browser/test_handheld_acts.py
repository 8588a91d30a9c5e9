"""Hand-overs, receipts at the authority, deliveries and failed tries, done with handhelds and told by the courier service."""

import base64
import hashlib
import io
import re
from typing import Any

from PIL import Image
from playwright.async_api import Browser, expect
from postal.courier.v1 import parcel_pb2 as parcels

from services.courier.stream import PARCEL
from services.demo.doors import Person
from services.demo.journey import Journey
from services.foundation import codes
from tests.browser.field import OPEN, Device, Field


async def fetched(device: Device, count: int) -> None:
    """Fetches the list anew until it holds as many parcels."""
    await device.page.click("#top .menu")
    await device.page.get_by_role("button", name="Lấy danh sách mới").click()
    await device.until_stored("parcels", count)
    await device.page.keyboard.press("Escape")


async def facts_of(work: Field, code: str, name: str) -> list[Any]:
    recorded = await work.found.stores["courier"].streams.read(PARCEL.subject_of(code))
    return [PARCEL.facts.decode(each.type, each.data) for each in recorded if each.type.endswith(name)]


async def enrolled(browser: Browser, work: Field, person: str, role: str = "COURIER", place: str = "", **options: Any) -> Device:
    device = await Device.open(browser, work.base, **options)
    await device.enrol(await work.invitation(role, place), person)
    return device


async def signed_by(device: Device, name: str) -> None:
    """Draws a stroke and types the name."""
    await device.page.locator("canvas").scroll_into_view_if_needed()
    box = await device.page.locator("canvas").bounding_box()
    assert box
    await device.page.mouse.move(box["x"] + 30, box["y"] + 60)
    await device.page.mouse.down()
    await device.page.mouse.move(box["x"] + 180, box["y"] + 30, steps=8)
    await device.page.mouse.up()
    await device.page.fill("#signer", name)


async def test_many_parcels_change_hands_with_one_signature(browser: Browser, work: Field, device: Device) -> None:
    mine = [each.parcel_code for each in await work.filed(3)]
    await work.hand_over(mine, Person("bt-huong", "COURIER", work.office))
    await fetched(device, 3)
    await device.mode("5")
    for code in mine:
        await device.scan(code)
        await device.says("right", code)
    await device.page.click("button.go")
    await expect(device.page.locator("#signature-wrong")).to_have_text("Cần chữ ký.")
    await device.page.fill("#taker-person", "bt-lan")
    await signed_by(device, "Trần Thị Lan")
    await device.picture("vi-hand-over")
    await device.page.click("button.go")
    await device.says("finished")
    await device.until_stored("answered", 1)
    offers = [(await facts_of(work, code, "HandoverOffered"))[-1] for code in mine]
    await device.until_gone("proofs")

    assert await device.stored("pictures") == []  # the server has it
    assert {offer.handover_id for offer in offers} == {offers[0].handover_id}
    assert {(offer.taker.person, offer.taker.place) for offer in offers} == {("bt-lan", work.office)}

    taker = await enrolled(browser, work, "bt-lan")
    await fetched(taker, 3)
    await taker.mode("6")
    await expect(taker.page.locator(".compare .missing")).to_have_count(3)
    for code in mine:
        await taker.scan(code)
        await taker.says("right", code)
    await signed_by(taker, "Trần Thị Lan")
    await taker.page.click("button.go")
    await taker.says("finished")
    await taker.until_stored("answered", 1)

    assert [record["answer"]["outcome"] for record in await taker.stored("answered")] == ["APPLIED"]
    assert {(await work.parcel(code)).holder.person for code in mine} == {"bt-lan"}
    assert device.wrong == taker.wrong == []


async def test_at_the_authority_what_was_offered_is_compared_counted_and_its_differences_named(
        browser: Browser, work: Field) -> None:
    officer = await enrolled(browser, work, "cb-mot-cua", "OFFICER", "TINH-01")
    good, opened_, missing, foreign = [each.parcel_code for each in await work.filed(4)]
    await work.hand_over([good, opened_, missing], Person("cb", "OFFICER", "TINH-01"), accept=False)
    await fetched(officer, 3)
    await officer.mode("6")
    await expect(officer.page.locator("#top")).to_contain_text("Ký nhận tại cơ quan")
    await officer.scan(good)
    await officer.says("right", good)
    await officer.scan(opened_)
    await officer.says("right", opened_)
    await officer.scan(foreign)
    await officer.says("unknown", foreign)
    await officer.understood()
    papers = (await work.parcel(good)).papers_count
    for code, counted, broken in ((good, papers, False), (opened_, papers - 1, True)):
        await officer.page.get_by_role("button", name=re.compile(rf"Đếm.*{codes.group_code(code)}")).click()
        await officer.page.fill("#papers", str(counted))
        if broken:
            await officer.page.get_by_label("Niêm phong hỏng").check()
        await officer.page.get_by_role("button", name="Xác nhận").click()
        await expect(officer.page.locator("dialog")).to_have_count(0)
    await expect(officer.page.locator("#screen")).to_contain_text("Thiếu 1")
    await expect(officer.page.locator("#screen")).to_contain_text("Thừa 1: không có trong bàn giao")
    await expect(officer.page.locator(".compare .differs")).to_contain_text("Thiếu giấy tờ · Niêm phong hỏng")
    await officer.page.locator(".compare .differs").first.scroll_into_view_if_needed()
    await officer.picture("vi-sign-at-authority")
    await signed_by(officer, "Lê Văn Cường")
    await officer.page.click("button.go")
    await officer.says("finished")
    await officer.until_stored("answered", 1)
    [clean] = await facts_of(work, good, "HandoverAccepted")
    [named] = await facts_of(work, opened_, "HandoverAccepted")

    assert (clean.at_authority, clean.papers_counted, clean.differences) == (True, papers, ())
    assert named.papers_counted == papers - 1
    assert {(each.kind.value, each.count) for each in named.differences} == {("PAPERS_MISSING", 1), ("SEAL_BROKEN", 0)}
    assert await facts_of(work, missing, "HandoverAccepted") == []
    assert (await work.parcel(good, Person("cb", "OFFICER", "TINH-01"))).stage == parcels.PARCEL_STAGE_SIGNED_AT_AUTHORITY
    assert await facts_of(work, foreign, "HandoverAccepted") == []
    assert officer.wrong == []


async def test_a_result_is_delivered_with_the_proof_that_is_asked_for_and_no_name_in_any_fact(
        browser: Browser, work: Field) -> None:
    journey = Journey(work.doors, work.office)
    for step in (journey.file, journey.carry_to_authority, journey.accept, journey.supplement, journey.decide):
        await step()
    code = journey.parcel_codes[-1]
    last = await journey._carry(code, await journey._route(code, journey.officer), journey.officer)
    device = await enrolled(browser, work, last.name, "COURIER", last.place)
    await fetched(device, 1)
    await device.mode("7")
    await device.scan(code)
    await device.says("right", code)
    await device.page.click("button.go")
    await expect(device.page.locator("#last-four-wrong")).to_have_text("Cần đúng bốn chữ số.")
    await device.page.get_by_label("Người được ủy quyền").check()
    await device.page.click("button.go")
    await expect(device.page.locator("#full-name-wrong")).to_have_text("Cần họ tên người nhận thay.")
    await device.page.fill("#full-name", "Nguyễn Văn Ủy")
    await device.page.fill("#last-four", "4321")
    await device.page.get_by_label("Hộ chiếu").check()
    await device.page.click("button.go")
    await expect(device.page.locator("#signature-wrong")).to_have_text("Cần chữ ký.")
    await signed_by(device, "Nguyễn Văn Ủy")
    await device.picture("vi-deliver")
    await device.page.click("button.go")
    await device.says("finished")
    await device.until_stored("answered", 1)
    [delivered] = await facts_of(work, code, "ParcelDelivered")

    assert (delivered.proof.relation.value, delivered.proof.identity_paper.value) == ("AUTHORISED", "PASSPORT")
    assert re.fullmatch("[0-9a-f]{64}", delivered.proof.signature_sha256)
    assert re.fullmatch("[0-9a-f]{64}", delivered.proof.receiver_sha256)
    assert delivered.proof.receiver_sha256 != hashlib.sha256("Nguyễn Văn Ủy".encode()).hexdigest()
    for each in await work.found.stores["courier"].streams.read(PARCEL.subject_of(code)):
        assert "Ủy".encode() not in each.data
        assert b"4321" not in each.data
    assert "Nguyễn Văn Ủy" not in str(await device.stored("answered"))  # it leaves the device with the answer
    assert device.wrong == []


async def test_a_failed_try_names_its_reason_and_only_allowed_next_steps(work: Field, device: Device) -> None:
    [dossier] = await work.filed()
    await work.hand_over([dossier.parcel_code], Person("bt-huong", "COURIER", work.office))
    await fetched(device, 1)
    await device.mode("8")
    await device.scan(dossier.parcel_code)
    await device.says("right")
    await expect(device.page.get_by_label("Không gặp người nhận")).to_have_count(0)  # it goes to an authority
    await device.page.get_by_label("Sai hoặc thiếu địa chỉ").check()
    await expect(device.page.get_by_label("Chuyển hoàn")).to_have_count(0)
    await expect(device.page.locator("#screen")).to_contain_text("sau hai lần phát cách nhau hai ngày làm việc")
    await device.page.get_by_label("Cơ quan đóng cửa").check()
    await device.page.get_by_label("Phát lại ngày khác").check()
    await device.picture("vi-attempt-chosen")
    await device.page.get_by_role("button", name="Xác nhận").click()
    await device.says("finished")
    await device.until_stored("answered", 1)
    [attempt] = (await work.parcel(dossier.parcel_code)).attempts

    assert (attempt.reason_code, attempt.next_step) == ("AUTHORITY_CLOSED", parcels.NEXT_STEP_TRY_AGAIN)


async def test_a_photo_proves_a_delivery_made_small_and_without_what_a_camera_writes_into_it(work: Field, device: Device) -> None:
    large = io.BytesIO()
    Image.effect_noise((3000, 2000), 40).convert("RGB").save(large, "JPEG", exif=b"Exif\x00\x00GPS 9.1769N 105.1524E")
    await device.context.set_offline(True)
    await device.mode("7")
    code = codes.parcel_code("RH", 31_337)
    await device.scan(code)
    await device.page.click(".understood")  # not on the list, but in the courier's hand
    await device.page.fill("#last-four", "4321")
    await device.page.get_by_role("button", name="Chụp ảnh").click()  # there is no camera: the device's own way must do
    await device.page.set_input_files("#photo", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": large.getvalue()})
    await device.page.get_by_role("button", name="Chụp lại").wait_for()
    await device.page.click("button.go")
    await device.says("finished")
    [record] = await device.stored("queue")
    kept = base64.b64decode(await device.page.evaluate(PICTURE, record["entry"]["deliver"]["signatureSha256"]))
    with Image.open(io.BytesIO(kept)) as picture:
        size = picture.size

    assert record["codes"] == [code]
    assert hashlib.sha256(kept).hexdigest() == record["entry"]["deliver"]["signatureSha256"]
    assert 640 < max(size) <= 1280
    assert len(kept) <= 256 * 1024
    assert b"GPS" not in kept


PICTURE = f"""async (digest) => {{
    const db = await {OPEN};
    const blob = await new Promise((resolve) => {{
        db.transaction("pictures").objectStore("pictures").get(digest).onsuccess = (event) => resolve(event.target.result);
    }});
    db.close();
    return btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""));
}}"""
