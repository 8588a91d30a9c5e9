"""What a place should look at: counted in the menu, read and settled by keyboard alone, by those whose part it is."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import parcel_pb2 as parcels

from services.demo.doors import Doors
from services.foundation import codes
from services.foundation.runtime.identity import Keys, Minter
from tests.browser.field import Device, Field
from tests.browser.test_handheld_looks import LOOKS, TAKEN, judged
from tests.handheld import Handheld, minting

SETTLE = "**/postal.courier.v1.CourierService/SettleCases"


async def troubled(work: Field, conflicts: int = 2) -> list[str]:
    """Parcels that a courier's device offered though others hold them, the last of them scanned late too; their codes."""
    mine = [each.parcel_code for each in await work.filed(conflicts)]
    doors = Doors({name: f"127.0.0.1:{port}" for name, port in work.found.ports.items()},
                  minting(Minter(Keys.load_or_make(work.home))))
    hand = await Handheld(operator="bt-nam").enrol(doors, work.supervisor(work.office))
    made = [hand.offer(code, to="901000", at=hand.now() + after) for after, code in enumerate(mine)]  # cases stand in their order
    newer = hand.scan(mine[-1], parcels.SCAN_ACTIVITY_DEPARTED, at=hand.now() + 60)
    for entries in ((*made, newer), (hand.scan(mine[-1], parcels.SCAN_ACTIVITY_ARRIVED, at=hand.now() - 60),)):
        await doors.call("UploadBundle", hand.bundle(*entries), hand)
    await doors.close()
    return mine


async def enrolled(browser: Browser, work: Field, role: str, person: str = "gdv-lan", **options: Any) -> Device:
    device = await Device.open(browser, work.base, **options)
    await device.enrol(await work.invitation(role), person)
    return device


async def listed(work: Field, *, closed: bool = False) -> list[Any]:
    return list((await work.doors.call("ListCases", courier.ListCasesRequest(closed=closed), work.supervisor(work.office))).cases)


async def to(device: Device, selector: str) -> None:
    for _ in range(40):
        if await device.page.evaluate("(selector) => document.activeElement?.matches(selector)", selector):
            return
        await device.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


async def test_conflicts_are_counted_in_the_menu_read_and_settled_by_keyboard_alone(browser: Browser, work: Field) -> None:
    first, second = await troubled(work)
    device = await enrolled(browser, work, "CLERK")
    keys = device.page.keyboard
    await expect(device.page.locator("#top .menu")).to_have_attribute("aria-label", "Thêm: Việc cần xem: 2")
    await to(device, "#top .menu")
    await keys.press("Enter")
    await device.page.wait_for_selector("#screen button:focus")
    await expect(device.page.locator("#screen .cases")).to_have_text("Việc cần xem: 2")
    await to(device, "#screen .cases")
    await keys.press("Enter")
    await expect(device.page.locator("#screen h3").first).to_have_text("Mâu thuẫn (2)")
    await expect(device.page.locator("#screen h3").last).to_have_text("Đến muộn, vẫn giữ (1)")
    case = device.page.locator(".cases li").first
    for text in (codes.group_code(first), "người khác đang giữ", "bt-nam, Bàn giao", "Trên máy:", "Bưu điện nhận:"):
        await expect(case).to_contain_text(text)
    await to(device, ".cases li button")
    await keys.press("Enter")
    await device.page.wait_for_selector("#note:focus")
    await keys.type("Đã hỏi anh Năm, giao nhầm túi")
    await judged(device, "vi-cases-note")
    await keys.press("Enter")
    await expect(device.page.locator("dialog")).to_have_count(0)
    await expect(device.page.locator("#screen h3").first).to_have_text("Mâu thuẫn (1)")
    await expect(device.page.locator("#top .menu")).to_have_attribute("aria-label", "Thêm: Việc cần xem: 1")
    [settled] = await listed(work, closed=True)

    assert (settled.parcel_code, settled.settler, settled.note) == (first, "gdv-lan", "Đã hỏi anh Năm, giao nhầm túi")
    for _ in range(2):  # the other conflict, and the scan that came late
        await to(device, ".cases li button")
        await keys.press("Enter")
        await device.page.wait_for_selector("#note:focus")
        left = await device.page.locator(".cases li").count()
        await keys.press("Enter")
        await expect(device.page.locator(".cases li")).to_have_count(left - 1)
    await expect(device.page.locator("#screen")).to_contain_text("Không còn gì phải xem.")
    await expect(device.page.locator("#top .menu")).to_have_attribute("aria-label", "Thêm")
    await judged(device, "vi-cases-none")
    await keys.press("Escape")
    await device.page.wait_for_selector("#sink:focus")

    assert await listed(work) == []
    assert {(each.parcel_code, each.note) for each in await listed(work, closed=True)} == {
        (first, "Đã hỏi anh Năm, giao nhầm túi"), (second, "")}
    assert device.wrong == []


@pytest.mark.parametrize("look", TAKEN)
async def test_the_list_is_seen_and_axe_finds_nothing(browser: Browser, work: Field, look: str) -> None:
    await troubled(work)
    device = await enrolled(browser, work, "CLERK", **LOOKS[look])
    await expect(device.page.locator("#top .menu b")).to_have_text("2")
    await device.page.click("#top .menu")
    await expect(device.page.locator("#screen .cases")).to_contain_text("2")
    await judged(device, f"{look}-menu-cases")
    await device.page.click("#screen .cases")
    await device.page.wait_for_selector(".cases li")
    await judged(device, f"{look}-cases")


async def test_a_courier_reads_the_list_and_settles_nothing(work: Field, device: Device) -> None:
    await troubled(work)
    await device.reload()
    await expect(device.page.locator("#top .menu b")).to_have_text("2")
    await device.page.click("#top .menu")
    await device.page.click("#screen .cases")
    await expect(device.page.locator(".cases li")).to_have_count(3)
    await expect(device.page.locator("#screen")).to_contain_text("Giao dịch viên hoặc kiểm soát viên ghi “Đã xem”.")
    await expect(device.page.locator(".cases li button")).to_have_count(0)
    await judged(device, "vi-cases-courier")


async def test_the_list_is_carried_along_and_settling_says_when_there_is_no_network(browser: Browser, work: Field) -> None:
    await troubled(work)
    device = await enrolled(browser, work, "CLERK")
    await expect(device.page.locator("#top .menu b")).to_have_text("2")
    await device.context.set_offline(True)
    await device.page.click("#top .menu")
    await device.page.click("#screen .cases")
    await expect(device.page.locator(".cases li")).to_have_count(3)
    await device.page.locator(".cases li button").first.click()
    await device.page.fill("#note", "xem rồi")
    await device.page.keyboard.press("Enter")
    await expect(device.page.locator("dialog [role=alert]")).to_have_text("Chưa ghi được: không có mạng")
    await judged(device, "vi-cases-offline")
    await device.context.set_offline(False)
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        await route.fetch()  # it arrives; its answer does not
        await route.abort("connectionreset")
        lost += 1

    await device.page.route(SETTLE, lose)
    await device.page.keyboard.press("Enter")
    async with asyncio.timeout(20):
        while not lost:
            await asyncio.sleep(0.02)
    await device.page.unroute(SETTLE)
    await expect(device.page.locator("dialog button.go")).to_be_visible()
    await device.page.locator("dialog button.go").click()
    await expect(device.page.locator("dialog")).to_have_count(0)
    await expect(device.page.locator(".cases li")).to_have_count(2)

    assert [each.note for each in await listed(work, closed=True)] == ["xem rồi"]
    assert device.wrong == []


async def test_all_late_scans_of_the_list_are_settled_at_once(browser: Browser, work: Field) -> None:
    await troubled(work, 1)
    await troubled(work, 1)
    device = await enrolled(browser, work, "CLERK")
    await device.page.click("#top .menu")
    await device.page.click("#screen .cases")
    await device.page.get_by_role("button", name="Đã xem cả 2 lần đến muộn").click()
    await device.page.fill("#note", "xe về trễ")
    await device.page.keyboard.press("Enter")
    await expect(device.page.locator(".cases li")).to_have_count(2)

    assert {(each.outcome, each.note) for each in await listed(work, closed=True)} == {(courier.ENTRY_OUTCOME_LATE, "xe về trễ")}
    assert len(await listed(work)) == 2


async def test_a_conflict_of_this_device_is_counted_as_soon_as_it_is_answered(work: Field, device: Device) -> None:
    [dossier] = await work.filed()
    await device.mode("5")
    await device.page.wait_for_selector("#taker-person")
    await device.scan(dossier.parcel_code)
    await device.page.locator("#result.right, #result.kept, .understood").first.wait_for()
    if await device.page.locator(".understood").is_visible():
        await device.page.click(".understood")
    await device.page.fill("#signer", "Trần Thị Lan")
    await device.page.click("button.go")
    await device.until_stored("answered", 1)

    await expect(device.page.locator("#top .menu b")).to_have_text("1")
