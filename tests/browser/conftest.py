"""A real Chromium, and the systems that a handheld and a counter work with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.clerk import Clerk, Office, office
from tests.browser.field import FLAGS, Device, Field, started


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as player:
        opened = await player.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def work(tmp_path: Path, built_pages: Path) -> AsyncIterator[Field]:
    """The system with a counter at Đất Mũi, Cà Mau."""
    async with started(tmp_path, built_pages) as field:
        yield field


@pytest.fixture
async def device(browser: Browser, work: Field) -> AsyncIterator[Device]:
    """A courier's handheld of that counter, enrolled, its shift begun; its page must not have stumbled."""
    opened = await Device.open(browser, work.base)
    await opened.enrol(await work.invitation())
    yield opened
    assert opened.wrong == []


@pytest.fixture
async def counter_office(built_pages: Path, tmp_path: Path) -> AsyncIterator[Office]:
    """The system with the counter of Đất Mũi."""
    async with office(tmp_path, built_pages) as opened:
        yield opened


@pytest.fixture
async def clerk(browser: Browser, counter_office: Office) -> AsyncIterator[Clerk]:
    """Its clerk at the page."""
    async with counter_office.clerk(browser) as made:
        yield made
