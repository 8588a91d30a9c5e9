"""Proof of delivery through the real doors: the parcel's rule; one-time codes told to the applicant, named, counted, never lost."""

import asyncio
import logging
import re
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import entry_pb2 as entries
from postal.courier.v1 import parcel_events_pb2 as facts
from postal.courier.v1 import parcel_pb2 as parcels
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake
from postal.tracking.v1 import tracking_service_pb2 as tracking
from prometheus_client import generate_latest

from services import registry
from services.demo.doors import Doors, Person, Refusal
from services.demo.journey import Journey
from services.foundation import codes
from services.foundation.adapters.clocks import TurnableClock
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter
from tests.handheld import Handheld
from tests.services.test_bundles import APPLIED, CONFLICT, DUPLICATE, PENDING, enrolled, outcomes, told, until

OUT = parcels.SCAN_ACTIVITY_OUT_FOR_DELIVERY
SHA = "ab" * 32
WRONG_CODE = (CONFLICT, "ONE_TIME_CODE_WRONG")


@pytest.fixture
def clock() -> TurnableClock:
    """The server's clock: it starts now and stands still until turned."""
    return TurnableClock(datetime.now(UTC))


@pytest.fixture
async def system(tmp_path: Path, clock: TurnableClock) -> AsyncIterator[Any]:
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=tmp_path,
                               notifier=f"folder:{tmp_path / 'notices'}")
    async with wiring.running(("intake", "courier", "tracking"), chosen, clock=clock) as found:
        yield found


class Result:
    """A result in its last courier's hands."""

    def __init__(self, doors: Doors, system: Any, journey: Journey, code: str, courier_: Person) -> None:
        self.doors, self.system, self.journey, self.code, self.courier = doors, system, journey, code, courier_
        self.at = datetime.now(UTC)

    async def scanned(self, number: int = 1, activity: Any = OUT) -> None:
        scan = parcels.Scan(device=f"m-{self.code}", device_sequence=number, parcel_code=self.code, activity=activity,
                            office_code=self.courier.place)
        scan.occur_time.FromDatetime(datetime.now(UTC))
        await self.doors.call("RecordScans", courier.RecordScansRequest(scans=[scan], request_id=str(uuid.uuid4())), self.courier)

    def notices(self) -> list[str]:
        folder = Path(self.system.settings.notifier.removeprefix("folder:"))
        texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.txt")]
        return [text for text in texts if codes.group_code(self.code) in text]

    async def goes_out(self) -> str:
        """Scanned on the way out; the code that the applicant's telephone shows."""
        await self.scanned()

        async def heard() -> Any:
            return self.notices()

        found = re.search(r"là (\d{6}) ", (await until(heard))[0])
        assert found
        return found[1]

    async def deliver(self, one_time_code: str = "", *, request_id: str = "", **changes: Any) -> Any:
        """By RecordDelivery, to a member of the household unless told otherwise."""
        receiver = None if changes.get("receiver", 1) is None else entries.ReceiverShown(
            salt="0" * 32, full_name="Trần Văn Bình", last_four="4321", one_time_code=one_time_code)
        proof = facts.DeliveryProof(**{"relation": facts.RECEIVER_RELATION_HOUSEHOLD, "picture": facts.PICTURE_KIND_PHOTO,
                                       "identity_paper": facts.IDENTITY_PAPER_PASSPORT, "signature_sha256": SHA,
                                       **{name: value for name, value in changes.items() if name != "receiver"}})
        proof.occur_time.FromDatetime(self.at)
        return await self.doors.call("RecordDelivery", courier.RecordDeliveryRequest(
            parcel_code=self.code, proof=proof, receiver=receiver, request_id=request_id or str(uuid.uuid4())), self.courier)

    async def refused(self, one_time_code: str = "", **changes: Any) -> str:
        with pytest.raises(Refusal) as refusal:
            await self.deliver(one_time_code, **changes)
        return refusal.value.reason

    async def state(self) -> Any:
        return (await self.doors.call("GetParcel", courier.GetParcelRequest(parcel_code=self.code), self.courier)).parcel

    async def stored(self, kind: str = "") -> list[Any]:
        found = await self.system.stores["courier"].streams.read(f"parcels/{self.code}")
        return [each for each in found if each.type.endswith(kind)]


@pytest.fixture
def a_result(doors: Doors, system: Any, journey: Journey) -> Any:
    async def made(*, originals: int = 0, in_person_only: bool = False) -> Result:
        for step in (journey.file, journey.carry_to_authority, journey.accept):
            await step()
        decided = await doors.call("DecideDossier", intake.DecideDossierRequest(
            filing_id=journey.filing_id, outcome=dossiers.DECISION_OUTCOME_GRANTED, in_person_only=in_person_only,
            papers=[dossiers.Paper(name="Kết quả", originals=originals, copies=1)], request_id=str(uuid.uuid4())), journey.officer)
        code = decided.dossier.result_parcel_code
        last = await journey._carry(code, await journey._route(code, journey.officer), journey.officer)
        return Result(doors, system, journey, code, last)
    return made


def other_than(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 10**6:06d}"


async def hand_of(result: Result, clock: TurnableClock) -> Handheld:
    return await enrolled(result.doors, clock, Person("ks", "SUPERVISOR", result.courier.place), operator=result.courier.name)


def named(hand: Handheld, result: Result, code: str, **fields: Any) -> Any:
    """A delivery to a member of the household, as a handheld says it."""
    receiver = entries.ReceiverShown(salt="0" * 32, full_name="Trần Văn Bình", last_four="4321", one_time_code=code)
    return hand.deliver(result.code, receiver=receiver, proof={
        "relation": facts.RECEIVER_RELATION_HOUSEHOLD, "picture": facts.PICTURE_KIND_PHOTO}, **fields)


async def test_the_parcel_tells_its_rule_and_the_door_judges_by_it(a_result: Any) -> None:
    result = await a_result(originals=1)
    answer = await result.doors.call("GetParcel", courier.GetParcelRequest(parcel_code=result.code), result.courier)
    listed = await result.doors.call("ListParcels", courier.ListParcelsRequest(), result.courier)
    ways = {(facts.ReceiverRelation.Name(way.relation), way.one_time_code) for way in answer.proof_rule.ways}
    tried = [await result.refused(), await result.refused(relation=facts.RECEIVER_RELATION_APPLICANT, receiver=None),
             await result.refused(relation=facts.RECEIVER_RELATION_AUTHORISED)]
    await result.deliver(relation=facts.RECEIVER_RELATION_AUTHORISED, picture=facts.PICTURE_KIND_SIGNATURE)
    [delivered] = await result.stored("ParcelDelivered")

    assert answer.parcel.delivery_kind == parcels.DELIVERY_KIND_RESULT_ORIGINALS
    assert ways == {("RECEIVER_RELATION_APPLICANT", False), ("RECEIVER_RELATION_AUTHORISED", False),
                    ("RECEIVER_RELATION_AUTHORISED", True)}
    assert {rule.delivery_kind for rule in listed.proof_rules} == set(parcels.DeliveryKind.values())
    assert answer.proof_rule in listed.proof_rules
    assert tried == ["RECEIVER_NOT_ALLOWED", "PROOF_SHORT", "PROOF_SHORT"]
    assert b"4321" not in delivered.data
    assert "Bình".encode() not in delivered.data
    assert len(await result.system.stores["courier"].streams.private(f"parcels/{result.code}")) == 1


async def test_what_the_authority_lets_go_in_person_only_no_representative_gets(a_result: Any) -> None:
    result = await a_result(originals=1, in_person_only=True)

    assert await result.refused(relation=facts.RECEIVER_RELATION_AUTHORISED) == "RECEIVER_NOT_ALLOWED"
    assert await result.refused(relation=facts.RECEIVER_RELATION_APPLICANT, picture=facts.PICTURE_KIND_SIGNATURE) == "PROOF_SHORT"
    await result.deliver(relation=facts.RECEIVER_RELATION_APPLICANT)
    assert (await result.state()).ended


async def test_the_applicant_is_told_one_code_for_a_parcel_however_often_it_goes_out(a_result: Any) -> None:
    result = await a_result()
    assert (await result.state()).one_time_code == parcels.ONE_TIME_CODE_STATE_UNSPECIFIED
    right = await result.goes_out()
    await asyncio.gather(*(result.scanned(number) for number in range(2, 6)))
    await result.deliver(right)
    [delivered] = await result.stored("ParcelDelivered")
    notice = result.notices()

    assert len(await result.stored("DeliveryCodeIssued")) == 1
    assert facts.ParcelDelivered.FromString(delivered.data).proof.one_time_code_held
    assert len(notice) == 1
    assert notice[0].startswith("To: 0912345678\n\n")
    assert len(right) == 6


async def test_a_code_is_in_no_fact_log_metric_answer_or_page(a_result: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        result = await a_result()
        right = await result.goes_out()
        wrong = other_than(right)
        reason = await result.refused(wrong)
        tracked = await result.doors.call("Track", tracking.TrackRequest(tracking_code=result.journey.tracking_code))
        seen = [str(tracked), str(await result.state()), caplog.text, "".join(str(vars(record)) for record in caplog.records),
                generate_latest().decode()]
        for service in ("courier", "intake", "tracking"):
            streams = result.system.stores[service].streams
            stored = [fact.data for subject in (f"parcels/{result.code}", f"waiting-scans/{result.code}",
                                                f"dossiers/{result.journey.filing_id}") for fact in await streams.read(subject)]
            seen += [str(data) for data in stored]

    assert reason == "ONE_TIME_CODE_WRONG"
    for text in seen:
        assert not re.search(rf"(?<!\d){right}(?!\d)|(?<!\d){wrong}(?!\d)", text)


async def test_a_wrong_code_is_counted_once_a_request_and_after_five_another_way_is_needed(a_result: Any) -> None:
    result = await a_result()
    right = await result.goes_out()
    again = str(uuid.uuid4())
    repeated = [await result.refused(other_than(right), request_id=again) for _ in range(3)]
    rest = [await result.refused(other_than(right, number)) for number in range(2, 6)]
    sixth = await result.refused(right)
    after = await result.state()
    late_repeat = await result.refused(other_than(right), request_id=again)
    await result.deliver(right, relation=facts.RECEIVER_RELATION_AUTHORISED)
    [delivered] = await result.stored("ParcelDelivered")

    assert repeated == rest[:3] == ["ONE_TIME_CODE_WRONG"] * 3
    assert (rest[3], sixth, late_repeat) == ("ONE_TIME_CODE_WRONG", "ONE_TIME_CODE_SPENT", "ONE_TIME_CODE_WRONG")
    assert (after.one_time_code, after.ended) == (parcels.ONE_TIME_CODE_STATE_SPENT, False)
    assert len(await result.stored("DeliveryCodeMissed")) == 5
    assert not facts.ParcelDelivered.FromString(delivered.data).proof.one_time_code_held


async def test_wrong_codes_at_once_are_five_and_no_more(a_result: Any) -> None:
    result = await a_result()
    right = await result.goes_out()
    reasons = await asyncio.gather(*(result.refused(other_than(right, number)) for number in range(1, 13)))

    assert set(reasons) <= {"ONE_TIME_CODE_WRONG", "ONE_TIME_CODE_SPENT", "SUBJECT_BUSY"}
    assert reasons.count("ONE_TIME_CODE_WRONG") == len(await result.stored("DeliveryCodeMissed")) <= 5


async def test_codes_named_without_a_network_are_judged_when_they_arrive(a_result: Any, clock: TurnableClock) -> None:
    result = await a_result()
    hand = await hand_of(result, clock)
    right = await result.goes_out()
    at = clock.now().timestamp() - 1800
    wrong, good = named(hand, result, other_than(right), at=at), named(hand, result, right, at=at + 60)
    first = await told(result.doors, hand, wrong)
    between = await result.state()
    second = await told(result.doors, hand, wrong, good)
    claims = (await result.doors.call("ListClaims", courier.ListClaimsRequest(parcel_code=result.code),
                                      Person("gdv-x", "CLERK", result.courier.place))).claims

    assert outcomes(first) == [WRONG_CODE]
    assert (between.ended, between.holder.person) == (False, result.courier.name)
    assert outcomes(second) == [WRONG_CODE, (APPLIED, "")]
    assert [(claim.reason_code, claim.pending, claim.entry.device_sequence) for claim in claims] == [
        ("ONE_TIME_CODE_WRONG", False, 1)]
    assert [each.outcome for each in await told(result.doors, hand, good)] == [DUPLICATE]
    assert len(await result.stored("DeliveryCodeMissed")) == 1
    assert (await result.state()).ended


async def test_a_bundle_of_guesses_is_five_guesses(a_result: Any, clock: TurnableClock) -> None:
    result = await a_result()
    hand = await hand_of(result, clock)
    right = await result.goes_out()
    guesses = [named(hand, result, other_than(right, number)) for number in range(1, 41)]
    answers = await told(result.doors, hand, *guesses, named(hand, result, right))

    assert outcomes(answers) == [WRONG_CODE] * 5 + [(CONFLICT, "ONE_TIME_CODE_SPENT")] * 36
    assert not (await result.state()).ended


async def test_a_delivery_whose_proof_is_short_is_kept_with_its_reason(a_result: Any, clock: TurnableClock) -> None:
    result = await a_result(originals=1)
    hand = await hand_of(result, clock)
    before = named(hand, result, "123456")
    short = hand.deliver(result.code, proof={"relation": facts.RECEIVER_RELATION_AUTHORISED,
                                             "picture": facts.PICTURE_KIND_PHOTO})
    answers = await told(result.doors, hand, before, short)
    again = await told(result.doors, hand, before, short)
    kept = await result.system.stores["courier"].streams.read(f"waiting-scans/{result.code}")

    assert outcomes(answers) == outcomes(again) == [(CONFLICT, "RECEIVER_NOT_ALLOWED"), (CONFLICT, "PROOF_SHORT")]
    assert len(kept) == 2
    sealed = await result.system.stores["courier"].streams.private(f"waiting-scans/{result.code}")
    assert len(sealed) == 2  # who received it


@pytest.mark.parametrize("wrong", [False, True])
async def test_what_waited_for_another_s_offer_is_judged_with_the_receiver_that_lay_sealed(
        a_result: Any, clock: TurnableClock, wrong: bool) -> None:
    result = await a_result()
    giver = await hand_of(result, clock)
    taker = await enrolled(result.doors, clock, Person("ks", "SUPERVISOR", result.courier.place), operator="bt-lan")
    right = await result.goes_out()
    at = clock.now().timestamp() - 1800
    offer = giver.offer(result.code, to=result.courier.place, person="bt-lan", at=at)
    accept = taker.accept(result.code, handover_id=offer.offer.handover_id, at=at + 60)
    delivered = named(taker, result, other_than(right) if wrong else right, at=at + 120)
    first = await told(result.doors, taker, accept, delivered)
    await told(result.doors, giver, offer)

    async def judged() -> Any:
        return await result.stored("DeliveryCodeMissed" if wrong else "ParcelDelivered")

    [fact] = await until(judged)
    claims = (await result.doors.call("ListClaims", courier.ListClaimsRequest(parcel_code=result.code),
                                      Person("gdv-x", "CLERK", result.courier.place))).claims

    assert outcomes(first) == [(PENDING, "NOTHING_OFFERED"), (PENDING, "NOT_HOLDER")]
    assert [(claim.reason_code, claim.pending) for claim in claims] == ([("ONE_TIME_CODE_WRONG", False)] if wrong else [])
    assert wrong or facts.ParcelDelivered.FromString(fact.data).proof.one_time_code_held


async def test_without_a_notifier_no_code_is_made_and_the_other_ways_do(tmp_path: Path, clock: TurnableClock) -> None:
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=tmp_path)
    async with wiring.running(("intake", "courier", "tracking"), chosen, clock=clock) as system:
        known = registry.load()
        home = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
        doors = Doors({name: f"127.0.0.1:{port}" for name, port in system.ports.items()},
                      Minter(Keys.load_or_make(tmp_path)).mint_for)
        journey = Journey(doors, home.code)
        assert (await journey.run()).state == dossiers.DOSSIER_STATE_RETURNED
        stored = await system.stores["courier"].streams.read(f"parcels/{journey.parcel_codes[-1]}")
        await doors.close()

    assert [fact.type.rsplit(".", 1)[1] for fact in stored][-2:] == ["ScanRecorded", "ParcelDelivered"]
    assert not [fact for fact in stored if "Code" in fact.type]
