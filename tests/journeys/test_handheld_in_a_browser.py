"""A handheld without a network, in a real Chromium, with the system as real processes: embedded, and on MongoDB and Kafka."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from playwright.async_api import async_playwright
from postal.courier.v1 import parcel_pb2 as parcels

from services import registry
from services.demo.badge import minting
from services.demo.doors import Doors, Person
from services.foundation import codes
from tests.browser.field import FLAGS, Device, Field

from . import systems

Start = Callable[[], AbstractAsyncContextManager[systems.System]]


@pytest.fixture(params=("embedded", "mongodb+kafka"))
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """How to start the system in this mode."""
    if request.param == "embedded":
        return lambda: systems.embedded(tmp_path)
    mongo, kafka = request.getfixturevalue("mongo_server"), request.getfixturevalue("kafka_server")
    return lambda: systems.three_services(tmp_path, mongo, kafka, f"handheld_{uuid.uuid4().hex[:8]}")


@contextlib.asynccontextmanager
async def at_work(system: systems.System) -> AsyncIterator[Field]:
    known = registry.load()
    home = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
    doors = Doors(system.addresses, minting(system.keys_dir).mint_for)
    base = f"http://127.0.0.1:{system.http_ports['courier']}"
    try:
        yield Field(doors, base, system.home, None, Person("gdv-dat-mui", "CLERK", home.code))
    finally:
        await doors.close()


@pytest.mark.timeout(300)
async def test_scans_made_without_a_network_arrive_though_the_service_dies_while_they_are_sent(
        start: Start, chromium: str, built_pages: Path) -> None:
    async with start() as system, at_work(system) as work, async_playwright() as player:
        browser = await player.chromium.launch(executable_path=chromium, args=FLAGS)
        device = await Device.open(browser, work.base)
        await device.enrol(await work.invitation())
        await device.page.evaluate("navigator.serviceWorker.ready")
        mine = [each.parcel_code for each in await work.filed(3)]
        await work.hand_over(mine, Person("bt-huong", "COURIER", work.office))
        await device.context.set_offline(True)
        await device.reload()
        for code in (*mine, *(codes.parcel_code("RH", 70_000 + serial) for serial in range(40))):
            await device.scan(code)
        await device.until("unsent", 43)
        await device.end_shift()
        await device.start_shift("bt-lan")
        await device.context.set_offline(False)
        courier = "courier" if "courier" in system.commands else "everything"
        await system.kill_and_restart(courier)
        await system.until_ready()
        await device.until("unsent", 0, timeout=120_000)
        answers = [record["answer"]["outcome"] for record in await device.stored("answered")]
        found = [await work.parcel(code) for code in mine]
        await browser.close()

    assert sorted(set(answers)) == ["APPLIED", "PENDING"]
    assert len(answers) == 43
    for parcel in found:
        assert [scan.activity for scan in parcel.scans] == [parcels.SCAN_ACTIVITY_ACCEPTED]
        assert parcel.holder.person == "bt-huong"
    assert device.wrong == []
