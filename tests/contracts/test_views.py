"""Views and sequences, clause by clause, on every adapter."""

import asyncio
import uuid
from typing import Any

import pytest

from services.foundation.errors import Conflict
from services.foundation.ports import Row
from services.foundation.runtime import settings, wiring

from .conftest import DECLARED


def row(key: str, reflects: int = 1, **indexes: Any) -> Row:
    return Row(key=key, value={"n": reflects, "tên": ["ế", None, True]}, reflects=reflects, indexes=indexes)


async def test_v1_a_row_is_replaced_by_a_newer_one_alone(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.views.put_many("dossiers", [row("a", 2, office="1"), row("b", 1, office="1")])
        await stores.views.put_many("dossiers", [row("a", 1, office="9"), row("a", 2, office="9"), row("b", 3, office="2")])

        assert (await stores.views.get("dossiers", "a")).value["n"] == 2
        assert [each.key for each in await stores.views.find("dossiers", "office", "1")] == ["a"]
        assert [each.key for each in await stores.views.find("dossiers", "office", "2")] == ["b"]
        assert await stores.views.find("dossiers", "office", "9") == []


async def test_v1_of_concurrent_first_writes_the_newest_stays(open_stores: Any) -> None:
    async with open_stores() as stores:
        for number in range(10):
            key = f"r{number}"
            await asyncio.gather(*(stores.views.put_many("dossiers", [row(key, reflects, office=str(reflects))])
                                   for reflects in (3, 1, 5, 2, 4)))
            assert (await stores.views.get("dossiers", key)).reflects == 5
            assert [each.key for each in await stores.views.find("dossiers", "office", "5", after=f"r{number - 1}")][-1:] == [key]


async def test_v2_get_gives_what_is_there(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.views.put_many("dossiers", [row("a")])

        assert (await stores.views.get("dossiers", "a")).value == {"n": 1, "tên": ["ế", None, True]}
        assert await stores.views.get("dossiers", "b") is None
        assert set(await stores.views.get_many("dossiers", ["a", "b"])) == {"a"}
        assert await stores.views.get("other", "a") is None


async def test_v3_pages_are_by_key_and_stable(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.views.put_many("dossiers", [row(key, route=["x", "y"]) for key in "dbac"] + [row("e", route=["y"])])
        first = await stores.views.find("dossiers", "route", "x", limit=2)
        await stores.views.put_many("dossiers", [row("aa", route=["x"])])

        assert [each.key for each in first] == ["a", "b"]
        assert [each.key for each in await stores.views.find("dossiers", "route", "x", after="b")] == ["c", "d"]


async def test_v4_an_undeclared_index_is_refused(open_stores: Any) -> None:
    async with open_stores() as stores:
        with pytest.raises(ValueError):
            await stores.views.find("dossiers", "name", "x")
        with pytest.raises(ValueError):
            await stores.views.put_many("dossiers", [row("a", name="x")])


async def test_v5_a_counter_counts_each_effect_once(open_stores: Any) -> None:
    async with open_stores() as stores:
        for effect in ("1", "1", "2"):
            await stores.views.add("filed", 5, effect=effect)

        assert await stores.views.counter("filed") == 10
        assert await stores.views.counter("other") == 0


async def test_v6_rows_are_there_after_reopening(open_durable_stores: Any) -> None:
    async with open_durable_stores() as stores:
        await stores.views.put_many("dossiers", [row("a", office="1")])
    async with open_durable_stores() as stores:
        assert [each.key for each in await stores.views.find("dossiers", "office", "1")] == ["a"]


async def test_v7_what_an_index_has_under_a_value_or_in_a_range_is_counted_up_to_a_bound(open_stores: Any) -> None:
    async with open_stores() as stores:
        views = stores.views
        await views.put_many("dossiers", [row(f"r{number}", office=f"{number % 3}", route=[f"x/{number}", f"x/{number}a"])
                                          for number in range(9)])
        await views.put_many("dossiers", [row("r0", 2, office="1"), row("r9", office="1", route=["y/0"])])

        assert [await views.count("dossiers", "office", office) for office in ("0", "1", "2", "3")] == [2, 5, 3, 0]
        assert await views.count("dossiers", "route", "x/3", until="x/6") == 3  # rows, not entries
        assert await views.count("dossiers", "route", "x/", until="x/z") == 8
        assert await views.count("dossiers", "office", "1", most=2) == 2
        assert await views.count("dossiers", "route", "x/", until="z", most=1) == 1
        with pytest.raises(ValueError):
            await views.count("dossiers", "place", "1")
        with pytest.raises(ValueError):
            await views.count("other", "office", "1")


async def test_n1_no_number_is_given_twice(open_stores: Any) -> None:
    async with open_stores() as stores:
        firsts = await asyncio.gather(*(stores.sequences.block("s10", 10) for _ in range(20)))

        assert sorted(firsts) == list(range(1, 201, 10))


async def test_n2_names_do_not_disturb_each_other(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.sequences.block("a", 5)

        assert await stores.sequences.block("b", 5) == 1


async def test_n3_no_number_comes_again_after_reopening(open_durable_stores: Any) -> None:
    async with open_durable_stores() as stores:
        await stores.sequences.block("a", 5)
    async with open_durable_stores() as stores:
        assert await stores.sequences.block("a", 5) > 5


async def test_v8_all_rows_come_by_key_in_pages(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.views.put_many("dossiers", [row(key, office="1") for key in ("b/1", "a", "c", "b")])
        await stores.views.put_many("other", [row("z")])
        first = await stores.views.rows("dossiers", limit=3)

        assert [each.key for each in first] == ["a", "b", "b/1"]
        assert first[0] == await stores.views.get("dossiers", "a")
        assert [await stores.views.size(view) for view in ("dossiers", "other")] == [4, 1]
        assert [each.key for each in await stores.views.rows("dossiers", after="b/1")] == ["c"]


async def test_v9_the_rows_named_go_and_with_them_their_indexes(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.views.put_many("dossiers", [row(key, 5, office="1") for key in "abc"])
        await stores.views.remove("dossiers", ["a", "c", "nobody"])

        assert [each.key for each in await stores.views.find("dossiers", "office", "1")] == ["b"]
        await stores.views.put_many("dossiers", [row("a", 1, office="2")])  # it begins anew
        assert [each.key for each in await stores.views.find("dossiers", "office", "2")] == ["a"]


async def test_v10_a_generation_beside_is_seen_by_nobody_until_the_swap(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.views.put_many("dossiers", [row("a", 4, office="old")])
        left = await stores.views.beside(["dossiers", "other"])
        await left.put_many("dossiers", [row("left over", 9, office="new")])
        beside = await stores.views.beside(["dossiers", "other"])
        await beside.put_many("dossiers", [row("a", 2, office="new"), row("b", 1, office="new")])
        await beside.put_many("other", [row("o")])
        await stores.views.put_many("dossiers", [row("c", 1, office="old")])

        assert [each.key for each in await stores.views.rows("dossiers")] == ["a", "c"]
        assert await stores.views.find("dossiers", "office", "new") == []
        assert [each.key for each in await beside.find("dossiers", "office", "new")] == ["a", "b"]

        with pytest.raises(Conflict) as problem:
            await left.swap(["dossiers", "other"])
        assert problem.value.reason == "VIEW_OVERTAKEN"
        await beside.swap(["dossiers", "other"])
        await stores.views.tidy(["dossiers", "other"])

        assert [each.key for each in await stores.views.find("dossiers", "office", "new")] == ["a", "b"]
        assert await stores.views.find("dossiers", "office", "old") == []
        assert [each.key for each in await stores.views.rows("other")] == ["o"]
        await stores.views.put_many("dossiers", [row("a", 3, office="new")])
        assert (await stores.views.get("dossiers", "a")).reflects == 3


async def test_v10_what_was_worked_out_from_a_row_before_the_swap_is_refused_after_it(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.views.put_many("dossiers", [row("a", 1)])
        read = await stores.views.get("dossiers", "a")
        beside = await stores.views.beside(["dossiers"])
        await beside.put_many("dossiers", [row("a", 1)])
        await beside.swap(["dossiers"])

        with pytest.raises(Conflict) as problem:
            await stores.views.put_many("dossiers", [Row(key="a", value={"n": 2}, reflects=2, generation=read.generation)])
        assert problem.value.reason == "VIEW_SWAPPED"
        again = await stores.views.get("dossiers", "a")
        await stores.views.put_many("dossiers", [Row(key="a", value={"n": 2}, reflects=2, generation=again.generation)])
        assert (await stores.views.get("dossiers", "a")).reflects == 2


async def test_v10_another_process_that_has_missed_the_swap_is_told_and_then_writes_to_the_new_one(
        request: pytest.FixtureRequest) -> None:
    store, database = request.getfixturevalue("mongo_server"), f"t{uuid.uuid4().hex[:10]}"
    chosen = settings.Settings(store=store, log="kafka://unused", mongo_database=database)
    async with wiring.open_stores(chosen, "intake", DECLARED) as mine, wiring.open_stores(chosen, "intake", DECLARED) as other:
        await other.views.put_many("dossiers", [row("a", 1)])
        await (await mine.views.beside(["dossiers"])).swap(["dossiers"])

        with pytest.raises(Conflict):
            await other.views.put_many("dossiers", [row("b", 1)])
        await other.views.put_many("dossiers", [row("b", 1)])
        await mine.views.tidy(["dossiers"])
        assert [each.key for each in await mine.views.rows("dossiers")] == ["b"]


async def test_n4_a_number_is_raised_and_never_lowered(open_stores: Any) -> None:
    async with open_stores() as stores:
        await stores.sequences.block("a", 5)
        await stores.sequences.raise_to("a", 100)
        await stores.sequences.raise_to("a", 7)
        await stores.sequences.raise_to("b", 3)

        assert await stores.sequences.lasts() == {"a": 100, "b": 3}
        assert await stores.sequences.block("a", 1) == 101
