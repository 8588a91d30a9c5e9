"""Between a store and a reaction: at least once, in order, and a filing at fault stops nobody else."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from services.foundation.adapters.memory import MemoryEventLog, MemoryStreams, MemoryViews
from services.foundation.errors import Conflict, Unavailable
from services.foundation.events import Actor, Recorded, chain
from services.foundation.ports import Delivery
from services.foundation.runtime import consumer as consumers
from services.foundation.runtime import log_watch, set_aside
from services.foundation.runtime.consumer import Consumer
from services.foundation.runtime.log_watch import LogWatch
from services.foundation.runtime.parts import Subscription
from services.foundation.runtime.relay import Relay
from services.foundation.subjects import Request, append_of
from services.intake import dossier_facts as dossiers
from services.intake import stream
from services.tracking.projector import DOSSIERS, VIEWS, Projector
from tests.builders import START, a_draft, a_filed_fact, an_append

TOPIC = "postal.dossiers.v1"


class Broken(MemoryEventLog):
    """A log that fails as often as it is told to, after having kept what it was given."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    async def publish(self, topic: str, facts: Any) -> None:
        await super().publish(topic, facts)
        if self.failures:
            self.failures -= 1
            raise Unavailable("LOG_UNAVAILABLE", "later")


async def nothing_to_look_at() -> None:
    """The log is known to be whole."""


async def read_all(log: Any, group: str = "g") -> list[Recorded]:
    async with log.reader([TOPIC], group) as reader:
        return [each.fact for each in await reader.batch(1000, 0.01)]


async def test_a7_what_was_published_but_not_marked_is_published_again_and_nothing_is_lost() -> None:
    streams, log = MemoryStreams(), Broken(failures=1)
    await streams.append(first := an_append("dossiers/a", count=2, topic=TOPIC))
    relay = Relay("intake", streams, log, nothing_to_look_at)
    with pytest.raises(Unavailable):
        await relay.pass_on()
    await relay.pass_on()

    assert await read_all(log) == [*first.facts, *first.facts]
    assert await streams.unpublished(10) == []


async def test_b1_the_relay_outlives_a_log_that_is_away_and_then_drains_in_order() -> None:
    streams, log = MemoryStreams(), Broken(failures=2)
    running = asyncio.create_task(Relay("intake", streams, log, nothing_to_look_at).run())
    history: list[Recorded] = []
    for _ in range(5):
        await streams.append(append := an_append("dossiers/a", history, topic=TOPIC))
        history += append.facts
    async with asyncio.timeout(20):
        while await streams.unpublished(1):
            await asyncio.sleep(0.01)
    running.cancel()
    seen = [fact.sequence for fact in await read_all(log)]

    assert seen[-5:] == [1, 2, 3, 4, 5]
    assert sorted(set(seen)) == [1, 2, 3, 4, 5]


def delivered(*facts: Recorded) -> list[Delivery]:
    return [Delivery(topic=TOPIC, partition=0, offset=number, fact=fact) for number, fact in enumerate(facts)]


def of_filing(key: str, count: int) -> list[Recorded]:
    return list(chain([], [a_draft(f"dossiers/{key}", key=key, data=bytes([number])) for number in range(count)]))


async def aside(log: Any) -> list[Delivery]:
    async with log.reader(["postal.set-aside.v1"], "operators") as reader:
        return await reader.batch(100, 0.01)


def a_consumer(react: Any, log: Any = None) -> tuple[Consumer, MemoryViews, Any]:
    views, log = MemoryViews({set_aside.VIEW: set_aside.INDEXES}), log or MemoryEventLog()
    return Consumer(Subscription(topics=(TOPIC,), group="g", react=react), log, views), views, log


async def test_b13_a_fact_that_cannot_be_taken_in_stops_its_own_filing_and_no_other() -> None:
    taken: list[str] = []

    async def react(facts: list[Recorded]) -> None:
        if any(fact.key == "bad" and fact.sequence == 2 for fact in facts):
            raise KeyError("a fault of ours, with Nguyễn in its text")
        taken.extend(fact.id for fact in facts)

    consumer, views, log = a_consumer(react)
    bad, good = of_filing("bad", 3), of_filing("good", 2)
    await consumer.take_in(delivered(bad[0], bad[1], good[0], bad[2], good[1]))
    later = of_filing("bad", 4)[3]
    await consumer.take_in(delivered(later))

    assert [name for name in taken if "good" in name] == ["dossiers/good/1", "dossiers/good/2"]
    assert [name for name in taken if "bad" in name] == ["dossiers/bad/1"]
    row = await views.get(set_aside.VIEW, "g/bad")
    assert row.value == {"reason": "REACTION_FAILED", "facts": [fact.id for fact in (bad[1], bad[2], later)]}
    assert len(await aside(log)) == 3


async def test_b13_a_record_that_is_no_fact_is_kept_with_its_bytes_and_reason() -> None:
    async def react(facts: list[Recorded]) -> None:
        assert not facts

    consumer, _, log = a_consumer(react)
    await consumer.take_in([Delivery(topic=TOPIC, partition=0, offset=0, fact=None, raw=b"\xff", reason="ENVELOPE_UNREADABLE")])

    kept = await aside(log)
    assert [each.raw for each in kept] == [b"\xff"]
    assert "ENVELOPE_UNREADABLE" in kept[0].reason


async def test_b12_a_gap_waits_for_the_missing_fact_and_one_that_does_not_close_is_set_aside(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "_LONGEST_PAUSE_S", 0.04)

    async def react(facts: list[Recorded]) -> None:
        raise Conflict("GAP", "not yet")

    consumer, views, _ = a_consumer(react)
    await consumer.take_in(delivered(*of_filing("a", 1)))

    assert (await views.get(set_aside.VIEW, "g/a")).value["reason"] == "GAP"


async def test_b11_shuffled_repeats_of_facts_project_as_the_facts_in_order() -> None:
    """What the log may do to one filing: repeats, and a batch that starts again."""
    views = MemoryViews(VIEWS)
    projector = Projector(views)
    facts = _recorded("x", [a_filed_fact(), dossiers.DossierLodged(parcel_code="p", handover_id="h"),
                            dossiers.DossierWithdrawn(reason_code="R")])
    for batch in (facts[:1], facts[:2], facts[:2], facts[1:], facts, facts[:1]):
        await projector.on_facts(batch)
    row = await views.get(DOSSIERS, "x")

    assert row.reflects == 3
    with pytest.raises(Conflict):
        await Projector(MemoryViews(VIEWS)).on_facts(facts[1:])


def _recorded(key: str, facts: list[Any]) -> list[Recorded]:
    request = Request(id="r", fingerprint="", actor=Actor(person="p", role="CLERK", place="032248"))
    decided = [(fact, START) for fact in facts]
    return list(append_of(stream.DOSSIER.subject_of(key), key, [], decided, request, START, topic=TOPIC).facts)


async def test_a_consumer_waits_for_a_store_that_is_away() -> None:
    tries = 0

    async def react(facts: list[Recorded]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Unavailable("STORE_UNAVAILABLE", "later")

    consumer, views, _ = a_consumer(react)
    await consumer.take_in(delivered(*of_filing("a", 1)))

    assert tries == 3
    assert await views.get(set_aside.VIEW, "g/a") is None


async def test_b3_a_log_that_begins_anew_gets_everything_again_and_readers_start_afresh() -> None:
    streams, log, views = MemoryStreams(), MemoryEventLog(), MemoryViews({log_watch.VIEW: ()})
    reader = Consumer(Subscription(topics=(TOPIC,), group="g", react=lambda _: asyncio.sleep(0)), log, views)
    watch = LogWatch("intake", TOPIC, log, streams, views, [reader])
    relay = Relay("intake", streams, log, watch.look)
    await streams.append(first := an_append("dossiers/a", count=2, topic=TOPIC))
    await watch.look()
    await relay.pass_on()
    await watch.look()
    assert await streams.unpublished(10) == []

    log._topics.clear()  # it comes back empty
    await streams.append(second := an_append("dossiers/a", list(first.facts), topic=TOPIC))
    await watch.look()
    await relay.pass_on()

    assert [each.fact for each in log._topics[TOPIC]] == [*first.facts, *second.facts]
    assert reader._afresh
    await watch.look()
    await watch.look()
    assert await streams.unpublished(10) == []


async def test_c10_a_fact_changed_on_its_way_sets_its_own_filing_aside() -> None:
    taken: list[str] = []

    async def react(facts: list[Recorded]) -> None:
        taken.extend(fact.key for fact in facts)

    consumer, views, _ = a_consumer(react)
    changed = replace(of_filing("a", 1)[0], data=b"another bit")
    await consumer.take_in(delivered(changed, *of_filing("b", 1)))

    assert taken == ["b"]
    assert (await views.get(set_aside.VIEW, "g/a")).value["reason"] == "FACT_DAMAGED"


async def test_b15_a_slow_reader_holds_one_batch_and_nobody_else() -> None:
    log, taken, held = MemoryEventLog(), [], asyncio.Event()
    facts = list(chain([], [a_draft("dossiers/a", key="a", data=bytes([number % 250])) for number in range(1_700)]))
    await log.publish(TOPIC, facts)

    async def slow(batch: list[Recorded]) -> None:
        taken.append(len(batch))
        await held.wait()

    consumer, _, _ = a_consumer(slow, log)
    running = asyncio.create_task(consumer.run())
    async with asyncio.timeout(20):
        while not taken:
            await asyncio.sleep(0.01)
        others = await read_all(log, "another group")
        await log.publish(TOPIC, facts)
        assert taken == [consumers._AT_ONCE]
        held.set()
        while sum(taken) < 2 * len(facts):
            await asyncio.sleep(0.01)
    running.cancel()

    assert others == facts[:1000]
    assert max(taken) == consumers._AT_ONCE
