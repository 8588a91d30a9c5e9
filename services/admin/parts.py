"""A backup as files: for each service numbered parts of whole subjects, a journal line for each part that is whole, and a manifest,
written last. A part is a row of records, each its length and its bytes; a subject is a head in JSON, facts, sealed blobs."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.foundation.envelope import kept, pack
from services.foundation.errors import Refused
from services.foundation.ports import Whole

FORMAT = "dossier-post backup 1"
MANIFEST, JOURNAL = "manifest.json", "journal.jsonl"


def written(path: Path, content: bytes) -> str:
    """Writes a file durably, all or nothing; its hash."""
    fresh = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return hashlib.sha256(content).hexdigest()


def packed(wholes: list[Whole]) -> bytes:
    """The bytes of a part."""
    records: list[bytes] = []
    for whole in wholes:
        head = {"subject": whole.subject, "topic": whole.topic, "claims": list(whole.claims), "facts": len(whole.facts),
                "private": len(whole.private)}
        records += [json.dumps(head, ensure_ascii=False).encode(), *(pack(fact) for fact in whole.facts), *whole.private]
    return b"".join(len(record).to_bytes(4, "big") + record for record in records)


def unpacked(content: bytes) -> Iterator[Whole]:
    """The subjects of a part."""
    records = _records(content)
    for raw in records:
        head = json.loads(raw)
        facts = tuple(kept(next(records), head["subject"]) for _ in range(head["facts"]))
        private = tuple(next(records) for _ in range(head["private"]))
        yield Whole(subject=head["subject"], facts=facts, topic=head["topic"], private=private, claims=tuple(head["claims"]))


def _records(content: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(content):
        size = int.from_bytes(content[at:at + 4], "big")
        at += 4 + size
        if at > len(content):
            raise ValueError("a record is cut off")
        yield content[at - size:at]


def journal(folder: Path) -> list[dict[str, Any]]:
    """The parts that are whole, in order; a last line that was cut off counts for nothing."""
    path = folder / JOURNAL
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]


def noted(folder: Path, part: dict[str, Any]) -> None:
    """One more part is whole. What a broken-off line has left is cut away first."""
    path = folder / JOURNAL
    with path.open("a+b") as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        file.write(json.dumps(part).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def manifest(folder: Path) -> dict[str, Any]:
    """What a finished backup says of itself. Raises Refused BACKUP_INCOMPLETE, BACKUP_FOREIGN."""
    path = folder / MANIFEST
    if not path.exists():
        raise Refused("BACKUP_INCOMPLETE", "it was broken off; run the same backup again, it goes on where it stopped",
                      field="folder")
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
        if found["format"] == FORMAT:
            return found
    except (ValueError, KeyError):
        pass
    raise Refused("BACKUP_FOREIGN", "its manifest is not one of ours, or is damaged", field="folder")


def part_of(folder: Path, part: dict[str, Any]) -> list[Whole]:
    """A part's subjects. Raises Refused BACKUP_DAMAGED naming the file."""
    path = folder / part["file"]
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != part["sha256"]:
        raise Refused("BACKUP_DAMAGED", f"{part['file']} is not what was written; take another backup", field="folder")
    return list(unpacked(content))
