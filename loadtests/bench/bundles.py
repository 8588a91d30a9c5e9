"""Signed bundles: how many entries a second, and how long a handheld waits that comes home with ten thousand."""

import asyncio
import time
import uuid
from pathlib import Path

from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import device_service_pb2 as devices
from postal.courier.v1 import entry_pb2 as entries

from services.foundation.runtime.identity import Role
from tests.handheld import Handheld

from . import clients, floors, processes, rows
from .clients import Caller64
from .measure import Row, rate

_INVITE, _ENROL = "/postal.courier.v1.DeviceService/InviteDevice", "/postal.courier.v1.DeviceService/EnrolDevice"
_UPLOAD = "/postal.courier.v1.CourierService/UploadBundle"
_A_BUNDLE, _AT_ONCE, _ACTIVITIES = 1000, 2, 5


async def on_one_file(home: Path, size: rows.Size, scans: int) -> list[Row]:
    """So many scans of known parcels, each signed, through the door of the embedded system, a thousand a call, two at once."""
    async with processes.embedded(home) as standing, processes.helper(home, "loadtests.bench.floors", "echo") as (at, _):
        many = Caller64(standing.addresses["intake"], clients.FILE_MANY, clients.clerk_token(standing))
        hand = await _enrolled(standing)
        echoing, values, floor, costs = Caller64(at, floors.ECHO), list[float](), list[float](), list[float]()
        for _ in range(size.times):
            filed = [dossier.parcel_code for dossier in await clients.filed_codes(many, scans // _ACTIVITIES)]  # new ones each time
            await rows.visible(standing, (await clients.filed_codes(many, 1))[0].tracking_code)
            bundles = _signed(hand, filed, scans)
            floor.append(await rate(clients.echo(echoing), size.callers, size.seconds))
            sending = Caller64(standing.addresses["courier"], _UPLOAD, hand.token())
            before, start = standing.cpu_s(), time.perf_counter()
            await _sent(sending, bundles)
            values.append(time.perf_counter() - start)
            costs.append((standing.cpu_s() - before) * 1e6 / scans)
            await sending.close()
        for each in (many, echoing):
            await each.close()
    cpu_us = sorted(costs)[len(costs) // 2]
    return [Row(f"UploadBundle {_A_BUNDLE} a call, signed scans, SQLite", "/s", [scans / value for value in values],
                "gRPC echo, 64 callers", floor, cpu_us=cpu_us),
            Row(f"{scans:,} signed scans of one handheld, SQLite", "s", values, target="≤ 5", against="value", cpu_us=cpu_us)]


async def _enrolled(standing: processes.Standing) -> Handheld:
    hand, token = Handheld(operator="bench", role="CLERK", place=clients.OFFICE), clients.clerk_token(standing, Role.SUPERVISOR)
    inviting, enrolling = (Caller64(standing.addresses["courier"], method, token) for method in (_INVITE, _ENROL))
    invited = devices.InviteDeviceResponse.FromString(await inviting(devices.InviteDeviceRequest(
        role=devices.DEVICE_ROLE_CLERK, request_id=str(uuid.uuid4())).SerializeToString()))
    enrolled = devices.EnrolDeviceResponse.FromString(await enrolling(devices.EnrolDeviceRequest(
        invitation_code=invited.invitation_code, public_key=hand.public_key, request_id=str(uuid.uuid4())).SerializeToString()))
    hand.device_id = enrolled.device_id
    for each in (inviting, enrolling):
        await each.close()
    return hand


def _signed(hand: Handheld, codes: list[str], scans: int) -> list[bytes]:
    """Bundles ready to be sent, so that the client costs nothing while they are."""
    made = [hand.entry(codes[number % len(codes)], scan=entries.ScanAct(activity=1 + number // len(codes) % _ACTIVITIES))
            for number in range(scans)]
    return [hand.bundle(*made[start:start + _A_BUNDLE]).SerializeToString() for start in range(0, scans, _A_BUNDLE)]


async def _sent(sending: Caller64, bundles: list[bytes]) -> None:
    waiting = list(bundles)

    async def one_by_one() -> None:
        while waiting:
            answer = courier.UploadBundleResponse.FromString(await sending(waiting.pop(0)))
            refused = [each for each in answer.results if each.outcome == courier.ENTRY_OUTCOME_REFUSED]
            if refused:
                raise RuntimeError(refused[0].problem.reason)

    await asyncio.gather(*(one_by_one() for _ in range(_AT_ONCE)))
