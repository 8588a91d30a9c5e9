"""Bundles on every store: shuffled, repeated, cut and raced they leave the same parcels; a month without a network arrives."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postal.courier.v1 import entry_pb2 as entries
from postal.courier.v1 import parcel_events_pb2 as facts
from postal.courier.v1 import parcel_pb2 as parcels

from services.courier.bundles import MOST_ENTRIES, Bundles
from services.courier.cases import Cases
from services.courier.claims import Claims
from services.courier.commands import Commands
from services.courier.devices.commands import DeviceCommands
from services.courier.devices.device_facts import DeviceRole
from services.courier.entry import Entry
from services.courier.parcel import Parcel
from services.courier.parcel_facts import Holder, ParcelDirection, ParcelRegistered
from services.courier.proof_words import DeliveryKind
from services.courier.reactions import Reactions
from services.courier.scanning import Scanning
from services.courier.service import VIEWS
from services.courier.stream import PARCEL
from services.foundation import codec
from services.foundation.adapters.clocks import TurnableClock
from services.foundation.adapters.memory import MemoryStreams, MemoryViews
from services.foundation.calendar import WorkingCalendar
from services.foundation.codes import parcel_code
from services.foundation.errors import Conflict, Unavailable
from services.foundation.events import Actor, Append
from services.foundation.one_time_code import code_of
from services.foundation.runtime.identity import Caller, Role
from services.foundation.subjects import Request
from tests.handheld import Handheld

START = datetime(2026, 11, 24, 3, tzinfo=UTC)
ROUTE = ("032248", "901000", "100000")
CODES = [parcel_code("RH", number) for number in range(4)]
GIVER = Actor(person="ks", role="SUPERVISOR", place="032248")


class Courier:
    """The courier's rules on given stores, without doors."""

    def __init__(self, streams: Any, views: Any, clock: TurnableClock) -> None:
        self.streams, self.clock = streams, clock
        self.devices = DeviceCommands(streams, views, clock, b"k" * 32)
        self.cases = cases = Cases(streams, views, clock, b"s" * 32)
        commands, scanning = Commands(streams, clock, b"s" * 32, b"c" * 32), Scanning(streams, clock, cases)
        self.parcels = commands.parcels
        claims = Claims(streams, clock, self.parcels, scanning, WorkingCalendar(set(), set()), (b"s" * 32, b"c" * 32), cases)
        self.bundles = Bundles(streams, clock, scanning, self.devices, claims)
        self.reactions = Reactions(self.parcels, claims, streams, views)

    async def enrol(self, hand: Handheld) -> Handheld:
        inviter = Actor(person="ks", role="SUPERVISOR", place=hand.place)
        code, _ = await self.devices.invite(DeviceRole(hand.role), "", Request(id=str(uuid.uuid4()), fingerprint="", actor=inviter))
        hand.device_id = (await self.devices.enrol(code, hand.public_key, str(uuid.uuid4()), "")).device_id
        return hand

    async def register(self, code: str, **changes: Any) -> None:
        fact = replace(ParcelRegistered(
            parcel_code=code, filing_id=f"f-{code}", direction=ParcelDirection.OUTBOUND, origin_office_code=ROUTE[0],
            destination_office_code=ROUTE[-1], authority_code="TINH-01", route=ROUTE, transit_due_date="", papers_count=3,
            weight_grams=1, holder=Holder(person="gdv", place=ROUTE[0])), **changes)
        await self.streams.append_many([self.parcels.append_of(code, f"f-{code}", [], [(fact, START)], Request(
            id=str(uuid.uuid4()), fingerprint="", actor=GIVER))])
        await self.reactions.on_parcels(await self.streams.read(PARCEL.subject_of(code)))

    async def send(self, hand: Handheld, made: Sequence[Any]) -> list[Any]:
        who = Caller(person=hand.operator, role=Role(hand.role), place=hand.place, device=hand.device_id)
        told = datetime.fromtimestamp(hand.now(), UTC)
        read = [codec.from_message(each, Entry) for each in made]
        found: list[Any] = []
        while not found:
            try:
                found = (await self.bundles.upload(hand.device_id, told, read, who)).results
            except Conflict:  # others write at the same time: the device sends it again
                continue
        for code in {part.parcel_code for each in made for part in each.parcels}:  # what the log would bring round
            await self.reactions.on_parcels(await self.streams.read(PARCEL.subject_of(code)))
        return found

    async def told(self) -> list[tuple[Any, ...]]:
        return [_story(parcel) for parcel in await self.parcels.states(CODES)]


def _story(parcel: Parcel) -> tuple[Any, ...]:
    """All that may not depend on how entries travelled."""
    return (parcel.parcel_code, parcel.holder, parcel.offer, parcel.stage, parcel.office_code, parcel.ended,
            [(scan.device, scan.device_sequence, scan.activity, scan.office_code, scan.occur_time) for scan in parcel.scans])


def hands(clock: TurnableClock) -> tuple[Handheld, Handheld]:
    def now() -> float:
        return clock.now().timestamp()

    return (Handheld(now=now, told=now, operator="gdv", role="CLERK"), Handheld(now=now, told=now, operator="bt"))


def a_day(clerk: Handheld, bt: Handheld) -> list[tuple[Handheld, Any]]:
    """A day's work of two devices, in the order in which it was done."""
    first, second = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
    at = clerk.now() - 9 * 3600
    done: list[tuple[Handheld, Any]] = []
    for minute, code in enumerate(CODES):
        done.append((clerk, clerk.scan(code, parcels.SCAN_ACTIVITY_ACCEPTED, at=at + minute)))
    done.append((clerk, clerk.offer(*CODES, to="032248", person="bt", handover_id=first, at=at + 60)))
    done.append((bt, bt.accept(*CODES[:3], handover_id=first, at=at + 70)))
    for minute, code in enumerate(CODES[:3]):
        done.append((bt, bt.scan(code, parcels.SCAN_ACTIVITY_DEPARTED, at=at + 120 + minute)))
    for minute, code in enumerate(CODES[:3]):
        done.append((bt, bt.scan(code, at=at + 3600 + minute, office_code="901000")))
    done.append((bt, bt.offer(*CODES[:2], to="901000", handover_id=second, at=at + 3700)))
    return done


async def straight(streams: Any, views: Any) -> list[tuple[Any, ...]]:
    clock = TurnableClock(START)
    courier, (clerk, bt) = Courier(streams, views, clock), hands(clock)
    for code in CODES:
        await courier.register(code)
    for hand in (clerk, bt):
        await courier.enrol(hand)
    clock.turn(timedelta(hours=10))
    for hand, entry in a_day(clerk, bt):
        await courier.send(hand, [entry])
    return await courier.told()


def _anonymous(story: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Device ids are drawn anew in each run; who comes first by name says nothing."""
    return [(*each[:6], [scan[1:] for scan in each[6]]) for each in story]


async def shuffled(streams: Any, views: Any, draw: random.Random) -> list[tuple[Any, ...]]:
    """The same day in bundles of any size, in any order between the devices and within them, repeated, some parcels known late."""
    clock = TurnableClock(START)
    courier, (clerk, bt) = Courier(streams, views, clock), hands(clock)
    late = draw.sample(CODES, draw.randrange(len(CODES)))
    for code in CODES:
        if code not in late:
            await courier.register(code)
    for hand in (clerk, bt):
        await courier.enrol(hand)
    clock.turn(timedelta(hours=10))
    bundles: list[tuple[Handheld, list[Any]]] = []
    day = a_day(clerk, bt)
    for hand in (clerk, bt):
        mine = [entry for owner, entry in day if owner is hand]
        while mine:
            size = draw.randrange(1, len(mine) + 1)
            bundles.append((hand, draw.sample(mine[:size], size)))
            mine = mine[size:]
    again = [draw.choice(bundles) for _ in range(draw.randrange(4))]
    for hand, mine in _interleaved(bundles, draw) + again:
        if late and draw.random() < 0.3:
            await courier.register(late.pop())
            await courier.reactions._claims.match(CODES)
        await courier.send(hand, mine)
    for code in late:
        await courier.register(code)
    await courier.reactions._claims.match(CODES)
    return await courier.told()


def _interleaved(bundles: list[tuple[Handheld, list[Any]]], draw: random.Random) -> list[tuple[Handheld, list[Any]]]:
    """A device sends its own in the order it made them; between devices any order."""
    order = [hand for hand, _ in bundles]
    draw.shuffle(order)
    waiting = {id(hand): [each for each in bundles if each[0] is hand] for hand in order}
    return [waiting[id(hand)].pop(0) for hand in order]


@settings(derandomize=True, max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9))
def test_however_entries_travel_the_parcels_are_the_same(seed: int) -> None:
    async def both() -> tuple[Any, Any]:
        one = await straight(MemoryStreams(), MemoryViews(VIEWS))
        return one, await shuffled(MemoryStreams(), MemoryViews(VIEWS), random.Random(seed))

    one, other = asyncio.run(both())
    assert _anonymous(other) == _anonymous(one)
    assert [each[1].person for each in one] == ["bt", "bt", "bt", "gdv"]


@pytest.fixture
def open_courier(open_stores: Any) -> Any:
    @asynccontextmanager
    async def opened(clock: TurnableClock) -> AsyncIterator[Courier]:
        async with open_stores() as stores:
            yield Courier(stores.streams, stores.views, clock)
    return opened


@pytest.fixture
def open_stores(request: pytest.FixtureRequest, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The stores of every adapter, with the courier's views."""
    from tests.contracts import conftest

    monkeypatch.setattr(conftest, "DECLARED", VIEWS)
    request = SimpleNamespace(param=request.param, getfixturevalue=request.getfixturevalue)  # type: ignore[assignment]
    return conftest._opener(request, tmp_path)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "open_stores" in metafunc.fixturenames:
        metafunc.parametrize("open_stores", ("memory", "sqlite", "mongo-motor"), indirect=True)


async def test_however_entries_travel_every_store_tells_the_same(open_stores: Any) -> None:
    one = await straight(MemoryStreams(), MemoryViews(VIEWS))
    async with open_stores() as stores:
        other = await shuffled(stores.streams, stores.views, random.Random(7))

    assert _anonymous(other) == _anonymous(one)


async def test_of_many_who_accept_at_once_one_holds_it(open_courier: Any) -> None:
    clock = TurnableClock(START)
    async with open_courier(clock) as courier:
        await courier.register(CODES[0])
        clerk, _ = hands(clock)
        await courier.enrol(clerk)
        takers = [await courier.enrol(Handheld(now=clerk.now, told=clerk.now, operator=f"bt{number}")) for number in range(8)]
        clock.turn(timedelta(hours=1))
        offer = clerk.offer(CODES[0], to="032248")
        await courier.send(clerk, [offer])
        answers = await asyncio.gather(*(courier.send(each, [each.accept(CODES[0], handover_id=offer.offer.handover_id)])
                                         for each in takers))
        facts = await courier.streams.read(PARCEL.subject_of(CODES[0]))

    assert sorted(each[0].outcome for each in answers) == ["APPLIED"] + ["CONFLICT"] * 7
    assert [fact.type.rsplit(".", 1)[1] for fact in facts] == ["ParcelRegistered", "HandoverOffered", "HandoverAccepted"]


@pytest.mark.parametrize("dies_at", ["", "append_many", "keep_list"])
async def test_an_act_in_conflict_is_no_case_any_more_once_it_has_its_effect(
        open_courier: Any, monkeypatch: pytest.MonkeyPatch, dies_at: str) -> None:
    """A courier hands on what nobody has heard of; how it came into his hands is told last, and perhaps the process ends then."""
    clock, code, first = TurnableClock(START), CODES[0], str(uuid.UUID(int=1))
    async with open_courier(clock) as courier:
        clerk, bt = [await courier.enrol(hand) for hand in hands(clock)]
        clock.turn(timedelta(hours=1))
        at = clerk.now() - 600
        on = bt.offer(code, to="901000", at=at + 20)
        told = [await courier.send(bt, [on])]
        await courier.register(code)
        await courier.reactions._claims.match([code])
        opened = await courier.cases.listed(ROUTE[0], None, closed=False, after="", limit=10)
        told.append(await courier.send(bt, [bt.accept(code, handover_id=first, at=at + 10)]))
        came = clerk.offer(code, to=ROUTE[0], person="bt", handover_id=first, at=at)
        if dies_at:
            store = courier.streams.append_many

            async def dies(given: Sequence[Any]) -> Any:
                if dies_at == "keep_list" or any(each.subject.startswith("cases/") for each in given):
                    raise Unavailable("STORE_AWAY", "retry")
                return await store(given)

            with monkeypatch.context() as away:
                away.setattr(courier.cases if dies_at == "keep_list" else courier.streams, dies_at, dies)
                with pytest.raises(Unavailable):
                    await courier.send(clerk, [came])
        told.append(await courier.send(clerk, [came]))
        left = await courier.cases.listed(ROUTE[0], None, closed=False, after="", limit=10)
        ended = await courier.cases.listed(ROUTE[0], None, closed=True, after="", limit=10)
        [parcel] = await courier.parcels.states([code])

    assert [answer.outcome for each in told for answer in each] == ["PENDING", "PENDING", "DUPLICATE" if dies_at else "APPLIED"]
    assert [(case.reason_code, case.device_sequence) for case in opened] == [("NOT_HOLDER", on.device_sequence)]
    assert (parcel.holder.person, parcel.offer.taker.place) == ("bt", "901000")
    assert left == []
    assert [(case.case_id, case.state) for case in ended] == [(opened[0].case_id, "TOOK_EFFECT")]


@pytest.mark.parametrize(("gone_at", "shown"), [("cases/", 0), ("row", 0), ("waiting-scans/", 1)])
async def test_a_case_is_on_the_list_before_its_fact_is_stored_and_a_repeat_is_the_same_case(
        open_courier: Any, monkeypatch: pytest.MonkeyPatch, gone_at: str, shown: int) -> None:
    """Wherever a process ends, the device sends again what it has no answer for."""
    clock, code = TurnableClock(START), CODES[0]
    async with open_courier(clock) as courier:
        await courier.register(code)
        bt = await courier.enrol(hands(clock)[1])
        clock.turn(timedelta(hours=1))
        conflict, first, store = bt.offer(code, to="901000"), clock.now(), courier.streams.append_many

        async def cut(appends: Sequence[Append]) -> list[bool]:
            if any(append.subject.startswith(gone_at) for append in appends):
                raise Unavailable("STORE_AWAY", "retry")
            return await store(appends)

        async def no_row(_: Any) -> None:
            raise Unavailable("STORE_AWAY", "retry")

        with monkeypatch.context() as away:
            away.setattr(courier.streams, "append_many", cut)
            if gone_at == "row":
                away.setattr(courier.cases, "keep_list", no_row)
            with pytest.raises(Unavailable):
                await courier.send(bt, [conflict])
        listed = await courier.cases.listed(ROUTE[0], None, closed=False, after="", limit=10)
        clock.turn(timedelta(minutes=7))
        answers = [await courier.send(bt, [conflict]) for _ in range(2)]
        [case] = await courier.cases.listed(ROUTE[0], None, closed=False, after="", limit=10)

    assert [answer.outcome for [answer] in answers] == ["CONFLICT", "CONFLICT"]
    assert listed == [case] * shown
    assert case.receive_time == (clock.now() if gone_at == "cases/" else first)


class Cut(MemoryStreams):
    """A store that dies once, between the parcel's fact and the claim beside it."""

    dies = False

    async def append_many(self, appends: Sequence[Append]) -> list[bool]:
        if self.dies and any(each.subject.startswith("waiting-scans/") for each in appends):
            self.dies = False
            raise Unavailable("STORE_AWAY", "try again")
        return await super().append_many(appends)


async def a_named_code(courier: Courier, clock: TurnableClock, code: str) -> tuple[Handheld, Any]:
    """A device, and a delivery it says was made with a one-time code, of a result that was given out."""
    hand = await courier.enrol(Handheld(now=lambda: clock.now().timestamp(), told=lambda: clock.now().timestamp(), operator="gdv"))
    clock.turn(timedelta(hours=1))
    await courier.register(CODES[0], direction=ParcelDirection.INBOUND, delivery_kind=DeliveryKind.RESULT_COPIES)
    await courier.send(hand, [hand.scan(CODES[0], parcels.SCAN_ACTIVITY_OUT_FOR_DELIVERY)])
    await courier.reactions.on_going_out(await courier.streams.read(PARCEL.subject_of(CODES[0])))
    right = code_of(b"c" * 32, CODES[0], (await courier.parcels.state(CODES[0])).code_salt)
    shown = entries.ReceiverShown(salt="0" * 32, full_name="Bình", last_four="4321", one_time_code=code or right)
    return hand, hand.deliver(CODES[0], receiver=shown, proof={"relation": facts.RECEIVER_RELATION_HOUSEHOLD})


async def test_a_wrong_code_is_counted_once_and_its_claim_is_kept_though_the_store_dies_between_them() -> None:
    clock, streams = TurnableClock(START), Cut()
    courier = Courier(streams, MemoryViews(VIEWS), clock)
    hand, wrong = await a_named_code(courier, clock, "x")
    streams.dies = True
    with pytest.raises(Unavailable):
        await courier.send(hand, [wrong])
    answers = [(await courier.send(hand, [wrong]))[0] for _ in range(3)]
    claims = await courier.bundles.claims(CODES[0], hand.place, await courier.parcels.state(CODES[0]))

    assert [(each.outcome, each.parcels[0].problem.reason) for each in answers] == [("CONFLICT", "ONE_TIME_CODE_WRONG")] * 3
    assert [claim.reason_code for claim in claims] == ["ONE_TIME_CODE_WRONG"]
    assert (await courier.parcels.state(CODES[0])).code_misses == (f"entries/{hand.device_id}/{wrong.device_sequence}",)


async def test_codes_named_at_once_of_one_parcel_deliver_it_once_and_miss_at_most_five_times(open_courier: Any) -> None:
    clock = TurnableClock(START)
    async with open_courier(clock) as courier:
        hand, right = await a_named_code(courier, clock, "")
        wrong = [wrongly(hand, f"{number:06d}") for number in range(10)]
        answers = await asyncio.gather(*(courier.send(hand, [each]) for each in (*wrong, right)))
        stored = [fact.type.rsplit(".", 1)[1] for fact in await courier.streams.read(PARCEL.subject_of(CODES[0]))]

    reasons = [each[0].parcels[0].problem.reason for each in answers[:-1]]
    assert set(reasons) <= {"ONE_TIME_CODE_WRONG", "ONE_TIME_CODE_SPENT", "PARCEL_ENDED"}
    assert stored.count("DeliveryCodeMissed") == reasons.count("ONE_TIME_CODE_WRONG") <= 5
    assert stored.count("ParcelDelivered") == (answers[-1][0].outcome == "APPLIED")
    assert stored.count("DeliveryCodeIssued") == 1


def wrongly(hand: Handheld, code: str) -> Any:
    """The same with a code that cannot be right."""
    shown = entries.ReceiverShown(salt="0" * 32, full_name="Bình", last_four="4321", one_time_code=f"{code}x")
    return hand.deliver(CODES[0], receiver=shown, proof={"relation": facts.RECEIVER_RELATION_HOUSEHOLD})


async def test_thirty_days_without_a_network_and_a_clock_a_year_wrong_all_arrive() -> None:
    clock, wrong, many = TurnableClock(START), 365 * 86400, 20_000
    courier = Courier(MemoryStreams(), MemoryViews(VIEWS), clock)
    hand = await courier.enrol(Handheld(now=lambda: clock.now().timestamp() + wrong, told=lambda: clock.now().timestamp()))
    codes = [parcel_code("RZ", number) for number in range(500)]
    for code in codes:
        await courier.register(code)
    made = []
    for number in range(many):
        clock.turn(timedelta(days=30) / many)
        made.append(hand.entry(codes[number % len(codes)], scan=entries.ScanAct(activity=1 + number // len(codes) % 5)))
    answers = [answer for start in range(0, many, MOST_ENTRIES) for answer in await courier.send(
        hand, made[start:start + MOST_ENTRIES])]

    assert {answer.outcome.value for answer in answers} == {"APPLIED"}
    kept = [scan for parcel in await courier.parcels.states(codes) for scan in parcel.scans]
    assert {scan.device_sequence for scan in kept} == set(range(1, many + 1))
    assert len(kept) == many
    step = timedelta(days=30) / many
    assert all(abs(scan.occur_time - (START + scan.device_sequence * step)) < timedelta(milliseconds=2) for scan in kept)
