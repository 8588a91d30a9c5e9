"""Works fully offline after the first visit: the server is gone, the page reloads, scans are kept and sent when it is back."""

import re
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from services.foundation import codes
from services.foundation.localservers.process import free_port
from tests.browser.field import Device, started


async def test_with_the_server_gone_the_page_reloads_scans_and_sends_when_it_is_back(
        browser: Browser, built_pages: Path, tmp_path: Path) -> None:
    where: dict[str, Any] = {"store": f"sqlite:{tmp_path / 'post.sqlite'}", "http_port": free_port()}
    async with started(tmp_path, built_pages, **where) as work:
        device = await Device.open(browser, work.base)
        await device.enrol(await work.invitation())
        await device.page.evaluate("navigator.serviceWorker.ready")
        [dossier] = await work.filed()
    await device.reload()
    await device.scan(dossier.parcel_code)
    await device.page.locator("#result.kept, #result.right").wait_for()  # whether its list was fetched before the filing or after
    await expect(device.page.locator(".net")).to_contain_text(re.compile("Chưa gửi được. Thử lại lúc"))
    for serial in range(20):
        await device.scan(codes.parcel_code("RH", 900 + serial))
    await device.until("unsent", 21)
    await device.reload()
    assert (await device.number("today"), await device.number("unsent")) == (21, 21)
    async with started(tmp_path, built_pages, **where) as work:
        await device.until("unsent", 0, timeout=90_000)  # by itself
        parcel = await work.parcel(dossier.parcel_code)

    assert len(parcel.scans) == 1
    assert {record["answer"]["outcome"] for record in await device.stored("answered")} == {"APPLIED", "PENDING"}
