"""Two people hand a parcel over where there is no network; their handhelds come home in the wrong order, and processes are killed
between any two uploads. In both modes: one file, and three services on MongoDB and Kafka."""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import device_service_pb2 as devices
from postal.courier.v1 import parcel_pb2 as parcels

from services.demo.badge import minting as badges
from services.demo.doors import Doors, Refusal
from services.foundation.runtime import settings, wiring
from tests.builders import CLERK, a_filing
from tests.handheld import SUPERVISOR, Handheld, holds, minting

from . import systems

Start = Callable[[], AbstractAsyncContextManager[systems.System]]


@pytest.fixture(params=["embedded", "mongodb+kafka"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """How to start the system in this mode."""
    if request.param == "embedded":
        return lambda: systems.embedded(tmp_path)
    mongo, kafka = request.getfixturevalue("mongo_server"), request.getfixturevalue("kafka_server")
    database = f"handheld_{uuid.uuid4().hex[:8]}"
    return lambda: systems.three_services(tmp_path, mongo, kafka, database)


async def until(look: Callable[[], Any]) -> Any:
    async with asyncio.timeout(60):
        while not (found := await look()):
            await asyncio.sleep(0.02)
    return found


async def test_what_was_done_without_a_network_is_found_again_whoever_comes_home_first_and_whatever_is_killed(
        start: Start) -> None:
    async with start() as system:
        doors = Doors(system.addresses, minting(badges(system.keys_dir)), patience_s=30)
        code = (await doors.call("FileDossier", a_filing(), CLERK)).dossier.parcel_code
        clerk, bt = await Handheld(operator="gdv", role="CLERK").enrol(doors), await Handheld(operator="bt").enrol(doors)
        handover = str(uuid.uuid4())
        offer = clerk.offer(code, to="032248", person="bt", handover_id=handover)
        taken = [bt.accept(code, handover_id=handover), bt.scan(code, parcels.SCAN_ACTIVITY_DEPARTED)]

        async def parcel() -> Any:
            try:
                return (await doors.call("GetParcel", courier.GetParcelRequest(parcel_code=code), CLERK)).parcel
            except Refusal:
                return None

        async def sent(hand: Handheld, *made: Any) -> list[Any]:
            """Sent, the courier's process killed, and sent once more: the device has not seen an answer."""
            first = list((await doors.call("UploadBundle", hand.bundle(*made), hand)).results)
            await system.kill_and_restart("courier" if "courier" in system.commands else "everything")
            await doors.call("UploadBundle", hand.bundle(*made), hand)
            return first

        pending = await sent(bt, *taken)
        await until(parcel)
        applied = await sent(clerk, offer)

        async def held() -> Any:
            now = await parcel()
            return now if now is not None and now.holder.person == "bt" else None

        now = await until(held)
        listed = (await doors.call("ListDevices", devices.ListDevicesRequest(), SUPERVISOR)).devices
        await doors.close()
    assert [each.outcome for each in (*pending[:1], *applied)] == [courier.ENTRY_OUTCOME_PENDING, courier.ENTRY_OUTCOME_APPLIED]
    assert [(scan.device, scan.device_sequence) for scan in now.scans] == [(bt.device_id, 2)]
    keys = {each.device_id: each.public_key for each in listed}
    async with wiring.open_stores(settings.read(system.environment), "courier", {}) as stores:
        facts = await stores.streams.read(f"parcels/{code}")
    kinds = [fact.type.rsplit(".", 1)[1] for fact in facts]
    assert kinds[0] == "ParcelRegistered"
    assert sorted(kinds[1:]) == ["HandoverAccepted", "HandoverOffered", "ScanRecorded"]
    assert [fact.actor.person for fact in facts if "Handover" in fact.type] == ["gdv", "bt"]
    for fact in facts[1:]:
        evidence = _evidence(fact)
        assert holds(keys[fact.actor.device], evidence.statement, evidence.signature)


def _evidence(fact: Any) -> Any:
    from google.protobuf import descriptor_pool, message_factory

    kind = message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(fact.type))
    return kind.FromString(fact.data).evidence

