"""Callers: raw bytes over grpc.aio channels, requests prepared so that the client costs little."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import grpc
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import parcel_pb2 as parcels
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake

from services.demo.cases import APPLICANT, PAPERS
from services.foundation.codes import parcel_code
from services.foundation.runtime.identity import Caller, Keys, Minter, Role

from .processes import Standing

FILE = "/postal.intake.v1.IntakeService/FileDossier"
FILE_MANY = "/postal.intake.v1.IntakeService/FileDossiers"
PROCEDURE = "/postal.intake.v1.IntakeService/GetProcedure"
SCANS = "/postal.courier.v1.CourierService/RecordScans"
TRACK = "/postal.tracking.v1.TrackingService/Track"
OFFICE, CHANNELS = "032248", 4
Call = Callable[[], Awaitable[int]]


class Caller64:
    """Raw calls of one method over a few connections, as one person."""

    def __init__(self, address: str, method: str, token: str = "") -> None:
        self._channels = [grpc.aio.insecure_channel(address, options=(("grpc.use_local_subchannel_pool", 1),))
                          for _ in range(CHANNELS)]
        self._calls = [channel.unary_unary(method) for channel in self._channels]
        self._metadata = (("authorization", f"Bearer {token}"),) if token else ()
        self._turn = 0

    async def __call__(self, raw: bytes) -> bytes:
        self._turn += 1
        answer: bytes = await self._calls[self._turn % CHANNELS](raw, metadata=self._metadata, timeout=30)
        return answer

    async def close(self) -> None:
        """Closes the connections."""
        await asyncio.gather(*(channel.close() for channel in self._channels))


def clerk_token(standing: Standing, role: Role = Role.CLERK) -> str:
    """A development token made from the system's own key."""
    return Minter(Keys.load_or_make(standing.keys)).mint(Caller(person="bench", role=role, place=OFFICE), minutes=60)


def a_filing(weight_grams: int = 100) -> intake.FileDossierRequest:
    """A dossier of ordinary size, synthetic, with a request id of its own."""
    return intake.FileDossierRequest(
        procedure_code="1.014092", unit_code="01", applicant=APPLICANT, papers=PAPERS, weight_grams=weight_grams, seal_number="S1",
        service=dossiers.FILING_SERVICE_BOTH, fee_vnd=500_000, postage_vnd=30_000, synthetic=True, request_id=str(uuid.uuid4()))


def filing(caller: Caller64) -> Call:
    """One filing a call."""
    async def call() -> int:
        await caller(a_filing().SerializeToString())
        return 1
    return call


def filings(caller: Caller64, size: int) -> Call:
    """So many filings a call; raises if one is refused."""
    async def call() -> int:
        answer = intake.FileDossiersResponse.FromString(await caller(
            intake.FileDossiersRequest(dossiers=[a_filing() for _ in range(size)]).SerializeToString()))
        if any(result.HasField("problem") for result in answer.results):
            raise RuntimeError(answer.results[0].problem.reason)
        return size
    return call


def scans(caller: Caller64, size: int, codes: list[str]) -> Call:
    """So many scans a call, of parcels that are known."""
    device, number = uuid.uuid4().hex[:12], 0
    stamp = datetime.now(UTC)

    async def call() -> int:
        nonlocal number
        batch = []
        for _ in range(size):
            number += 1
            scan = parcels.Scan(device=device, device_sequence=number, parcel_code=codes[number % len(codes)], activity=1,
                                office_code=OFFICE)
            scan.occur_time.FromDatetime(stamp)
            batch.append(scan)
        answer = courier.RecordScansResponse.FromString(await caller(
            courier.RecordScansRequest(scans=batch, request_id=str(uuid.uuid4())).SerializeToString()))
        if any(result.outcome == courier.SCAN_OUTCOME_REFUSED for result in answer.results):
            raise RuntimeError(answer.results[0].problem.reason)
        return size
    return call


def unknown_codes(count: int) -> list[str]:
    """Valid parcel codes that belong to nobody."""
    return [parcel_code("RZ", number) for number in range(count)]


def echo(caller: Caller64) -> Call:
    """The same bytes as a filing, back again."""
    raw = a_filing().SerializeToString()

    async def call() -> int:
        await caller(raw)
        return 1
    return call


async def filed_codes(caller: Caller64, count: int) -> list[Any]:
    """Dossiers freshly filed."""
    found: list[Any] = []
    while len(found) < count:
        answer = intake.FileDossiersResponse.FromString(await caller(
            intake.FileDossiersRequest(dossiers=[a_filing() for _ in range(min(100, count - len(found)))]).SerializeToString()))
        found += [result.filed.dossier for result in answer.results]
    return found


class HttpCallers:
    """Keep-alive connections that send one request, or each time another one: the least a client can cost."""

    def __init__(self, lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]], request: Callable[[], bytes]) -> None:
        self._idle, self._lines, self._request = list(lines), lines, request

    @classmethod
    async def open(cls, address: str, path: str, count: int) -> "HttpCallers":
        """So many connections."""
        request = f"GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n".encode()
        return cls(await _connections(address, count), lambda: request)

    @classmethod
    async def posting(cls, address: str, path: str, token: str, body: Callable[[], bytes], count: int) -> "HttpCallers":
        """So many connections that call a method through the JSON door."""
        head = (f"POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {token}\r\nContent-Length: ").encode()

        def request() -> bytes:
            sent = body()
            return b"%s%d\r\n\r\n%s" % (head, len(sent), sent)

        return cls(await _connections(address, count), request)

    async def get(self) -> int:
        """One answer; raises RuntimeError for anything but 200."""
        reader, writer = line = self._idle.pop()
        writer.write(self._request())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.split(b"\r\n")[0].decode())
        size = next(int(each.split(b":")[1]) for each in head.lower().split(b"\r\n") if each.startswith(b"content-length"))
        await reader.readexactly(size)
        self._idle.append(line)
        return 1

    def close(self) -> None:
        """Closes the connections."""
        for _, writer in self._lines:
            writer.close()


async def _connections(address: str, count: int) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, port = address.split(":")
    return [await asyncio.open_connection(host, int(port)) for _ in range(count)]
