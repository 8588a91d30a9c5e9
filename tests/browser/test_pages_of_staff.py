"""Every page of staff as it is built: under its policy without a breach, installable, there without network, light to load."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from services.demo.badge import CLERK
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter
from tests.browser.conftest import fixture

PAGES = ("counter", "handheld")
MOST_BYTES = 150 * 1024  # as sent, without what reads codes from the camera


@fixture
async def system(built_pages: Path, tmp_path: Path) -> AsyncIterator[Any]:
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=tmp_path,
                               pages_dir=built_pages)
    async with wiring.running(("intake", "courier", "tracking"), chosen) as found:
        yield found


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_breaches_no_policy_can_be_installed_and_is_there_without_network(
        browser: Browser, system: Any, name: str) -> None:
    token = Minter(Keys.load_or_make(system.settings.keys_dir)).mint(CLERK)
    page, wrong = await (await browser.new_context(locale="vi-VN")).new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Policy" in line.text or "Trusted" in line.text else None)
    page.on("response", lambda got: wrong.append(got.url) if got.status >= 400 and got.request.method == "GET" else None)
    await page.goto(f"http://127.0.0.1:{system.http_port}/{name}/#token={token}")
    await page.evaluate("navigator.serviceWorker.ready")
    chrome = await page.context.new_cdp_session(page)
    await chrome.send("Page.enable")
    install = (await chrome.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    await page.context.set_offline(True)
    await page.reload()
    await page.locator("h1").first.wait_for()

    assert wrong == []
    assert [each for each in install if each["errorId"] != "in-incognito"] == []  # each test has a profile of its own


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_says_what_it_is(built_pages: Path, name: str) -> None:
    folder = built_pages / name
    first = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".gz" and path.name != "licenses.txt"
             and "zxing" not in path.name]
    weighed = {path: min(each.stat().st_size for each in (path, path.with_name(f"{path.name}.gz")) if each.exists())
               for path in first}
    manifest = json.loads((folder / "manifest.webmanifest").read_text(encoding="utf-8"))
    print(f"{name}: {sum(weighed.values()) / 1024:.0f} KB")

    assert sum(weighed.values()) <= MOST_BYTES, sorted(weighed.items(), key=lambda each: -each[1])[:5]
    assert manifest["lang"] == "vi"
    assert all((folder / icon["src"]).is_file() for icon in manifest["icons"])
    assert "SIL Open Font License" in (folder / "licenses.txt").read_text(encoding="utf-8")
