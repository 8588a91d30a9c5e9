"""A day in the life of real processes, and what could be seen of it: every scrape, every log line, every span.

Everybody in it has a name and numbers that occur nowhere else, and uses them where they do not belong as well.
"""

import asyncio
import json
import urllib.request
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import entry_pb2 as entries
from postal.courier.v1 import parcel_pb2 as parcels
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake
from postal.tracking.v1 import tracking_service_pb2 as tracking
from prometheus_client.parser import text_string_to_metric_families

from services import registry
from services.demo.cases import PHARMACIST
from services.demo.doors import Doors, Refusal
from services.demo.journey import Journey
from services.foundation import trace as traces
from services.foundation.localservers import kafka, process
from services.foundation.runtime.identity import Keys, Minter
from tests.builders import CLERK, COURIER, a_filing
from tests.conftest import need
from tests.handheld import Handheld, minting
from tests.journeys import systems
from tests.services.json_calls import send

from .collector import Collector, Span, collecting

NAME, NUMBER, PHONE = "Trương Quỳnh Xuyến", "096185777123", "0977123123"
STREET, RECEIVER = "Ấp Chim Hoàng Yến", "Lê Hoàng Oanh Vũ"
CANARIES = (*NAME.split(), NUMBER, PHONE, STREET, "Hoàng Yến", RECEIVER, "Oanh")
PERSON = dossiers.Applicant(full_name=NAME, identity_number=NUMBER, phone=PHONE, address=STREET)
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"  # of the clerk's own system


@dataclass
class Seen:
    """What there was to be seen. ``codes`` are those that lead to a dossier, each by its kind."""

    scrapes: dict[str, str]
    lines: list[dict[str, Any]]
    texts: dict[str, bytes]
    spans: list[Span]
    codes: dict[str, list[str]] = field(default_factory=dict)

    def value(self, name: str, **labels: str) -> float:
        """Sum of a sample over all processes and what is not named of its labels."""
        return sum(sample.value for text in self.scrapes.values() for family in text_string_to_metric_families(text)
                   for sample in family.samples if sample.name == name and labels.items() <= sample.labels.items())


def scraped(port: int) -> str:
    """What /metrics says now."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


@pytest.fixture(scope="module", params=["embedded", "mongodb+kafka"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    home = tmp_path_factory.mktemp("seen")
    if request.param == "embedded":
        yield asyncio.run(_a_day(lambda **more: systems.embedded(home, **more), home))
        return
    need("kafka", kafka.missing())
    mongo, port = request.getfixturevalue("mongo_server"), process.free_port()
    pid = kafka.start(port, home / "kafka")
    try:
        yield asyncio.run(_a_day(lambda **more: systems.three_services(
            home, mongo, kafka.address(port), f"seen_{uuid.uuid4().hex[:8]}", **more), home))
    finally:
        process.stop(pid)


async def _a_day(start: Any, home: Path) -> Seen:
    async with collecting() as collector:
        async with start(metrics=True, POSTAL_TRACES=f"http://127.0.0.1:{collector.port}", POSTAL_TRACES_SHARE="1") as system, \
                _doors(system) as doors:
            codes = await _work(system, doors)
            scrapes = await _settled(system, codes)
        return _seen(scrapes, home, collector, codes)


@asynccontextmanager
async def _doors(system: systems.System) -> AsyncIterator[Doors]:
    made = Doors(system.addresses, minting(Minter(Keys.load_or_make(system.keys_dir))))
    try:
        yield made
    finally:
        await made.close()


async def _work(system: systems.System, doors: Doors) -> dict[str, list[str]]:
    known = registry.load()
    home = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
    journey = Journey(doors, home.code, PHARMACIST)
    await journey.run()
    traces.current.set(f"00-{TRACE}-{PARENT}-01")
    filed = (await doors.call("FileDossier", a_filing(applicant=PERSON), CLERK)).dossier
    traces.current.set("")
    both = await doors.call("FileDossiers", intake.FileDossiersRequest(dossiers=[
        a_filing(applicant=PERSON, synthetic=True), a_filing(applicant=PERSON, weight_grams=0)]), CLERK)
    await _refused(doors, "FileDossier", a_filing(applicant=PERSON, weight_grams=0))
    await _refused(doors, "FileDossier", a_filing(applicant=dossiers.Applicant(full_name=NAME, identity_number=f"{NUMBER}x")))
    await _refused(doors, "Track", tracking.TrackRequest(tracking_code=NUMBER))
    await _scans(doors, filed.parcel_code)
    await _by_json(system)
    await _by_http(system, filed.tracking_code)
    await _with_a_name_in_the_head(system)
    mine = [filed, both.results[0].filed.dossier, await journey.dossier(journey.clerk)]
    return {"tracking": [each.tracking_code for each in mine], "filing": [each.filing_id for each in mine],
            "parcel": [each.parcel_code for each in mine], "office": [CLERK.place, home.code], "person": [CLERK.name, COURIER.name]}


async def _refused(doors: Doors, method: str, request: Any) -> None:
    with pytest.raises(Refusal):
        await doors.call(method, request, CLERK)


async def _scans(doors: Doors, code: str) -> None:
    """One that is good, one that is not, and a delivery with the receiver's name, out of a handheld ten minutes ahead of us."""
    bad = parcels.Scan(device="h1", device_sequence=1, parcel_code=NUMBER, activity=1, office_code="032248")
    await doors.call("RecordScans", courier.RecordScansRequest(scans=[bad], request_id=str(uuid.uuid4())), COURIER)
    handheld = await Handheld().enrol(doors)
    shown = entries.ReceiverShown(salt="0" * 32, full_name=RECEIVER, last_four="4477")
    bundle = handheld.bundle(handheld.scan(code), handheld.deliver(code, receiver=shown), now=handheld.now() + 600)
    await doors.call("UploadBundle", bundle, handheld)


async def _by_json(system: systems.System) -> None:
    token = Minter(Keys.load_or_make(system.keys_dir)).mint_for(CLERK)
    port, path = system.http_ports["intake"], "POST /postal.intake.v1.IntakeService/"
    head = {"Content_Type": "application/json", "Authorization": f"Bearer {token}"}
    body = json_format.MessageToJson(a_filing(applicant=PERSON, synthetic=True)).encode()
    for answer, status in ((await send(port, f"{path}FileDossier", body, **head), 200),
                           (await send(port, f"{path}FileDossier", body, **head, Origin=f"https://{NUMBER}.example"), 403),
                           (await send(port, f"{path}FileDossier", json.dumps({NAME: NUMBER}).encode(), **head), 400),
                           (await send(port, f"{path}{NUMBER}", b"{}", **head), 404)):
        assert answer.status == status, answer


async def _by_http(system: systems.System, code: str) -> None:
    for path, status in ((f"/t/{code}", 200), (f"/T/{code}?name={NUMBER}", 200), (f"/t/{NUMBER}", 400), ("/t/0000000000000", 404),
                         (f"/nowhere/{NUMBER}", 404), ("/metrics", 404)):
        deadline = asyncio.get_running_loop().time() + 30
        while (answer := await send(system.http_port, f"GET {path}")).status != status:  # shown a moment after it was filed
            assert asyncio.get_running_loop().time() < deadline, answer
            await asyncio.sleep(0.05)


async def _with_a_name_in_the_head(system: systems.System) -> None:
    """What is no token and no trace is not told either."""
    async with grpc.aio.insecure_channel(system.addresses["intake"]) as channel:
        call = channel.unary_unary("/postal.intake.v1.IntakeService/ListProcedures")
        with pytest.raises(grpc.aio.AioRpcError):
            await call(b"", metadata=(("authorization", f"Bearer {NUMBER}"), ("traceparent", f"00-{NUMBER}")))


async def _settled(system: systems.System, codes: dict[str, list[str]]) -> dict[str, str]:
    """The scrapes, once the gauges that are read at intervals have seen all of it."""
    deadline = asyncio.get_running_loop().time() + 60
    while True:
        scrapes = {name: await asyncio.to_thread(scraped, port) for name, port in system.metrics.items()}
        found = Seen(scrapes, [], {}, [])
        if found.value("postal_dossiers", stage="RECEIVED_BY_POST") and not found.value("postal_consumer_lag_records"):
            return scrapes
        assert asyncio.get_running_loop().time() < deadline, scrapes
        await asyncio.sleep(0.5)


def _seen(scrapes: dict[str, str], home: Path, collector: Collector, codes: dict[str, list[str]]) -> Seen:
    logs = {path.name: path.read_bytes() for path in sorted(home.glob("*.log"))}
    texts = {**logs, **{f"metrics of {name}": text.encode() for name, text in scrapes.items()},
             "traces": b"".join(collector.raw)}
    lines = [json.loads(line) for text in logs.values() for line in text.splitlines()]
    return Seen(scrapes, lines, texts, collector.spans(), codes)
