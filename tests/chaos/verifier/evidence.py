"""I35: what devices signed is kept with the facts that follow, and holds by the devices' own keys."""

from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from .dataset import DataSet, Fact

_SIGNED = ("parcels/", "waiting-scans/", "entries/")


def i35(data: DataSet) -> Iterator[str]:
    """Each signed text holds by its device's key and names device, number, operator and parcel of the fact it stands for."""
    streams = data.streams.get("courier", {})
    keys = {subject.removeprefix("devices/"): load_der_public_key(fact.message.public_key)
            for subject, facts in streams.items() if subject.startswith("devices/")
            for fact in facts if fact.kind == "DeviceEnrolled"}
    for subject, facts in streams.items():
        if not subject.startswith(_SIGNED):
            continue
        for fact in facts:
            evidence = getattr(fact.message, "evidence", None)
            if evidence is not None and fact.message.HasField("evidence"):
                wrong = _wrong(streams, keys, fact, evidence)
                if wrong:
                    yield f"{subject}/{fact.sequence} {wrong}"


def _wrong(streams: dict[str, list[Fact]], keys: dict[str, Any], fact: Fact, evidence: Any) -> str:
    if not evidence.statement:  # one text for several parcels is kept once
        kept = streams.get(f"entries/{fact.device}/{evidence.device_sequence}", [])
        if not kept:
            return "has no signed text"
        evidence = kept[0].message.evidence
    if fact.device not in keys:
        return "is of a device that was never enrolled"
    r, s = int.from_bytes(evidence.signature[:32], "big"), int.from_bytes(evidence.signature[32:], "big")
    try:
        keys[fact.device].verify(encode_dss_signature(r, s), evidence.statement, ECDSA(SHA256()))
    except InvalidSignature:
        return "carries a signature that does not hold"
    lines = evidence.statement.decode().split("\n")
    wanted = [f"device {fact.device}", f"sequence {evidence.device_sequence}", f"operator {fact.person}"]
    if any(line not in lines for line in wanted):
        return "is not what was signed"
    code = fact.subject.partition("/")[2]
    parcel = not fact.subject.startswith("entries/")
    if parcel and not any(line.split(" ")[:2] == ["parcel", code] for line in lines):
        return "is of a parcel that was not signed for"
    scan = getattr(fact.message, "scan", None) if fact.kind == "ScanRecorded" else None
    if scan is not None and (scan.device, scan.device_sequence, f"office {scan.office_code}" in lines) != (
            fact.device, evidence.device_sequence, True):
        return "tells another scan than was signed"
    return ""
