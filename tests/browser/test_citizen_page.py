"""The citizen's page in a real Chromium: read, judged by axe, photographed into out/screens/."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, async_playwright

from services import registry
from services.demo.cases import APPLICANT
from services.demo.doors import Doors
from services.demo.journey import Journey
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter

SCREENS = Path(__file__).resolve().parents[2] / "out" / "screens"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
STEPS = {"file": "Bưu điện đã nhận hồ sơ", "carry_to_authority": "Cơ quan đã ký nhận", "accept": "đang giải quyết",
         "supplement": "đang giải quyết", "decide": "Đã có kết quả", "bring_back": "Đã trả kết quả"}


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as player:
        opened = await player.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def journey(tmp_path: Path) -> AsyncIterator[tuple[Journey, str]]:
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=tmp_path)
    async with wiring.running(("intake", "courier", "tracking"), chosen) as found:
        doors = Doors({name: f"127.0.0.1:{port}" for name, port in found.ports.items()},
                      Minter(Keys.load_or_make(tmp_path)).mint_for)
        known = registry.load()
        home = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
        yield Journey(doors, home.code), f"http://127.0.0.1:{found.http_port}"
        await doors.close()


async def look(browser: Browser, url: str, name: str, **context: Any) -> str:
    """Opens the page as a citizen would, checks what must hold on every page, and gives its text."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    opened = await browser.new_context(**{"viewport": {"width": 360, "height": 640}, "locale": "vi-VN", **context})
    page = await opened.new_page()
    answer = await page.goto(url)
    body = await answer.body()
    assert len(body) <= 14 * 1024, f"{name}: {len(body)} bytes"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "script" not in (await page.content())
    assert (await Axe().run(page)).violations_count == 0, name
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"
    await page.screenshot(path=SCREENS / f"{name}.png", full_page=True)
    text = await page.inner_text("body")
    await opened.close()
    for private in (APPLICANT.full_name, APPLICANT.identity_number, APPLICANT.phone, "Cái Đôi", "dược"):
        assert private not in text, name
    assert not re.search(r"[A-Z]+_[A-Z]+", text), name
    return text


async def test_the_page_tells_each_step_and_nothing_about_who(browser: Browser, journey: tuple[Journey, str]) -> None:
    traveller, base = journey
    for step, sentence in STEPS.items():
        await getattr(traveller, step)()
        text = await look(browser, f"{base}/t/{traveller.tracking_code}", f"vi-{step}")
        assert sentence in text, step
        assert "Bưu cục Xã Đất Mũi" in text
    english = await look(browser, f"{base}/T/{traveller.tracking_code}?lang=en", "en-done",
                         viewport={"width": 1366, "height": 768}, color_scheme="dark")
    assert "The result was delivered." in english


async def test_unknown_and_mistyped_codes_are_told_apart_and_zoom_breaks_nothing(
        browser: Browser, journey: tuple[Journey, str]) -> None:
    _, base = journey
    assert "Không thấy hồ sơ nào" in await look(browser, f"{base}/t/0000000000000", "vi-unknown")
    assert "gõ nhầm một ký tự?" in await look(browser, f"{base}/t/0000000000001", "vi-mistyped")
    assert "Xem hồ sơ của bạn" in await look(browser, f"{base}/", "vi-start", viewport={"width": 320, "height": 256},
                                             device_scale_factor=4)  # 1280 px at 400 %
