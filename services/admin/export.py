"""`export`: a dossier with its evidence as one zip that anybody can check without us.

facts/… every fact with its envelope, its bytes and what they say; evidence.json what devices signed, with their public keys;
private/… what is kept sealed of persons, as sealed, or opened with the installation's key on request; manifest.json the hash of
each. `export --check` needs the file alone.
"""

import base64
import hashlib
import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from services.foundation.adapters.clocks import SystemClock
from services.foundation.envelope import iso, milliseconds
from services.foundation.errors import Refused
from services.foundation.events import Recorded
from services.foundation.sealing import unseal

from . import dossiers
from .console import Report
from .installation import Installation

FORMAT = "dossier-post export 1"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same dossier gives the same file


async def exported(over: Installation, filing_id: str, into: Path, *, seal_key: bytes | None, dry_run: bool) -> Report:
    """Writes the zip; refused if the file is there. ``seal_key`` opens the private parts."""
    _check_free(into)
    found = await dossiers.of(over, filing_id)
    files = {_place(service, subject): _json({"subject": subject, "service": service, "facts": [_fact(each) for each in facts]})
             for service, subjects in found.streams.items() for subject, facts in subjects.items()}
    files["evidence.json"] = _json(await _evidence(over, found))
    private = await _private(over, found, seal_key)
    files |= private
    manifest = {"format": FORMAT, "filing_id": filing_id, "made": iso(SystemClock().now()), "opened": seal_key is not None,
                "shared_and_left_out": sorted(found.shared),
                "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}}
    if not dry_run:
        _write(into, {**files, "manifest.json": _json(manifest)})
    return Report("export", dry_run=dry_run, facts={
        "filing_id": filing_id, "file": str(into), "streams": sum(len(each) for each in found.streams.values()),
        "facts": sum(len(facts) for subjects in found.streams.values() for facts in subjects.values()),
        "signed": len(found.signed), "private": len(private), "opened": seal_key is not None})


def _place(service: str, subject: str) -> str:
    return f"facts/{service}/{subject.replace('/', '_')}.json"


def _fact(fact: Recorded) -> dict[str, Any]:
    actor = fact.actor
    return {"sequence": fact.sequence, "key": fact.key, "type": fact.type, "data": base64.b64encode(fact.data).decode(),
            "occurred_ms": milliseconds(fact.occurred), "recorded_ms": milliseconds(fact.recorded), "cause": fact.cause,
            "fingerprint": fact.fingerprint, "actor": [actor.person, actor.role, actor.place, actor.device], "trace": fact.trace,
            "previous": fact.previous, "hash": fact.hash, "said": dossiers.said(fact)}


async def _evidence(over: Installation, found: dossiers.Belongings) -> dict[str, Any]:
    """What devices signed, and the keys it can be checked with."""
    devices = await over.stores["courier"].streams.read_many(sorted({f"devices/{each.device}" for each in found.signed}))
    keys = {subject.removeprefix("devices/"): said["publicKey"] for subject, facts in devices.items() for fact in facts
            if "publicKey" in (said := dossiers.said(fact))}
    return {"keys": keys, "signed": [
        {"device": each.device, "sequence": each.sequence, "statement": each.statement.decode(),
         "signature": base64.b64encode(each.signature).decode()} for each in found.signed]}


async def _private(over: Installation, found: dossiers.Belongings, seal_key: bytes | None) -> dict[str, bytes]:
    files = {}
    for service, subjects in found.streams.items():
        for subject in subjects.keys() - found.shared:
            for number, sealed in enumerate(await over.stores[service].streams.private(subject), start=1):
                name = f"private/{service}/{subject.replace('/', '_')}.{number}"
                files[f"{name}.sealed"] = sealed
                if seal_key is not None:
                    files[f"{name}.opened"] = unseal(seal_key, subject, sealed)
    return files


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _check_free(into: Path) -> None:
    if into.exists():
        raise Refused("FILE_THERE", "name a file that is not there yet", field="file")


def _write(into: Path, files: Mapping[str, bytes]) -> None:
    """For its owner's eyes: it may hold personal data."""
    into.touch(mode=0o600, exist_ok=False)
    into.write_bytes(_zipped(files))


def _zipped(files: Mapping[str, bytes]) -> bytes:
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return raw.getvalue()
