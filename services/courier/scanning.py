"""Scans: kept whatever state a parcel is in; those that come before the parcel's own fact wait and are matched."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.foundation.codes import check_parcel_code
from services.foundation.crashpoints import reach
from services.foundation.errors import Conflict, Invalid, Problem
from services.foundation.events import Append, Recorded
from services.foundation.ports import Clock, Streams
from services.foundation.subjects import Decided, Request, append_of

from .parcel import Parcel, key_of, order_of
from .parcel_facts import Scan, ScanRecorded
from .stream import PARCEL, TOPIC, waiting_of, waiting_scans

_TRIES = 4
_AHEAD = timedelta(minutes=5)  # a device clock further ahead than this is bounded to the server's time
_Numbered = dict[str, list[tuple[int, Scan]]]  # by parcel code: number in the batch, scan


class Scanning:
    """Every scan's way into a stream."""

    def __init__(self, streams: Streams, clock: Clock) -> None:
        self._streams, self._clock = streams, clock

    async def record(self, scans: Sequence[Scan], request: Request) -> list[str | Problem]:
        """Outcome name for each, or the problem. One read and one append for all."""
        answers: dict[int, str | Problem] = {}
        by_code: _Numbered = {}
        now = self._clock.now()
        for number, scan in enumerate(scans):
            try:
                checked = _checked(scan, now)
                by_code.setdefault(checked.parcel_code, []).append((number, checked))
            except Problem as problem:
                answers[number] = problem
        for _ in range(_TRIES):
            by_code = await self._round(by_code, answers, request)
            if not by_code:
                return [answers[number] for number in range(len(scans))]
        raise Conflict("PARCEL_BUSY", "others write at the same time; send these scans again", field="scans")

    async def _round(self, by_code: _Numbered, answers: dict[int, str | Problem], request: Request) -> _Numbered:
        """Appends what is fresh; what lost a race is returned for another try."""
        known = await self._streams.read_many([PARCEL.subject_of(code) for code in by_code])
        waiting = await self._streams.read_many([waiting_of(code) for code in by_code if not known[PARCEL.subject_of(code)]])
        appends: dict[str, Append] = {}
        for code, mine in by_code.items():
            history = known[PARCEL.subject_of(code)] or waiting[waiting_of(code)]
            parcel = PARCEL.state_of(known[PARCEL.subject_of(code)])
            fresh = _fresh(mine, parcel, history, answers)
            if fresh and parcel:
                appends[code] = append_of(PARCEL.subject_of(code), parcel.filing_id, history, _facts(fresh, parcel.filing_id),
                                          request, self._clock.now(), topic=TOPIC)
            elif fresh:
                appends[code] = append_of(waiting_of(code), code, history, _facts(fresh, ""), request, self._clock.now(),
                                          topic=None)
        stored = dict(zip(appends, await self._streams.append_many(list(appends.values())), strict=True))
        waits = [code for code, done in stored.items() if done and appends[code].topic is None]
        if waits:
            reach("scan.waiting")
        await self.match_waiting(waits, request)  # their own facts may have come meanwhile
        return {code: by_code[code] for code, done in stored.items() if not done}

    async def match_waiting(self, codes: Sequence[str], request: Request) -> None:
        """Brings scans that waited into the parcels' streams, of those parcels that are known by now."""
        for _ in range(_TRIES):
            waiting = await self._streams.read_many([waiting_of(code) for code in codes]) if codes else {}
            codes = [code for code in codes if waiting[waiting_of(code)]]  # nearly always none
            if not codes:
                return
            known = await self._streams.read_many([PARCEL.subject_of(code) for code in codes])
            appends: dict[str, Append] = {}
            for code in codes:
                history = known[PARCEL.subject_of(code)]
                parcel = PARCEL.state_of(history)
                seen = {key_of(scan) for scan in parcel.scans} if parcel else set()
                waited = [scan for scan in waiting_scans(waiting[waiting_of(code)]) if key_of(scan) not in seen]
                if parcel and waited:
                    appends[code] = append_of(PARCEL.subject_of(code), parcel.filing_id, history,
                                              _facts(waited, parcel.filing_id), request, self._clock.now(), topic=TOPIC)
            stored = await self._streams.append_many(list(appends.values()))
            codes = [code for code, done in zip(appends, stored, strict=True) if not done]
        raise Conflict("PARCEL_BUSY", "others write at the same time; retry", field="parcel_code")


def _fresh(mine: Sequence[tuple[int, Scan]], parcel: Parcel | None, history: Sequence[Recorded],
           answers: dict[int, str | Problem]) -> list[Scan]:
    """The scans not seen before, in the order of their own time; each one's outcome is written into ``answers``."""
    seen = {key_of(scan) for scan in (parcel.scans if parcel else waiting_scans(history))}
    newest = max((order_of(scan) for scan in parcel.scans), default=None) if parcel else None
    fresh = []
    for number, scan in sorted(mine, key=lambda pair: order_of(pair[1])):
        if key_of(scan) in seen:
            answers[number] = "DUPLICATE"
            continue
        seen.add(key_of(scan))
        late = newest is not None and order_of(scan) < newest
        answers[number] = ("LATE" if late else "APPLIED") if parcel else "PENDING"
        fresh.append(scan)
    return fresh


def _facts(scans: Sequence[Scan], filing_id: str) -> list[Decided]:
    return [(ScanRecorded(scan=scan, filing_id=filing_id), scan.occur_time) for scan in scans]


def _checked(scan: Scan, now: datetime) -> Scan:
    code = check_parcel_code(scan.parcel_code, "scans.parcel_code")
    if not scan.device or len(scan.device) > 64 or scan.device_sequence < 1:
        raise Invalid("SCAN_KEY_WRONG", "a device name and its own number from 1 are needed", field="scans.device_sequence",
                      value=scan.device_sequence)
    return replace(scan, parcel_code=code, record_time=now,
                   occur_time=now if scan.occur_time > now + _AHEAD else scan.occur_time)
