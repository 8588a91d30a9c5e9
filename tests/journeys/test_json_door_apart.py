"""The JSON door of three processes on MongoDB and Kafka: each answers for its own service alone."""

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from services.demo.badge import minting
from tests.builders import CLERK, COURIER, a_filing
from tests.services.json_calls import Answer, post

from . import systems

PATHS = {"intake": "/postal.intake.v1.IntakeService/ListDossiers", "courier": "/postal.courier.v1.CourierService/ListParcels",
         "tracking": "/postal.tracking.v1.TrackingService/GetJourney"}


async def test_one_dossier_through_three_json_doors(tmp_path: Path, mongo_server: str, kafka_server: str) -> None:
    async with systems.three_services(tmp_path, mongo_server, kafka_server, f"json_{uuid.uuid4().hex[:8]}") as system:
        clerk, courier = (minting(system.keys_dir).mint_for(who) for who in (CLERK, COURIER))

        async def ask(service: str, method: str, message: Any, token: str = "", **headers: str) -> Answer:
            path = f"/postal.{service}.v1.{service.title()}Service/{method}"
            return await post(system.http_ports[service], path, json.dumps(message).encode(), token, **headers)

        filed = await ask("intake", "FileDossier", json_format.MessageToDict(a_filing()), clerk)
        assert filed.status == 200, filed.body
        dossier = filed.json["dossier"]
        parcel = await _until(lambda: ask("courier", "GetParcel", {"parcelCode": dossier["parcelCode"]}, clerk))
        scanned = await ask("courier", "RecordScans", {"requestId": str(uuid.uuid4()), "scans": [{
            "device": "h1", "deviceSequence": "1", "parcelCode": dossier["parcelCode"], "activity": "SCAN_ACTIVITY_DEPARTED",
            "officeCode": "032248", "occurTime": "2026-11-24T03:00:00Z"}]}, courier)
        journey = await _until(lambda: ask("tracking", "Track", {"trackingCode": dossier["trackingCode"]}))
        foreign = await ask("intake", "GetDossier", {"filingId": dossier["filingId"]}, clerk, Origin="http://elsewhere.vn")
        others = [(await post(system.http_ports[service], path, b"{}", clerk)).status
                  for service in PATHS for owner, path in PATHS.items() if owner != service]

    assert parcel.json["parcel"]["parcelCode"] == dossier["parcelCode"]
    assert scanned.json["results"][0]["outcome"] == "SCAN_OUTCOME_APPLIED"
    assert journey.json["journey"]["trackingCode"] == dossier["trackingCode"]
    assert foreign.json["reason"] == "ORIGIN_FOREIGN"
    assert others == [404] * 6


async def _until(look: Any) -> Answer:
    """The first answer that is not about something still unknown."""
    async with asyncio.timeout(30):
        while (answer := await look()).status == 404:
            await asyncio.sleep(0.05)
    assert answer.status == 200, answer.body
    return answer
