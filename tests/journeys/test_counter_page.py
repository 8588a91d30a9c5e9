"""A clerk's morning at the counter page, on real processes in both modes: a filing, a death in the middle, a queue, the drawer."""

import uuid

from playwright.async_api import Browser, async_playwright
from postal.intake.v1 import intake_service_pb2 as intake

from services.demo.badge import minting
from services.demo.doors import Doors
from tests.browser.clerk import OTHER_CARD, WHO, Clerk, Office
from tests.browser.field import FLAGS

from .test_dossier_from_counter_to_citizen import Start, start

__all__ = ["start"]


async def test_a_morning_at_the_counter_with_a_death_in_the_middle(start: Start, chromium: str, built_pages: object) -> None:
    async with start() as system, async_playwright() as player:
        browser: Browser = await player.chromium.launch(executable_path=chromium, args=FLAGS)
        doors = Doors(system.addresses, minting(system.keys_dir).mint_for)
        office = Office(doors, system.keys_dir, system.http_ports["intake"])
        async with office.clerk(browser) as clerk:
            await clerk.to_submit()
            await clerk.press("Enter")
            await clerk.sees("Đã nhận hồ sơ")
            await clerk.page.locator(".preview img").wait_for()
            made = await doors.call("PrintRoll", intake.PrintRollRequest(labels=1, request_id=str(uuid.uuid4())), WHO)
            label = made.roll.labels[0].parcel_code
            await clerk.look()
            await clerk.press("Enter")
            await _until_ready(clerk, label)
            name = "intake" if "intake" in system.commands else next(iter(system.commands))
            system.processes[name].kill()  # the door is away while the clerk hands in
            await system.processes[name].wait()
            await clerk.press("Enter")
            await clerk.sees("Đã ghi, sẽ gửi khi có mạng")
            await system.start(name)
            await system.until_ready()
            filed = await clerk.until_filed(2)
            await clerk.press("F10")
            await clerk.sees("1.055.000 ₫")
        await doors.close()
        await browser.close()

    assert label in {dossier.parcel_code for dossier in filed}
    assert {dossier.applicant.full_name for dossier in filed} == {"Nguyễn Thị Ánh Tuyết", "Đặng Hữu Nghĩa"}


async def _until_ready(clerk: Clerk, label: str) -> None:
    """The second citizen's filing, up to the last key."""
    await clerk.to_authority(card=OTHER_CARD)
    await clerk.count_papers()
    for name, text in (("phone", "0987654321"), ("postage", "30k"), ("weight", "90")):
        await clerk.at(name)
        await clerk.type(text)
        await clerk.press("Enter")
    await clerk.at("seal")
    await clerk.scan("NP2")
    await clerk.scan(label)
    await clerk.page.wait_for_function("() => document.querySelector('[data-field=label]').value !== ''")
    await clerk.page.wait_for_function("() => document.activeElement.id === 'submit'")
