"""The fuzzer finds what is planted, led by what it reaches, and finds nothing in the services as they are."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from postal.intake.v1 import intake_service_pb2 as intake

from services.foundation.errors import Refused
from services.intake.grpc_api import IntakeApi

from . import __main__ as program
from . import world
from .corpus import HTTP, JSON, NOBODY, Input
from .fuzz import SERVICES, Fuzzer, Plan, Report
from .verdict import tells_a_person

DOOR = "/postal.intake.v1.IntakeService/ListProcedures"
HERE = Path(__file__)


async def _deep_fault(_self: Any, request: Any, _context: Any) -> Any:
    """Wrong for one request in thousands: three conditions, each behind the one before it."""
    if request.page_size % 14 == 9:
        if len(request.query) % 14 == 11:
            if len(request.page_token) % 14 == 13:
                raise ValueError("planted")
            return intake.ListProceduresResponse(next_page_token="2")
        return intake.ListProceduresResponse(next_page_token="1")
    return intake.ListProceduresResponse()


async def _search(**ways: Any) -> Report:
    return await Fuzzer(Plan(**{"doors": (DOOR,), "watched": (SERVICES, HERE), **ways})).run()


async def test_a_fault_behind_three_conditions_is_found_by_what_is_reached_and_missed_by_chance(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IntakeApi, "ListProcedures", _deep_fault)

    led = await _search(seed=2, executions=5000, to_the_first=True)
    blind = await _search(seed=2, executions=led.executions, blind=True)
    by_chance = await _search(seed=2, executions=led.executions, guided=False)

    (found,) = led.findings.values()
    assert found["method"] == DOOR
    assert found["wrong"].startswith("INTERNAL INTERNAL_ERROR")
    assert "ValueError at test_fuzz.py" in found["wrong"]
    assert (blind.findings, by_chance.findings) == ({}, {})
    async with world.a_world(1) as again:
        assert (await again.give(Input.from_record(found))).wrong == found["wrong"]


async def test_a_seed_takes_the_same_way_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IntakeApi, "ListProcedures", _deep_fault)

    one, two, other = [await _search(seed=seed, executions=150) for seed in (3, 3, 4)]

    assert one.corpus.kept == two.corpus.kept
    assert one.corpus.kept != other.corpus.kept


async def test_two_thousand_inputs_at_every_door_find_nothing() -> None:
    report = await Fuzzer(Plan(seed=1, executions=2000)).run()

    assert [(each["wrong"], each["method"], each["hex"]) for each in report.findings.values()] == []
    assert set(report.corpus.seen) == {*world.KINDS, HTTP, JSON}
    assert len(report.granted) > len(world.KINDS) / 2


async def test_two_thousand_inputs_at_the_json_door_find_nothing() -> None:
    report = await Fuzzer(Plan(seed=1, executions=2000, doors=(JSON,))).run()

    assert [(each["wrong"], bytes.fromhex(each["hex"])) for each in report.findings.values()] == []
    assert {"OK", "MESSAGE_MALFORMED", "FIELD_UNKNOWN", "ROLE_NOT_ALLOWED", "TOKEN_FORGED"} <= set(report.outcomes)


async def test_memory_that_stays_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = []

    async def leaks(_self: Any, request: Any, _context: Any) -> Any:
        kept.append([request, object(), object()])
        raise Refused("KEPT", "nothing of this")

    monkeypatch.setattr(IntakeApi, "ListProcedures", leaks)

    assert [each["wrong"] for each in (await _search(executions=60)).findings.values()] == ["memory stays for each refused input"]


async def test_a_door_that_does_not_answer_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(_self: Any, _request: Any, _context: Any) -> Any:
        await asyncio.sleep(1)

    monkeypatch.setattr(IntakeApi, "ListProcedures", hangs)
    monkeypatch.setattr(world, "HANG_S", 0.2)
    async with world.a_world(1) as asked:
        verdict = await asked.give(Input(DOOR, asked.staff[0], b""))

    assert verdict.wrong.startswith("DEADLINE_EXCEEDED")


def test_a_process_that_dies_leaves_its_last_input_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = Input(DOOR, NOBODY, b"\x0a\x00")
    dies = f"import os; os.write(os.open('out/fuzz.at-hand', os.O_WRONLY), {json.dumps(last.as_record()).encode()!r}); os.abort()"
    start = subprocess.Popen
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(subprocess, "Popen", lambda _: start([sys.executable, "-c", dies]))

    assert program.watch_over(1, 1) == 1

    (found,) = json.loads((tmp_path / "out/fuzz.json").read_text())["findings"]
    assert "ended with" in found["wrong"]
    assert Input.from_record(found) == last


@pytest.mark.parametrize(("text", "tells"), [
    ("code: look (got 'NGUYEN.THI-ANH_TUYET')", True), ("got 'Nguyễn Thị Ánh Tuyết'", True), ("got '096-185-001-234'", True),
    ("got '+0912345678'", True), ("procedure_code: no such (got '1.014092')", False), ("name: 20 characters", False)])
def test_a_person_is_read_however_it_is_written(text: str, tells: bool) -> None:
    assert tells_a_person(text) is tells
