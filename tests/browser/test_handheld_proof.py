"""What a parcel's rule asks for, done with a handheld: photos by its camera, one-time codes, by keyboard alone."""

import base64
import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, expect

from services.courier.stream import PARCEL
from services.demo.doors import Person
from tests.browser.conftest import fixture
from tests.browser.field import Device, Field
from tests.browser.test_handheld_acts import PICTURE, facts_of, fetched
from tests.browser.video import Filming, seen, y4m

MOST_TABS = 60


@fixture
async def photographer(filming: Filming, tmp_path: Path) -> AsyncIterator[Browser]:
    """A Chromium whose camera sees an envelope."""
    film = y4m(tmp_path / "envelope.y4m", [seen("RH123456785VN", degrees=0)])
    async with filming(film) as opened:
        yield opened


async def device_of(browser: Browser, work: Field, courier: Person, **options: Any) -> Device:
    device = await Device.open(browser, work.base, **options)
    await device.enrol(await work.invitation("COURIER", courier.place), courier.name)
    await fetched(device, 1)
    return device


async def at(device: Device, selector: str) -> None:
    """Goes there with the Tab key alone."""
    wanted = device.page.locator(selector)
    for _ in range(MOST_TABS):
        if await wanted.evaluate("(each) => each === document.activeElement"):
            return
        await device.page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} by keyboard")


async def type_at(device: Device, selector: str, text: str) -> None:
    await at(device, selector)
    await device.page.keyboard.press("Control+a")
    await device.page.keyboard.type(text)


async def out_for_delivery(device: Device, work: Field, code: str, answered: int = 1) -> str:
    """Scanned on the way out; the code that the applicant is told."""
    await device.mode("2")
    await device.scan(code)
    await device.says("right", code)
    await device.until_stored("answered", answered)
    return await work.told_code(code)


async def test_a_result_is_delivered_by_a_photo_that_the_camera_takes_by_keyboard_alone(
        photographer: Browser, work: Field) -> None:
    code, courier = await work.result()
    device = await device_of(photographer, work, courier, permissions=["camera"])
    await device.mode("7")
    await expect(device.page.locator("#last-four")).to_be_hidden()  # nothing is asked before a parcel is there
    await device.scan(code)
    await device.says("right", code)
    await expect(device.page.locator("#one-time")).to_be_hidden()  # this receiver of this parcel needs none
    await type_at(device, "#last-four", "4321")
    await device.picture("vi-deliver")
    await at(device, ".photo button")
    await device.page.keyboard.press("Enter")
    await device.page.locator(".photo video").wait_for()
    await expect(device.page.locator(".photo button")).to_be_focused()
    await device.picture("vi-photo-camera")
    await device.page.keyboard.press("Enter")
    await device.page.get_by_role("img", name="Đã chụp ảnh").wait_for()
    await expect(device.page.locator("video")).to_have_count(0)
    await device.picture("vi-photo-taken")
    await device.context.set_offline(True)
    await at(device, "button.go")
    await device.page.keyboard.press("Enter")
    await device.says("finished")
    [record] = await device.stored("queue")
    digest = record["entry"]["deliver"]["signatureSha256"]
    kept = base64.b64decode(await device.page.evaluate(PICTURE, digest))
    await device.context.set_offline(False)
    await device.until_stored("answered", 1)
    [delivered] = await facts_of(work, code, "ParcelDelivered")
    with Image.open(io.BytesIO(kept)) as photo:
        kind, size, corner = photo.format, photo.size, photo.convert("L").getpixel((3, 3))

    assert (kind, size) == ("JPEG", (640, 480))
    assert abs(int(corner) - 120) < 20  # type: ignore[arg-type]  # the film's grey ground
    assert delivered.proof.signature_sha256 == digest == hashlib.sha256(kept).hexdigest()
    assert (delivered.proof.picture.value, delivered.proof.relation.value, delivered.proof.one_time_code_held) == (
        "PHOTO", "APPLICANT", False)
    assert [each["answer"]["outcome"] for each in await device.stored("answered")] == ["APPLIED"]
    assert device.wrong == []


async def test_a_wrong_code_is_told_and_the_right_one_delivers_by_keyboard_alone(browser: Browser, work: Field) -> None:
    code, courier = await work.result(originals=0)
    device = await device_of(browser, work, courier)
    right = await out_for_delivery(device, work, code)
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    async def delivered_with(named: str, refusal: str = "") -> None:
        await device.mode("7")
        await device.scan(code)
        await device.says("right", code)
        await at(device, "[name=relation]:checked")
        await device.page.keyboard.press("ArrowDown")
        await device.page.keyboard.press("ArrowDown")
        await expect(device.page.locator("[name=relation]:checked")).to_have_value("HOUSEHOLD")
        await type_at(device, "#full-name", "Trần Văn Bình")
        await type_at(device, "#last-four", "4321")
        await type_at(device, "#signer", "Trần Văn Bình")
        await device.page.keyboard.press("Enter")
        await expect(device.page.locator("#one-time-wrong")).to_have_text("Cần đúng 6 số của mã một lần.")
        await expect(device.page.locator("#one-time")).to_be_focused()
        await type_at(device, "#one-time", named)
        await device.picture("vi-one-time-code")
        await device.page.keyboard.press("Enter")

    await delivered_with(wrong)
    said = await device.says("grave", code)
    await device.picture("vi-one-time-code-wrong")
    await at(device, ".understood")
    await device.page.keyboard.press("Enter")
    await device.page.wait_for_selector("#result.ready")
    misses = await facts_of(work, code, "DeliveryCodeMissed")
    held = (await work.parcel(code, courier)).ended
    await delivered_with(right)
    await device.until_stored("answered", 3)
    [delivered] = await facts_of(work, code, "ParcelDelivered")
    outcomes = {record["sequence"]: (record["answer"]["outcome"], record["answer"]["reason"])
                for record in await device.stored("answered")}

    assert "mã một lần sai" in said
    assert (len(misses), held) == (1, False)
    assert (delivered.proof.relation.value, delivered.proof.one_time_code_held) == ("HOUSEHOLD", True)
    assert outcomes == {1: ("APPLIED", ""), 2: ("CONFLICT", "ONE_TIME_CODE_WRONG"), 3: ("APPLIED", "")}
    for each in await work.found.stores["courier"].streams.read(PARCEL.subject_of(code)):
        assert right.encode() not in each.data
        assert wrong.encode() not in each.data
    assert right not in str(await device.stored("answered"))
    assert device.wrong == []


async def test_what_the_rule_does_not_allow_is_neither_asked_nor_taken(browser: Browser, work: Field) -> None:
    code, courier = await work.result(in_person_only=True)
    device = await device_of(browser, work, courier)
    await device.mode("7")
    await device.scan(code)
    await device.says("right", code)
    relations = device.page.locator("[name=relation]:enabled")
    await expect(relations).to_have_count(1)
    await expect(device.page.get_by_label("Người được ủy quyền")).to_be_hidden()
    await device.page.fill("#last-four", "4321")
    await device.page.fill("#signer", "Nguyễn Thị Ánh Tuyết")
    await device.page.click("button.go")
    await expect(device.page.locator("#photo-wrong")).to_have_text("Cần ảnh.")  # or the code, which none was told yet
    await device.picture("vi-in-person")

    assert await device.stored("queue") == []  # nothing was kept and nothing beeped
    assert await facts_of(work, code, "ParcelDelivered") == []
    assert device.wrong == []
