"""`export --check`: whether an exported dossier is still what was exported: each file's hash, each stream's chain, each device's
signature. Needs nothing but the file."""

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_public_key

from services.courier.signatures import holds
from services.foundation.envelope import moment
from services.foundation.errors import Invalid
from services.foundation.events import Actor, Recorded
from services.foundation.ports import Whole

from . import findings
from .console import Report
from .export import FORMAT


def checked(file: Path) -> Report:
    """What does not hold. Raises Invalid EXPORT_UNREADABLE."""
    try:
        with zipfile.ZipFile(file) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(files.pop("manifest.json"))
        if manifest["format"] != FORMAT:
            raise ValueError
        wrong = [*_files(files, manifest["files"]), *_chains(files), *_signatures(json.loads(files["evidence.json"]))]
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, KeyError, ValueError, TypeError) as error:
        raise Invalid("EXPORT_UNREADABLE", f"this is no whole export of ours ({type(error).__name__})", field="file") from None
    return Report("export check", ok=not wrong, listed="findings", facts={
        "filing_id": manifest["filing_id"], "made": manifest["made"], "files": len(files), "findings": wrong})


def _files(files: dict[str, bytes], hashes: dict[str, str]) -> Iterator[dict[str, Any]]:
    for name in sorted(files.keys() | hashes.keys()):
        if hashlib.sha256(files.get(name, b"")).hexdigest() != hashes.get(name):
            yield {"kind": "FILE_CHANGED" if name in files else "FILE_MISSING", "where": name, "sequence": 0}


def _chains(files: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    for name in sorted(files):
        if name.startswith("facts/"):
            told = json.loads(files[name])
            whole = Whole(subject=told["subject"], facts=tuple(_fact(told["subject"], each) for each in told["facts"]), topic=None)
            wrong = findings.of_chain(told["service"], whole)
            if wrong:
                yield {"kind": wrong.kind, "where": wrong.where, "sequence": wrong.sequence}


def _fact(subject: str, told: dict[str, Any]) -> Recorded:
    person, role, place, device = told["actor"]
    return Recorded(subject=subject, key=told["key"], sequence=told["sequence"], type=told["type"],
                    data=base64.b64decode(told["data"]), occurred=moment(told["occurred_ms"]), recorded=moment(told["recorded_ms"]),
                    cause=told["cause"], fingerprint=told["fingerprint"], trace=told["trace"], previous=told["previous"],
                    hash=told["hash"], actor=Actor(person=person, role=role, place=place, device=device))


def _signatures(evidence: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for signed in evidence["signed"]:
        where, key = f"{signed['device']}/{signed['sequence']}", evidence["keys"].get(signed["device"])
        if key is None:
            yield {"kind": "KEY_MISSING", "where": where, "sequence": 0}
        elif not holds(load_der_public_key(base64.b64decode(key)), signed["statement"].encode(),  # type: ignore[arg-type]
                       base64.b64decode(signed["signature"])):
            yield {"kind": "SIGNATURE_WRONG", "where": where, "sequence": 0}
