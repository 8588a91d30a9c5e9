"""The eight faults of the incumbent's handheld, turned round: each number is a promise of the acceptance list."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Playwright, Request, Route, expect
from postal.courier.v1 import device_service_pb2 as devices

from services.courier.stream import PARCEL
from services.foundation import codes
from services.foundation.localservers.process import free_port
from tests.browser.field import FLAGS, OPEN, UPLOAD, Device, Field
from tests.handheld import holds


async def facts_of(work: Field, code: str) -> list[Any]:
    """What the courier's store holds of a parcel's scans, whoever asks."""
    recorded = await work.found.stores["courier"].streams.read(PARCEL.subject_of(code))
    return [each for each in recorded if each.type.endswith("ScanRecorded")]


def evidence_of(fact: Any) -> tuple[str, bytes]:
    found = PARCEL.facts.decode(fact.type, fact.data).evidence
    return found.statement.decode(), found.signature


async def test_1_the_queue_is_a_database_and_a_torn_write_harms_one_record(work: Field, device: Device) -> None:
    codes_ = [each.parcel_code for each in await work.filed(3)]
    await device.context.set_offline(True)
    for code in codes_:
        await device.scan(code)
        await device.says("kept", code)
    await device.page.evaluate(f"""async () => {{
        const db = await {OPEN};
        const store = db.transaction("queue", "readwrite").objectStore("queue");
        const torn = await new Promise((resolve) => {{ store.get(2).onsuccess = (event) => resolve(event.target.result); }});
        torn.entry.parcels[0].parcelCode = "RH1234";
        delete torn.entry.operator;
        await new Promise((resolve) => {{ store.put(torn).onsuccess = resolve; }});
        db.close();
    }}""")
    await device.context.set_offline(False)
    await device.until("unsent", 0)

    await expect(device.page.locator(".warning.damaged")).to_contain_text("1 bản ghi hỏng được để riêng")
    assert [len(await facts_of(work, code)) for code in codes_] == [1, 0, 1]
    assert [record["record"]["sequence"] for record in await device.stored("damaged")] == [2]
    await device.picture("vi-damaged-record")


@asynccontextmanager
async def phone_that_is_killed(player: Playwright, chromium: str, home: Path) -> AsyncIterator[Device]:
    """A browser of its own, as it finds its disk; kill -9 at the end."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        chromium, "--headless=new", f"--remote-debugging-port={port}", f"--user-data-dir={home}", *FLAGS, "about:blank",
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        context = (await connected(player, port)).contexts[0]
        yield Device(context, context.pages[0])
    finally:
        process.kill()
        await process.wait()


async def test_1_what_has_beeped_survives_a_killed_browser(work: Field, player: Playwright, chromium: str, tmp_path: Path) -> None:
    code = codes.parcel_code("RH", 4711)
    async with phone_that_is_killed(player, chromium, tmp_path / "phone") as device:
        await device.visit(work.base)
        await device.enrol(await work.invitation())
        await device.context.set_offline(True)
        await device.scan(code)
        await device.says("kept", code)
    async with phone_that_is_killed(player, chromium, tmp_path / "phone") as device:
        await device.visit(work.base)
        kept = await device.until_stored("answered", 1)  # there is a network again: what was kept is sent
        left = await device.stored("queue")

    assert [record["codes"] for record in kept] == [[code]]
    assert left == []


async def test_a16_of_a_handheld_killed_before_and_in_the_middle_of_an_upload_each_scan_arrives_once(
        work: Field, player: Playwright, chromium: str, tmp_path: Path) -> None:
    taken = asyncio.Event()

    async def never_answered(route: Route) -> None:
        await route.fetch()  # the server has it all; the device dies before it hears of it
        taken.set()

    async with phone_that_is_killed(player, chromium, tmp_path / "phone") as device:
        await device.visit(work.base)
        await device.enrol(await work.invitation())
        await device.context.set_offline(True)
        found = [dossier.parcel_code for dossier in await work.filed(5)]
        for code in found:
            await device.scan(code)
            await device.says("kept", code)
    async with phone_that_is_killed(player, chromium, tmp_path / "phone") as device:
        await device.context.route(UPLOAD, never_answered)
        await device.visit(work.base)
        await asyncio.wait_for(taken.wait(), 30)
        in_the_middle = [len(await facts_of(work, code)) for code in found], len(await device.stored("queue"))
    async with phone_that_is_killed(player, chromium, tmp_path / "phone") as device:
        await device.visit(work.base)
        answered = await device.until_stored("answered", len(found))
        left = await device.stored("queue")

    assert in_the_middle == ([1] * 5, 5)
    assert sorted(code for record in answered for code in record["codes"]) == sorted(found)
    assert left == []
    assert [len(await facts_of(work, code)) for code in found] == [1] * 5


async def connected(player: Any, port: int) -> Browser:
    async with asyncio.timeout(30):
        while True:
            try:
                return await player.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")  # type: ignore[no-any-return]
            except Exception as error:  # the driver has no class of its own for a port that is not yet open
                if "ECONNREFUSED" not in str(error):
                    raise
                await asyncio.sleep(0.1)


async def test_2_logging_out_or_changing_shift_deletes_nothing(work: Field, device: Device) -> None:
    [dossier] = await work.filed()
    await device.context.set_offline(True)
    await device.scan(dossier.parcel_code)
    await device.says("kept")
    await device.end_shift()
    await device.reload()
    await device.start_shift("bt-lan")

    assert [record["codes"] for record in await device.stored("queue")] == [[dossier.parcel_code]]
    assert await device.number("unsent") == 1
    await device.context.set_offline(False)
    await device.until("unsent", 0)
    assert len(await facts_of(work, dossier.parcel_code)) == 1


async def test_3_a_sent_scan_is_gone_from_the_queue_and_a_resend_changes_nothing(work: Field, device: Device) -> None:
    [dossier] = await work.filed()
    sent: list[Request] = []
    device.page.on("request", lambda request: sent.append(request) if request.url.endswith("UploadBundle") else None)
    await device.scan(dossier.parcel_code)
    await device.until_stored("answered", 1)
    before = await facts_of(work, dossier.parcel_code)
    token = (await sent[0].all_headers())["authorization"]
    answers = [await device.page.evaluate("""async ([body, token]) => (await fetch(
        "/postal.courier.v1.CourierService/UploadBundle",
        { method: "POST", body, headers: { "Content-Type": "application/json", "Authorization": token } })).json()""",
        [re.sub(r'"requestId":"[^"]+"', f'"requestId":"{again}"', str(sent[0].post_data)), token])
        for again in ("7f1d8a40-0000-4000-8000-000000000001", "7f1d8a40-0000-4000-8000-000000000002")]

    assert await device.stored("queue") == []
    assert [record["answer"]["outcome"] for record in await device.stored("answered")] == ["APPLIED"]
    assert {answer["results"][0]["outcome"] for answer in answers} == {"ENTRY_OUTCOME_DUPLICATE"}
    assert len(before) == 1
    assert await facts_of(work, dossier.parcel_code) == before
    await device.page.wait_for_timeout(100)
    assert len(sent) == 3  # the two above included: the page itself never sends it again


async def test_4_operator_and_office_are_those_of_the_scan_and_not_of_the_upload(work: Field, device: Device) -> None:
    [dossier] = await work.filed()
    await device.context.set_offline(True)
    await device.scan(dossier.parcel_code)
    await device.says("kept")
    await device.end_shift()
    await device.start_shift("bt-lan")
    await device.context.set_offline(False)
    await device.until("unsent", 0)
    [fact] = await facts_of(work, dossier.parcel_code)

    assert (fact.actor.person, fact.actor.place) == ("bt-huong", work.office)
    assert f"operator bt-huong\noffice {work.office}\n" in evidence_of(fact)[0]


async def test_5_so_is_the_place_and_it_is_coarse(browser: Browser, work: Field) -> None:
    device = await Device.open(browser, work.base, permissions=["geolocation"],
                               geolocation={"latitude": 9.1769123, "longitude": 105.1524456})
    await device.enrol(await work.invitation())
    [dossier] = await work.filed()
    await device.context.set_offline(True)
    async with asyncio.timeout(20):  # until the browser has told the place
        for serial in range(1000):
            await device.scan(codes.parcel_code("RH", 50_000 + serial))
            if (await device.until_stored("queue", serial + 1))[-1]["entry"].get("coarsePlace"):
                break
    await device.scan(dossier.parcel_code)
    await device.says("kept", dossier.parcel_code)
    await device.context.set_geolocation({"latitude": 21.03, "longitude": 105.85})
    await device.context.set_offline(False)
    await device.until("unsent", 0)
    [fact] = await facts_of(work, dossier.parcel_code)

    assert "\nplace 918 10515\n" in evidence_of(fact)[0]


@pytest.mark.parametrize("days", [365, -365])
async def test_6_the_time_is_that_of_the_scan_and_a_wrong_clock_is_noticed_shown_and_bounded(
        browser: Browser, work: Field, days: int) -> None:
    device = await Device.open(browser, work.base)
    wrong = datetime.now(UTC) + timedelta(days=days)
    await device.page.clock.install(time=wrong)
    await device.visit(work.base)
    await device.enrol(await work.invitation())
    [dossier] = await work.filed()
    await device.context.set_offline(True)
    start = datetime.now(UTC)
    await device.scan(dossier.parcel_code)
    await device.says("kept")
    scanned = datetime.now(UTC)
    await expect(device.page.locator(".warning.clock")).to_contain_text("nhanh" if days > 0 else "chậm")
    await expect(device.page.locator(".warning.clock")).to_contain_text(re.compile("36[45] ngày"))
    await device.picture(f"vi-clock-{'ahead' if days > 0 else 'behind'}")
    await device.page.clock.fast_forward(3_600_000)  # an hour of the device's own clock until the network is back
    await device.context.set_offline(False)
    await device.until("unsent", 0)
    [fact] = await facts_of(work, dossier.parcel_code)
    claimed = int(re.search(r"\ntime (\d+)\n", evidence_of(fact)[0])[1]) / 1000  # type: ignore[index]

    assert abs(claimed - wrong.timestamp()) < 120
    assert fact.occurred <= datetime.now(UTC)
    assert start - timedelta(hours=1, seconds=20) < fact.occurred < scanned + timedelta(seconds=20)


async def test_7_any_number_of_failures_ends_in_a_clear_state_and_a_retry(work: Field, device: Device) -> None:
    [dossier] = await work.filed()
    failures = 0

    async def fail(route: Route) -> None:
        nonlocal failures
        failures += 1
        if failures % 3 == 0:
            await route.fulfill(status=502, body="<html>Bad Gateway</html>")
        elif failures % 3 == 1:
            await route.abort("connectionreset")
        else:
            await route.fulfill(status=200, content_type="application/json", body='{"results": []}')

    await device.page.route(UPLOAD, fail)
    await device.scan(dossier.parcel_code)
    for _ in range(3):  # each way of failing; a pause is twice as long as the one before
        reached = failures
        await expect(device.page.locator(".net.waiting")).to_be_visible(timeout=20_000)
        await expect(device.page.locator(".net")).to_contain_text(re.compile("Thử lại lúc|Chưa có gì bị mất"))
        await device.page.get_by_role("button", name="Gửi ngay").click()
        async with asyncio.timeout(20):
            while failures == reached:
                await asyncio.sleep(0.02)
        assert await device.number("unsent") == 1
    await device.picture("vi-upload-failed")
    await device.page.unroute(UPLOAD)
    await device.until("unsent", 0, timeout=60_000)  # by itself: nobody taps any more

    assert len(await facts_of(work, dossier.parcel_code)) == 1
    await expect(device.page.locator(".net")).to_contain_text("Đã gửi hết")


async def test_8_each_device_has_its_own_key_is_revoked_alone_and_what_it_signed_stays_evidence(
        work: Field, device: Device, browser: Browser, built_pages: Path) -> None:
    other = await Device.open(browser, work.base)
    await other.enrol(await work.invitation(), "bt-lan")
    first, second = await work.filed(2)
    for each, dossier in ((device, first), (other, second)):
        await each.scan(dossier.parcel_code)
        await each.until_stored("answered", 1)
    listed = (await work.doors.call("ListDevices", devices.ListDevicesRequest(), work.supervisor(work.office))).devices
    by_id = {each.device_id: each for each in listed}
    [mine] = await facts_of(work, first.parcel_code)
    secret = await device.page.evaluate(f"""async () => {{
        const db = await {OPEN};
        const device = await new Promise((resolve) => {{
            db.transaction("state").objectStore("state").get("device").onsuccess = (event) => resolve(event.target.result);
        }});
        db.close();
        return await crypto.subtle.exportKey("pkcs8", device.keys.privateKey).then(() => "told", (error) => error.name);
    }}""")
    await work.doors.call("RevokeDevice", devices.RevokeDeviceRequest(
        device_id=mine.actor.device, reason=devices.REVOKE_REASON_LOST, request_id="7f1d8a40-0000-4000-8000-000000000003"),
        work.supervisor(work.office))
    refused, serial = device.page.locator(".net", has_text="máy này đã bị thu hồi"), 100
    async with asyncio.timeout(30):  # five seconds are the server's promise, held by its own test under a turnable clock
        while not await refused.is_visible():
            if await device.page.locator(".understood").is_visible():
                await device.understood()  # what it signed after its revocation is a supervisor's case, and it is told so
            if await device.number("unsent") == 0:
                serial += 1
                await device.scan(codes.parcel_code("RH", serial))
            await asyncio.sleep(0.05)
    await device.picture("vi-revoked")
    statement, signature = evidence_of(mine)

    assert secret == "InvalidAccessError"
    assert len({each.public_key for each in listed}) == 2
    assert holds(by_id[mine.actor.device].public_key, statement.encode(), signature)
    [foreign] = [each.public_key for key, each in by_id.items() if key != mine.actor.device]
    assert not holds(foreign, statement.encode(), signature)
    assert len(await facts_of(work, first.parcel_code)) == 1
    await other.scan(codes.parcel_code("RH", 77))
    await other.until_stored("answered", 2)
    script = next((built_pages / "handheld/assets").glob("app-*.js")).read_text()
    assert not re.search(r"BEGIN|PRIVATE KEY|hmac|HMAC|secret", script)
