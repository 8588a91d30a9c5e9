"""What it costs to be seen: CPU of a filing, from the call until it is shown, with lines, metrics and traces and without."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from postal.intake.v1 import intake_service_pb2

from services.foundation.localservers import process

from . import clients, processes
from .clients import Caller64
from .measure import Row, pairs
from .processes import Standing
from .rows import Size, visible

_CALLERS = 16


async def on_one_file(home: Path, size: Size) -> list[Row]:
    """Each way of being seen in turn with none, on systems that stand side by side."""
    async with AsyncExitStack() as stack:
        at, _ = await stack.enter_async_context(processes.helper(home, "loadtests.bench.floors", "collector"))
        traces = {"POSTAL_TRACES": f"http://{at}"}
        told = {"POSTAL_LOG_LEVEL": "INFO", "POSTAL_METRICS_PORT": str(process.free_port())}
        ways = {"": {}, "a line a request and metrics": told, "a tenth traced": {**traces, "POSTAL_TRACES_SHARE": "0.1"},
                "all traced": {**traces, "POSTAL_TRACES_SHARE": "1"}}
        standing = {}
        for number, (name, settings) in enumerate(ways.items()):
            (home / str(number)).mkdir()
            standing[name] = await stack.enter_async_context(processes.embedded(home / str(number), **settings))
            await _cost_us(standing[name], 100)  # warm
        filings = round(100 * size.seconds)
        rows = []
        for name in [name for name in ways if name]:
            values, floor = await pairs(lambda name=name: _cost_us(standing[name], filings),
                                        lambda: _cost_us(standing[""], filings), size.times)
            rows.append(Row(f"CPU of a filing until it is shown, {name}, one file", "µs", values, "the same unseen", floor))
        return rows


async def _cost_us(standing: Standing, filings: int) -> float:
    one = Caller64(standing.addresses["intake"], clients.FILE, clients.clerk_token(standing))
    answers: list[bytes] = []
    turn = asyncio.Semaphore(_CALLERS)

    async def file() -> None:
        async with turn:
            answers.append(await one(clients.a_filing().SerializeToString()))

    before = standing.cpu_s()
    await asyncio.gather(*(file() for _ in range(filings)))
    last = intake_service_pb2.FileDossierResponse.FromString(answers[-1])
    await visible(standing, last.dossier.tracking_code)
    spent = standing.cpu_s() - before
    await one.close()
    return spent * 1e6 / filings

