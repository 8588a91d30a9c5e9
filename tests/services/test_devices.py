"""Devices through the real door: invited, enrolled with a key of their own, logged in by themselves, revoked."""

import asyncio
import base64
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import device_service_pb2 as devices
from postal.intake.v1 import intake_service_pb2 as intake

from services.demo import badge
from services.demo.doors import Doors, Person, Refusal
from services.foundation.adapters.clocks import TurnableClock
from services.foundation.errors import Unauthenticated
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.device_tokens import DeviceKey, DeviceTokens
from services.foundation.runtime.identity import Keys, Minter
from tests.builders import CLERK, COURIER, OFFICER, START
from tests.corpus.meaning import forget
from tests.handheld import SUPERVISOR, Handheld, minting


async def reason_of(calling: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        await calling
    return refusal.value.reason


def an_invitation(role: str = "COURIER", **changes: Any) -> devices.InviteDeviceRequest:
    return devices.InviteDeviceRequest(**{"role": f"DEVICE_ROLE_{role}", "request_id": str(uuid.uuid4()), **changes})


def enrolling(code: str, handheld: Handheld) -> devices.EnrolDeviceRequest:
    return devices.EnrolDeviceRequest(invitation_code=code, public_key=handheld.public_key, request_id=str(uuid.uuid4()))


async def test_a_device_is_invited_enrolled_listed_and_logs_in_by_itself(doors: Doors) -> None:
    handheld = await Handheld().enrol(doors)
    listed = (await doors.call("ListDevices", devices.ListDevicesRequest(), SUPERVISOR)).devices
    answer = await doors.call("ListParcels", courier.ListParcelsRequest(), handheld)

    assert [(each.device_id, each.place, each.label, each.state) for each in listed] == [
        (handheld.device_id, "032248", "máy quét", devices.DEVICE_STATE_ENROLLED)]
    assert listed[0].public_key == handheld.public_key
    assert list(answer.parcels) == []


async def test_an_invitation_is_good_once_and_its_repeat_gets_the_same_answer(doors: Doors) -> None:
    asked, handheld, thief = an_invitation(), Handheld(), Handheld()
    invited = await doors.call("InviteDevice", asked, SUPERVISOR)
    again = await doors.call("InviteDevice", asked, SUPERVISOR)
    first = await doors.call("EnrolDevice", enrolling(invited.invitation_code, handheld))
    second = await doors.call("EnrolDevice", enrolling(invited.invitation_code.lower().replace("-", " "), handheld))

    assert invited == again
    assert len(invited.invitation_code.replace("-", "")) == 30
    assert first.device_id == second.device_id == invited.device_id
    assert await reason_of(doors.call("EnrolDevice", enrolling(invited.invitation_code, thief))) == "INVITATION_USED"


async def test_the_repeat_of_an_invitation_gets_the_same_answer_from_a_process_that_only_reads_what_is_stored(doors: Doors) -> None:
    asked = an_invitation()
    invited = await doors.call("InviteDevice", asked, SUPERVISOR)
    forget()

    assert await doors.call("InviteDevice", asked, SUPERVISOR) == invited


async def test_a_developer_is_told_an_invitation_that_enrols(doors: Doors, system: Any) -> None:
    ports = {f"{name}_port": port for name, port in system.ports.items()}
    told = "\n".join(await badge.lines(badge.CLERK, replace(system.settings, http_port=system.http_port, **ports), apart=False))
    code = told.rsplit(" ", 1)[1]
    answer = await doors.call("EnrolDevice", enrolling(code, Handheld()))

    assert f"http://localhost:{system.http_port}/counter/#token=" in told
    assert f"http://localhost:{system.http_port}/handheld/ with the invitation" in told
    assert (answer.role, answer.place) == (devices.DEVICE_ROLE_CLERK, badge.CLERK.place)


async def test_of_twenty_who_use_one_invitation_at_once_one_is_enrolled(doors: Doors) -> None:
    code = (await doors.call("InviteDevice", an_invitation(), SUPERVISOR)).invitation_code
    many = [Handheld() for _ in range(20)]
    done = await asyncio.gather(*(doors.call("EnrolDevice", enrolling(code, each)) for each in many), return_exceptions=True)

    assert len([each for each in done if not isinstance(each, Refusal)]) == 1
    assert {each.reason for each in done if isinstance(each, Refusal)} == {"INVITATION_USED"}


async def test_who_may_invite_whom(doors: Doors) -> None:
    allowed = {(who.role, role) for who in (SUPERVISOR, CLERK, OFFICER) for role in ("COURIER", "CLERK", "OFFICER")
               if await _invites(doors, who, role)}

    assert allowed == {("SUPERVISOR", "COURIER"), ("SUPERVISOR", "CLERK"), ("SUPERVISOR", "OFFICER"), ("CLERK", "COURIER"),
                       ("CLERK", "CLERK"), ("OFFICER", "OFFICER")}
    assert await reason_of(doors.call("InviteDevice", an_invitation(), COURIER)) == "ROLE_NOT_ALLOWED"


async def _invites(doors: Doors, who: Person, role: str) -> bool:
    try:
        await doors.call("InviteDevice", an_invitation(role), who)
    except Refusal as refusal:
        if refusal.reason != "ROLE_NOT_YOURS":
            raise
        return False
    return True


async def test_a_wrong_code_or_key_enrols_nothing(doors: Doors, system: Any) -> None:
    code = (await doors.call("InviteDevice", an_invitation(), SUPERVISOR)).invitation_code
    other = ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    for sent, key, reason in ((wrong, Handheld().public_key, "INVITATION_UNKNOWN"), ("", b"", "INVITATION_UNKNOWN"),
                              ("A" * 10_000, b"", "INVITATION_UNKNOWN"), (code, b"", "PUBLIC_KEY_WRONG"),
                              (code, b"x" * 91, "PUBLIC_KEY_WRONG"), (code, other, "PUBLIC_KEY_WRONG")):
        request = devices.EnrolDeviceRequest(invitation_code=sent, public_key=key, request_id=str(uuid.uuid4()))
        assert await reason_of(doors.call("EnrolDevice", request)) == reason

    assert [each.state for each in (await doors.call("ListDevices", devices.ListDevicesRequest(), SUPERVISOR)).devices] == [
        devices.DEVICE_STATE_INVITED]


async def test_a_code_that_was_not_made_here_costs_no_read_of_the_store(doors: Doors, system: Any) -> None:
    streams, read = system.stores["courier"].streams, []
    known = streams.read

    async def counted(subject: str) -> Any:
        read.append(subject)
        return await known(subject)

    streams.read = counted
    assert await reason_of(doors.call("EnrolDevice", enrolling("0" * 30, Handheld()))) == "INVITATION_UNKNOWN"
    assert read == []


async def test_a_device_opens_the_couriers_door_alone(doors: Doors) -> None:
    handheld = await Handheld(role="CLERK").enrol(doors)

    assert (await doors.call("ListParcels", courier.ListParcelsRequest(), handheld)) is not None
    assert await reason_of(doors.call("ListProcedures", intake.ListProceduresRequest(), handheld)) == "TOKEN_FORGED"


async def test_no_bad_token_of_a_device_gets_in(doors: Doors) -> None:
    handheld, stranger = await Handheld().enrol(doors), Handheld()
    stranger.device_id = handheld.device_id  # names the other's key, signs with its own
    now = int(time.time())
    bad = [({"role": "SUPERVISOR"}, "TOKEN_NOT_OF_DEVICE"), ({"place": "TINH-01"}, "TOKEN_NOT_OF_DEVICE"),
           ({"device": "x"}, "TOKEN_NOT_OF_DEVICE"), ({"exp": now + 3600}, "TOKEN_MALFORMED"),
           ({"exp": now - 1}, "TOKEN_MALFORMED"),
           ({"iat": now - 800, "exp": now - 60}, "TOKEN_EXPIRED"), ({"nbf": now + 300}, "TOKEN_NOT_YET_VALID"),
           ({"iat": now + 300, "exp": now + 400}, "TOKEN_NOT_YET_VALID"), ({"aud": "other"}, "TOKEN_FOREIGN"),
           ({"iss": "other"}, "TOKEN_FOREIGN"), ({"sub": ""}, "TOKEN_MALFORMED"), ({"sub": "x" * 65}, "TOKEN_MALFORMED"),
           ({"exp": "soon"}, "TOKEN_MALFORMED"), ({"iat": True}, "TOKEN_MALFORMED"), ({"exp": float("nan")}, "TOKEN_MALFORMED"),
           ({"exp": float("inf")}, "TOKEN_MALFORMED")]
    token, found = handheld.token, []
    for claims, _ in bad:
        handheld.token = lambda claims=claims: token(**claims)  # type: ignore[method-assign]
        found.append(await reason_of(doors.call("ListParcels", courier.ListParcelsRequest(), handheld)))

    assert found == [reason for _, reason in bad]
    assert await reason_of(doors.call("ListParcels", courier.ListParcelsRequest(), stranger)) == "TOKEN_FORGED"
    stranger.device_id = "0" * 20
    assert await reason_of(doors.call("ListParcels", courier.ListParcelsRequest(), stranger)) == "TOKEN_FORGED"
    deep = base64.urlsafe_b64encode(b'{"alg":"ES256","x":' + b"[" * 1500 + b"]" * 1500 + b"}").decode().rstrip("=")
    stranger.token = lambda: f"{deep}.e30.eA"  # type: ignore[method-assign]
    assert await reason_of(doors.call("ListParcels", courier.ListParcelsRequest(), stranger)) == "TOKEN_MALFORMED"
    stranger = Handheld(device_id="../keys")
    assert await reason_of(doors.call("ListParcels", courier.ListParcelsRequest(), stranger)) == "TOKEN_FORGED"


async def test_a_revoked_device_is_refused_within_five_seconds(doors: Doors) -> None:
    handheld, neighbour = await Handheld().enrol(doors), await Handheld().enrol(doors)
    await doors.call("ListParcels", courier.ListParcelsRequest(), handheld)
    revoking = devices.RevokeDeviceRequest(device_id=handheld.device_id, reason=devices.REVOKE_REASON_LOST,
                                           request_id=str(uuid.uuid4()))
    elsewhere = Person("x", "SUPERVISOR", "025978")
    assert await reason_of(doors.call("RevokeDevice", revoking, elsewhere)) == "DEVICE_UNKNOWN"
    revoked = (await doors.call("RevokeDevice", revoking, SUPERVISOR)).device

    start, reason = time.monotonic(), ""
    while not reason:
        try:
            await doors.call("ListParcels", courier.ListParcelsRequest(), handheld)
        except Refusal as refusal:
            reason = refusal.reason
        await asyncio.sleep(0.05)
        assert time.monotonic() - start < 5

    assert (reason, revoked.state) == ("DEVICE_REVOKED", devices.DEVICE_STATE_REVOKED)
    assert (await doors.call("RevokeDevice", revoking, SUPERVISOR)).device == revoked
    await doors.call("ListParcels", courier.ListParcelsRequest(), neighbour)


async def test_a_key_is_looked_up_again_after_three_seconds_whatever_way_the_clock_is_turned() -> None:
    clock, handheld, asked = TurnableClock(START), Handheld(), []
    handheld.device_id, handheld.told = "a" * 20, lambda: clock.now().timestamp()
    known = {"revoked": False}

    async def find(device_id: str) -> DeviceKey | None:
        asked.append(device_id)
        return DeviceKey(key=handheld.key.public_key(), role="COURIER", place="032248", revoked=known["revoked"])

    tokens, header = DeviceTokens(find, clock), f"Bearer {handheld.token()}"
    assert [(await tokens.verify(header)).person for _ in range(3)] == ["bt"] * 3
    assert len(asked) == 1
    known["revoked"] = True
    clock.turn(timedelta(seconds=2.9))
    assert (await tokens.verify(header)).device == "a" * 20
    clock.turn(timedelta(seconds=0.2))
    with pytest.raises(Unauthenticated, match="revoked"):
        await tokens.verify(header)
    known["revoked"] = False
    clock.turn(timedelta(days=-1))
    with pytest.raises(Unauthenticated) as refusal:  # looked up anew; but such a token is of tomorrow
        await tokens.verify(f"Bearer {handheld.token(iat=int(START.timestamp()), nbf=int(START.timestamp()))}")
    assert refusal.value.reason in ("TOKEN_NOT_YET_VALID", "TOKEN_MALFORMED")
    assert len(asked) == 3


async def test_an_invitation_ends_after_fifteen_minutes(tmp_path: Path) -> None:
    clock = TurnableClock(START)
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=tmp_path)
    async with wiring.running(("courier",), chosen, clock=clock) as found:
        doors = Doors(dict.fromkeys(("intake", "courier", "tracking"), f"127.0.0.1:{found.ports['courier']}"),
                      minting(Minter(Keys.load_or_make(tmp_path))), patience_s=0)
        invited = await doors.call("InviteDevice", an_invitation(), SUPERVISOR)
        clock.turn(timedelta(minutes=15))
        assert await reason_of(doors.call("EnrolDevice", enrolling(invited.invitation_code, Handheld()))) == "INVITATION_EXPIRED"
        await doors.close()
