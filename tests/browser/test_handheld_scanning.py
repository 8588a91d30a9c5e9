"""A handheld says at once what a scan is, whatever has the focus and whatever a keyboard makes of it."""

import asyncio
import re

import pytest
from playwright.async_api import Browser

from services import registry
from services.demo.doors import Person
from services.foundation import codes
from tests.browser.field import Device, Field
from tests.pages.typing import typed

NAMES = registry.load()


async def listed(device: Device, count: int) -> None:
    """Fetches the list anew until it holds as many parcels."""
    await device.page.click("#top .menu")
    for _ in range(100):
        await device.page.get_by_role("button", name="Lấy danh sách mới").click()
        await device.page.wait_for_load_state("networkidle")
        if len(await device.stored("parcels")) >= count:
            break
        await asyncio.sleep(0.05)
    assert len(await device.stored("parcels")) == count
    await device.page.keyboard.press("Escape")


async def test_right_double_unknown_and_wrong_are_told_apart_at_once(work: Field, device: Device) -> None:
    first, second = await work.filed(2)
    await work.hand_over([first.parcel_code], Person("bt-huong", "COURIER", work.office))
    await listed(device, 2)
    await device.context.set_offline(True)

    await device.scan(first.parcel_code)
    assert "Đúng" in await device.says("right", first.parcel_code)
    await device.scan(first.parcel_code)
    assert re.search(r"Đã quét lúc \d\d:\d\d", await device.says("double"))
    await device.scan(second.parcel_code.lower())
    await device.says("right", second.parcel_code)
    stranger = codes.parcel_code("RH", 99_999_999)
    await device.scan(stranger)
    assert "Đã lưu" in await device.says("kept", stranger)  # at the counter the list may be older than the parcel
    await device.mode("4")
    stranger = codes.parcel_code("RH", 99_999_998)
    await device.scan(stranger)
    assert "Không có trong danh sách" in await device.says("unknown", stranger)
    await device.understood()
    await device.scan(first.parcel_code[:-3] + str((int(first.parcel_code[-3]) + 1) % 10) + "VN")
    assert "Số kiểm tra không khớp" in await device.says("wrong")

    assert [record["codes"] for record in await device.stored("queue")] == [
        [first.parcel_code], [second.parcel_code], [codes.parcel_code("RH", 99_999_999)], [stranger]]
    assert (await device.number("today"), await device.number("unsent")) == (4, 4)


async def test_not_mine_and_wrong_way_name_the_place(work: Field, device: Device, browser: Browser) -> None:
    [mine, theirs] = await work.filed(2)
    await work.hand_over([theirs.parcel_code], Person("bt-lan", "COURIER", work.office))
    await listed(device, 2)
    await device.mode("8")
    await device.scan(theirs.parcel_code)
    assert f"{NAMES.name_of(work.office)} đang giữ" in await device.says("not_mine")
    await device.understood()
    await device.mode("2")
    await device.scan(mine.parcel_code)
    route = list((await work.parcel(mine.parcel_code)).route)

    assert f"Phải ở {NAMES.name_of(route[-1])}." in await device.says("wrong_way")
    assert NAMES.name_of(route[-1]).startswith("Trung tâm khai thác")  # its name, not its number
    assert [record["mode"] for record in await device.stored("queue")] in ([], ["OUT_TO_COURIER"])


async def test_an_error_waits_for_a_tap_and_the_next_scan_is_not_lost_unseen(work: Field, device: Device) -> None:
    [dossier] = await work.filed()
    await device.scan("RH000000000VN")
    await device.says("wrong")
    before = len(await device.stored("queue"))
    await device.scan(dossier.parcel_code)  # the Enter of a scan is no tap
    await device.says("wrong")
    assert len(await device.stored("queue")) == before
    await device.page.focus(".understood")
    await device.page.keyboard.press("Enter")
    await device.page.wait_for_selector("#result.ready")
    await device.scan(dossier.parcel_code)

    await device.until("today", 1)


async def test_enter_where_nothing_was_typed_sends_nothing_and_leaves_the_page(device: Device) -> None:
    await device.page.evaluate("() => { window.stayed = true; }")
    await device.page.focus("#sink")
    await device.page.keyboard.press("Enter")
    await device.mode("2")
    await device.page.wait_for_selector("#sink:focus")

    assert await device.page.evaluate("() => window.stayed")
    assert device.wrong == []


@pytest.mark.parametrize("method", ["TELEX", "VNI"])
async def test_what_a_vietnamese_keyboard_made_of_a_code_is_undone(device: Device, method: str) -> None:
    await device.context.set_offline(True)
    code = {"TELEX": "EE471108151FR", "VNI": "ED900000014VN"}[method]
    code = code[:10] + str(codes.s10_check_digit(code[2:10])) + code[11:]
    damaged = typed(code, method)
    assert damaged is not None
    assert damaged != code
    await device.page.wait_for_selector("#sink:focus")
    await device.page.keyboard.insert_text(damaged)
    await device.page.keyboard.press("Enter")

    assert [record["codes"] for record in await device.until_stored("queue", 1)] == [[code]]


async def test_a_scan_lands_wherever_the_focus_is_and_leaves_other_fields_alone(work: Field, device: Device) -> None:
    one, two, three = (dossier.parcel_code for dossier in await work.filed(3))
    await work.hand_over([one, two, three], Person("bt-huong", "COURIER", work.office))
    await listed(device, 3)
    await device.mode("5")
    await device.page.wait_for_selector("#taker-person")
    await device.page.fill("#taker-person", "bt-lan")
    await device.page.focus("#taker-person")
    await device.scan(one)  # into a field that a person is filling in
    await device.page.wait_for_selector(f".chips li:has-text('{codes.group_code(one)}')")
    await device.page.focus("button.go")
    await device.scan(two)  # while a button has the focus: its Enter presses nothing
    await device.page.wait_for_selector(f".chips li:has-text('{codes.group_code(two)}')")
    await device.page.evaluate("document.activeElement.blur()")
    await device.scan(three)
    await device.page.wait_for_selector(f".chips li:has-text('{codes.group_code(three)}')")

    assert await device.page.input_value("#taker-person") == "bt-lan"
    assert await device.stored("queue") == []


async def test_a_hundred_scans_as_fast_as_keys_can_go_are_all_kept_in_order(device: Device) -> None:
    await device.context.set_offline(True)
    wanted = [codes.parcel_code("RH", serial) for serial in range(1000, 1100)]
    for code in wanted:
        await device.scan(code)
    found = await device.until_stored("queue", 100)

    assert [record["codes"][0] for record in found] == wanted
    assert [record["sequence"] for record in found] == list(range(1, 101))


async def test_a_scanner_that_ends_with_tab_and_a_key_brushed_before_a_scan_do_no_harm(device: Device) -> None:
    await device.context.set_offline(True)
    one, two = codes.parcel_code("RH", 21), codes.parcel_code("RH", 22)
    await device.page.keyboard.type(one)
    await device.page.keyboard.press("Tab")
    await device.says("kept", one)
    await device.page.keyboard.type("x7")  # a glove on the keys
    await device.scan(two)
    await device.says("kept", two)

    assert [record["codes"] for record in await device.stored("queue")] == [[one], [two]]
    await device.scan(f"HTTPS://POST.EXAMPLE/T/{codes.new_tracking_code(2026)}.2")
    assert "không chỉ phong bì" in await device.says("wrong")  # the citizen's QR: a dossier has up to three envelopes
