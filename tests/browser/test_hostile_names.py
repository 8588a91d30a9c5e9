"""F8: names, addresses, papers and seals that are made to run on the clerk's page stay text there."""

from pathlib import Path
from typing import Any

from playwright.async_api import Browser
from postal.intake.v1 import dossier_pb2 as dossiers

from services.demo.badge import CLERK
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter
from tests.builders import a_filing
from tests.services.json_calls import post

HOSTILE = ("<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "\"><svg onload=alert(1)>", "{{7*7}}${alert(1)}",
           "javascript:alert(1)", "<iframe srcdoc='<script>alert(1)</script>'>", "</title><style>*{display:none}</style>")
STRANGE = "img[onerror], iframe, svg[onload], script:not([src^='assets/']), body style, a[href^='javascript:']"
VIEWS = ("F4", "F8", "F9", "F10", "F2")


async def test_f8_what_is_typed_to_run_stays_text_on_the_clerks_page(browser: Browser, built_pages: Path, tmp_path: Path) -> None:
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=tmp_path,
                               pages_dir=built_pages)
    async with wiring.running(("intake", "courier", "tracking"), chosen) as system:
        token = Minter(Keys.load_or_make(tmp_path)).mint(CLERK)
        filed = {}
        for number, text in enumerate(HOSTILE):
            filing = a_filing(papers=[dossiers.Paper(name=text, originals=1)], seal_number=text[:20], applicant=dossiers.Applicant(
                full_name=text, identity_number=f"0961850012{number:02d}", phone="0912345678", address=text))
            answer = await post(system.http_port, "/postal.intake.v1.IntakeService/FileDossier", filing, token)
            filed[text] = answer.json["dossier"]["filingId"]
        page, wrong = await (await browser.new_context(locale="vi-VN")).new_page(), list[str]()

        async def opened(dialog: Any) -> None:
            wrong.append(f"dialog: {dialog.message}")
            await dialog.dismiss()

        page.on("dialog", opened)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if "Policy" in line.text or "Trusted" in line.text else None)
        base = f"http://127.0.0.1:{system.http_port}/counter/"
        await page.goto(f"{base}#token={token}")
        await page.locator("h1").first.wait_for()
        for key in VIEWS:
            await page.keyboard.press(key)
            await page.wait_for_load_state("networkidle")
            assert await page.locator(STRANGE).count() == 0, key
        for text, filing_id in filed.items():
            await page.goto(f"{base}#/dossier/{filing_id}")
            await page.locator("main").get_by_text(text).first.wait_for()
            assert await page.locator(STRANGE).count() == 0, text

    assert wrong == []
