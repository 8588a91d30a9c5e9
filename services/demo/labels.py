"""`make labels ROLL=500 OFFICE=032248`: has an office's roll of labels made and writes its sheets to out/labels.

Asks the system that runs here; where none does, the embedded one is started for the moment. The codes are recorded before the
sheet is written: what comes out of the printer can be used, what was never printed is never used.
"""

import argparse
import asyncio
import socket
import sys
import uuid
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from postal.intake.v1 import intake_service_pb2 as intake

from services.foundation.errors import Problem
from services.foundation.localservers import UP_HOME
from services.foundation.runtime import settings, wiring

from . import badge
from .doors import Doors, Person, Refusal

OUT = Path("out/labels")
PAPERS = {"A4": intake.ROLL_PAPER_A4, "SINGLE": intake.ROLL_PAPER_SINGLE}
_SERVICES = ("intake", "courier", "tracking")


async def made(doors: Doors, office: str, count: int, paper: str) -> tuple[Path, str]:
    """(the PDF's path, what it holds in words); raises Refusal."""
    clerk = Person(f"rolls-{office}", "CLERK", office)
    roll = (await doors.call("PrintRoll", intake.PrintRollRequest(labels=count, request_id=str(uuid.uuid4())), clerk)).roll
    sheet = await doors.call("RenderRoll", intake.RenderRollRequest(roll_id=roll.roll_id, paper=PAPERS[paper]), clerk)
    first, last = roll.labels[0].parcel_code, roll.labels[-1].parcel_code
    path = OUT / f"{office}-{first}-{count}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sheet.content)
    return path, f"{count} labels of office {office}, {first} to {last}"


async def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make labels", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="labels, 1 to 500")
    parser.add_argument("--office", default=badge.CLERK.place)
    parser.add_argument("--paper", choices=PAPERS, default="A4")
    parser.add_argument("--target", choices=("embedded", "up"), default="embedded")
    asked = parser.parse_args()
    chosen = settings.read()
    if asked.target == "up":
        chosen = replace(chosen, keys_dir=UP_HOME / "keys")
    async with AsyncExitStack() as stack:
        if asked.target == "embedded" and not _answers(chosen):
            await stack.enter_async_context(wiring.running(_SERVICES, chosen))
        ports = (chosen.intake_port, chosen.courier_port, chosen.tracking_port)
        doors = Doors({name: f"{chosen.host}:{port}" for name, port in zip(_SERVICES, ports, strict=True)},
                      badge.minting(chosen.keys_dir).mint_for)
        stack.push_async_callback(doors.close)
        path, words = await made(doors, asked.office, asked.count, asked.paper)
    sys.stdout.write(f"{words}: {path}\n")
    return 0


def _answers(chosen: settings.Settings) -> bool:
    """Whether somebody listens at intake's door."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((chosen.host, chosen.intake_port)) == 0


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except (Problem, Refusal) as refused:
        sys.exit(str(refused))
