"""A built page in a real Chromium: it loads under its policy, calls the door, knows whose badge it wears, works without network."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import qrcode
from playwright.async_api import Browser, Page

from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Caller, Keys, Minter, Role
from tests.browser.conftest import fixture

ROOT = Path(__file__).resolve().parents[2]
WHO = Caller(person="nguyễn-thị-ánh", role=Role.CLERK, place="032248")
INTAKE = "postal.intake.v1.IntakeService"


@pytest.fixture(scope="session")
def test_pages(built_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page beside this file, built under both names."""
    folder = tmp_path_factory.mktemp("pages")
    pages = [f"{name}=tests/browser/page" for name in ("counter", "handheld")]
    done = subprocess.run(["node", "deploy/pages/build.mjs", str(folder), *pages], cwd=ROOT, capture_output=True, text=True,
                          check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return folder


@fixture
async def system(test_pages: Path, tmp_path: Path) -> AsyncIterator[Any]:
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=tmp_path,
                               pages_dir=test_pages)
    async with wiring.running(("intake", "courier", "tracking"), chosen) as found:
        yield found


def token_of(system: Any, **claims: Any) -> str:
    return Minter(Keys.load_or_make(system.settings.keys_dir)).mint(WHO, minutes=60, **claims)


async def opened(browser: Browser, system: Any, name: str = "counter", token: str = "") -> tuple[Page, list[str]]:
    """The page, and what went wrong on it: errors of scripts and breaches of its policy."""
    page, wrong = await (await browser.new_context(locale="vi-VN")).new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Security Policy" in line.text or "Trusted" in line.text else None)
    await page.goto(f"http://127.0.0.1:{system.http_port}/{name}/{f'#token={token}' if token else ''}")
    await page.locator("#answer:not(:empty)").wait_for()  # a function to wait for would need eval, which the policy forbids
    return page, wrong


async def told(page: Page, method: str, message: Any, options: str = "page.worn()") -> Any:
    return await page.evaluate(f"([method, message]) => page.told('{INTAKE}', method, message, {options})", [method, message])


async def test_a_page_loads_under_its_policy_calls_the_door_and_shows_the_answer(browser: Browser, system: Any) -> None:
    page, wrong = await opened(browser, system, token=token_of(system))

    assert "chứng chỉ hành nghề dược" in (await page.inner_text("#answer")).lower()
    assert await page.inner_text("#who") == "nguyễn-thị-ánh CLERK 032248"
    assert await page.evaluate("document.fonts.check('16px \"Be Vietnam Pro\"', 'ế')")
    assert wrong == []


async def test_a_token_leaves_the_address_stays_in_the_tab_and_ends(browser: Browser, system: Any) -> None:
    page, _ = await opened(browser, system, token=token_of(system))
    address = page.url
    await page.reload()
    await page.locator("#who:not(:empty)").wait_for()
    other, _ = await opened(browser, system)
    past = await page.evaluate("page.worn(Date.now() + 61 * 60_000)")
    await page.evaluate("page.takeOff()")

    assert "token" not in address
    assert await other.inner_text("#answer") == "TOKEN_MISSING"
    assert past is None
    assert await page.evaluate("page.worn()") is None
    for nothing in ("", "x", "a.b.c", "a.e30.c", "é.é.é"):
        assert await page.evaluate("text => page.putOn(text)", nothing) is None
    assert (await page.evaluate("text => page.putOn(text)", f"  {token_of(system)}\n"))["person"] == WHO.person


async def test_what_goes_wrong_is_told_by_reason_and_field_and_whether_to_come_again(browser: Browser, system: Any) -> None:
    page, _ = await opened(browser, system, token=token_of(system))
    unknown = await told(page, "GetProcedure", {"code": "9.999999"})
    denied = await told(page, "AcceptDossier", {})
    late = await told(page, "ListProcedures", {}, "{...page.worn(), timeout: 0}")
    large = await told(page, "ListProcedures", {"query": "x" * (1 << 20)})
    nowhere = await told(page, "Explode", {})
    left = await page.evaluate(f"page.aborted('{INTAKE}', 'ListProcedures', {{}})")
    await page.context.set_offline(True)
    cut_off = await told(page, "ListProcedures", {})

    assert unknown == {"name": "Problem", "code": "not_found", "reason": "PROCEDURE_UNKNOWN", "field": "procedure_code",
                       "retryable": False}
    assert (denied["code"], denied["reason"]) == ("permission_denied", "ROLE_NOT_ALLOWED")
    assert (late["code"], late["retryable"]) == ("deadline_exceeded", True)
    assert (large["reason"], large["retryable"]) == ("MESSAGE_TOO_LARGE", False)
    assert (nowhere["reason"], nowhere["retryable"]) == ("METHOD_UNKNOWN", False)
    assert left["name"] == "AbortError"
    assert (cut_off["reason"], cut_off["retryable"]) == ("NO_ANSWER", True)


async def test_a_page_works_without_network_after_the_first_visit(browser: Browser, system: Any) -> None:
    page, wrong = await opened(browser, system, "handheld", token_of(system))
    await page.evaluate("navigator.serviceWorker.ready")
    await page.context.set_offline(True)
    await page.reload()
    await page.locator("#answer:not(:empty)").wait_for()

    assert await page.inner_text("#answer") == "NO_ANSWER"
    assert await page.inner_text("#who") == "nguyễn-thị-ánh CLERK 032248"
    assert await page.evaluate("page.kept('một')") == "một"
    assert wrong == []


async def test_a_new_version_is_fetched_whole_and_taken_when_the_page_says_so(
        browser: Browser, system: Any, test_pages: Path) -> None:
    page, _ = await opened(browser, system)
    await page.evaluate("navigator.serviceWorker.ready")
    await page.reload()  # from here on the service worker answers
    index, worker = test_pages / "counter/index.html", test_pages / "counter/sw.js"
    old = {path: path.read_bytes() for path in (index, index.with_name("index.html.gz"), worker, worker.with_name("sw.js.gz"))}
    try:
        index.with_name("index.html.gz").unlink()
        worker.with_name("sw.js.gz").unlink()
        index.write_text(index.read_text().replace("Thử", "Bản mới"))
        version = worker.read_text().split('"counter-')[1][:12]
        worker.write_text(worker.read_text().replace(version, "0" * 12))
        await page.locator("#answer:not(:empty)").wait_for()
        await page.evaluate("""async () => {
            globalThis.taken = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
            const registration = await page.install((take) => take());
            await registration.update();
            await globalThis.taken;
        }""")
        await page.reload()
        title, caches = await page.title(), await page.evaluate("caches.keys()")
    finally:
        for path, content in old.items():
            path.write_bytes(content)

    assert title == "Bản mới"
    assert caches == ["counter-" + "0" * 12]


async def test_a_code_is_read_by_webassembly_where_the_policy_lets_it_and_nowhere_else(browser: Browser, system: Any) -> None:
    text = "HTTPS://T.EXAMPLE.VN/T/0123456789ABC"
    code = qrcode.QRCode(border=0)
    code.add_data(text)
    modules = code.get_matrix()
    handheld, wrong = await opened(browser, system, "handheld")
    counter, forbidden = await opened(browser, system)
    for each in (handheld, counter):
        await each.evaluate(DRAWN, modules)
    reading = "page.texts(picture).catch((error) => String(error))"
    refused = await counter.evaluate(reading)

    assert await handheld.evaluate(reading) == [text]
    assert wrong == []
    assert text not in refused
    assert forbidden


DRAWN = """modules => {
    const size = 8, canvas = document.createElement("canvas");
    canvas.width = canvas.height = (modules.length + 8) * size;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = "black";
    modules.forEach((row, y) => row.forEach((dark, x) => dark && pen.fillRect((x + 4) * size, (y + 4) * size, size, size)));
    return new Promise((resolve) => canvas.toBlob((blob) => resolve(void (globalThis.picture = blob))));
}"""


async def test_no_text_becomes_markup_or_script(browser: Browser, system: Any) -> None:
    page, _ = await opened(browser, system)
    for way in ("document.body.innerHTML = '<b>x</b>'", "document.createElement('script').src = '/x.js'",
                "trustedTypes.createPolicy('pages', {})", "trustedTypes.createPolicy('other', {})",
                "navigator.serviceWorker.register('x.js')"):
        tried = f"(async () => {{ return {way}; }})().then(() => 'done', (error) => error.name)"
        assert await page.evaluate(tried) == "TypeError", way
