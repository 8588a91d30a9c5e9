"""F2–F5, F12, F13: any values and any bytes at every RPC, by every role: a reason, never INTERNAL, and nothing personal."""

import random
import re
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from postal.courier.v1 import courier_service_pb2, device_service_pb2
from postal.intake.v1 import intake_service_pb2
from postal.tracking.v1 import tracking_service_pb2

from services.demo.doors import Doors, Person
from services.foundation.runtime.identity import Keys, Minter, Role
from tests.builders import CLERK, a_filing
from tests.hostile.values import fill

METHODS = [(service.full_name, method)
           for module in (intake_service_pb2, courier_service_pb2, device_service_pb2, tracking_service_pb2)
           for service in module.DESCRIPTOR.services_by_name.values() for method in service.methods]
MESSAGES, BYTES = 120, 60
PLACES = {Role.CLERK: "032248", Role.COURIER: "032248", Role.OFFICER: "TINH-01", Role.SUPERVISOR: "032248",
          Role.INTEGRATOR: "032248"}
PRIVATE = ("Nguyễn", "Nguyen Thi", "096185001234", "Traceback", 'File "')
NEVER = (grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE)


@pytest.mark.parametrize(("service", "method"), METHODS, ids=[method.name for _, method in METHODS])
async def test_any_values_and_any_bytes_get_a_reason(system: Any, doors: Doors, service: str, method: Any) -> None:
    draw = random.Random(method.full_name)
    filed = (await doors.call("FileDossier", a_filing(), CLERK)).dossier
    known = {"filing_id": [filed.filing_id], "parcel_code": [filed.parcel_code], "tracking_code": [filed.tracking_code],
             "parcel_codes": [filed.parcel_code], "office_code": ["032248"], "place": ["032248", "TINH-01"]}
    minter = Minter(Keys.load_or_make(system.settings.keys_dir))
    kind = message_factory.GetMessageClass(method.input_type)
    seen: dict[str, int] = {}
    async with grpc.aio.insecure_channel(f"127.0.0.1:{system.ports[service.split('.')[1]]}") as channel:
        call = channel.unary_unary(f"/{service}/{method.name}")
        for number in range(MESSAGES + BYTES):
            role = draw.choice(list(Role))
            token = minter.mint_for(Person(f"p{number}", role.value, PLACES[role]))
            raw = (fill(kind(), draw, known).SerializeToString() if number < MESSAGES else
                   _damaged(fill(kind(), draw, known).SerializeToString(), draw))
            reason = await _reason_of(call(raw, metadata=(("authorization", f"Bearer {token}"),), timeout=10), raw)
            seen[reason] = seen.get(reason, 0) + 1
    assert len(seen) >= 2, seen


async def _reason_of(calling: Any, raw: bytes) -> str:
    """The stable reason of a refusal, "OK" of an answer."""
    try:
        await calling
    except grpc.aio.AioRpcError as error:
        refusal = error
    else:
        return "OK"
    reason = str(dict(refusal.trailing_metadata() or ()).get("postal-reason", ""))
    assert refusal.code() not in NEVER, (refusal.code(), refusal.details(), raw)
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", reason), (refusal.code(), refusal.details(), raw)
    assert not [private for private in PRIVATE if private in str(refusal.details())], refusal.details()
    return reason


def _damaged(raw: bytes, draw: random.Random) -> bytes:
    """Cut, doubled, flipped, or nothing of a message at all."""
    way = draw.randrange(5)
    if way == 0:
        return draw.randbytes(draw.choice((1, 10, 200)))
    if way == 1:
        return raw[:draw.randrange(len(raw) + 1)]
    if way == 2:
        return raw + raw
    if way == 3:
        return b"\x0a" * draw.choice((1, 1000)) + raw
    flipped = bytearray(raw or b"\x00")
    for _ in range(3):
        flipped[draw.randrange(len(flipped))] ^= 1 << draw.randrange(8)
    return bytes(flipped)


async def test_f2_a_message_over_the_limit_is_refused_before_it_is_read(system: Any) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{system.ports['intake']}") as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await channel.unary_unary("/postal.intake.v1.IntakeService/FileDossier")(b"x" * ((1 << 20) + 1))

    assert refusal.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_f18_metadata_over_the_limit_is_refused_and_the_next_call_answered(system: Any, doors: Doors) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{system.ports['intake']}") as channel:
        with pytest.raises(grpc.aio.AioRpcError):
            await channel.unary_unary("/postal.intake.v1.IntakeService/ListProcedures")(
                b"", metadata=(("authorization", "Bearer " + "x" * 40_000),))

    assert (await doors.call("FileDossier", a_filing(), CLERK)).dossier.filing_id


async def test_e5_a_hundred_calls_with_one_request_id_are_one_dossier(system: Any, doors: Doors) -> None:
    import asyncio

    request = a_filing()
    answers = await asyncio.gather(*(doors.call("FileDossier", request, CLERK) for _ in range(100)))

    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert len([stored for stored in await system.stores["intake"].streams.read(
        f"dossiers/{answers[0].dossier.filing_id}") if stored.type.endswith("DossierFiled")]) == 1
