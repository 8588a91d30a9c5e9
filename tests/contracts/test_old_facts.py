"""Facts of every earlier version are read for ever, and two versions run side by side: B14 in its whole length."""

import subprocess
from dataclasses import dataclass, replace
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from services.foundation import codec
from services.foundation.adapters.clocks import TurnableClock
from services.foundation.adapters.memory import MemoryEventLog, MemoryStreams, MemoryViews
from services.foundation.codec import Registry
from services.foundation.envelope import unpack
from services.foundation.events import Append, Recorded, broken_link, chain
from services.foundation.ports import Delivery
from services.foundation.runtime import set_aside
from services.foundation.runtime.consumer import Consumer
from services.foundation.runtime.parts import Subscription
from services.intake import dossier_facts
from services.intake.closing import LIST
from services.intake.commands import Commands
from services.intake.dossier import fold
from services.intake.reactions import VIEWS as LIST_VIEWS
from services.intake.reactions import Reactions
from services.intake.stream import DOSSIER, Dossiers
from services.tracking.projector import DOSSIERS, VIEWS, Projector
from tests.builders import START, a_draft, a_filed_fact
from tests.corpus.__main__ import FOLDER, known
from tests.corpus.filling import every_fact
from tests.corpus.meaning import KINDS, forget, plain, reader_of, still_means

FILES = known()
_FUTURE = b"\xba\x3e\x05later"  # field 999, a text


@pytest.mark.parametrize("number", range(len(FILES)))
def test_every_fact_of_an_earlier_version_is_read_and_means_what_it_meant(number: int) -> None:
    forget()
    read = {fact["type"]: plain(reader_of(fact["type"]).decode(fact["type"], bytes.fromhex(fact["data"])))
            for fact in FILES[number]["facts"]}
    wrong = [found for fact in FILES[number]["facts"] for found in still_means(fact["meaning"], read[fact["type"]], fact["type"])]

    assert len(FILES[number]["facts"]) > 0
    assert wrong == []


@pytest.mark.parametrize("number", range(len(FILES)))
async def test_streams_of_an_earlier_version_hold_and_fold_to_what_they_folded_to(number: int) -> None:
    forget()
    views = MemoryViews(VIEWS)
    folded = 0
    for stream in FILES[number]["streams"]:
        facts = [unpack(bytes.fromhex(record)) for record in stream["records"]]
        kind = next((each for each in KINDS if stream["subject"].startswith(each.prefix)), None)
        assert broken_link(facts) is None
        if kind is not None:
            folded += 1
            assert still_means(stream["state"], plain(kind.state_of(facts))) == [], stream["subject"]
        await Projector(views).on_facts(facts)
    for view, rows in FILES[number]["rows"].items():
        found = {row.key: plain(dict(row.value)) for row in await views.rows(view)}
        assert still_means(rows, found) == []

    assert folded >= 4


def test_the_corpus_holds_every_kind_of_fact_that_this_version_writes() -> None:
    """If not: `python -m tests.corpus` adds it."""
    there = {(fact["type"], fact["data"]) for file in FILES for fact in file["facts"]}
    lacking = [name for name, data in map(codec.encode, every_fact()) if (name, data.hex()) not in there]

    assert lacking == []
    assert len(every_kind := {fact["type"] for file in FILES for fact in file["facts"]}) >= 30, every_kind


def test_no_file_of_the_corpus_was_ever_changed() -> None:
    names = [path.relative_to(FOLDER.parents[2]).as_posix() for path in sorted(FOLDER.glob("*.json"))]
    done = subprocess.run(["git", "log", "--diff-filter=MD", "--format=%h", "--", *names], cwd=FOLDER.parents[2],
                          capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_meaning_that_has_changed_is_found() -> None:
    kept = {"a": 1, "b": {"c": ["x"]}}

    assert still_means(kept, {"a": 1, "b": {"c": ["x"], "new": 0}, "more": 2}) == []
    assert still_means(kept, {"a": 2, "b": {"c": ["y"]}}) == [".a: 1 is now 2", ".b.c[0]: 'x' is now 'y'"]
    assert still_means(kept, {"a": 1}) == [".b is gone"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierBlessed:
    """A kind of fact that the next version states."""


def _next_version() -> Any:
    """A dossier as the next version reads it. Its message is in the pool as its generated code would have it."""
    pool = descriptor_pool.Default()
    try:
        pool.FindMessageTypeByName("postal.intake.v1.DossierBlessed")
    except KeyError:
        file = descriptor_pb2.FileDescriptorProto(name="tests/next_version.proto", package="postal.intake.v1", syntax="proto3")
        file.message_type.add(name="DossierBlessed")
        pool.Add(file)
    facts = Registry()
    facts.register("postal.intake.v1", *dossier_facts.ALL, DossierBlessed)
    return replace(DOSSIER, facts=facts, fold=lambda decided: fold(
        (fact, when) for fact, when in decided if not isinstance(fact, DossierBlessed)))


def _facts_of_two_versions(key: str) -> list[Recorded]:
    """Filed with a field of the next version, then a fact of a kind of the next version, then one that both know."""
    filed = codec.encode(a_filed_fact(filing_id=key))
    lodged = codec.encode(dossier_facts.DossierLodged(parcel_code="p", handover_id="h"))
    drafts = [(filed[0], filed[1] + _FUTURE), ("postal.intake.v1.DossierBlessed", _FUTURE), lodged]
    return list(chain([], [replace(a_draft(f"dossiers/{key}", key=key, data=data), type=name, occurred=START)
                           for name, data in drafts]))


def _delivered(facts: list[Recorded]) -> list[Delivery]:
    return [Delivery(topic="postal.dossiers.v1", partition=0, offset=number, fact=fact) for number, fact in enumerate(facts)]


async def test_b14_readers_of_this_version_go_on_beside_writers_of_the_next() -> None:
    """Another service's reader: the new field and the new kind are passed over, nothing is lost, nothing stops."""
    views = MemoryViews({**VIEWS, set_aside.VIEW: set_aside.INDEXES})
    consumer = Consumer(Subscription(topics=("postal.dossiers.v1",), group="tracking", react=Projector(views).on_facts),
                        MemoryEventLog(), views)
    await consumer.take_in(_delivered(_facts_of_two_versions("x")))
    row = await views.get(DOSSIERS, "x")

    assert row is not None
    assert (row.reflects, row.value["stage"]) == (3, "AT_AUTHORITY")
    assert await views.find(set_aside.VIEW, "group", "tracking") == []


def _lister(kind: Any, views: MemoryViews, streams: MemoryStreams) -> Consumer:
    """The owner's own list, kept by a version that reads dossiers as this kind."""
    clock = TurnableClock(START)
    commands = Commands(Dossiers(kind, streams, clock), views, clock, None, None)
    return Consumer(Subscription(topics=("postal.dossiers.v1",), group="intake-list", react=Reactions(commands, views).on_dossiers),
                    MemoryEventLog(), views)


async def test_b14_an_owner_parks_what_only_the_next_version_can_judge_and_the_next_version_takes_it_in() -> None:
    """Nothing is guessed: the one filing waits, others flow; after a release the next version has all of it."""
    views = MemoryViews({**LIST_VIEWS, set_aside.VIEW: set_aside.INDEXES})
    old, other = _facts_of_two_versions("old"), _facts_of_two_versions("other")[:1]
    streams = MemoryStreams()
    assert await streams.append_many([Append(subject=facts[0].subject, expected=0, facts=tuple(facts), topic="postal.dossiers.v1")
                                      for facts in (old, other)]) == [True, True]
    await _lister(DOSSIER, views, streams).take_in(_delivered([*old, *other]))
    parked = await views.find(set_aside.VIEW, "group", "intake-list")

    assert [(row.key, row.value["reason"]) for row in parked] == [("intake-list/old", "UNKNOWN_FACT_TYPE")]
    assert await views.get(LIST, "other") is not None

    await views.remove(set_aside.VIEW, [row.key for row in parked])  # as `parked release` does it
    await _lister(_next_version(), views, streams).take_in(_delivered(old))
    row = await views.get(LIST, "old")

    assert row is not None
    assert row.reflects == 2  # the two facts that the state is made of
    assert await views.find(set_aside.VIEW, "group", "intake-list") == []
