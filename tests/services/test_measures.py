"""Gauges that are read from store and log: what they tell, and that training, time and outages are in them as they should be."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.foundation.adapters.clocks import TurnableClock
from services.foundation.adapters.memory import MemoryEventLog, MemoryStreams, MemoryViews
from services.foundation.errors import Unavailable
from services.foundation.runtime import metrics, set_aside
from services.foundation.runtime.consumer import Consumer
from services.foundation.runtime.doorkeeper import Doorkeeper
from services.foundation.runtime.measures import Measures
from services.foundation.runtime.parts import Subscription
from services.foundation.subjects import Request, append_of
from services.intake import dossier_facts as facts
from services.intake import stream
from services.tracking.figures import Figures
from services.tracking.projector import VIEWS, Projector
from tests.builders import START, a_filed_fact, an_append

TOPIC, GROUP = "postal.dossiers.v1", "measured"


def value(name: str, **labels: str) -> float:
    """What a scrape would say now."""
    return REGISTRY.get_sample_value(name, labels) or 0


def late(leg: str) -> float:
    return value("postal_overdue_dossiers", leg=leg)


async def shown(projector: Projector, key: str, *stated: Any) -> None:
    """A dossier's facts, projected."""
    request = Request(id="r", fingerprint="", actor=an_append("x").facts[0].actor)
    append = append_of(stream.DOSSIER.subject_of(key), key, [], [(fact, START) for fact in stated], request, START, topic=TOPIC)
    await projector.on_facts(list(append.facts))


async def test_overdue_is_told_by_the_leg_that_is_late_once_its_day_is_over() -> None:
    views, clock = MemoryViews(VIEWS), TurnableClock(START)
    figures = Figures(views, clock)
    projector = Projector(views, figures.shown)
    accepted = facts.DossierAccepted(dossier_code="H", due_date="2026-12-04", clock_start="2026-11-30")
    decided = facts.DossierDecided(outcome=facts.DecisionOutcome.GRANTED, papers=(), result_parcel_code="q",
                                   transit_due_date="2026-12-07")
    lodged = facts.DossierLodged(parcel_code="p", handover_id="h")
    await shown(projector, "a", a_filed_fact(tracking_code="a"))
    await shown(projector, "b", a_filed_fact(tracking_code="b"), lodged, accepted)
    await shown(projector, "c", a_filed_fact(tracking_code="c"), lodged, accepted, decided)
    await shown(projector, "d", a_filed_fact(tracking_code="d"), lodged, accepted, decided, facts.DossierReturned(parcel_code="q"))
    await shown(projector, "e", a_filed_fact(tracking_code="e", synthetic=True))

    told = []
    for days in (6, 1, 4, 3):  # from the 24th of November to the 30th, 1st, 5th, 8th; promised are the 30th, 4th, 7th
        clock.turn(timedelta(days=days))
        await figures.look()
        told.append((late("OUTBOUND"), late("DECISION"), late("INBOUND")))

    assert told == [(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)]
    stages = [value("postal_dossiers", stage=stage) for stage in ("RECEIVED_BY_POST", "AT_AUTHORITY", "IN_REVIEW", "DECIDED")]
    assert stages == [1, 0, 1, 1]


async def test_how_long_it_took_until_it_was_shown_is_noted_once_for_each_fact() -> None:
    views, clock = MemoryViews(VIEWS), TurnableClock(START + timedelta(milliseconds=700))
    projector = Projector(views, Figures(views, clock).shown)
    names = ("postal_visible_seconds_bucket", {"le": "0.5"}), ("postal_visible_seconds_bucket", {"le": "1.0"})
    before = [value(name, **labels) for name, labels in names]
    lodged = facts.DossierLodged(parcel_code="p", handover_id="h")
    await shown(projector, "a", a_filed_fact(), lodged)
    assert [value(name, **labels) - was for (name, labels), was in zip(names, before, strict=True)] == [0, 2]

    entered = value("postal_dossiers_entered_total", stage="AT_AUTHORITY")
    request = Request(id="r", fingerprint="", actor=an_append("x").facts[0].actor)
    append = append_of("dossiers/a", "a", [], [(a_filed_fact(), START), (lodged, START)], request, START, topic=TOPIC)
    await projector.on_facts([append.facts[1]])  # told once more
    assert value("postal_visible_seconds_bucket", le="1.0") - before[1] == 2
    assert value("postal_dossiers_entered_total", stage="AT_AUTHORITY") == entered


async def test_what_waits_for_the_log_what_is_behind_and_what_is_set_aside_is_told() -> None:
    streams, log, clock = MemoryStreams(), MemoryEventLog(), TurnableClock(START)
    views = MemoryViews({set_aside.VIEW: set_aside.INDEXES})
    consumer = Consumer(Subscription(topics=(TOPIC,), group=GROUP, react=_nothing), log, views)
    measures = Measures("measured", streams, views, [consumer], clock, None)
    await streams.append(waiting := an_append("dossiers/a", count=3, topic=TOPIC))
    await log.publish(TOPIC, waiting.facts)
    await set_aside.SetAside(GROUP, log, views).put(waiting.facts[0], "FACT_DAMAGED")
    clock.turn(timedelta(seconds=90))
    await measures.look()
    assert value("postal_unpublished_age_seconds", service="measured") == 90
    assert value("postal_parked_filings", group=GROUP) == 1
    assert value("postal_measured_time_seconds", service="measured") == clock.now().timestamp()
    assert await consumer.behind() is None, "it has no reader yet"

    async with log.reader([TOPIC], GROUP) as reader:
        consumer._reader = reader
        await measures.look()
        assert value("postal_consumer_lag_records", group=GROUP) == 3
        await consumer.take_in(await reader.batch(10, 0.01))
        await streams.mark_published(await streams.unpublished(10))
        await measures.look()
    assert value("postal_consumer_lag_records", group=GROUP) == 0
    assert value("postal_unpublished_age_seconds", service="measured") == 0


async def test_who_goes_away_at_once_has_changed_their_mind_and_who_has_waited_long_is_our_fault(
        monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(*_: Any) -> Any:
        await asyncio.sleep(3600)

    keeper = Doorkeeper("left", None)  # type: ignore[arg-type]
    method = "/postal.tracking.v1.TrackingService/Track"
    for patience_s, fault in ((5.0, "caller"), (0.0, "ours")):
        monkeypatch.setattr(metrics, "PATIENCE_S", patience_s)
        call = asyncio.create_task(keeper.answer(method, slow, None, b"", ""))
        while not keeper.running:
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert value("postal_calls_total", service="left", door="grpc", method="Track", code="CANCELLED", fault=fault) == 1
        for task in keeper.running:
            task.cancel()
        await asyncio.wait(keeper.running)
        await asyncio.sleep(0)


async def test_a_log_that_is_away_leaves_what_the_store_tells_fresh() -> None:
    clock, views = TurnableClock(START), MemoryViews({set_aside.VIEW: set_aside.INDEXES})
    consumer = Consumer(Subscription(topics=(TOPIC,), group=GROUP, react=_nothing), MemoryEventLog(), views)

    async def away() -> int:
        raise Unavailable("LOG_UNAVAILABLE", "later")

    consumer.behind = away  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await Measures("no log", MemoryStreams(), views, [consumer], clock, None).look()
    assert value("postal_measured_time_seconds", service="no log") == START.timestamp()


async def test_a_store_that_is_away_leaves_the_gauges_as_old_as_they_say() -> None:
    clock, streams = TurnableClock(START), MemoryStreams()
    measures = Measures("away", streams, MemoryViews({set_aside.VIEW: set_aside.INDEXES}), [], clock, None)
    await measures.look()

    async def away(*_: Any) -> Any:
        raise Unavailable("STORE_UNAVAILABLE", "later")

    streams.unpublished = away  # type: ignore[method-assign]
    clock.turn(timedelta(minutes=9))
    with pytest.raises(Unavailable):
        await measures.look()
    assert value("postal_measured_time_seconds", service="away") == START.timestamp()


async def _nothing(_: Sequence[Any]) -> None:
    return
