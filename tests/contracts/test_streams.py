"""Streams, clause by clause (services/foundation/ports.py), on every adapter."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.foundation.errors import Conflict
from services.foundation.events import broken_link, chain
from services.foundation.ports import Whole
from tests.builders import START, an_append


async def test_s1_read_gives_all_facts_in_order_byte_for_byte(open_stores: Any) -> None:
    async with open_stores() as stores:
        first = an_append("dossiers/a", count=3)
        await stores.streams.append(first)
        await stores.streams.append(second := an_append("dossiers/a", list(first.facts), count=9))

        assert await stores.streams.read("dossiers/a") == [*first.facts, *second.facts]
        assert broken_link(await stores.streams.read("dossiers/a")) is None
        assert await stores.streams.read("dossiers/ab") == []
        assert await stores.streams.read_many(["dossiers/a", "dossiers/b"]) == {
            "dossiers/a": [*first.facts, *second.facts], "dossiers/b": []}


async def test_s2_an_append_that_is_refused_stores_none_of_its_facts(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(kept := an_append("dossiers/a"))
        with pytest.raises(Conflict):
            await stores.streams.append(an_append("dossiers/a", count=5))

        assert await stores.streams.read("dossiers/a") == list(kept.facts)


async def test_s3_of_twenty_racing_writers_exactly_one_wins(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(first := an_append("dossiers/a"))
        answers = await asyncio.gather(*(stores.streams.append(an_append("dossiers/a", list(first.facts), count=1 + number % 3))
                                         for number in range(20)), return_exceptions=True)

        assert sum(answer is None for answer in answers) == 1
        assert all(answer is None or isinstance(answer, Conflict) for answer in answers)
        assert broken_link(await stores.streams.read("dossiers/a")) is None


async def test_s3_a_writer_that_is_ahead_of_the_stream_leaves_no_gap(open_stores: Any) -> None:
    async with open_stores() as stores:
        ahead = an_append("dossiers/a", list(an_append("dossiers/a", count=2).facts))

        assert await stores.streams.append_many([ahead]) == [False]
        assert await stores.streams.read("dossiers/a") == []


async def test_s4_order_is_by_sequence_though_the_clock_runs_backwards(open_stores: Any) -> None:
    async with open_stores() as stores:
        history: list[Any] = []
        for number in range(5):
            append = an_append("dossiers/a", history, recorded=START - timedelta(hours=number))
            await stores.streams.append(append)
            history += append.facts

        assert await stores.streams.read("dossiers/a") == history
        published = [fact for stored in await stores.streams.unpublished(10) for fact in stored.facts]
        assert [fact.sequence for fact in published] == [1, 2, 3, 4, 5]


async def test_s5_each_append_of_many_has_its_own_answer(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(taken := an_append("dossiers/taken"))
        first = an_append("dossiers/a")
        answers = await stores.streams.append_many([
            first, an_append("dossiers/taken"), an_append("dossiers/b"), an_append("dossiers/a", list(first.facts)),
            an_append("dossiers/a")])

        assert answers == [True, False, True, True, False]
        assert len(await stores.streams.read("dossiers/a")) == 2
        assert await stores.streams.read("dossiers/taken") == list(taken.facts)
        assert await stores.streams.append_many([]) == []


async def test_s6_the_private_part_is_given_back_and_never_published(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(first := an_append("dossiers/a", private=b"sealed-1"))
        await stores.streams.append(an_append("dossiers/a", list(first.facts), private=b"sealed-2"))
        await stores.streams.append(an_append("dossiers/b", private=b"neighbour"))

        assert await stores.streams.private("dossiers/a") == [b"sealed-1", b"sealed-2"]
        assert "sealed" not in repr(await stores.streams.unpublished(10))


async def test_s7_what_waits_comes_oldest_first_and_internal_facts_never(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(an_append("dossiers/z"))
        await stores.streams.append(an_append("dossiers/internal", topic=None))
        await stores.streams.append(an_append("dossiers/a"))

        assert [stored.facts[0].subject for stored in await stores.streams.unpublished(10)] == ["dossiers/z", "dossiers/a"]
        assert len(await stores.streams.unpublished(1)) == 1


async def test_s8_marking_marks_exactly_those_given(open_stores: Any) -> None:
    async with open_stores() as stores:
        for name in "abc":
            await stores.streams.append(an_append(f"dossiers/{name}"))
        waiting = await stores.streams.unpublished(10)
        await stores.streams.mark_published([waiting[1]])
        await stores.streams.mark_published([waiting[1]])

        assert await stores.streams.unpublished(10) == [waiting[0], waiting[2]]


async def test_s9_what_was_acknowledged_is_there_after_reopening(open_durable_stores: Any) -> None:
    async with open_durable_stores() as stores:
        await stores.streams.append(kept := an_append("dossiers/a", private=b"x"))
    async with open_durable_stores() as stores:
        assert await stores.streams.read("dossiers/a") == list(kept.facts)
        assert await stores.streams.private("dossiers/a") == [b"x"]
        assert len(await stores.streams.unpublished(10)) == 1


async def test_s10_an_append_wakes_who_waits(open_stores: Any) -> None:
    async with open_stores() as stores:
        assert await stores.streams.wait_unpublished(0.01) is False
        waiting = asyncio.create_task(stores.streams.wait_unpublished(20))
        await stores.streams.append(an_append("dossiers/a"))

        assert await waiting is True


async def test_s11_forgetting_removes_the_private_part_and_nothing_else(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(an_append("dossiers/a", private=b"x"))
        await stores.streams.append(an_append("dossiers/b", private=b"y"))
        await stores.streams.forget_private("dossiers/a")

        assert await stores.streams.private("dossiers/a") == []
        assert await stores.streams.private("dossiers/b") == [b"y"]
        assert len(await stores.streams.read("dossiers/a")) == 1


async def test_s6_of_racing_appends_only_the_winner_keeps_its_private_part(open_stores: Any) -> None:
    async with open_stores() as stores:
        for round_number in range(10):
            subject = f"dossiers/{round_number}"
            racers = [an_append(subject, count=1 + number, private=b"of %d" % number) for number in range(4)]
            answers = await asyncio.gather(*(stores.streams.append_many([racer]) for racer in racers))
            winner = answers.index([True])

            assert answers.count([True]) == 1
            assert await stores.streams.private(subject) == [b"of %d" % winner]
            assert await stores.streams.read(subject) == list(racers[winner].facts)


async def test_s12_after_unmarking_everything_waits_again_in_order(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(first := an_append("dossiers/a", count=2))
        await stores.streams.append(second := an_append("dossiers/a", list(first.facts)))
        await stores.streams.append(other := an_append("dossiers/b"))
        await stores.streams.append(an_append("parcels/c", topic="elsewhere"))
        await stores.streams.append(an_append("waiting/d", topic=None))
        await stores.streams.mark_published(await stores.streams.unpublished(10))
        await stores.streams.append(fresh := an_append("dossiers/b", list(other.facts)))
        await stores.streams.unmark("t")
        waiting = [fact for stored in await stores.streams.unpublished(10) for fact in stored.facts]

        assert [fact for fact in waiting if fact.subject == "dossiers/a"] == [*first.facts, *second.facts]
        assert [fact for fact in waiting if fact.subject == "dossiers/b"] == [*other.facts, *fresh.facts]
        assert len(waiting) == 5
        await stores.streams.mark_published(await stores.streams.unpublished(10))
        assert await stores.streams.unpublished(10) == []


async def test_s12_a_mark_of_what_was_given_out_before_has_no_effect(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(an_append("dossiers/a"))
        await stores.streams.append(an_append("dossiers/b"))
        given_to_the_lost_log = await stores.streams.unpublished(10)
        await stores.streams.mark_published(given_to_the_lost_log[:1])
        await stores.streams.unmark("t")
        await stores.streams.mark_published(given_to_the_lost_log)
        assert [stored.facts[0].subject for stored in await stores.streams.unpublished(10)] == ["dossiers/a", "dossiers/b"]


async def test_s14_a_claim_is_held_by_one_append_and_by_no_other(open_stores: Any) -> None:
    async with open_stores() as stores:
        answers = await stores.streams.append_many([
            an_append("dossiers/a", claim="x"), an_append("dossiers/b", claim="x"), an_append("dossiers/c", claim="y"),
            an_append("dossiers/d")])

        assert answers == [True, False, True, True]
        assert await stores.streams.read("dossiers/b") == []
        assert await stores.streams.claimants(["x", "y", "z"]) == {"x": "dossiers/a", "y": "dossiers/c"}
        assert await stores.streams.claimants([]) == {}
        assert await stores.streams.append_many([an_append("dossiers/b")]) == [True]  # the place itself was left free
        assert "claim" not in repr([stored.facts for stored in await stores.streams.unpublished(10)])


async def test_s14_an_append_that_is_refused_for_its_place_claims_nothing(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(an_append("dossiers/a"))
        assert await stores.streams.append_many([an_append("dossiers/a", claim="x")]) == [False]

        assert await stores.streams.claimants(["x"]) == {}
        assert await stores.streams.append_many([an_append("dossiers/b", claim="x")]) == [True]


async def test_s14_of_twenty_racing_claims_exactly_one_wins(open_stores: Any) -> None:
    async with open_stores() as stores:
        answers = await asyncio.gather(*(stores.streams.append_many([an_append(f"dossiers/{number}", claim="x")])
                                         for number in range(20)))

        assert answers.count([True]) == 1
        assert await stores.streams.claimants(["x"]) == {"x": f"dossiers/{answers.index([True])}"}


async def test_s11_s14_forgetting_lets_go_of_the_claim(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(an_append("dossiers/a", private=b"x", claim="x"))
        await stores.streams.append(an_append("dossiers/b", claim="y"))
        await stores.streams.forget_private("dossiers/a")

        assert await stores.streams.claimants(["x", "y"]) == {"y": "dossiers/b"}
        assert await stores.streams.append_many([an_append("dossiers/c", claim="x")]) == [True]


def a_copy(whole: Whole) -> Whole:
    """The same under another name."""
    name = f"{whole.subject}-copy"
    return replace(whole, subject=name, facts=chain([], [replace(fact, subject=name) for fact in whole.facts]),
                   claims=tuple(f"{claim}/copy" for claim in whole.claims))


async def walked(streams: Any, limit: int) -> list[Any]:
    """All subjects, page after page."""
    found: list[Any] = []
    while page := await streams.wholes(found[-1].subject if found else "", limit):
        assert len(page) <= limit
        found += page
    return found


async def test_s15_a_walk_gives_every_subject_once_with_all_that_is_kept_of_it(open_stores: Any) -> None:
    async with open_stores() as stores:
        first = an_append("dossiers/a", count=2, private=b"one", claim="x")
        await stores.streams.append(first)
        await stores.streams.append(an_append("dossiers/a", list(first.facts), private=b"two"))
        await stores.streams.mark_published((await stores.streams.unpublished(10))[:1])
        await stores.streams.append(an_append("dossiers/a-b"))
        await stores.streams.append(an_append("dossiers/ab"))
        await stores.streams.append(an_append("entries/d/1", topic=None))
        await stores.streams.append(an_append("entries/d/11", topic=None))
        found = {limit: await walked(stores.streams, limit) for limit in (1, 2, 500)}
        whole = {each.subject: each for each in found[500]}

        assert found[1] == found[2] == found[500]
        assert sorted(whole) == ["dossiers/a", "dossiers/a-b", "dossiers/ab", "entries/d/1", "entries/d/11"]
        assert list(whole["dossiers/a"].facts) == await stores.streams.read("dossiers/a")
        assert (whole["dossiers/a"].topic, whole["dossiers/a"].waiting) == ("t", 3)
        assert (whole["dossiers/a"].private, whole["dossiers/a"].claims) == ((b"one", b"two"), ("x",))
        assert (whole["dossiers/ab"].waiting, whole["dossiers/ab"].private, whole["dossiers/ab"].claims) == (1, (), ())
        assert (whole["entries/d/1"].topic, whole["entries/d/1"].waiting) == (None, 0)


async def test_s16_what_is_put_back_is_what_was_walked_and_waits_for_the_relay(open_stores: Any) -> None:
    async with open_stores() as stores:
        first = an_append("dossiers/a", count=3, private=b"one", claim="x")
        await stores.streams.append(first)
        await stores.streams.append(an_append("dossiers/a", list(first.facts), private=b"two"))
        await stores.streams.append(an_append("entries/d/1", topic=None))
        kept = await walked(stores.streams, 10)
        other = [a_copy(each) for each in kept]
        await stores.streams.mark_published(await stores.streams.unpublished(10))

        assert await stores.streams.put_back(other) == [True, True]
        assert await stores.streams.put_back([*other, *kept]) == [True] * 4
        assert [each for each in await walked(stores.streams, 10) if each.subject.endswith("-copy")] == [
            replace(other[0], waiting=1), other[1]]
        assert [stored.facts[0].subject for stored in await stores.streams.unpublished(10)] == ["dossiers/a-copy"] * (
            len(await stores.streams.unpublished(10)))
        assert await stores.streams.claimants(["x/copy"]) == {"x/copy": "dossiers/a-copy"}


async def test_s16_nothing_is_put_over_what_differs_or_under_anothers_claim(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(an_append("dossiers/a", claim="x"))
        kept = await walked(stores.streams, 10)
        other = replace(kept[0], facts=an_append("dossiers/a", recorded=START + timedelta(hours=1)).facts)
        claimed = replace(kept[0], subject="dossiers/b", facts=an_append("dossiers/b").facts)

        assert await stores.streams.put_back([other, claimed]) == [False, False]
        assert await walked(stores.streams, 10) == kept


async def test_s17_the_facts_of_a_subject_wait_again_and_others_do_not(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.streams.append(first := an_append("dossiers/a", count=2))
        await stores.streams.append(second := an_append("dossiers/a", list(first.facts)))
        await stores.streams.append(an_append("dossiers/b"))
        await stores.streams.append(an_append("entries/d/1", topic=None))
        before = await stores.streams.unpublished(10)
        await stores.streams.mark_published(before)
        await stores.streams.unmark_subjects(["dossiers/a", "entries/d/1", "dossiers/nobody"])
        await stores.streams.mark_published(before)  # of what was given out before
        waiting = await stores.streams.unpublished(10)

        assert [fact for stored in waiting for fact in stored.facts] == [*first.facts, *second.facts]
        await stores.streams.mark_published(waiting)
        assert await stores.streams.unpublished(10) == []
