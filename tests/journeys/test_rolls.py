"""Rolls and double filing where it matters: real processes that die at the worst moment, and both kinds of stores."""

import asyncio
import contextlib
import signal
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from postal.courier.v1 import courier_service_pb2 as courier
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake

from services.demo.badge import minting
from services.demo.cases import APPLICANT
from services.demo.doors import Doors, Person, Refusal
from tests.builders import CLERK, a_filing
from tests.services.waiting import eventually

from . import systems

Start = Callable[[], AbstractAsyncContextManager[systems.System]]
COLLEAGUE = Person("gdv-b", "CLERK", CLERK.place)


@pytest.fixture(params=("embedded", "mongodb+kafka"))
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """How to start the system in this mode."""
    if request.param == "embedded":
        return lambda: systems.embedded(tmp_path)
    mongo, kafka = request.getfixturevalue("mongo_server"), request.getfixturevalue("kafka_server")
    return lambda: systems.three_services(tmp_path, mongo, kafka, f"rolls_{uuid.uuid4().hex[:8]}")


@contextlib.asynccontextmanager
async def opened(system: systems.System, *, patience_s: float = 30) -> AsyncIterator[Doors]:
    doors = Doors(system.addresses, minting(system.keys_dir).mint_for, patience_s=patience_s)
    yield doors
    await doors.close()


async def dies_at(system: systems.System, point: str) -> asyncio.Task[None]:
    """Intake starts anew to die at the point once; then it is started for good."""
    name = "intake" if "intake" in system.processes else "everything"
    system.processes[name].send_signal(signal.SIGKILL)
    await system.processes[name].wait()
    await system.start(name, POSTAL_CRASH_AT=f"{point}:1")
    await system.until_ready()

    async def again() -> None:
        assert await system.processes[name].wait() == -signal.SIGKILL
        await system.start(name)

    return asyncio.create_task(again())


async def a_roll(doors: Doors, labels: int) -> Any:
    return (await doors.call("PrintRoll", intake.PrintRollRequest(labels=labels, request_id=str(uuid.uuid4())), CLERK)).roll


async def test_a_label_that_was_bound_when_the_process_died_is_its_requests_and_nobody_elses(start: Start) -> None:
    async with start() as system, opened(system) as doors:
        first, second = (await a_roll(doors, 2)).labels
        died = await dies_at(system, "label.bound")
        request = a_filing(label_code=first.tracking_code)
        filed = (await doors.call("FileDossier", request, CLERK)).dossier  # retried with the same request id
        await died
        with pytest.raises(Refusal) as refusal:
            await doors.call("FileDossier", a_filing(label_code=first.parcel_code), COLLEAGUE)

        assert (filed.tracking_code, filed.parcel_code) == (first.tracking_code, first.parcel_code)
        assert refusal.value.reason == "LABEL_TAKEN"

        died = await dies_at(system, "label.bound")
        given_up = a_filing(label_code=second.tracking_code)
        async with opened(system, patience_s=0) as once:
            await once.ready()  # connections to one address are one, and this one was just cut: it may not try again at once
            with pytest.raises(Refusal):
                await once.call("FileDossier", given_up, CLERK)
        await died
        await system.until_ready()
        with pytest.raises(Refusal) as taken:  # nobody knows whether it was filed: the label is spent, not shared
            await doors.call("FileDossier", a_filing(label_code=second.tracking_code), COLLEAGUE)
        assert taken.value.reason == "LABEL_TAKEN"
        given_up.weight_grams = 7  # the clerk mends the draft before sending it again: nothing was filed yet
        assert (await doors.call("FileDossier", given_up, CLERK)).dossier.parcel_code == second.parcel_code


async def test_a_roll_that_was_kept_when_the_process_died_is_whole_after_the_retry(start: Start) -> None:
    async with start() as system, opened(system) as doors:
        died = await dies_at(system, "roll.kept")
        roll = await a_roll(doors, 12)
        await died
        batch = intake.FileDossiersRequest(dossiers=[a_filing(label_code=label.parcel_code) for label in roll.labels])
        answer = await doors.call("FileDossiers", batch, CLERK)

        assert [each.filed.dossier.tracking_code for each in answer.results] == [label.tracking_code for label in roll.labels]


async def test_two_clerks_with_the_same_roll_and_two_counters_with_the_same_person(start: Start) -> None:
    async with start() as system, opened(system) as doors:
        roll = await a_roll(doors, 30)
        answers = await asyncio.gather(*(doors.call("FileDossier", a_filing(label_code=code), who) for label in roll.labels
                                         for who, code in ((CLERK, label.tracking_code), (COLLEAGUE, label.parcel_code))),
                                       return_exceptions=True)
        filed = [answer.dossier.parcel_code for answer in answers if not isinstance(answer, BaseException)]
        assert sorted(filed) == sorted(label.parcel_code for label in roll.labels)
        assert {answer.reason for answer in answers if isinstance(answer, Refusal)} == {"LABEL_TAKEN"}

        persons = []
        for number in range(30):
            person = dossiers.Applicant()
            person.CopyFrom(APPLICANT)
            person.identity_number = f"0961851{number:05d}"
            persons.append(person)
        pairs = await asyncio.gather(*(doors.call("FileDossier", a_filing(applicant=person, confirm_double=False), who)
                                       for person in persons for who in (CLERK, COLLEAGUE)), return_exceptions=True)
        reasons = [answer.reason if isinstance(answer, Refusal) else "" for answer in pairs]
        assert all(sorted(pair) == ["", "POSSIBLE_DOUBLE"] for pair in zip(reasons[::2], reasons[1::2], strict=True))


async def test_a_day_at_the_counter_on_both_kinds_of_stores(start: Start) -> None:
    async with start() as system, opened(system) as doors:
        filed = [(await doors.call("FileDossier", a_filing(), CLERK)).dossier for _ in range(3)]
        await doors.call("ReprintLabel", intake.ReprintLabelRequest(
            filing_id=filed[0].filing_id, reason_code="DAMAGED", request_id=str(uuid.uuid4())), CLERK)
        await doors.call("CancelDossier", intake.CancelDossierRequest(
            filing_id=filed[1].filing_id, request_id=str(uuid.uuid4())), CLERK)

        async def parcel(number: int) -> Any:
            asked = courier.GetParcelRequest(parcel_code=filed[number].parcel_code)
            try:
                return (await doors.call("GetParcel", asked, CLERK)).parcel
            except Refusal:
                return courier.GetParcelResponse().parcel

        async def day() -> Any:
            return (await doors.call("GetDay", intake.GetDayRequest(), CLERK)).day

        found = await eventually(day, lambda seen: seen.totals.dossiers == 3)
        assert (found.totals.cancelled, found.totals.cash_vnd) == (1, 1_060_000)
        assert (await eventually(lambda: parcel(0), lambda seen: seen.label_version == 2)).void is False
        assert (await eventually(lambda: parcel(1), lambda seen: seen.void)).label_version == 1
        closed = (await doors.call("CloseDay", intake.CloseDayRequest(
            date=found.date, dossiers_seen=3, fee_counted_vnd=1_000_000, postage_counted_vnd=60_000,
            request_id=str(uuid.uuid4())), CLERK)).day
        assert (closed.closing.difference_vnd, closed.since_closing.dossiers) == (0, 0)
        listed = await doors.call("ListDossiers", intake.ListDossiersRequest(filed_on=found.date, page_size=2), CLERK)
        rest = await doors.call("ListDossiers", intake.ListDossiersRequest(
            filed_on=found.date, page_size=2, page_token=listed.next_page_token), CLERK)
        assert {each.filing_id for each in (*listed.dossiers, *rest.dossiers)} == {each.filing_id for each in filed}
