"""`make demo`: starts the embedded system, carries one dossier from Cà Mau to Hà Nội and back, stays until Ctrl-C."""

import argparse
import asyncio
import signal
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from postal.intake.v1 import intake_service_pb2 as intake
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from services import registry
from services.foundation.errors import Problem
from services.foundation.localservers import UP_HOME
from services.foundation.runtime import settings, wiring

from . import badge
from .doors import Doors, Refusal
from .journey import Journey

OUT = Path("out")
HOME_PLACE = "xã Đất Mũi, tỉnh Cà Mau"
STEPS = 6
SERVICES = ("intake", "courier", "tracking")


async def main() -> int:
    """0 if the dossier came through, 1 if not."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--target", choices=("embedded", "up"), default="embedded")
    parser.add_argument("--once", action="store_true", help="end after the journey")
    arguments = parser.parse_args()
    console, start = Console(highlight=False), time.monotonic()
    async with AsyncExitStack() as stack:
        chosen = settings.read()
        if arguments.target == "embedded":
            await stack.enter_async_context(wiring.running(SERVICES, chosen))
        else:
            chosen = replace(chosen, keys_dir=UP_HOME / "keys")
        console.print(f"ready after {time.monotonic() - start:.1f} s")
        passed = await _carry(chosen, console)
        if passed and not arguments.once:
            for line in await badge.lines(badge.CLERK, chosen, apart=arguments.target == "up"):
                console.print(line, soft_wrap=True)
            console.print("The system keeps running; Ctrl-C ends it.")
            await _until_told_to_stop()
    return 0 if passed else 1


async def _carry(chosen: settings.Settings, console: Console) -> bool:
    ports = (chosen.intake_port, chosen.courier_port, chosen.tracking_port)
    doors = Doors({name: f"{chosen.host}:{port}" for name, port in zip(SERVICES, ports, strict=True)},
                  badge.minting(chosen.keys_dir).mint_for)
    known = registry.load()
    home = known.office_of_unit(known.resolve_unit(place=HOME_PLACE)[0].code)
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console) as progress:
        bar = progress.add_task("carrying one dossier", total=STEPS)

        def told(sentence: str) -> None:
            progress.console.print(f"  {sentence}")
            progress.advance(bar)

        journey = Journey(doors, home.code, told=told)
        try:
            dossier = await journey.run()
            files = await _write_papers(doors, journey)
        except (Refusal, TimeoutError, AssertionError) as error:
            console.print(f"[bold]The journey ended early:[/bold] {error}")
            return False
        finally:
            await doors.close()
    console.print(f"state {dossier.state} (RETURNED), slowest page {journey.slowest_s:.2f} s behind; wrote {files}")
    console.print(f"The citizen's page: {journey.tracking_url}")
    return dossier.state == 10


async def _write_papers(doors: Doors, journey: Journey) -> str:
    OUT.mkdir(exist_ok=True)  # noqa: ASYNC240  four small files, nobody waits
    written = []
    wanted = (("label.pdf", 1), ("label.png", 2), ("label.svg", 3))
    for name, label_format in wanted:
        answer = await doors.call("RenderLabel", intake.RenderLabelRequest(
            filing_id=journey.filing_id, format=label_format), journey.clerk)  # type: ignore[arg-type]
        (OUT / name).write_bytes(answer.content)
        written.append(f"out/{name}")
    answer = await doors.call("RenderReceipt", intake.RenderReceiptRequest(filing_id=journey.filing_id), journey.clerk)
    (OUT / "receipt.pdf").write_bytes(answer.content)
    return ", ".join([*written, "out/receipt.pdf"])


async def _until_told_to_stop() -> None:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except Problem as problem:
        sys.stderr.write(f"{problem.reason}: {problem.message}\n")
        sys.exit(1)
