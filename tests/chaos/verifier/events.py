"""I6–I11: streams, topics, views, chains."""

from collections.abc import Iterator

from . import folds
from .dataset import DataSet, Fact

OWNER = {"postal.dossiers.v1": ("intake", "dossiers/"), "postal.parcels.v1": ("courier", "parcels/")}
LISTS = {("intake", "dossiers"): "intake", ("courier", "parcels"): "courier"}


def _stored(data: DataSet) -> dict[str, Fact]:
    return {f"{subject}/{fact.sequence}": fact for streams in data.streams.values() for subject, facts in streams.items()
            for fact in facts}


def i6(data: DataSet) -> Iterator[str]:
    """Streams are numbered 1, 2, 3 …; what is marked as published is in its topic, and a topic holds nothing else."""
    for streams in data.streams.values():
        for subject, facts in streams.items():
            if [fact.sequence for fact in facts] != list(range(1, len(facts) + 1)):
                yield f"{subject} has a gap or a number twice"
    stored = _stored(data)
    for topic, (service, prefix) in OWNER.items():
        published = {f"{each.fact.subject}/{each.fact.sequence}": each.fact.hash for each in data.topics[topic] if each.fact}
        for name, own in published.items():
            if name not in stored or stored[name].hash != own:
                yield f"{topic} holds {name}, which no stream has like that"
        firsts = set(data.waiting[service])
        for subject, facts in data.streams[service].items():
            waits = False
            for fact in facts:
                waits = waits or f"{subject}/{fact.sequence}" in firsts
                if subject.startswith(prefix) and not waits and f"{subject}/{fact.sequence}" not in published:
                    yield f"{subject}/{fact.sequence} is marked as published and in no topic"


def i7(data: DataSet) -> Iterator[str]:
    """In a partition the first occurrences of a subject's facts come in their order, and a key keeps its partition."""
    for topic in OWNER:
        last: dict[str, int] = {}
        partition: dict[str, int] = {}
        for each in sorted(data.topics[topic], key=lambda record: (record.partition, record.offset)):
            fact = each.fact
            if fact is None:
                continue
            if partition.setdefault(fact.key, each.partition) != each.partition:
                yield f"{fact.key} lies in two partitions of {topic}"
            if fact.sequence > last.get(fact.subject, 0) + 1:
                yield f"{fact.subject}/{fact.sequence} comes before {last.get(fact.subject, 0) + 1} in {topic}"
            last[fact.subject] = max(last.get(fact.subject, 0), fact.sequence)


def i8(data: DataSet) -> Iterator[str]:
    """At quiet every view reflects the last fact of its stream."""
    for view, streams in ((("tracking", "journey_dossiers"), data.dossiers()), (("tracking", "journey_parcels"), data.parcels()),
                          (("intake", "dossiers"), data.dossiers()), (("courier", "parcels"), data.parcels())):
        rows = data.rows[view]
        for key, facts in streams.items():
            reflects = rows[key].reflects if key in rows else 0
            if reflects != len(facts):
                yield f"{view[0]}/{view[1]} shows {key} as of fact {reflects} of {len(facts)}"
        yield from (f"{view[0]}/{view[1]} shows {key}, which is nowhere" for key in rows.keys() - streams.keys())


def i9(data: DataSet) -> Iterator[str]:
    """What tracking shows equals the verifier's own fold."""
    rows = data.rows["tracking", "journey_dossiers"]
    for key, facts in data.dossiers().items():
        wanted = folds.shown(facts)
        got = rows[key].value if key in rows else {}
        wrong = [name for name, value in wanted.items() if _plain(got.get(name)) != _plain(value)]
        if wrong:
            yield f"tracking shows {key} with another {', '.join(wrong)}"
    rows = data.rows["tracking", "journey_parcels"]
    for key, facts in data.parcels().items():
        now, got = folds.parcel(facts), rows[key].value if key in rows else {"scans": {}}
        scans = {f"{device}/{number}": [activity.removeprefix("SCAN_ACTIVITY_"), office, when]
                 for (device, number), (activity, office, when) in now.scans.items()}
        if (_plain(got["scans"]), got.get("holder"), got.get("filing_id"), got.get("back")) != (
                _plain(scans), now.holder[0], now.filing_id, now.back):
            yield f"tracking shows parcel {key} otherwise than its facts"


def i10(data: DataSet) -> Iterator[str]:
    """At quiet nothing waits for the relay, no filing is set aside, no record is unreadable."""
    for service, waiting in data.waiting.items():
        yield from (f"{service}: {name} is not published" for name in waiting)
    yield from (f"{len(data.topics[name])} records were set aside" for name in ("postal.set-aside.v1",) if data.topics.get(name))
    for (service, view), rows in data.rows.items():
        if view == "set_aside":
            yield from (f"{service}: {key} is set aside" for key in rows)
    for topic in OWNER:
        yield from (f"{topic}: the record at {each.partition}/{each.offset} cannot be read" for each in data.topics[topic]
                    if each.fact is None)


def i11(data: DataSet) -> Iterator[str]:
    """Each fact carries the hash of the one before, and its own bytes give its own hash; also in the topics."""
    for streams in data.streams.values():
        for subject, facts in streams.items():
            previous = ""
            for fact in facts:
                if fact.previous != previous or fact.rehash() != fact.hash:
                    yield f"{subject}/{fact.sequence} breaks the chain"
                previous = fact.hash
    for topic in OWNER:
        for each in data.topics[topic]:
            if each.fact and each.fact.rehash() != each.fact.hash:
                yield f"{topic} {each.partition}/{each.offset} does not give its own hash"


def _plain(value: object) -> object:
    """Tuples as lists, so that both sides compare."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value
