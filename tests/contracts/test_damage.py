"""C10: one bit that a disk gives back otherwise is noticed before anything is decided or published on it."""

import random
import sqlite3
from pathlib import Path

import pymongo
import pytest

from services.foundation.envelope import kept, pack, sound
from services.foundation.errors import Refused
from services.foundation.ports import Stores
from services.foundation.runtime import settings, wiring
from tests.builders import an_append

_FACTS = 60


def _flip(record: bytes, bit: int) -> bytes:
    damaged = bytearray(record)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def test_c10_every_single_bit_of_a_record_counts() -> None:
    record = pack(an_append("dossiers/a").facts[0])

    assert sound(kept(record, "dossiers/a"))
    assert not [bit for bit in range(len(record) * 8) if sound(kept(_flip(record, bit), "dossiers/a"))]


@pytest.fixture(params=("sqlite", "mongo-motor", "mongo-pymongo"))
def chosen(request: pytest.FixtureRequest, tmp_path: Path) -> settings.Settings:
    kind, _, driver = request.param.partition("-")
    store = f"sqlite:{tmp_path / 'x.sqlite'}" if kind == "sqlite" else request.getfixturevalue("mongo_server")
    return settings.Settings(store=store, log="kafka://unused", mongo_driver=driver or "motor", mongo_database=f"damage_{driver}")


def _damage(chosen: settings.Settings, subjects: set[str], draw: random.Random) -> None:
    """Flips one bit of one fact of each subject, behind the adapter's back."""
    if chosen.store.startswith("sqlite:"):
        with sqlite3.connect(chosen.store.removeprefix("sqlite:")) as raw:
            for subject, record in raw.execute("SELECT subject, record FROM facts WHERE sequence=2").fetchall():
                if subject in subjects:
                    raw.execute("UPDATE facts SET record=? WHERE subject=? AND sequence=2",
                                (_flip(record, draw.randrange(len(record) * 8)), subject))
        return
    with pymongo.MongoClient(chosen.store) as client:
        appends = client[f"{chosen.mongo_database}_intake"]["appends"]
        for document in list(appends.find({"subject": {"$in": sorted(subjects)}})):
            first, second = document["facts"]
            appends.update_one({"_id": document["_id"]},
                               {"$set": {"facts": [first, _flip(second, draw.randrange(len(second) * 8))]}})


async def _filled(stores: Stores) -> list[str]:
    names = [f"dossiers/{number}" for number in range(_FACTS)]
    assert all(await stores.streams.append_many([an_append(name, count=2) for name in names]))
    return names


async def test_s13_what_is_damaged_is_told_apart_and_the_rest_comes_as_ever(chosen: settings.Settings) -> None:
    draw = random.Random(10)
    async with wiring.open_stores(chosen, "intake", {}) as stores:
        names = await _filled(stores)
    hit = set(draw.sample(names, 20))
    _damage(chosen, hit, draw)
    async with wiring.open_stores(chosen, "intake", {}) as stores:
        found = await stores.streams.read_many(names)
        waiting = {each.facts[0].subject for each in await stores.streams.unpublished(1000)}

    assert {name for name, facts in found.items() if not all(sound(fact) for fact in facts)} == hit
    assert all(len(facts) == 2 for facts in found.values())
    assert waiting == set(names) - hit


async def test_c10_nothing_is_decided_on_a_damaged_subject() -> None:
    from services.foundation.subjects import _whole

    history = list(an_append("dossiers/a", count=3).facts)
    record = pack(history[1])
    for damaged in ([history[0], kept(_flip(record, 999), "dossiers/a"), history[2]], [history[0], history[2]], history[1:]):
        with pytest.raises(Refused) as refusal:
            _whole(damaged)
        assert refusal.value.reason == "SUBJECT_DAMAGED"
    assert _whole(history) == history
