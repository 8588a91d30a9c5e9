"""What is measured. Each function gives rows; ``size`` shortens everything for a quick look."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pymongo
from google.protobuf import json_format
from postal.intake.v1 import intake_service_pb2
from postal.tracking.v1 import tracking_service_pb2

from . import clients, floors, processes
from .clients import Caller64, HttpCallers
from .measure import Row, latency, pairs, rate
from .processes import Standing


@dataclass(frozen=True)
class Size:
    """How long to look: seconds a sample, samples a row."""

    seconds: float = 2.2
    times: int = 3
    callers: int = 64


async def doors(standing: Standing, echo_at: str, echo_pid: int, back_end: str, size: Size) -> list[Row]:
    """Filings and scans through the doors, beside an echo of the same bytes."""
    token = clients.clerk_token(standing)
    one, many = (Caller64(standing.addresses["intake"], method, token) for method in (clients.FILE, clients.FILE_MANY))
    scanning = Caller64(standing.addresses["courier"], clients.SCANS, token)
    echoing = Caller64(echo_at, floors.ECHO)
    await clients.filed_codes(many, 300)  # warm, as a working day is
    targets = {"SQLite": ("≥ 1.1", "≥ 10"), "MongoDB": ("≥ 0.95", "≥ 6")}[back_end]
    rows = []
    plan = ((f"FileDossier one by one, {back_end}", clients.filing(one), size.callers, targets[0]),
            (f"FileDossiers 100 a call, {back_end}", clients.filings(many, 100), 8, targets[1]),
            (f"RecordScans 100 a call, {back_end}", clients.scans(scanning, 100, await _parcels(many, standing)), 8, "≥ 9"))
    for name, call, callers, target in plan:
        costs: list[float] = []

        async def ours(call: Any = call, callers: int = callers, costs: list[float] = costs) -> float:
            before, start = standing.cpu_s(), time.perf_counter()
            found = await rate(call, callers, size.seconds)
            costs.append((standing.cpu_s() - before) * 1e6 / max(1, found * (time.perf_counter() - start)))
            return found

        values, floor = await pairs(ours, lambda: rate(clients.echo(echoing), size.callers, size.seconds), size.times)
        rows.append(Row(name, "/s", values, "gRPC echo, 64 callers", floor, target, cpu_us=sorted(costs)[len(costs) // 2]))
    for caller in (one, many, scanning, echoing):
        await caller.close()
    return rows


async def _parcels(many: Caller64, standing: Standing) -> list[str]:
    """Codes of parcels the courier service knows."""
    found = [dossier.parcel_code for dossier in await clients.filed_codes(many, 2000)]
    await visible(standing, (await clients.filed_codes(many, 1))[0].tracking_code)
    return found


async def visible(standing: Standing, code: str) -> None:
    """Waits until the public door shows the code."""
    tracking = Caller64(standing.addresses["tracking"], clients.TRACK)
    async with asyncio.timeout(120):
        while not await _seen(tracking, code):
            await asyncio.sleep(0.004)
    await tracking.close()


async def _seen(tracking: Caller64, code: str) -> bool:
    try:
        await tracking(tracking_service_pb2.TrackRequest(tracking_code=code).SerializeToString())
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.NOT_FOUND:
            raise
        return False
    return True


async def lone(standing: Standing, insert: Any, back_end: str, size: Size) -> list[Row]:
    """A lone caller's wait, beside one durable insert."""
    one = Caller64(standing.addresses["intake"], clients.FILE, clients.clerk_token(standing))
    values, floor = await pairs(lambda: latency(clients.filing(one), 60), insert, size.times)
    await one.close()
    return [Row(f"FileDossier, lone caller, {back_end}", "ms", values, "one durable insert", floor, "≤ 1.5")]


async def durable_insert_sqlite(home: Path) -> float:
    """Median ms of one row in one commit, synchronous=FULL."""
    store = sqlite3.connect(home / "floor.sqlite", isolation_level=None)
    store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                        "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, b BLOB)")
    raw = clients.a_filing().SerializeToString()

    async def insert() -> int:
        store.execute("INSERT INTO t(b) VALUES(?)", (raw,))
        return 1
    try:
        return await latency(insert, 60)
    finally:
        store.close()


async def durable_insert_mongo(uri: str) -> float:
    """Median ms of one insert, w=majority, j=true."""
    raw = clients.a_filing().SerializeToString()
    with pymongo.MongoClient(uri, w="majority", journal=True) as client:
        async def insert() -> int:
            client["floor"]["t"].insert_one({"b": raw})
            return 1
        return await latency(insert, 60)


async def tutorial(home: Path, size: Size) -> list[Row]:
    """For scale: one transaction a call, as a tutorial shows it."""
    async with processes.helper(home, "loadtests.bench.floors", "tutorial", str(home / "tutorial.sqlite")) as (at, _), \
            processes.helper(home, "loadtests.bench.floors", "echo") as (echo_at, _):
        one, echoing = Caller64(at, floors.FILE), Caller64(echo_at, floors.ECHO)
        values, floor = await pairs(lambda: rate(clients.filing(one), size.callers, size.seconds),
                                    lambda: rate(clients.echo(echoing), size.callers, size.seconds), size.times)
        await one.close()
        await echoing.close()
    return [Row("a tutorial's filing: one transaction a call, SQLite, no rules, no tokens", "/s", values,
                "gRPC echo, 64 callers", floor)]


async def json_door(standing: Standing, size: Size) -> list[Row]:
    """The same calls as JSON over HTTP and as gRPC, by as many callers."""
    token, address, rows = clients.clerk_token(standing), standing.http.removeprefix("http://"), []
    asked = intake_service_pb2.GetProcedureRequest(code="1.014092")
    plan: tuple[tuple[str, Callable[[], Any]], ...] = ((clients.PROCEDURE, lambda: asked), (clients.FILE, clients.a_filing))
    for path, made in plan:
        by_grpc = Caller64(standing.addresses["intake"], path, token)
        by_json = await HttpCallers.posting(address, path, token, lambda made=made: json_format.MessageToJson(made()).encode(), 16)

        async def call(by_grpc: Caller64 = by_grpc, made: Callable[[], Any] = made) -> int:
            await by_grpc(made().SerializeToString())
            return 1

        values, floor = await pairs(lambda ours=by_json: rate(ours.get, 16, size.seconds),
                                    lambda floor=call: rate(floor, 16, size.seconds), size.times)
        rows.append(Row(f"{path.rsplit('/', 1)[1]} through the JSON door, one file", "/s", values,
                        "the same call through gRPC, 16 callers", floor, "≥ 0.7"))
        by_json.close()
        await by_grpc.close()
    return rows


async def page(standing: Standing, home: Path, size: Size) -> list[Row]:
    """The citizen's page by its code, beside a bare page on the same HTTP server."""
    many = Caller64(standing.addresses["intake"], clients.FILE_MANY, clients.clerk_token(standing))
    dossier = (await clients.filed_codes(many, 1))[0]
    await visible(standing, dossier.tracking_code)
    async with processes.helper(home, "loadtests.bench.floors", "page") as (at, _):
        ours = await HttpCallers.open(standing.http.removeprefix("http://"), f"/t/{dossier.tracking_code}", 16)
        bare = await HttpCallers.open(at, "/", 16)
        values, floor = await pairs(lambda: rate(ours.get, 16, size.seconds), lambda: rate(bare.get, 16, size.seconds), size.times)
        ours.close()
        bare.close()
    await many.close()
    return [Row("the citizen's page by code", "/s", values, "a bare page, same HTTP server", floor, "≥ 0.7")]


async def commit_to_visible(standing: Standing, per_s: int, back_end: str, limit_ms: int, size: Size) -> list[Row]:
    """From the answer to the clerk until the public door shows it, at a steady rate of filings."""
    token = clients.clerk_token(standing)
    many = Caller64(standing.addresses["intake"], clients.FILE_MANY, token)
    waits: list[float] = []
    together = max(1, per_s // 100)  # a hundred ticks a second

    async def tick() -> None:
        dossier = (await clients.filed_codes(many, together))[-1]
        start = time.perf_counter()
        await visible(standing, dossier.tracking_code)
        waits.append((time.perf_counter() - start) * 1000)

    running, loop = [], asyncio.get_running_loop()
    start, ticks = loop.time(), round(size.seconds * per_s / together)
    for number in range(ticks):
        delay = start + number * together / per_s - loop.time()
        if delay > 0:
            await asyncio.sleep(delay)
        if len([each for each in running if not each.done()]) > 100:  # it has fallen behind: the wait shows it, no need to drown it
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        if number % 20 == 0:
            running.append(asyncio.create_task(tick()))
        else:
            running.append(asyncio.create_task(_drop(clients.filed_codes(many, together))))
    await asyncio.gather(*running)
    await many.close()
    waits.sort()
    return [Row(f"commit → visible, {per_s}/s, {back_end}, p50", "ms", [waits[len(waits) // 2]]),
            Row(f"commit → visible, {per_s}/s, {back_end}, p99", "ms", [waits[len(waits) * 99 // 100]], target=f"≤ {limit_ms}",
                against="value", note="the client polls the public door on the same cores")]


def memory(idle: dict[str, float], loaded: dict[str, float], back_end: str) -> list[Row]:
    """Memory of each process after all the load of a part, beside itself when it had just started."""
    return [Row(f"memory of {name} after load, {back_end}", "MB", [loaded[name]], "the same idle", [idle[name]]) for name in idle]


async def _drop(answer: Any) -> None:
    await answer


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for one measurement."""
    return tempfile.TemporaryDirectory(prefix="bench-")
