"""`make invitation`: a link that enrols a handheld, for developers; a supervisor's invitation made through the real door.

The code stands in the address's fragment, which a browser never sends; it is good once and for 15 minutes.
"""

import argparse
import asyncio
import sys
import uuid
from dataclasses import replace
from pathlib import Path

from postal.courier.v1 import device_service_pb2 as devices

from services.foundation.localservers import UP_HOME
from services.foundation.runtime import settings

from .badge import minting
from .doors import Doors, Person, Refusal

SERVICES = ("intake", "courier", "tracking")


async def invited(doors: Doors, role: str, place: str) -> str:
    """A new invitation's code."""
    answer = await doors.call("InviteDevice", devices.InviteDeviceRequest(
        role=f"DEVICE_ROLE_{role}", label="máy thử", request_id=str(uuid.uuid4())), Person("kiem-soat", "SUPERVISOR", place))
    return str(answer.invitation_code)


async def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make invitation", description=__doc__)
    parser.add_argument("--role", choices=("COURIER", "CLERK", "OFFICER"), default="COURIER")
    parser.add_argument("--place", default="032248", help="office or authority code")
    parser.add_argument("--target", choices=("embedded", "up"), default="embedded")
    asked = parser.parse_args()
    chosen, apart = settings.read(), asked.target == "up"
    if apart:
        chosen = replace(chosen, keys_dir=Path(UP_HOME) / "keys")
    ports = (chosen.intake_port, chosen.courier_port, chosen.tracking_port)
    doors = Doors({name: f"{chosen.host}:{port}" for name, port in zip(SERVICES, ports, strict=True)},
                  minting(chosen.keys_dir).mint_for, patience_s=2)
    try:
        code = await invited(doors, asked.role, asked.place)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}; is the system running? `make run` or `make up TARGET=up`\n")
        return 1
    finally:
        await doors.close()
    port = chosen.http_port_of(("courier",)) if apart else chosen.http_port
    sys.stdout.write(f"handheld, {asked.role} at {asked.place}, once within 15 minutes: "
                     f"http://localhost:{port}/handheld/#invitation={code}\n")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
