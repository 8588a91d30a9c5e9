"""The verifier can find what it looks for: one planted violation per invariant is found, a clean set gives none."""

import asyncio
import copy
import json
import random
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.demo.badge import minting
from services.demo.doors import Doors
from tests.journeys import systems

from . import storm
from .history import History
from .verifier import reading, report, rest
from .verifier.dataset import DataSet, Fact, Op
from .workload import CANARIES, CANARY, Carrier


async def story(system: systems.System, read: storm.Read, dossiers: int, seed: int = 7, *, curious: bool = True) -> DataSet:
    """The data set of some dossiers carried to their end by one line of work, with everything a storm's set has."""
    path = system.home / "history.jsonl"
    history, doors = History(path), Doors(system.addresses, minting(system.keys_dir).mint_for)
    carrier = Carrier("calm", doors, history, random.Random(seed), curious=curious, misremembers=curious)
    await carrier.run(asyncio.Event(), dossiers)
    await doors.close()
    history.close()
    data = await storm.quiet(read)
    data.history = reading.history(path)
    data.canaries = CANARIES
    data.texts = {log.name: log.read_bytes() for log in system.home.glob("*.log")}
    data.seal_key = (system.keys_dir / "seal.key").read_bytes()
    data.points, data.expected_points = {"relay.read": 1}, ("relay.read",)
    return data


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    home = tmp_path_factory.mktemp("clean")

    async def make() -> DataSet:
        async def read() -> DataSet:
            return reading.sqlite_file(home / "postal.sqlite")

        async with systems.embedded(home) as system:
            return await story(system, read, 12)

    return asyncio.run(make())


def test_a_clean_set_breaks_nothing(clean: DataSet) -> None:
    assert report.violations(clean) == {}
    assert len(clean.dossiers()) >= 12
    assert {op.op for op in clean.history} >= {"FileDossier", "RecordScans", "UploadBundle", "AcceptHandover", "DecideDossier",
                                               "RecordDelivery"}


def _filing(data: DataSet) -> str:
    """A dossier that went all the way."""
    return next(filing for filing, facts in data.dossiers().items() if facts[-1].kind == "DossierReturned")


def _facts(data: DataSet) -> list[Fact]:
    return data.dossiers()[_filing(data)]


def _parcel(data: DataSet) -> list[Fact]:
    return next(facts for facts in data.parcels().values() if facts[-1].kind == "ParcelDelivered")


def _of(facts: list[Fact], kind: str) -> Fact:
    return next(fact for fact in facts if fact.kind == kind)


def _change(fact: Fact, **fields: object) -> None:
    """Changes fields of a fact's message and hashes it anew, as one would who hides an edit."""
    for name, value in fields.items():
        setattr(fact.message, name, value)
    fact.data = fact.message.SerializeToString(deterministic=True)
    fact.hash = fact.rehash()


def lose_a_dossier(data: DataSet) -> None:
    del data.streams["intake"][f"dossiers/{_filing(data)}"]


def file_what_was_refused(data: DataSet) -> None:
    refused = Op(n=10**6, client="x", op="FileDossier", key=_facts(data)[0].cause, request={}, outcome="refused")
    data.history = [op for op in data.history if op.key != refused.key] + [refused]


def answer_differently(data: DataSet) -> None:
    answered = next(op for op in data.of("FileDossier"))
    again = copy.deepcopy(answered)
    again.digest = "0" * 64
    data.history.append(again)


def give_a_code_twice(data: DataSet) -> None:
    first, second = list(data.dossiers().values())[:2]
    _change(second[0], tracking_code=first[0].message.tracking_code)


def bind_a_label_twice(data: DataSet) -> None:
    facts = next(facts for facts in data.streams["intake"].values() if facts[-1].kind == "LabelBound")
    facts.append(copy.deepcopy(facts[-1]))


def use_a_label_of_another(data: DataSet) -> None:
    facts = next(facts for facts in data.streams["intake"].values() if facts[-1].kind == "LabelBound")
    _change(facts[-1], filing_id=str(uuid.UUID(int=5)))


def forget_a_new_label(data: DataSet) -> None:
    facts = next(facts for facts in data.parcels().values() if any(fact.kind == "LabelRenewed" for fact in facts))
    facts.remove(_of(facts, "LabelRenewed"))


def file_without_being_asked(data: DataSet) -> None:
    _facts(data)[0].cause = str(uuid.UUID(int=5))


def file_beside_an_open_one(data: DataSet) -> None:
    first, second = list({op.key: op for op in data.of("FileDossier")}.values())[:2]
    for op in (op for op in data.history if op.key in (first.key, second.key)):
        op.request |= {"person": "000", "confirmed": False}
    for fact in data.dossiers()[first.answer["filing_id"]]:
        fact.recorded -= 10**9
        fact.type = fact.type.replace("DossierDecided", "ReviewStarted")


def leave_a_gap(data: DataSet) -> None:
    del _facts(data)[2]


def publish_what_is_nowhere(data: DataSet) -> None:
    data.topics["postal.dossiers.v1"][3].fact.hash = "f" * 64


def lose_from_the_topic(data: DataSet) -> None:
    name = _facts(data)[-1].subject
    data.topics["postal.dossiers.v1"] = [each for each in data.topics["postal.dossiers.v1"] if each.fact.subject != name]


def publish_out_of_order(data: DataSet) -> None:
    records = [each for each in data.topics["postal.parcels.v1"] if each.fact.subject == _parcel(data)[0].subject]
    records[0].offset, records[1].offset = records[1].offset, records[0].offset


def show_too_little(data: DataSet) -> None:
    data.rows["tracking", "journey_dossiers"][_filing(data)].reflects -= 1


def show_something_else(data: DataSet) -> None:
    data.rows["tracking", "journey_dossiers"][_filing(data)].value["stage"] = "IN_REVIEW"


def leave_unpublished(data: DataSet) -> None:
    data.waiting["courier"].append(f"{_parcel(data)[0].subject}/1")


def edit_a_fact(data: DataSet) -> None:
    fact = _facts(data)[0]
    fact.message.weight_grams += 1
    fact.data = fact.message.SerializeToString(deterministic=True)


def miscount(data: DataSet) -> None:
    data.rows["tracking", "journey_dossiers"][_filing(data)].value["office"] = "000000"


def take_from_a_stranger(data: DataSet) -> None:
    fact = _of(_parcel(data), "HandoverAccepted")
    fact.message.giver.person = "somebody"
    fact.data = fact.message.SerializeToString(deterministic=True)


def accept_without_an_offer(data: DataSet) -> None:
    facts = _parcel(data)
    facts.remove(_of(facts, "HandoverOffered"))


def keep_on_the_list(data: DataSet) -> None:
    data.rows["courier", "parcels"][_parcel(data)[0].subject.removeprefix("parcels/")].indexes["holder"] = ["032248/x"]


def lose_a_scan(data: DataSet) -> None:
    facts = _parcel(data)
    facts.remove(_of(facts, "ScanRecorded"))
    for subject in [name for name in data.streams["courier"] if name.startswith("waiting-scans/")]:
        del data.streams["courier"][subject]


def keep_a_scan_twice(data: DataSet) -> None:
    facts = _parcel(data)
    facts.append(copy.deepcopy(_of(facts, "ScanRecorded")))


def move_where_no_move_is(data: DataSet) -> None:
    facts = _facts(data)
    facts.append(copy.deepcopy(_of(facts, "DossierAccepted")))


def unbalance(data: DataSet) -> None:
    entry = _of(_facts(data), "LedgerPosted")
    _change(entry, credit_account=entry.message.debit_account)


def charge_twice(data: DataSet) -> None:
    facts = _facts(data)
    facts.append(copy.deepcopy(_of(facts, "LedgerPosted")))


def tell_a_name(data: DataSet) -> None:
    data.texts["everything.log"] = b"INFO " + CANARY.full_name.encode()


def seal_under_another_name(data: DataSet) -> None:
    first, second = list(data.private)[:2]
    data.private[first], data.private[second] = data.private[second], data.private[first]


def misprint_a_code(data: DataSet) -> None:
    code = _facts(data)[0].message.tracking_code
    _change(_facts(data)[0], tracking_code=("0" if code[0] != "0" else "1") + code[1:])


def see_the_past(data: DataSet) -> None:
    last = next(op for op in reversed(data.of("GetDossier")))
    data.history.append(Op(n=10**6, client=last.client, op="GetDossier", key="", request={}, outcome="ok",
                           answer={**last.answer, "etag": "1"}))


def write_before(data: DataSet) -> None:
    _facts(data)[3].recorded -= 10**7


def miss_a_point(data: DataSet) -> None:
    data.points = {}


def _signed(data: DataSet) -> Fact:
    """A scan that a device signed."""
    return next(fact for facts in data.parcels().values() for fact in facts
                if fact.kind == "ScanRecorded" and fact.message.HasField("evidence"))


def forge_what_was_signed(data: DataSet) -> None:
    evidence = _signed(data).message.evidence
    evidence.statement = evidence.statement.replace(b"office 032248", b"office 901000")


def say_it_was_another(data: DataSet) -> None:
    _signed(data).person = "bt-somebody"


def move_what_was_signed_to_another_parcel(data: DataSet) -> None:
    fact = _signed(data)
    other = next(facts for facts in data.parcels().values() if facts[0].subject != fact.subject)
    other.append(copy.deepcopy(fact))
    other[-1].subject = other[0].subject


def forget_a_device(data: DataSet) -> None:
    del data.streams["courier"][f"devices/{_signed(data).device}"]


def _with_a_code(data: DataSet) -> tuple[list[Fact], Fact]:
    return next((facts, fact) for facts in data.parcels().values() for fact in facts if fact.kind == "DeliveryCodeIssued")


def make_a_second_code(data: DataSet) -> None:
    facts, code = _with_a_code(data)
    facts.insert(facts.index(code), copy.deepcopy(code))


def guess_for_ever(data: DataSet) -> None:
    facts, code = _with_a_code(data)
    wrong = replace(code, type="postal.courier.v1.DeliveryCodeMissed", data=b"")
    facts[facts.index(code) + 1:facts.index(code) + 1] = [wrong] * 6


def count_a_wrong_code_twice(data: DataSet) -> None:
    facts, code = next((facts, fact) for facts in data.parcels().values() for fact in facts if fact.kind == "DeliveryCodeMissed")
    facts.insert(facts.index(code), copy.deepcopy(code))


def count_no_wrong_code(data: DataSet) -> None:
    for facts in data.parcels().values():
        facts[:] = [fact for fact in facts if fact.kind != "DeliveryCodeMissed"]


def tell_nobody(data: DataSet) -> None:
    del data.streams["intake"][next(name for name in data.streams["intake"] if name.startswith("told/"))]


PLANTED: list[tuple[str, Callable[[DataSet], None]]] = [
    ("I1", lose_a_dossier), ("I2", file_what_was_refused), ("I3", answer_differently), ("I4", give_a_code_twice),
    ("I4", bind_a_label_twice), ("I4", use_a_label_of_another), ("I4", forget_a_new_label),
    ("I5", file_without_being_asked), ("I5", file_beside_an_open_one),
    ("I6", leave_a_gap), ("I6", publish_what_is_nowhere), ("I6", lose_from_the_topic),
    ("I7", publish_out_of_order), ("I8", show_too_little), ("I9", show_something_else), ("I10", leave_unpublished),
    ("I11", edit_a_fact), ("I12", miscount), ("I13", take_from_a_stranger), ("I14", accept_without_an_offer),
    ("I15", keep_on_the_list), ("I18", lose_a_scan), ("I18", keep_a_scan_twice), ("I19", move_where_no_move_is),
    ("I21", unbalance), ("I22", charge_twice), ("I26", tell_a_name), ("I27", seal_under_another_name), ("I28", misprint_a_code),
    ("I29", see_the_past), ("I30", write_before), ("I32", miss_a_point),
    ("I35", forge_what_was_signed), ("I35", say_it_was_another), ("I35", move_what_was_signed_to_another_parcel),
    ("I35", forget_a_device), ("I36", make_a_second_code), ("I36", guess_for_ever), ("I36", tell_nobody),
    ("I36", count_a_wrong_code_twice), ("I36", count_no_wrong_code)]


def test_every_invariant_has_a_planted_violation() -> None:
    assert {invariant for invariant, _ in PLANTED} == set(report.CHECKS)
    assert not set(report.CHECKS) & (set(report.NOT_YET) | set(report.ACROSS))
    assert set(report.CHECKS) | set(report.NOT_YET) | set(report.ACROSS) == {f"I{number}" for number in range(1, 37)}


@pytest.mark.parametrize(("invariant", "plant"), PLANTED, ids=[plant.__name__ for _, plant in PLANTED])
def test_a_planted_violation_is_found(clean: DataSet, invariant: str, plant: Callable[[DataSet], None]) -> None:
    sabotaged = copy.deepcopy(clean)
    plant(sabotaged)

    assert invariant in report.violations(sabotaged)


async def test_i34_one_file_and_three_services_end_in_the_same_state(
        tmp_path: Path, mongo_server: str, kafka_server: str) -> None:
    async def read_file() -> DataSet:
        return reading.sqlite_file(tmp_path / "one" / "postal.sqlite")

    async def read_servers() -> DataSet:
        return await reading.mongo_and_kafka(mongo_server, "same", kafka_server.removeprefix("kafka://"))

    for name in ("one", "three"):
        (tmp_path / name).mkdir()
    async with systems.embedded(tmp_path / "one") as system:
        one = await story(system, read_file, 5, curious=False)
    async with systems.three_services(tmp_path / "three", mongo_server, kafka_server, "same") as system:
        three = await story(system, read_servers, 5, curious=False)

    assert report.violations(three) == {}
    assert rest.state_hash(one) == rest.state_hash(three)
    _change(next(iter(one.dossiers().values()))[0], weight_grams=999)
    assert rest.state_hash(one) != rest.state_hash(three)


async def test_i33_a_restored_installation_lacks_what_came_after_the_backup_and_nothing_else(tmp_path: Path) -> None:
    def admin(environment: dict[str, str], *words: str) -> dict[str, Any]:
        done = subprocess.run((sys.executable, "-m", "services.admin", *words, "--json"), env=environment, capture_output=True,
                              check=True)
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    async def read() -> DataSet:
        return reading.sqlite_file(tmp_path / "lost" / "postal.sqlite")

    async def read_restored() -> DataSet:
        return reading.sqlite_file(tmp_path / "new" / "postal.sqlite")

    for name in ("lost", "new"):
        (tmp_path / name).mkdir()
    async with systems.embedded(tmp_path / "lost") as system:
        kept = await story(system, read, 4)
        backup = await asyncio.to_thread(admin, system.environment, "backup", str(tmp_path / "backup"))
        lost = await story(system, read, 3, seed=8)
    new = {**system.environment, "POSTAL_STORE": f"sqlite:{tmp_path / 'new' / 'postal.sqlite'}"}
    await asyncio.to_thread(admin, new, "restore", str(tmp_path / "backup"))
    async with systems.embedded(tmp_path / "new", POSTAL_KEYS_DIR=str(system.keys_dir)):
        read_back = await storm.quiet(read_restored)
    restored = replace(kept, **{name: getattr(read_back, name) for name in ("streams", "waiting", "topics", "rows", "private")})

    assert report.violations(restored) == {}
    lacking, moment = rest.lacking(restored, lost), datetime.fromisoformat(backup["moment"]).timestamp() * 1000
    after = {name: fact.recorded for streams in lost.streams.values() for subject, facts in streams.items() for fact in facts
             if fact.recorded >= moment for name in [f"{subject}/{fact.sequence}"]}
    assert lacking == after
    assert len(lost.dossiers()) - len(restored.dossiers()) >= 3
    _change(_facts(restored)[-1], parcel_code="RH000000000VN")
    assert len(rest.lacking(restored, lost)) == len(after) + 1
