"""What renders and decodes."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import need

RENDERER = Path(__file__).parent / "node_modules" / "zpl-renderer-js"


@pytest.fixture(scope="session")
def zpl_renderer(node: str) -> None:
    """The renderer of ZPL, installed once."""
    if not RENDERER.exists() and shutil.which("npm"):
        subprocess.run(["npm", "ci", "--silent"], cwd=Path(__file__).parent, check=False, capture_output=True, timeout=110)
    need("zpl", None if RENDERER.exists() else "zpl-renderer-js cannot be installed: npm ci in tests/printing")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """A real Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def zbar() -> None:
    """A second decoder."""
    need("zbar", None if shutil.which("zbarimg") else "no zbarimg on PATH")
