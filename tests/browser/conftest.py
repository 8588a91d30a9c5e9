"""A real Chromium, and an office with its counter."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.clerk import Clerk, Office, office
from tests.browser.test_citizen_page import FLAGS


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as player:
        opened = await player.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def counter_office(built_pages: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, built_pages) as opened:
        yield opened


@pytest.fixture
async def clerk(browser: Browser, counter_office: Office) -> AsyncIterator[Clerk]:
    async with counter_office.clerk(browser) as made:
        yield made
