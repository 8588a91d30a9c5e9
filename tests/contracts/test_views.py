"""Views and sequences, clause by clause, on every adapter."""

import asyncio
from typing import Any

import pytest

from services.foundation.ports import Row


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
