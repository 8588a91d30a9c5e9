"""`erase`: destroys what is kept of a person beside a dossier, whatever service keeps it and whatever it is: names, who received,
pictures. Facts and chains stay as they are. The fact that it happened is written first; the same command once more ends what was
broken off.
"""

from dataclasses import asdict

from services.foundation.adapters.clocks import SystemClock
from services.foundation.errors import Conflict
from services.foundation.subjects import append_of

from . import acting, dossiers
from .console import Report
from .erasures import ERASURE, name_of
from .facts import ErasedPart, PrivatePartErased
from .installation import Installation


async def parts_of(over: Installation, filing_id: str) -> tuple[ErasedPart, ...]:
    """All sealed blobs beside a dossier's streams, but those of entries that other dossiers share."""
    found = await dossiers.of(over, filing_id)
    return tuple([ErasedPart(service=service, subject=subject, sealed_sha256=name_of(sealed))
                  for service, subjects in found.streams.items() for subject in subjects if subject not in found.shared
                  for sealed in await over.stores[service].streams.private(subject)])


async def erased(over: Installation, filing_id: str, reason: str, who: str, *, dry_run: bool) -> Report:
    """What was erased, or would be."""
    reason = acting.checked_reason(reason)
    parts = await parts_of(over, filing_id)
    if parts and not dry_run:
        await _record(over, PrivatePartErased(filing_id=filing_id, parts=parts, reason_code=reason), who)
        for service, subject in sorted({(part.service, part.subject) for part in parts}):
            await over.stores[service].streams.forget_private(subject)
    return Report("erase", dry_run=dry_run, listed="parts", facts={
        "filing_id": filing_id, "erased": 0 if dry_run else len(parts), "parts": [asdict(part) for part in parts]})


async def _record(over: Installation, fact: PrivatePartErased, who: str) -> None:
    streams, subject, now = over.stores["intake"].streams, ERASURE.subject_of(fact.filing_id), SystemClock().now()
    request = acting.request(who, "erase", fact.filing_id, *(part.sealed_sha256 for part in fact.parts))
    history = await streams.read(subject)
    if any(each.cause == request.id for each in history):
        return
    if not (await streams.append_many([append_of(subject, fact.filing_id, history, [(fact, now)], request, now, topic=None)]))[0]:
        raise Conflict("ERASURE_BUSY", "somebody else erases the same at this moment; try again", field="filing_id")
