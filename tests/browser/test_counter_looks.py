"""The counter page as it is seen: every state on three screens, in both schemes and languages, judged by axe, photographed into
out/screens/counter/. PICTURES=1 takes all looks, else the two that differ in everything, and writes those of docs/clerk.md."""

import os
import uuid

import pytest
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser
from postal.intake.v1 import intake_service_pb2 as intake

from tests.browser.clerk import CARD, ROOT, SCREENS, WHO, Clerk, Office
from tests.browser.test_counter_day import GOOD, HEAD
from tests.builders import a_filing

LONGEST = "Tôn Nữ Hoàng Thị Quỳnh Phương Nguyễn Phúc Bảo Ngọc Trần Lê Minh Khuê"
LOOKS = {
    "desk-vi-light": {"viewport": {"width": 1366, "height": 768}, "color_scheme": "light"},
    "phone-en-dark": {"viewport": {"width": 360, "height": 640}, "color_scheme": "dark", "language": "en"},
    "tablet-vi-dark": {"viewport": {"width": 768, "height": 1024}, "color_scheme": "dark"},
    "phone-vi-light": {"viewport": {"width": 360, "height": 640}, "color_scheme": "light"},
}
TAKEN = list(LOOKS) if os.environ.get("PICTURES") else list(LOOKS)[:2]
MOST_BYTES = 150 * 1024
PICTURES = ROOT / "docs" / "pictures"
SHOWN = {"file-papers": "counter-papers", "done": "counter-done", "bulk-bad": "counter-sheet", "closing": "counter-closing"}


class Photographer:
    """Looks at a state as its user would, and lets axe judge it."""

    def __init__(self, clerk: Clerk, look: str) -> None:
        self.clerk, self.look, self.wrong = clerk, look, list[str]()

    async def __call__(self, state: str) -> None:
        page = self.clerk.page
        SCREENS.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=SCREENS / f"{state}-{self.look}.png")
        if os.environ.get("PICTURES") and self.look == "desk-vi-light" and state in SHOWN:
            PICTURES.mkdir(exist_ok=True)
            with Image.open(SCREENS / f"{state}-{self.look}.png") as taken:  # few colours: a page of docs is not a photograph
                taken.convert("RGB").quantize(96).save(PICTURES / f"{SHOWN[state]}.png", optimize=True)
        judged = await Axe().run(page)
        self.wrong += [f"{state}: {each['id']} {each['nodes'][0]['html'][:160]}" for each in judged.response["violations"]]
        if not await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"):
            wide = await page.evaluate("() => [...document.querySelectorAll('main *, header *')].find("
                                       "(each) => each.getBoundingClientRect().right > innerWidth)?.outerHTML.slice(0, 160)")
            self.wrong.append(f"{state} scrolls sideways: {wide}")


@pytest.mark.parametrize("look", TAKEN)
async def test_every_state_reads_well_and_axe_finds_nothing(browser: Browser, counter_office: Office, look: str) -> None:
    context = dict(LOOKS[look])
    language = context.pop("language", "vi")
    async with counter_office.clerk(browser, **context) as clerk:
        if language == "en":
            await clerk.page.goto(f"{clerk.base}?lang=en")
            await clerk.page.wait_for_selector("[data-field=procedure]")
        see = Photographer(clerk, look)
        await _a_filing_seen(clerk, see)
        await _the_day_seen(clerk, see)
        await _trouble_seen(clerk, see)
        assert see.wrong == [], "\n".join(see.wrong)


async def _a_filing_seen(clerk: Clerk, see: Photographer) -> None:
    await clerk.at("procedure")
    await see("file-empty")
    await clerk.type("chung chi")
    await clerk.page.get_by_role("option").first.wait_for()
    await see("file-search")
    await clerk.page.keyboard.press("Control+A")
    await clerk.to_authority(card=CARD.replace("Nguyễn Thị Ánh Tuyết", LONGEST))
    await see("file-authority")
    await clerk.press("Enter")
    await clerk.at("papers[0].originals")
    await see("file-papers")
    await clerk.press("Control+Enter")
    await clerk.at("phone")
    await see("file-applicant")
    await clerk.type("0912345678")
    await clerk.press("Enter")
    await clerk.at("postage")
    await see("file-money")
    await clerk.type("25k")
    await clerk.press("Enter")
    await clerk.at("weight")
    await clerk.page.locator("#submit").focus()
    await clerk.press("Enter")
    await clerk.page.locator(".summary button").first.wait_for()
    await see("file-wrong")
    await clerk.press("Enter")
    await clerk.at("weight")
    for name, text in (("weight", "120"), ("seal", "NP0123")):
        await clerk.at(name)
        await clerk.type(text)
        await clerk.press("Enter")
    await clerk.page.wait_for_function("() => document.activeElement.id === 'submit'")
    await see("file-ready")
    await clerk.press("Enter")
    await clerk.page.locator(".preview img").wait_for()
    await clerk.page.locator(".view.done .hint .state").wait_for()
    await see("done")


async def _the_day_seen(clerk: Clerk, see: Photographer) -> None:
    await clerk.doors.call("FileDossier", a_filing(), WHO)
    await clerk.until_filed(2)
    await clerk.press("F4")
    await clerk.page.wait_for_function("() => document.querySelectorAll('.list a.row').length === 2")
    await see("today")
    await clerk.press("ArrowDown", "Enter")
    await clerk.page.wait_for_selector(".view.dossier .buttons button")
    await see("dossier")
    await clerk.page.locator(".view.dossier button.danger").focus()
    await clerk.press("Enter")
    await clerk.page.locator(".ask button").first.wait_for()
    await see("dossier-cancel")
    await clerk.press("Escape", "F10")
    await clerk.page.wait_for_function("() => document.activeElement.id === 'counted-fee'")
    for text in ("1000000", "50k"):
        await clerk.type(text)
        await clerk.press("Enter")
    await see("closing")
    await clerk.type("Trả nhầm tiền thừa")
    await clerk.page.locator(".view.closing button.go").focus()
    await clerk.look()
    await clerk.press("Enter")
    await clerk.page.locator(".view.closing table").wait_for()
    await see("closing-closed")
    await clerk.press("F9")
    await clerk.page.wait_for_selector("#sheet")
    await see("bulk-empty")
    rows = [GOOD.format(name=LONGEST, number="096085001231", seal="S1"), GOOD.format(name="Lê Thị B", number="12", seal="S2")]
    await clerk.page.set_input_files("#sheet", {"name": "ho-so.csv", "mimeType": "", "buffer": "\n".join([HEAD, *rows]).encode()})
    await clerk.page.locator("tbody tr").first.wait_for()
    await see("bulk-bad")
    await clerk.press("Enter")
    await clerk.page.locator(".list .code").first.wait_for()
    await see("bulk-filed")


async def _trouble_seen(clerk: Clerk, see: Photographer) -> None:
    await clerk.press("F8")
    await clerk.page.wait_for_selector(".view.waiting h2")
    await see("waiting-empty")
    made = await clerk.doors.call("PrintRoll", intake.PrintRollRequest(labels=1, request_id=str(uuid.uuid4())), WHO)
    await clerk.press("F2")
    await clerk.to_submit()
    await clerk.scan(made.roll.labels[0].parcel_code)
    await clerk.page.wait_for_function("() => document.activeElement.id === 'submit'")
    await clerk.press("Enter")  # the same person and procedure as the first
    await clerk.page.locator(".summary[data-kind=double] button").first.wait_for()
    await see("double")
    await clerk.context.set_offline(True)
    await clerk.page.locator(".summary button:not(.go)").focus()
    await clerk.look()
    await clerk.press("Enter")
    await clerk.page.locator(".view.done .huge").wait_for()
    await see("done-offline")
    await clerk.press("F2")
    await clerk.at("procedure")
    await clerk.type("khai sinh")
    await see("file-offline")
    await clerk.press("F8")
    await clerk.page.locator(".list .row").nth(1).wait_for()
    await see("waiting")
    await clerk.press("F4")
    await clerk.page.locator(".view.today .state.waiting").wait_for()
    await see("today-offline")
    await clerk.context.set_offline(False)


async def test_the_first_load_is_light_and_the_page_can_be_installed(browser: Browser, counter_office: Office) -> None:
    opened = await browser.new_context(locale="vi-VN", service_workers="block")
    page, bytes_of = await opened.new_page(), dict[str, int]()
    client = await opened.new_cdp_session(page)
    await client.send("Network.enable")
    addresses = dict[str, str]()
    client.on("Network.responseReceived", lambda event: addresses.update({event["requestId"]: event["response"]["url"]}))
    client.on("Network.loadingFinished",
              lambda event: bytes_of.update({addresses[event["requestId"]]: int(event["encodedDataLength"])}))
    base = f"http://127.0.0.1:{counter_office.http_port}/counter/"
    await page.goto(f"{base}#token={counter_office.doors._mint(WHO)}")
    await page.wait_for_selector("[data-field=procedure]")
    await page.wait_for_load_state("networkidle")
    shell = sum(size for address, size in bytes_of.items() if address.startswith(base))
    calls = sum(bytes_of.values()) - shell
    print(f"counter, first load: {shell} bytes of page, {calls} bytes of answers")
    manifest = await (await page.request.get(f"{base}manifest.webmanifest")).json()
    icon = await page.request.get(base + manifest["icons"][0]["src"])
    worker = await page.request.get(f"{base}sw.js")
    await opened.close()

    assert shell <= MOST_BYTES
    assert (manifest["display"], manifest["start_url"], manifest["scope"]) == ("standalone", "./", "./")
    assert manifest["name"]
    assert icon.ok
    assert worker.ok
    assert "javascript" in worker.headers["content-type"]


async def test_the_page_reads_at_four_hundred_per_cent(browser: Browser, counter_office: Office) -> None:
    async with counter_office.clerk(browser, viewport={"width": 342, "height": 192}, device_scale_factor=4) as clerk:
        await clerk.to_authority()
        assert await clerk.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        await clerk.page.screenshot(path=SCREENS / "zoomed.png")


async def test_a_label_is_printed_whole_on_a_page_of_its_own(clerk: Clerk) -> None:
    await clerk.page.evaluate(
        "() => { globalThis.print = () => { globalThis.printed = document.querySelectorAll('.sheet img').length; }; }")
    await clerk.to_submit()
    await clerk.press("Enter")
    await clerk.page.locator("#printer").wait_for()
    await clerk.page.select_option("#printer", "")
    await clerk.tab_to("In lại nhãn")
    await clerk.press("Enter")

    await clerk.page.wait_for_function("() => globalThis.printed === 1")
