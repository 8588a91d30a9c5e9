"""The event log, clause by clause, on every adapter."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from services.foundation.ports import Delivery
from services.foundation.runtime.loops import end
from tests.builders import an_append

TOPIC = "postal.dossiers.v1"


async def read_until(reader: Any, count: int) -> list[Delivery]:
    """Deliveries until there are as many, at most thirty seconds."""
    found: list[Delivery] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            found += await reader.batch(100, 0.5)
    return found


async def test_l1_l2_l7_every_fact_reaches_every_group_whole(open_log: Any) -> None:
    async with open_log() as log:
        facts = an_append("dossiers/a", count=3).facts
        await log.publish(TOPIC, facts)
        for group in ("one", "two"):
            async with log.reader([TOPIC], group) as reader:
                assert [each.fact for each in await read_until(reader, 3)] == list(facts)


async def test_l3_facts_of_a_key_keep_their_order(open_log: Any) -> None:
    async with open_log() as log:
        facts = an_append("dossiers/a", count=200).facts
        for start in range(0, 200, 50):
            await log.publish(TOPIC, facts[start:start + 50])
        async with log.reader([TOPIC], "g") as reader:
            assert [each.fact.sequence for each in await read_until(reader, 200)] == list(range(1, 201))


async def test_l4_a_group_goes_on_after_its_commit_and_repeats_without(open_log: Any) -> None:
    async with open_log() as log:
        facts = an_append("dossiers/a", count=2).facts
        await log.publish(TOPIC, facts[:1])
        async with log.reader([TOPIC], "g") as reader:
            await read_until(reader, 1)
            await reader.commit()
        await log.publish(TOPIC, facts[1:])
        for _ in range(2):
            async with log.reader([TOPIC], "g") as reader:
                assert [each.fact for each in await read_until(reader, 1)] == [facts[1]]


async def test_l5_a_batch_comes_back_empty_when_nothing_is_there(open_log: Any) -> None:
    async with open_log() as log, log.reader([TOPIC], "g") as reader:
        assert await reader.batch(10, 0.05) == []


async def test_l8_an_unreadable_record_is_told_and_later_ones_still_come(open_log: Any) -> None:
    async with open_log() as log:
        facts = an_append("dossiers/a").facts
        await log.put_raw(TOPIC, b"\xff\xff\xff\xffnonsense")
        await log.publish(TOPIC, facts)
        async with log.reader([TOPIC], "g") as reader:
            found = await read_until(reader, 2)

        unreadable = [each for each in found if each.fact is None]
        assert [each.raw for each in unreadable] == [b"\xff\xff\xff\xffnonsense"]
        assert unreadable[0].reason
        assert [each.fact for each in found if each.fact] == list(facts)


async def test_l6_what_was_published_is_there_after_reopening(open_durable_log: Any) -> None:
    facts = an_append("dossiers/a", count=2).facts
    async with open_durable_log() as log:
        await log.publish(TOPIC, facts)
        async with log.reader([TOPIC], "g") as reader:
            await read_until(reader, 2)
    async with open_durable_log() as log, log.reader([TOPIC], "g") as reader:
        assert [each.fact for each in await read_until(reader, 2)] == list(facts)


async def test_l9_a_log_that_answers_says_so(open_log: Any) -> None:
    async with open_log() as log:
        assert await log.ask() is None


async def test_l10_the_extent_grows_with_each_record_and_the_identity_stays(open_log: Any) -> None:
    async with open_log() as log:
        identity, before = await log.extent(TOPIC)
        await log.publish(TOPIC, an_append("dossiers/a", count=3).facts)
        again, after = await log.extent(TOPIC)

        assert identity == again
        assert after == before + 3


async def test_l11_a_reader_opened_afresh_starts_at_the_beginning(open_log: Any) -> None:
    async with open_log() as log:
        facts = an_append("dossiers/a", count=2).facts
        await log.publish(TOPIC, facts)
        async with log.reader([TOPIC], "g") as reader:
            await read_until(reader, 2)
            await reader.commit()
        async with log.reader([TOPIC], "g", afresh=True) as reader:
            assert [each.fact for each in await read_until(reader, 2)] == list(facts)
            await reader.commit()
        async with log.reader([TOPIC], "g") as reader:
            assert await reader.batch(10, 0.3) == []


async def test_l12_a_readers_turn_changes_when_another_member_may_have_had_its_part(open_log: Any) -> None:
    async with open_log() as log:
        facts = an_append("dossiers/a", count=2).facts
        await log.publish(TOPIC, facts[:1])
        async with log.reader([TOPIC], "g") as reader:
            assert len(await read_until(reader, 1)) == 1
            alone = reader.turn
            await reader.batch(1, 0.05)
            assert reader.turn == alone, "nothing has changed hands"
            if type(reader).__name__ != "KafkaReader":
                return  # one process, one member
            async with log.reader([TOPIC], "g") as other:
                while not other._consumer.assignment():
                    await asyncio.gather(reader.batch(1, 0.1), other.batch(1, 0.1))
            await log.publish(TOPIC, facts[1:])
            found: list[Any] = []
            while facts[1] not in found:  # what was not committed may come again before it
                found += [each.fact for each in await read_until(reader, 1)]
            assert reader.turn > alone


async def test_l13_a_reader_tells_how_far_behind_it_is(open_log: Any) -> None:
    async with open_log() as log:
        await log.publish(TOPIC, an_append("dossiers/a", count=3).facts)
        async with log.reader([TOPIC], "g") as reader:
            await read_until(reader, 3)
            await log.publish(TOPIC, an_append("dossiers/b", count=4).facts)
            assert await reader.behind() == 4
            await read_until(reader, 4)
            assert await reader.behind() == 0


async def test_l14_a_lone_reader_knows_when_it_has_read_everything(open_log: Any) -> None:
    async with open_log() as log:
        await log.publish(TOPIC, facts := an_append("dossiers/a", count=20).facts)
        found: list[Any] = []
        async with log.reader([TOPIC], "g") as reader:
            while not await reader.at_end():
                found += [each.fact for each in await reader.batch(7, 0.05)]
            assert found == list(facts)
            await log.publish(TOPIC, an_append("dossiers/b").facts)
            assert not await reader.at_end()
            assert len(await read_until(reader, 1)) == 1
            assert await reader.at_end()


async def test_l15_who_waits_may_be_cut_off_at_any_moment_and_all_others_go_on(open_log: Any) -> None:
    async def waits(reader: Any) -> None:
        while True:
            await reader.batch(10, 0.0006)

    async with open_log() as log, AsyncExitStack() as stack:
        other, *readers = [await stack.enter_async_context(log.reader([TOPIC], f"g{number}")) for number in range(5)]
        for later in range(20):  # around the moments when their time is over
            waiting = [asyncio.create_task(waits(reader)) for reader in readers]
            await asyncio.sleep(0.003 + later * 0.00005)
            await asyncio.wait_for(end(waiting, again_s=0.1), 20)
        facts = an_append("dossiers/a", count=3).facts
        await asyncio.wait_for(log.publish(TOPIC, facts), 10)
        assert [each.fact for each in await read_until(other, 3)] == list(facts)
