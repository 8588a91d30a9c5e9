"""A clerk at the counter page: keys and a scanner, never a mouse. What is pressed is counted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page
from postal.intake.v1 import intake_service_pb2 as intake

from services.demo.doors import Doors, Person
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "out" / "screens" / "counter"
CARD = "096185001234|381234567|Nguyễn Thị Ánh Tuyết|15041985|Nữ|Ấp Cái Đôi, Đất Mũi, Ngọc Hiển, Cà Mau|20042021"
OTHER_CARD = "096090004321||Đặng Hữu Nghĩa|02091990|Nam|Ấp Rạch Tàu, Xã Đất Mũi, Cà Mau|01072024|||"
OFFICE = "032248"  # Bưu cục Xã Đất Mũi
WHO = Person("gdv-dat-mui", "CLERK", OFFICE)
# A model of keystrokes (KLM after Card, Moran and Newell): a practised typist's key, a scan with the reach for the scanner, and,
# told apart, a moment to think at each step.
KEY_S, SCAN_S, THINK_S = 0.2, 1.0, 1.35
_AT = "name => document.activeElement?.dataset.field === name"


@dataclass
class Counted:
    """What the hands have done."""

    keys: int = 0
    scans: int = 0
    steps: int = 0

    @property
    def seconds(self) -> float:
        return self.keys * KEY_S + self.scans * SCAN_S

    @property
    def with_thinking(self) -> float:
        return self.seconds + self.steps * THINK_S


@dataclass
class Clerk:
    """A page and the hands before it."""

    page: Page
    context: BrowserContext
    base: str
    doors: Doors
    wrong: list[str]
    counted: Counted = field(default_factory=Counted)
    person: Person = WHO

    async def type(self, text: str) -> None:
        self.counted.keys += len(text)
        await self.page.keyboard.type(text)

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.counted.keys += len(key.split("+"))
            await self.page.keyboard.press(key)

    async def scan(self, text: str) -> None:
        """The scanner types and presses Enter itself."""
        self.counted.scans += 1
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")

    async def tab_to(self, words: str) -> None:
        """Tab after Tab, until the button of these words has the focus."""
        for _ in range(80):
            if words in await self.page.evaluate("() => document.activeElement?.closest('button')?.textContent ?? ''"):
                return
            await self.press("Tab")
        raise AssertionError(f"no Tab leads to {words}")

    async def look(self) -> None:
        """As long as a person takes to look: an Enter that follows another at once is no answer to anything (app.js)."""
        await self.page.wait_for_timeout(600)

    async def at(self, name: str) -> None:
        """Waits until the cursor is in a field."""
        self.counted.steps += 1
        try:
            await self.page.wait_for_function(_AT, arg=name)
        except Exception as error:
            where = await self.page.evaluate("document.activeElement?.outerHTML?.slice(0, 200)")
            raise AssertionError(f"the cursor is not in {name} but in {where}; {self.wrong}") from error

    async def at_open(self, name: str) -> None:
        """Waits until a field can be seen, and goes there."""
        await self.page.locator(f'[data-field="{name}"]').focus()
        await self.at(name)

    async def sees(self, text: str) -> None:
        await self.page.get_by_text(text).first.wait_for()

    async def value(self, name: str) -> str:
        return await self.page.eval_on_selector(f'[data-field="{name}"]', "input => input.value")  # type: ignore[no-any-return]

    async def dossiers(self) -> list[Any]:
        """What the office has filed, asked at the door."""
        listed = await self.doors.call("ListDossiers", intake.ListDossiersRequest(page_size=200), self.person)
        return [(await self.doors.call("GetDossier", intake.GetDossierRequest(filing_id=each.filing_id), self.person)).dossier
                for each in listed.dossiers]

    async def until_filed(self, count: int) -> list[Any]:
        """The list follows the facts: waits until it has as many."""
        for _ in range(1200):
            found = await self.dossiers()
            if len(found) >= count:
                assert len(found) == count
                return found
            await self.page.wait_for_timeout(25)
        raise AssertionError(f"{len(found)} dossiers, not {count}")

    # ---- the steps of a filing, as far as a test wants to go

    async def to_authority(self, words: str = "hanh nghe duoc", card: str = CARD) -> None:
        await self.at("procedure")
        await self.type(words)
        await self.page.get_by_role("option").first.wait_for()
        await self.press("Enter")
        await self.at("place")
        if card:
            await self.scan(card)
            await self.page.locator(".authority").wait_for()

    async def count_papers(self) -> None:
        await self.press("Enter")
        await self.at("papers[0].originals")
        lines = await self.page.locator(".paper:not(.head)").count()
        for number in range(1, lines):
            await self.press("Enter")
            await self.page.wait_for_function(_AT, arg=f"papers[{number}].originals")
        await self.press("Enter")

    async def to_submit(self, phone: str = "0912345678", postage: str = "25k", weight: str = "120", seal: str = "NP0123") -> None:
        await self.to_authority()
        await self.count_papers()
        for name, text in (("phone", phone), ("postage", postage), ("weight", weight)):
            await self.at(name)
            await self.type(text)
            await self.press("Enter")
        await self.at("seal")
        await self.scan(seal)
        await self.page.wait_for_function("() => document.activeElement?.id === 'submit'")


@dataclass
class Office:
    """The system with its doors; makes clerks."""

    doors: Doors
    keys_dir: Path
    http_port: int

    @asynccontextmanager
    async def clerk(self, browser: Browser, *, person: Person = WHO, hash_: str = "", **context: Any) -> AsyncIterator[Clerk]:
        opened = await browser.new_context(**{"viewport": {"width": 1366, "height": 768}, "locale": "vi-VN", **context})
        page, wrong = await opened.new_page(), list[str]()
        page.on("pageerror", lambda error: wrong.append(f"{error} {error.stack}"))
        page.on("console", lambda line: wrong.append(line.text) if "Security Policy" in line.text else None)
        token = Minter(Keys.load_or_make(self.keys_dir)).mint_for(person)
        base = f"http://127.0.0.1:{self.http_port}/counter/"
        await page.goto(f"{base}#token={token}")
        await page.wait_for_selector("[data-field=procedure], .view.today")
        if hash_:
            await page.evaluate("hash => { location.hash = hash; }", hash_)
        yield Clerk(page, opened, base, self.doors, wrong, person=person)
        assert wrong == []
        await opened.close()


@asynccontextmanager
async def office(home: Path, pages: Path, printers: str = "") -> AsyncIterator[Office]:
    """The whole system on memory stores, with its built pages."""
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=home,
                               pages_dir=pages, printers=printers or f"quay=folder:{home / 'printed'}")
    async with wiring.running(("intake", "courier", "tracking"), chosen) as found:
        doors = Doors({name: f"127.0.0.1:{port}" for name, port in found.ports.items()}, Minter(Keys.load_or_make(home)).mint_for,
                      patience_s=2)
        yield Office(doors, home, found.http_port)
        await doors.close()
