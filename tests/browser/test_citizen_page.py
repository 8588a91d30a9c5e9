"""The citizen's page in a real Chromium: read, judged by axe, photographed into out/screens/."""

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser
from postal.intake.v1 import intake_service_pb2 as intake
from postal.tracking.v1 import tracking_service_pb2 as tracking

from services import registry
from services.demo.cases import APPLICANT
from services.demo.doors import Doors
from services.demo.journey import Journey
from services.foundation.adapters.clocks import TurnableClock
from services.foundation.errors import Unavailable
from services.foundation.ports import Clock
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter
from tests.browser.conftest import fixture
from tests.pictures import pages_of, rasterised

SCREENS = Path(__file__).resolve().parents[2] / "out" / "screens"
STEPS = {"file": "Bưu điện đã nhận hồ sơ", "carry_to_authority": "Cơ quan đã ký nhận", "accept": "đang giải quyết",
         "supplement": "đang giải quyết", "decide": "Đã có kết quả", "bring_back": "Đã trả kết quả"}


@asynccontextmanager
async def started(home: Path, clock: Clock | None = None) -> AsyncIterator[tuple[Journey, str, wiring.Running]]:
    """The system on memory stores, a journey through its doors, and the address of its pages."""
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=home)
    async with wiring.running(("intake", "courier", "tracking"), chosen, clock=clock) as found:
        doors = Doors({name: f"127.0.0.1:{port}" for name, port in found.ports.items()},
                      Minter(Keys.load_or_make(home)).mint_for)
        known = registry.load()
        office = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
        yield Journey(doors, office.code), f"http://127.0.0.1:{found.http_port}", found
        await doors.close()


@fixture
async def journey(tmp_path: Path) -> AsyncIterator[tuple[Journey, str]]:
    async with started(tmp_path) as (traveller, base, _):
        yield traveller, base


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


async def test_lateness_and_refusal_are_said_plainly(
        browser: Browser, tmp_path: Path) -> None:
    clock = TurnableClock(datetime.now(UTC))
    async with started(tmp_path, clock) as (traveller, base, _):
        await traveller.file()
        clock.turn(timedelta(days=40))
        url = f"{base}/t/{traveller.tracking_code}"
        late = await look(browser, url, "vi-late-tablet", viewport={"width": 768, "height": 1024})
        assert "✕ trễ hẹn" in late
        assert "≈ dự kiến" in late  # the authority has promised nothing yet: it is not late
        assert late.count("trễ hẹn") == 1
        await traveller.carry_to_authority()
        await traveller._call("DeclineDossier", intake.DeclineDossierRequest(
            filing_id=traveller.filing_id, reason_code="NOT_COMPETENT", legal_basis="NĐ 61/2018", request_id=str(uuid.uuid4())),
            traveller.officer)
        await traveller._page_says(tracking.JOURNEY_STAGE_DECLINED)
        assert "không tiếp nhận" in (await look(browser, url, "vi-declined", reduced_motion="reduce")).lower()


async def test_the_page_prints_on_one_sheet(browser: Browser, journey: tuple[Journey, str]) -> None:
    traveller, base = journey
    for step in STEPS:
        await getattr(traveller, step)()
    page = await browser.new_page()
    await page.goto(f"{base}/t/{traveller.tracking_code}")
    sheet = await page.pdf(format="A4")
    picture = rasterised(sheet, dpi=100)
    picture.save(SCREENS / "vi-printed.png")
    await page.close()

    assert pages_of(sheet) == 1
    assert min(picture.convert("L").getextrema()) < 80  # something dark is on it


async def test_a_store_that_is_away_is_told_as_a_pause_and_not_as_an_unknown_code(browser: Browser, tmp_path: Path) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("STORE_UNAVAILABLE", "later")

    async with started(tmp_path) as (traveller, base, found):
        await traveller.file()
        found.stores["tracking"].views.find = away
        text = await look(browser, f"{base}/t/{traveller.tracking_code}", "vi-away")

    assert "thử lại" in text
