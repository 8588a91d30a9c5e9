"""An erasure's stream, and whether what it names is gone."""

import hashlib

from services.foundation import codec
from services.foundation.errors import NotFound
from services.foundation.ports import Whole
from services.foundation.subjects import Kind

from . import facts
from .findings import Finding
from .installation import Installation

FACTS = codec.Registry()
FACTS.register("postal.admin.v1", *facts.ALL)


def _unknown(_: str) -> NotFound:
    return NotFound("ERASURE_UNKNOWN", "nothing was erased", field="filing_id")


ERASURE: Kind[tuple[facts.ErasedPart, ...]] = Kind(
    prefix="erasures/", topic=None, field="filing_id", facts=FACTS, unknown=_unknown,
    fold=lambda decided: tuple(part for fact, _ in decided for part in fact.parts) or None)


def name_of(sealed: bytes) -> str:
    """A blob's hash, hex."""
    return hashlib.sha256(sealed).hexdigest()


async def unfinished(over: Installation, whole: Whole) -> list[Finding]:
    """Blobs that an erasure names and that are still there."""
    if not whole.subject.startswith(ERASURE.prefix):
        return []
    parts = ERASURE.state_of(whole.facts) or ()
    found = []
    for service, subject in sorted({(part.service, part.subject) for part in parts}):
        there = {name_of(sealed) for sealed in await over.stores[service].streams.private(subject)}
        if there & {part.sealed_sha256 for part in parts}:
            found.append(Finding(kind="ERASURE_UNFINISHED", service=service, where=subject))
    return found
