"""A real Chromium, and the systems that a handheld and a counter work with.

The tests of a file share an event loop, and with it a Chromium: starting one takes longer than many a test. Each test has contexts
of its own in it, which are what a browser's user is: storage, workers, network.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright

from tests.browser.clerk import Clerk, Office, office
from tests.browser.field import FLAGS, Device, Field, started
from tests.browser.video import Filming

CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
fixture = partial(pytest_asyncio.fixture, loop_scope="module")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@fixture(scope="module")
async def player() -> AsyncIterator[Playwright]:
    """What drives browsers."""
    async with async_playwright() as opened:
        yield opened


@fixture(scope="module")
async def _one_browser(player: Playwright, chromium: str) -> AsyncIterator[Browser]:
    opened = await player.chromium.launch(executable_path=chromium, args=FLAGS)
    yield opened
    await opened.close()


@fixture
async def browser(_one_browser: Browser) -> AsyncIterator[Browser]:
    """A Chromium in which nothing is open, and afterwards nothing is left."""
    yield _one_browser
    for context in _one_browser.contexts:
        await context.close()


@pytest.fixture
def filming(player: Playwright, chromium: str) -> Filming:
    """Starts a Chromium whose camera sees a film."""
    @asynccontextmanager
    async def sees(film: Path) -> AsyncIterator[Browser]:
        opened = await player.chromium.launch(
            executable_path=chromium, args=[*FLAGS, *CAMERA, f"--use-file-for-fake-video-capture={film}"])
        try:
            yield opened
        finally:
            await opened.close()  # also of a test that fails: what drives it lives on for the next
    return sees


@fixture
async def work(tmp_path: Path, built_pages: Path) -> AsyncIterator[Field]:
    """The system with a counter at Đất Mũi, Cà Mau."""
    async with started(tmp_path, built_pages) as field:
        yield field


@fixture
async def device(browser: Browser, work: Field) -> AsyncIterator[Device]:
    """A courier's handheld of that counter, enrolled, its shift begun; its page must not have stumbled."""
    opened = await Device.open(browser, work.base)
    await opened.enrol(await work.invitation())
    yield opened
    assert opened.wrong == []


@fixture
async def counter_office(built_pages: Path, tmp_path: Path) -> AsyncIterator[Office]:
    """The system with the counter of Đất Mũi."""
    async with office(tmp_path, built_pages) as opened:
        yield opened


@fixture
async def clerk(browser: Browser, counter_office: Office) -> AsyncIterator[Clerk]:
    """Its clerk at the page."""
    async with counter_office.clerk(browser) as made:
        yield made
