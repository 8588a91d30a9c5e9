"""A courier's day in a real Chromium: the system, dossiers filed at a counter, and handhelds that type, see and store."""

import asyncio
import os
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, expect
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import device_service_pb2 as devices
from postal.courier.v1 import parcel_pb2 as parcels
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake

from services import registry
from services.demo.doors import Doors, Person, Refusal
from services.demo.journey import Journey
from services.foundation import codes
from services.foundation.ports import Clock
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter
from tests.builders import a_filing

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "out" / "screens" / "handheld"
UPLOAD = "**/postal.courier.v1.CourierService/UploadBundle"
PICTURES = ROOT / "docs" / "pictures"
IN_THE_DOCS = {f"vi-{name}" for name in ("shift", "modes", "right", "double", "wrong-way", "superseded", "hand-over", "deliver",
                                         "sign-at-authority-differences", "attempt-chosen", "offline", "clock", "cases",
                                         "pictures-waiting")}
PHONE, DESK = {"width": 360, "height": 640}, {"width": 1366, "height": 768}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"]
expect.set_options(timeout=30_000)  # as long as all other waits of the browser: a slow machine is slow, not wrong


@dataclass
class Field:
    """The running system and who works there."""

    doors: Doors
    base: str
    home: Path
    found: Any
    clerk: Person

    @property
    def office(self) -> str:
        return self.clerk.place

    def supervisor(self, place: str) -> Person:
        return Person("kiem-soat", "SUPERVISOR", place)

    async def invitation(self, role: str = "COURIER", place: str = "", label: str = "máy 7") -> str:
        asked = devices.InviteDeviceRequest(role=f"DEVICE_ROLE_{role}", label=label,  # type: ignore[arg-type]
                                            request_id=str(uuid.uuid4()))
        return str((await self.doors.call("InviteDevice", asked, self.supervisor(place or self.office))).invitation_code)

    async def filed(self, count: int = 1, **changes: Any) -> list[Any]:
        """Dossiers filed at the clerk's counter, once the courier service knows their parcels."""
        made = []
        for _ in range(count):
            filing = a_filing(**changes)
            filing.applicant.identity_number = f"0960{uuid.uuid4().int % 10**8:08d}"  # another citizen each time
            made.append((await self.doors.call("FileDossier", filing, self.clerk)).dossier)
        for dossier in made:
            await self.parcel(dossier.parcel_code)
        return made

    async def parcel(self, code: str, person: Person | None = None) -> parcels.Parcel:
        """The parcel as the courier service knows it; waits until it does."""
        while True:
            try:
                answer = await self.doors.call("GetParcel", courier.GetParcelRequest(parcel_code=code), person or self.clerk)
            except Refusal as refusal:
                if refusal.reason != "PARCEL_UNKNOWN":
                    raise
                continue
            return answer.parcel  # type: ignore[no-any-return]

    async def result(self, *, originals: int = 1, in_person_only: bool = False) -> tuple[str, Person]:
        """(S10 number, courier) of a result whose last courier has it in hand."""
        journey = Journey(self.doors, self.office)
        for step in (journey.file, journey.carry_to_authority, journey.accept):
            await step()
        decided = await self.doors.call("DecideDossier", intake.DecideDossierRequest(
            filing_id=journey.filing_id, outcome=dossiers.DECISION_OUTCOME_GRANTED, in_person_only=in_person_only,
            papers=[dossiers.Paper(name="Kết quả", originals=originals, copies=1)], request_id=str(uuid.uuid4())), journey.officer)
        code = decided.dossier.result_parcel_code
        last = await journey._carry(code, await journey._route(code, journey.officer), journey.officer)
        return code, last

    async def told_code(self, parcel_code: str) -> str:
        """The one-time code as the applicant's telephone shows it; waits until it does."""
        async with asyncio.timeout(30):
            while True:
                for path in (self.home / "notices").glob("*.txt"):
                    if codes.group_code(parcel_code) in (text := path.read_text(encoding="utf-8")):
                        return re.search(r"là (\d{6}) ", text)[1]  # type: ignore[index]
                await asyncio.sleep(0.02)

    async def hand_over(self, codes: list[str], taker: Person, giver: Person | None = None, *, accept: bool = True) -> str:
        """Custody of parcels, by the doors and not by a handheld."""
        offered = await self.doors.call("OfferHandover", courier.OfferHandoverRequest(
            parcel_codes=codes, taker=parcels.Holder(person=taker.name if taker.role == "COURIER" else "", place=taker.place),
            request_id=str(uuid.uuid4())), giver or self.clerk)
        assert not [each.problem.reason for each in offered.results if each.HasField("problem")]
        if accept:
            await self.doors.call("AcceptHandover", courier.AcceptHandoverRequest(
                handover_id=offered.handover_id, request_id=str(uuid.uuid4()),
                parcels=[courier.AcceptedParcel(parcel_code=code) for code in codes]), taker)
        return str(offered.handover_id)


@asynccontextmanager
async def started(home: Path, pages: Path, *, store: str = "memory:", clock: Clock | None = None,
                  http_port: int = 0) -> AsyncIterator[Field]:
    """The system in this process."""
    chosen = settings.Settings(store=store, intake_port=0, courier_port=0, tracking_port=0, http_port=http_port, keys_dir=home,
                               pages_dir=pages, notifier=f"folder:{home / 'notices'}")
    async with wiring.running(("intake", "courier", "tracking"), chosen, clock=clock) as found:
        doors = Doors({name: f"127.0.0.1:{port}" for name, port in found.ports.items()},
                      Minter(Keys.load_or_make(home)).mint_for)
        known = registry.load()
        office = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
        yield Field(doors, f"http://127.0.0.1:{found.http_port}", home, found, Person("gdv-dat-mui", "CLERK", office.code))
        await doors.close()


class Device:
    """One handheld: a browser context with a page, as its user has it in hand."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page, self.wrong = context, page, list[str]()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda line: self.wrong.append(line.text)
                if line.type == "error" and "Failed to load resource" not in line.text else None)

    @classmethod
    async def open(cls, browser: Browser, base: str, **options: Any) -> "Device":
        context = await browser.new_context(**{"viewport": PHONE, "locale": "vi-VN", "color_scheme": "light",
                                               "timezone_id": "Asia/Ho_Chi_Minh", **options})
        device = cls(context, await context.new_page())
        await device.visit(base)
        return device

    async def visit(self, base: str) -> None:
        await self.page.goto(f"{base}/handheld/")
        await self.ready()

    async def reload(self) -> None:
        await self.page.reload()
        await self.ready()

    async def ready(self) -> None:
        await self.page.wait_for_selector("html[data-ready=yes]")

    async def enrol(self, invitation: str, person: str = "bt-huong") -> None:
        """Types the invitation, then starts the shift."""
        await self.page.keyboard.type(invitation)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_selector("#person")
        await self.start_shift(person)
        async with asyncio.timeout(30):  # what is filed from now on is on no list of this device
            while not await self.page.evaluate(LISTED):
                await asyncio.sleep(0.02)

    async def start_shift(self, person: str) -> None:
        await self.page.fill("#person", person)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_selector("#person", state="detached")

    async def end_shift(self) -> None:
        await self.page.click("#top .menu")
        await self.page.click("button.danger")
        await self.page.wait_for_selector("#person")

    async def mode(self, key: str) -> None:
        """Chooses a mode by its digit, typed like a scan."""
        await self.page.keyboard.type(key)
        await self.page.keyboard.press("Enter")

    async def scan(self, text: str) -> None:
        """What a scanner does: characters, Enter."""
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")

    async def says(self, outcome: str, code: str = "") -> str:
        """Waits until the result shows the outcome (of a code, grouped or not); its words."""
        result = self.page.locator(f"#result.{outcome}")
        if code:
            result = result.filter(has_text=re.compile(r"\s?".join(code)))
        await result.wait_for()
        return await result.inner_text()

    async def understood(self) -> None:
        await self.page.click(".understood")
        await self.page.wait_for_selector("#result.ready")

    async def number(self, name: str) -> int:
        return int(await self.page.inner_text(f"#{name} strong"))

    async def until(self, name: str, value: int, timeout: float = 30_000) -> None:
        """Waits until one of the two numbers at the bottom is what it should be."""
        await expect(self.page.locator(f"#{name} strong")).to_have_text(str(value), timeout=timeout)

    async def stored(self, name: str) -> list[Any]:
        """Every record of one of the device's stores."""
        return await self.page.evaluate(READ_ALL, name)  # type: ignore[no-any-return]

    async def until_stored(self, name: str, count: int) -> list[Any]:
        """The records of a store once there are as many."""
        async with asyncio.timeout(30):
            while len(found := await self.stored(name)) < count:
                await asyncio.sleep(0.02)
        return found

    async def until_gone(self, name: str, left: int = 0) -> None:
        """Waits until a store holds no more than so many records."""
        async with asyncio.timeout(60):
            while len(await self.stored(name)) > left:
                await asyncio.sleep(0.02)

    async def picture(self, name: str) -> None:
        """Screenshots into out/screens/handheld/, in the hand and at a desk; with PICTURES=1 those of docs/courier.md there too."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SCREENS / f"{name}.png")
        if self.page.viewport_size == PHONE:
            await self.page.set_viewport_size(DESK)
            await self.page.screenshot(path=SCREENS / f"{name}-desk.png")
            assert await self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"
            await self.page.set_viewport_size(PHONE)
        if name in IN_THE_DOCS and os.environ.get("PICTURES") == "1":
            PICTURES.mkdir(parents=True, exist_ok=True)
            with Image.open(SCREENS / f"{name}.png") as shot:
                shot.convert("RGB").quantize(24).save(PICTURES / f"handheld-{name.removeprefix('vi-')}.png", optimize=True)


OPEN = """new Promise((resolve, reject) => {
    const asked = indexedDB.open("dossier-post-handheld");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
})"""
LISTED = f"""async () => {{
    const db = await {OPEN};
    const at = await new Promise((resolve) => {{
        db.transaction("state").objectStore("state").get("listedAt").onsuccess = ({{ target }}) => resolve(target.result);
    }});
    db.close();
    return at !== undefined;
}}"""
READ_ALL = f"""async (name) => {{
    const db = await {OPEN};
    const records = await new Promise((resolve, reject) => {{
        const asked = db.transaction(name).objectStore(name).getAll();
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
    }});
    db.close();
    return records.map((record) => record instanceof Blob || record?.keys ? String(record) : record);
}}"""
