"""Thirty days without a network, twenty thousand scans, a clock a year wrong: all arrive."""

import subprocess
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from services.courier.stream import PARCEL
from services.foundation import codes
from tests.browser.field import ROOT, Device, started

MODES = (("PICK_UP", "ACCEPTED"), ("OUT_OF_HUB", "DEPARTED"), ("INTO_HUB", "ARRIVED"), ("OUT_TO_COURIER", "OUT_FOR_DELIVERY"))
DAYS = 30


@pytest.fixture
def bulk_pages(built_pages: Path, tmp_path: Path) -> Path:
    """The handheld, and beside it a page without a screen that stores through the same code."""
    folder = tmp_path / "pages"
    done = subprocess.run(
        ["node", "deploy/pages/build.mjs", str(folder), "handheld=services/courier/handheld", "counter=tests/browser/bulk"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("count", "years"), [(20_000, 1), (2_000, -1)])
async def test_thirty_days_offline_twenty_thousand_scans_a_clock_a_year_wrong_all_arrive(
        browser: Browser, bulk_pages: Path, tmp_path: Path, count: int, years: int) -> None:
    async with started(tmp_path, bulk_pages, store=f"sqlite:{tmp_path / 'post.sqlite'}") as work:
        device = await Device.open(browser, work.base)
        wrong = datetime.now(UTC) + timedelta(days=365 * years)
        await device.page.clock.install(time=wrong)
        await device.visit(work.base)
        await device.enrol(await work.invitation())
        mine = [each.parcel_code for each in await work.filed(20)]
        await device.page.clock.fast_forward(DAYS * 86_400_000)  # thirty days of the device's own clock
        scans = a_month_of_scans(mine, wrong, count)
        await device.page.goto("about:blank")  # so that nothing is sent while the page of the test stores
        store = await device.context.new_page()
        await store.goto(f"{work.base}/counter/")
        await store.wait_for_selector("html[data-ready=yes]")
        stored = time.perf_counter()
        await store.evaluate("(scans) => keepScans(scans)", scans)
        stored = time.perf_counter() - stored
        await store.close()
        began = time.perf_counter()
        await device.page.goto(f"{work.base}/handheld/")
        await device.ready()
        await device.until("unsent", 0, timeout=500_000)
        took = time.perf_counter() - began
        outcomes = Counter(record["answer"]["outcome"] for record in await device.stored("answered"))
        arrived = [await work.found.stores["courier"].streams.read(PARCEL.subject_of(code)) for code in mine]
        now = datetime.now(UTC)
    print(f"\n{count} scans stored in {stored:.1f} s, uploaded in {took:.1f} s: {count / took:.0f} a second; {dict(outcomes)}")

    assert sum(outcomes.values()) == count
    assert set(outcomes) <= {"APPLIED", "LATE", "PENDING", "DUPLICATE"}
    assert await device.stored("damaged") == []
    for code, facts in zip(mine, arrived, strict=True):
        seen = [fact for fact in facts if fact.type.endswith("ScanRecorded")]
        assert len(seen) == sum(scan[0] == code for scan in scans)
        assert all(fact.occurred <= now for fact in seen)
    assert device.wrong == []


def a_month_of_scans(mine: list[str], start: datetime, count: int) -> list[Any]:
    """[code, ms by the device's clock, mode, activity], evenly over the days: known parcels and such as are not known yet."""
    parcels = [*mine, *(codes.parcel_code("RH", 10_000 + serial) for serial in range(count // len(MODES) - len(mine)))]
    first, step = int(start.timestamp() * 1000), DAYS * 86_400_000 // count
    return [[parcels[number // len(MODES)], first + number * step, *MODES[number % len(MODES)]] for number in range(count)]
