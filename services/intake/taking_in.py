"""Taking dossiers in: each filing of a call is decided for itself, and all are written together.

The common way is one append and nothing else. Only a label of a roll (rolls.py) and a person who is known with the same procedure
(doubles.py) cost questions to the store, and only for those they concern.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.foundation.crashpoints import reach
from services.foundation.errors import Conflict, Problem, Unavailable
from services.foundation.events import Append
from services.foundation.ports import Clock, Streams
from services.foundation.sealing import seal
from services.foundation.subjects import Request

from .dossier import Dossier
from .dossier_facts import DossierFiled
from .doubles import Doubles, possible_double
from .filing import Desk, Filing, ParcelNumbers, check_taken, filing_id_of, money
from .rolls import Rolls
from .stream import DOSSIER, Dossiers

Draw = Callable[[], int]
Seal = Callable[[Filing], bytes]
_TRIES = 4


@dataclass(frozen=True, slots=True)
class _Draft:
    """A filing that the rules have let pass; ``claim`` is its blind name, None if it is not asked about."""

    filing: Filing
    request: Request
    fact: DossierFiled
    taken: datetime
    claim: str | None


_Drafts = dict[int, _Draft]
_Answers = dict[int, Dossier | Problem]


class TakingIn:
    """``encode_private`` turns an applicant into bytes to seal."""

    def __init__(self, streams: Streams, clock: Clock, desk: Desk, dossiers: Dossiers, numbers: ParcelNumbers, rolls: Rolls,
                 doubles: Doubles, seal_key: bytes, encode_private: Seal, *, draw: Draw = lambda: secrets.randbits(60)) -> None:
        self._streams, self._clock, self._desk, self._dossiers = streams, clock, desk, dossiers
        self._numbers, self._rolls, self._doubles = numbers, rolls, doubles
        self._seal_key, self._encode_private, self._draw = seal_key, encode_private, draw

    async def file(self, filings: Sequence[tuple[Filing, Request]]) -> list[Dossier | Problem]:
        """Files each; one answer each in order. Whether a request was filed before, or its person is known with the procedure, is
        told by the append itself, so what is new, as nearly all is, needs no look."""
        drafts: _Drafts = {}
        wrong: _Answers = {}
        for number, (filing, request) in enumerate(filings):
            try:
                drafts[number] = await self._draft(filing, request)
            except Unavailable:
                raise  # no item's fault: the whole call is asked again, and nothing was written
            except Problem as problem:
                wrong[number] = problem
        # What was right when it was filed is answered as it was then.
        answers: _Answers = {**wrong, **await self._filed_before({number: filings[number][1] for number in wrong})}
        labelled = {number: draft for number, draft in drafts.items() if draft.filing.label_code}
        if labelled:
            drafts |= await self._labelled(labelled, answers)
        reach("command.decided")
        left = await self._store(_without(drafts, answers), answers, claiming=True)
        if left:
            left = await self._store(await self._noted(left, answers), answers, claiming=False)
        for number in left:
            answers[number] = _busy()
        return [answers[number] for number in range(len(filings))]

    async def _draft(self, filing: Filing, request: Request) -> _Draft:
        taken = check_taken(filing.take_time, self._clock.now())
        fact = self._desk.filed(filing, request.actor.place, taken, self._draw)
        parcel_code = "" if filing.label_code else await self._numbers.take()
        fact = replace(fact, filing_id=filing_id_of(request.actor.person, request.id), parcel_code=parcel_code)
        return _Draft(filing, request, fact, taken, self._doubles.claim_of(filing))

    async def _store(self, drafts: _Drafts, answers: _Answers, *, claiming: bool) -> _Drafts:
        """Writes all; those that were not stored and were not filed before are returned."""
        stored = await self._streams.append_many(
            appends := [self._append(draft, draft.claim if claiming else None) for draft in drafts.values()])
        for number, append, done in zip(drafts, appends, stored, strict=True):
            if done and (state := DOSSIER.state_of(append.facts)) is not None:
                answers[number] = state
        answers |= await self._filed_before({number: draft.request for number, draft in _without(drafts, answers).items()})
        return _without(drafts, answers)

    def _append(self, draft: _Draft, claim: str | None) -> Append:
        fact = draft.fact
        private = seal(self._seal_key, DOSSIER.subject_of(fact.filing_id), self._encode_private(draft.filing))
        decided = [(each, draft.taken) for each in (fact, *money(fact, draft.filing))]
        return replace(self._dossiers.append_of(fact.filing_id, fact.filing_id, [], decided, draft.request, private=private),
                       claim=claim)

    async def _filed_before(self, requests: dict[int, Request]) -> _Answers:
        """What the same requests have filed, perhaps just now; none for those that have not. A store that does not answer fails the
        whole call: as an item's answer it would say "not filed" of a dossier that is."""
        found = await self._dossiers.earlier([(filing_id_of(each.actor.person, each.id), each) for each in requests.values()])
        return {number: answer for number, answer in zip(requests, found, strict=True) if answer is not None}

    async def _labelled(self, drafts: _Drafts, answers: _Answers) -> _Drafts:
        """The drafts with the codes of their labels, which are theirs from now on. A label is not spent on what was filed before or
        will be asked about."""
        answers |= await self._filed_before({number: draft.request for number, draft in drafts.items()})
        asking = {draft.claim for draft in _without(drafts, answers).values() if draft.claim and not draft.filing.confirm_double}
        known_claims = await self._doubles.look(asking) if asking else {}
        for number, draft in _without(drafts, answers).items():
            if draft.claim in asking and (earlier := known_claims[str(draft.claim)].open_ones(draft.fact.filing_id)):
                answers[number] = possible_double(earlier[0], draft.request.actor.place)
        rest = _without(drafts, answers)
        bound = await self._rolls.bind([(draft.filing.label_code, draft.fact.filing_id, draft.request) for draft in rest.values()])
        reach("label.bound")
        for (number, draft), label in zip(rest.items(), bound, strict=True):
            if isinstance(label, Problem):
                answers[number] = label
            else:
                fact = replace(draft.fact, tracking_code=label.tracking_code, parcel_code=label.parcel_code)
                rest[number] = replace(draft, fact=fact)
        return rest

    async def _noted(self, drafts: _Drafts, answers: _Answers) -> _Drafts:
        """Those of persons who are known with the procedure and may file it all the same, noted as such; the others are asked."""
        noted: _Drafts = {}
        raced: set[int] = set()
        rest = {number: draft for number, draft in drafts.items() if draft.claim is not None}
        answers |= {number: _busy() for number in drafts if number not in rest}
        for _ in range(_TRIES):
            known = await self._doubles.look({str(draft.claim) for draft in rest.values()}) if rest else {}
            appends: dict[int, Append] = {}
            just_noted: set[str] = set()
            for number, draft in rest.items():
                claim, filing_id = str(draft.claim), draft.fact.filing_id
                mine = known[claim]
                earlier = mine.open_ones(filing_id)
                if filing_id in mine.noted:
                    noted[number] = draft
                elif not draft.filing.confirm_double and (earlier or number in raced or claim in just_noted):
                    answers[number] = possible_double(earlier[0] if earlier else None, draft.request.actor.place)
                else:
                    appends[number] = self._doubles.note(claim, mine, filing_id, draft.request)
                    known[claim] = mine.after(appends[number], filing_id)
                    just_noted.add(claim)
            stored = dict(zip(appends, await self._streams.append_many(list(appends.values())), strict=True)) if appends else {}
            noted |= {number: drafts[number] for number, done in stored.items() if done}
            rest = {number: drafts[number] for number, done in stored.items() if not done}
            raced |= rest.keys()
        answers |= {number: _busy() for number in rest}
        return noted


def _without(drafts: _Drafts, answered: Iterable[int]) -> _Drafts:
    """The drafts that have no answer yet."""
    return {number: draft for number, draft in drafts.items() if number not in answered}


def _busy() -> Conflict:
    return Conflict("DOSSIER_BUSY", "retry with the same request id", field="request_id")
