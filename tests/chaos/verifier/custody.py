"""I13–I15, I18, I36: who answers for each parcel, its scans, its one-time code."""

from collections import Counter
from collections.abc import Iterator

from . import folds
from .dataset import DataSet

SCANNING = ("RecordScans", "UploadBundle")


def _now(data: DataSet) -> dict[str, folds.ParcelNow]:
    return {code: folds.parcel(facts) for code, facts in data.parcels().items()}


def i13(data: DataSet) -> Iterator[str]:
    """The line of holders of each parcel has no gap and no overlap, from its registration to its end."""
    now = _now(data)
    for found in now.values():
        yield from (what for invariant, what in found.wrong if invariant == "I13")
    for filing, facts in data.dossiers().items():
        for code in folds.dossier(facts).parcels:
            if code not in now:
                yield f"{filing}: nobody answers for its parcel {code}"
            elif now[code].filing_id != filing:
                yield f"{code} is registered for another dossier than {filing}"
    owned = {code for facts in data.dossiers().values() for code in folds.dossier(facts).parcels}
    yield from (f"{code} belongs to no dossier" for code in now.keys() - owned)


def i14(data: DataSet) -> Iterator[str]:
    """Each change of holder was offered by the holder and accepted by the one named."""
    for found in _now(data).values():
        yield from (what for invariant, what in found.wrong if invariant == "I14")


def i15(data: DataSet) -> Iterator[str]:
    """What the holders' lists hold together is what is open."""
    held: Counter[str] = Counter()
    for row in data.rows["courier", "parcels"].values():
        held.update(row.indexes.get("holder", ()))
    wanted: Counter[str] = Counter()
    for found in _now(data).values():
        if not found.ended:
            wanted.update({f"{place}/{person}" for place, person in
                           (found.holder, *([found.offer[1]] if found.offer else []))})
    for who in sorted(held.keys() | wanted.keys()):
        if held[who] != wanted[who]:
            yield f"{who} has {held[who]} parcels on the list and {wanted[who]} by the facts"


def i18(data: DataSet) -> Iterator[str]:
    """Every acknowledged scan is kept once: in its parcel's stream, or waiting for a parcel nobody knows."""
    asked = {(scan[0], scan[1]): scan[2] for op in data.history if op.op in SCANNING for scan in op.request["scans"]}
    now = _now(data)
    kept: Counter[tuple[str, int]] = Counter()
    for found in now.values():
        yield from (what for invariant, what in found.wrong if invariant == "I18")
        kept.update(found.scans.keys())
    waiting: Counter[tuple[str, int]] = Counter()
    for subject, facts in data.streams["courier"].items():
        if subject.startswith("waiting-scans/"):
            for fact in facts:
                if fact.kind != "ScanRecorded":  # a claim: said, without effect
                    continue
                key = (fact.message.scan.device, fact.message.scan.device_sequence)
                waiting[key] += 1
                if subject.removeprefix("waiting-scans/") in now and key not in kept:
                    yield f"scan {key} still waits though its parcel is known"
    for op in data.of(*SCANNING):
        for device, number, _ in op.request["scans"]:
            if not kept[device, number] and not waiting[device, number]:
                yield f"scan {(device, number)} was acknowledged and is nowhere"
    yield from (f"scan {key} is kept {count} times" for key, count in (*kept.items(), *waiting.items()) if count > 1)
    yield from (f"scan {key} was made by nobody" for key in kept if key not in asked)


def untold(data: DataSet) -> list[str]:
    """One-time codes that were made and of which intake has not yet noted that the applicant was told."""
    return [f"told/{fact.subject}/{fact.sequence}" for facts in data.parcels().values() for fact in facts
            if fact.kind == "DeliveryCodeIssued" and f"told/{fact.subject}/{fact.sequence}" not in data.streams["intake"]]


def i36(data: DataSet) -> Iterator[str]:
    """A parcel has one one-time code at most, before its end, and at most five wrong ones after that, each counted once for the
    request that named it; each code is told once."""
    counted = Counter(fact.message.request_id for facts in data.parcels().values() for fact in facts
                      if fact.kind == "DeliveryCodeMissed")
    yield from (f"the wrong code of {request} is counted {count} times" for request, count in counted.items() if count > 1)
    yield from (f"the wrong code of {op.key} was told and is not counted" for op in data.history
                if op.reason == "ONE_TIME_CODE_WRONG" and not counted[op.key])
    issued = set()
    for code, facts in data.parcels().items():
        kinds = [fact.kind for fact in facts]
        made = [number for number, kind in enumerate(kinds) if kind == "DeliveryCodeIssued"]
        wrong = [number for number, kind in enumerate(kinds) if kind == "DeliveryCodeMissed"]
        issued |= {f"told/{facts[number].subject}/{facts[number].sequence}" for number in made}
        if len(made) > 1 or len(wrong) > 5:
            yield f"{code} has {len(made)} one-time codes and {len(wrong)} wrong ones"
        if wrong and (not made or wrong[0] < made[0]):
            yield f"{code} counts a wrong code before there is one"
        if "ParcelDelivered" in kinds and max([*made, *wrong], default=-1) > kinds.index("ParcelDelivered"):
            yield f"{code} has to do with codes after its end"
    yield from (f"{name} is not noted" for name in untold(data))
    for subject, facts in data.streams["intake"].items():
        if subject.startswith("told/") and (subject not in issued or len(facts) != 1):
            yield f"{subject} is noted {len(facts)} times, of a code that was {'' if subject in issued else 'not '}made"
