"""Scans: kept whatever state a parcel is in; those that come before the parcel's own fact wait and are matched."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.foundation.codes import check_parcel_code
from services.foundation.crashpoints import reach
from services.foundation.errors import Conflict, Invalid, Problem
from services.foundation.events import Append, Recorded
from services.foundation.ports import Clock, Streams
from services.foundation.subjects import Request, append_each

from .case import of_scan
from .cases import Cases
from .entry import Entry
from .parcel import Parcel, key_of, order_of
from .parcel_facts import Evidence, Scan, ScanRecorded
from .stream import PARCEL, TOPIC, waiting_of, waiting_scans

_TRIES = 4
_AHEAD = timedelta(minutes=5)  # a device clock further ahead than this is bounded to the server's time
_SAME = timedelta(minutes=2)  # the same person at the same parcel, doing the same: seen once


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan on its way in: whose request it is, what the device signed of it, and the entry that says it."""

    scan: Scan
    request: Request
    evidence: Evidence | None = None
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a scan: the outcome's name, the scan it repeats, the parcel as it was before the batch, None if not known, and
    the offices it had passed by the scan's own time."""

    outcome: str
    repeats: Scan | None = None
    parcel: Parcel | None = None
    passed: tuple[str, ...] = ()


_Answers = dict[int, Answer | Problem]
_Numbered = dict[str, list[tuple[int, Seen]]]  # by parcel code: number in the batch, scan


class Scanning:
    """Every scan's way into a stream."""

    def __init__(self, streams: Streams, clock: Clock, cases: Cases) -> None:
        self._streams, self._clock, self._cases = streams, clock, cases

    async def record(self, scans: Sequence[Seen]) -> list[Answer | Problem]:
        """The answer for each, or the problem. One read and one append for all."""
        answers: _Answers = {}
        by_code: _Numbered = {}
        now = self._clock.now()
        for number, seen in enumerate(scans):
            try:
                checked = _checked(seen.scan, now)
                by_code.setdefault(checked.parcel_code, []).append((number, replace(seen, scan=checked)))
            except Problem as problem:
                answers[number] = problem
        for _ in range(_TRIES):
            by_code = await self._round(by_code, answers)
            if not by_code:
                return [answers[number] for number in range(len(scans))]
        raise Conflict("PARCEL_BUSY", "others write at the same time; send these scans again", field="scans")

    async def _round(self, by_code: _Numbered, answers: _Answers) -> _Numbered:
        """Appends what is fresh; what lost a race is returned for another try."""
        known = await self._streams.read_many([PARCEL.subject_of(code) for code in by_code])
        waiting = await self._streams.read_many([waiting_of(code) for code in by_code if not known[PARCEL.subject_of(code)]])
        appends: dict[str, Append] = {}
        now = self._clock.now()
        for code, mine in by_code.items():
            history = known[PARCEL.subject_of(code)]
            parcel = PARCEL.state_of(history)
            fresh = _fresh(mine, parcel, waiting.get(waiting_of(code), ()), answers)
            if fresh and parcel:
                appends[code] = append_each(PARCEL.subject_of(code), parcel.filing_id, history, _facts(fresh, parcel.filing_id),
                                            now, topic=TOPIC)
            elif fresh:
                appends[code] = append_each(waiting_of(code), code, waiting[waiting_of(code)], _facts(fresh, ""), now, topic=None)
        await self._cases.open([(of_scan(seen.scan, seen.entry, seen.request.actor, now), seen.request)
                                for mine in by_code.values() for number, seen in mine if _is_late(answers[number])])
        stored = dict(zip(appends, await self._streams.append_many(list(appends.values())), strict=True))
        waits = [code for code, done in stored.items() if done and appends[code].topic is None]
        if waits:
            reach("scan.waiting")
        await self.match_waiting(waits)  # their own facts may have come meanwhile
        return {code: by_code[code] for code, done in stored.items() if not done}

    async def match_waiting(self, codes: Sequence[str]) -> list[str]:
        """Brings scans that waited into the parcels' streams, of those parcels that are known by now: as they were said, by whom
        they were said. The codes for which anything waits, scans or claims."""
        found: list[str] | None = None
        for _ in range(_TRIES):
            waiting = await self._streams.read_many([waiting_of(code) for code in codes]) if codes else {}
            codes = [code for code in codes if waiting[waiting_of(code)]]  # nearly always none
            found = codes if found is None else found
            if not codes:
                return found
            known = await self._streams.read_many([PARCEL.subject_of(code) for code in codes])
            appends: dict[str, Append] = {}
            for code in codes:
                history = known[PARCEL.subject_of(code)]
                parcel = PARCEL.state_of(history)
                seen = {key_of(scan) for scan in parcel.scans} if parcel else set()
                waited = [each for each in waiting_scans(waiting[waiting_of(code)]) if key_of(each[1].scan) not in seen]
                if parcel and waited:
                    appends[code] = append_each(PARCEL.subject_of(code), parcel.filing_id, history, [
                        (replace(fact, filing_id=parcel.filing_id), fact.scan.occur_time, Request.as_said(record))
                        for record, fact in waited], self._clock.now(), topic=TOPIC)
            stored = await self._streams.append_many(list(appends.values()))
            codes = [code for code, done in zip(appends, stored, strict=True) if not done]
        raise Conflict("PARCEL_BUSY", "others write at the same time; retry", field="parcel_code")


def _fresh(mine: Sequence[tuple[int, Seen]], parcel: Parcel | None, waiting: Sequence[Recorded],
           answers: _Answers) -> list[Seen]:
    """The scans not seen before, in the order of their own time; each one's answer is written into ``answers``."""
    before = parcel.scans if parcel else tuple(fact.scan for _, fact in waiting_scans(waiting))
    known = {key_of(scan): scan for scan in before}
    newest = order_of(before[-1]) if parcel and before else None
    fresh = []
    for number, seen in sorted(mine, key=lambda pair: order_of(pair[1].scan)):
        scan = seen.scan
        if key_of(scan) in known:
            answers[number] = Answer("DUPLICATE", known[key_of(scan)], parcel)
            continue
        same = next((each for each in known.values() if _is_same(each, scan)), None) if seen.evidence else None
        late = newest is not None and order_of(scan) < newest
        outcome = "DUPLICATE" if same else "PENDING" if parcel is None else "LATE" if late else "APPLIED"
        passed = tuple(each.office_code for each in sorted(known.values(), key=order_of) if order_of(each) < order_of(scan))
        answers[number] = Answer(outcome, same, parcel, passed)
        known[key_of(scan)] = scan
        fresh.append(seen)
    return fresh


def _is_late(answer: Answer | Problem) -> bool:
    return isinstance(answer, Answer) and answer.outcome == "LATE"


def _is_same(one: Scan, other: Scan) -> bool:
    """Whether a device told one observation twice."""
    return (one.device, one.activity, one.office_code) == (other.device, other.activity, other.office_code) and abs(
        one.occur_time - other.occur_time) <= _SAME


def _facts(scans: Sequence[Seen], filing_id: str) -> list[tuple[ScanRecorded, datetime, Request]]:
    return [(ScanRecorded(scan=seen.scan, filing_id=filing_id, evidence=seen.evidence), seen.scan.occur_time, seen.request)
            for seen in scans]


def _checked(scan: Scan, now: datetime) -> Scan:
    code = check_parcel_code(scan.parcel_code, "scans.parcel_code")
    if not scan.device or len(scan.device) > 64 or scan.device_sequence < 1:
        raise Invalid("SCAN_KEY_WRONG", "a device name and its own number from 1 are needed", field="scans.device_sequence",
                      value=scan.device_sequence)
    return replace(scan, parcel_code=code, record_time=now,
                   occur_time=now if scan.occur_time > now + _AHEAD else scan.occur_time)
