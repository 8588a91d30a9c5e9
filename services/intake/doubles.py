"""Double filing: who hands in a procedure that the same person has open already is asked first; nothing is merged or dropped.

The index is blind: a keyed digest of identity number and procedure. The first dossier of a person and procedure holds the digest as
a claim of its own append (ports.py, S14), so that nothing is asked of the store for all those who file once, and of two counters
that file at the same moment one is asked. Only where the claim is held already is anything read; what is filed all the same is
noted in the unpublished stream ``doubles/<digest>``. Synthetic dossiers are not asked about.
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from services.foundation.errors import Refused
from services.foundation.events import Append, Recorded
from services.foundation.ports import Clock, Streams
from services.foundation.subjects import Request, append_of

from .counter_facts import DoubleFiled
from .dossier import OPEN, Dossier
from .filing import Filing
from .stream import DOSSIER, FACTS, Dossiers


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a claim: the notes, the dossiers they and the claim name, of those that are stored, and who was noted just
    now and has no dossier yet."""

    notes: list[Recorded]
    noted: frozenset[str]
    dossiers: tuple[Dossier, ...]
    coming: frozenset[str]

    def open_ones(self, but: str) -> list[Dossier | None]:
        """Those still open, without one's own; None for one that is being filed."""
        found: list[Dossier | None] = [each for each in self.dossiers if each.state in OPEN and each.filing_id != but]
        return found + [None] * len(self.coming - {but})

    def after(self, note: Append, filing_id: str) -> "Known":
        """The same once the note is written: what is noted behind it in the same call follows it."""
        return replace(self, notes=[*self.notes, *note.facts], noted=self.noted | {filing_id})


_NOBODY = Known([], frozenset(), (), frozenset())
_COMING = timedelta(minutes=1)  # longer ago, who was noted and is not there has died in between and stands in nobody's way


class Doubles:
    """The blind index of one intake service."""

    def __init__(self, streams: Streams, clock: Clock, dossiers: Dossiers, index_key: bytes) -> None:
        self._streams, self._clock, self._dossiers, self._key = streams, clock, dossiers, index_key

    def claim_of(self, filing: Filing) -> str | None:
        """The blind name of person and procedure, 32 hex digits; None for a synthetic dossier."""
        if filing.synthetic:
            return None
        said = f"double\0{filing.applicant.identity_number}\0{filing.procedure_code.strip()}"
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()[:32]

    async def look(self, claims: Collection[str]) -> dict[str, Known]:
        """All that is known of each claim: one question, and two reads more if any is held."""
        holders = await self._streams.claimants(list(claims))
        if not holders:
            return dict.fromkeys(claims, _NOBODY)
        notes = await self._streams.read_many([_subject(claim) for claim in holders])
        told = {claim: {FACTS.decode(fact.type, fact.data).filing_id: fact.recorded for fact in notes[_subject(claim)]}
                for claim in holders}
        named = {claim: {*told[claim], holder.removeprefix(DOSSIER.prefix)} for claim, holder in holders.items()}
        states = {each.filing_id: each for each in await self._dossiers.states(sorted(set().union(*named.values())))}
        since = self._clock.now() - _COMING
        return dict.fromkeys(claims, _NOBODY) | {claim: Known(
            notes[_subject(claim)], frozenset(told[claim]), tuple(states[name] for name in sorted(names) if name in states),
            frozenset(name for name, when in told[claim].items() if name not in states and when > since))
            for claim, names in named.items()}

    def note(self, claim: str, known: Known, filing_id: str, request: Request) -> Append:
        """The append that tells of one more dossier of the same person and procedure."""
        now = self._clock.now()
        return append_of(_subject(claim), claim, known.notes, [(DoubleFiled(filing_id=filing_id), now)], request, now, topic=None)


def possible_double(earlier: Dossier | None, office: str) -> Refused:
    """The question to the clerk; names the earlier envelope only to its own office."""
    which = f" ({earlier.parcel_code} of your office)" if earlier is not None and earlier.office_code == office else ""
    return Refused("POSSIBLE_DOUBLE", f"the same person has this procedure open{which}; ask, and if both are wanted send again "
                   "with confirm_double and the same request id", field="confirm_double")


def _subject(claim: str) -> str:
    return f"doubles/{claim}"
