"""I26, I27, I29, I30, I32, what a restore lacks for I33, and the state's own hash for I34."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import folds
from .dataset import DataSet

_AHEAD_MS = 5 * 60 * 1000  # how far a device's clock may run ahead


def i26(data: DataSet) -> Iterator[str]:
    """No canary name or number is in a fact, a topic, a view, a log; in a sealed part only as ciphertext."""
    def places() -> Iterator[tuple[str, bytes]]:
        for streams in data.streams.values():
            for subject, facts in streams.items():
                yield subject, b"".join(fact.data + fact.cause.encode() + fact.person.encode() for fact in facts)
        for topic, records in data.topics.items():
            for each in records:
                yield f"{topic} {each.partition}/{each.offset}", each.raw
        for (service, view), rows in data.rows.items():
            for key, row in rows.items():
                yield f"{service}/{view}/{key}", json.dumps([row.value, row.indexes], ensure_ascii=False).encode()
        for subject, sealed in data.private.items():
            yield f"sealed part of {subject}", b"".join(sealed)
        yield from data.texts.items()

    for where, raw in places():
        if any(canary in raw for canary in data.canaries):
            yield f"{where} holds a canary"


def i27(data: DataSet) -> Iterator[str]:
    """Every sealed part opens under its own dossier's name and under no other's."""
    names = list(data.private)
    for place, name in enumerate(names):
        for sealed in data.private[name]:
            if not _opens(data.seal_key, name, sealed):
                yield f"the sealed part of {name} does not open"
            if len(names) > 1 and _opens(data.seal_key, names[place - 1], sealed):
                yield f"the sealed part of {name} opens as {names[place - 1]}"


def _opens(key: bytes, subject: str, sealed: bytes) -> bool:
    try:
        bound = subject.encode()
        data_key = AESGCM(key).decrypt(sealed[1:13], sealed[13:61], bound)
        return bool(AESGCM(data_key).decrypt(sealed[61:73], sealed[73:], bound))
    except (InvalidTag, ValueError):
        return False


def i29(data: DataSet) -> Iterator[str]:
    """What one client sees of a dossier never goes back, and it reads what it wrote."""
    seen: dict[tuple[str, str], int] = {}
    entries: dict[tuple[str, str], int] = {}
    for op in data.history:
        if op.outcome != "ok":
            continue
        if op.op == "GetDossier":
            key = (op.client, op.answer["filing_id"])
            if int(op.answer["etag"]) < seen.get(key, 0):
                yield f"{op.client} saw {key[1]} at fact {seen[key]}, then at {op.answer['etag']}"
            seen[key] = max(seen.get(key, 0), int(op.answer["etag"]))
        elif op.op == "Track":
            key = (op.client, op.answer["tracking_code"])
            if op.answer["entries"] < entries.get(key, 0):
                yield f"{op.client} saw {entries[key]} entries of {key[1]}, then {op.answer['entries']}"
            entries[key] = max(entries.get(key, 0), op.answer["entries"])
        elif "filing_id" in op.answer and op.answer.get("etag") and op.op != "FileDossier":
            key = (op.client, op.answer["filing_id"])
            first = not any(earlier.key == op.key and earlier.n < op.n for earlier in data.history if earlier.op == op.op)
            if first:
                seen[key] = max(seen.get(key, 0), int(op.answer["etag"]))


def i30(data: DataSet) -> Iterator[str]:
    """Facts of a stream are written down in order, and none happened after it was written down."""
    for streams in data.streams.values():
        for subject, facts in streams.items():
            for before, fact in zip([None, *facts], facts, strict=False):
                if before and fact.recorded < before.recorded:
                    yield f"{subject}/{fact.sequence} was written down before the one it follows"
                if fact.occurred > fact.recorded + _AHEAD_MS:
                    yield f"{subject}/{fact.sequence} happened after it was written down"


def i32(data: DataSet) -> Iterator[str]:
    """Every crash point was reached."""
    yield from (f"{point} was never reached" for point in data.expected_points if not data.points.get(point))


def lacking(restored: DataSet, lost: DataSet) -> dict[str, int]:
    """I33: facts that were lost with a store and are not in what was put back from its backup, by name, with the millisecond in
    which they were written down. A fact that was put back is the same to the bit; what was never there is lacking at time 0."""
    def facts(data: DataSet) -> dict[str, tuple[str, int]]:
        return {f"{subject}/{fact.sequence}": (fact.hash, fact.recorded)
                for streams in data.streams.values() for subject, written in streams.items() for fact in written}

    there, was = facts(restored), facts(lost)
    added = dict.fromkeys(there.keys() - was.keys(), 0)
    return added | {name: recorded for name, (hashed, recorded) in was.items() if there.get(name, ("", 0))[0] != hashed}


def state_hash(data: DataSet) -> str:
    """I34: what is true, without codes drawn by chance and without times; equal on every back end for the same story."""
    parcels = {code: folds.parcel(facts) for code, facts in data.parcels().items()}
    story: dict[str, Any] = {}
    for filing, facts in data.dossiers().items():
        now = folds.dossier(facts)
        story[filing] = [now.state, now.lodged, [fact.kind for fact in facts], now.filed.authority_code, list(now.filed.route),
                         now.filed.weight_grams, [[parcels[code].holder, parcels[code].ended, parcels[code].back,
                                                   sorted((key, scan[:2]) for key, scan in parcels[code].scans.items())]
                                                  for code in now.parcels if code in parcels]]
    return hashlib.sha256(json.dumps(story, sort_keys=True).encode()).hexdigest()
