"""`make badge`: lets a developer into the pages of staff.

There is no identity provider yet: the counter takes an access token of the installation from its address's fragment, which a
browser never sends. The token holds for a shift; who has the link has the badge. A handheld has a key of its own instead: it is
enrolled once with an invitation, which the running system is asked for.
"""

import argparse
import asyncio
import sys
import uuid
from dataclasses import replace
from pathlib import Path

from postal.courier.v1 import device_service_pb2 as devices

from services.foundation.errors import Problem
from services.foundation.localservers import UP_HOME
from services.foundation.runtime import identity, settings

from .doors import Doors, Person, Refusal

SHIFT_MINUTES = 480
CLERK = identity.Caller(person="gdv-dat-mui", role=identity.Role.CLERK, place="032248")
_AT_THE_COUNTER = {identity.Role.CLERK, identity.Role.SUPERVISOR}
_WITH_A_HANDHELD = {identity.Role.CLERK, identity.Role.COURIER, identity.Role.OFFICER}
_SERVICES = ("intake", "courier", "tracking")
_NOT_RUNNING = "the handheld: its invitation comes from the running system; start it (make run, make up), then: make badge"


def minting(keys_dir: Path) -> identity.Minter:
    """Development tokens from the key made at first start."""
    return identity.Minter(identity.Keys.load_or_make(keys_dir))


async def lines(who: identity.Caller, chosen: settings.Settings, *, apart: bool, minutes: float = SHIFT_MINUTES) -> list[str]:
    """What to open, a line for each page the role works at. ``apart``: each service is a process with an HTTP port of its own."""
    told = [] if chosen.pages_dir.is_dir() else ["The pages of staff are not built yet: make pages (Node.js 18 or newer, npm)."]
    ports = {service: chosen.http_port_of((service,)) if apart else chosen.http_port for service in _SERVICES}
    if who.role in _AT_THE_COUNTER:
        token = minting(chosen.keys_dir).mint(who, minutes=minutes)
        told.append(f"the counter for {who.person}, {who.role.value} at {who.place}: "
                    f"http://localhost:{ports['intake']}/counter/#token={token}")
    if who.role in _WITH_A_HANDHELD:
        told.append(await _handheld(who, chosen, ports["courier"]))
    return told


async def _handheld(who: identity.Caller, chosen: settings.Settings, port: int) -> str:
    """A new invitation, asked for as somebody of the place who may."""
    keeper = Person(who.person, "OFFICER" if who.role is identity.Role.OFFICER else "CLERK", who.place)
    doors = Doors({name: f"{chosen.host}:{chosen.port(name)}" for name in _SERVICES}, minting(chosen.keys_dir).mint_for,
                  patience_s=0)
    try:
        invited = await doors.call("InviteDevice", devices.InviteDeviceRequest(
            role=f"DEVICE_ROLE_{who.role.value}", request_id=str(uuid.uuid4())), keeper)
    except Refusal as refusal:
        return f"the handheld: no invitation ({refusal})" if refusal.reason else _NOT_RUNNING
    finally:
        await doors.close()
    return (f"the handheld for a {who.role.value} at {who.place}: http://localhost:{port}/handheld/ "
            f"with the invitation {invited.invitation_code}")


async def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make badge", description=__doc__)
    parser.add_argument("--role", choices=[role.value for role in identity.Role], default=CLERK.role.value)
    parser.add_argument("--place", default=CLERK.place, help="office or authority code")
    parser.add_argument("--person", default=CLERK.person)
    parser.add_argument("--minutes", type=float, default=SHIFT_MINUTES)
    parser.add_argument("--target", choices=("embedded", "up"), default="embedded")
    asked = parser.parse_args()
    chosen, apart = settings.read(), asked.target == "up"
    if apart:
        chosen = replace(chosen, keys_dir=UP_HOME / "keys")
    who = identity.Caller(person=asked.person, role=identity.Role(asked.role), place=asked.place)
    told = await lines(who, chosen, apart=apart, minutes=asked.minutes)
    sys.stdout.write("".join(f"{line}\n" for line in told) or f"There is no page for {asked.role} yet.\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except Problem as problem:
        sys.exit(f"{problem.reason}: {problem.message}")
