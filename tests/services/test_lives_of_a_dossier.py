"""What may happen to a dossier besides the straight way, through the real doors."""

import asyncio
import io
import uuid
from typing import Any

import pytest
from PIL import Image
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import parcel_pb2 as parcels
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake
from postal.tracking.v1 import tracking_service_pb2 as tracking

from services.demo.doors import Person, Refusal
from services.demo.journey import Journey
from tests.builders import CLERK, FOREIGN_OFFICER, OTHER, a_filing
from tests.pictures import rasterised, read_by_zbar, read_by_zxing

PAPER = dossiers.Paper(name="Giấy khám sức khỏe", originals=1)


def request_id() -> str:
    return str(uuid.uuid4())


async def ask_for_a_paper(journey: Journey) -> None:
    await journey._call("RequestSupplement", intake.RequestSupplementRequest(
        filing_id=journey.filing_id, papers=[PAPER], reason_code="PAPER_MISSING", request_id=request_id()), journey.officer)


async def test_a_paper_asked_for_before_acceptance_is_brought_to_the_desk_and_the_dossier_accepted(journey: Journey) -> None:
    await journey.file()
    await journey.carry_to_authority()
    await ask_for_a_paper(journey)
    supplied = await journey._call("SupplyPapers", intake.SupplyPapersRequest(
        filing_id=journey.filing_id, papers=[PAPER], request_id=request_id()), journey.officer)
    await journey.accept()

    assert list(supplied.dossier.papers_supplied) == [PAPER]
    assert (await journey.dossier(journey.officer)).state == dossiers.DOSSIER_STATE_ACCEPTED


async def test_a_paper_brought_to_the_desk_restarts_the_term(journey: Journey) -> None:
    await journey.file()
    await journey.carry_to_authority()
    await journey.accept()
    await ask_for_a_paper(journey)
    supplied = await journey._call("SupplyPapers", intake.SupplyPapersRequest(
        filing_id=journey.filing_id, papers=[PAPER], request_id=request_id()), journey.officer)

    assert supplied.dossier.state == dossiers.DOSSIER_STATE_UNDER_REVIEW
    assert supplied.dossier.due_date
    with pytest.raises(Refusal) as refusal:  # the law allows it once
        await ask_for_a_paper(journey)
    assert refusal.value.reason == "SUPPLEMENT_ALREADY_REQUESTED"


async def test_an_authority_declines_with_its_reason_and_nothing_more_is_possible(journey: Journey) -> None:
    await journey.file()
    await journey.carry_to_authority()
    decline = intake.DeclineDossierRequest(filing_id=journey.filing_id, reason_code="NOT_COMPETENT",
                                           legal_basis="NĐ 61/2018 Đ.17", request_id=request_id())
    declined = await journey._call("DeclineDossier", decline, journey.officer)
    again = await journey._call("DeclineDossier", decline, journey.officer)
    with pytest.raises(Refusal) as refusal:
        await journey.accept()

    assert declined == again
    assert (declined.dossier.state, declined.dossier.reason_code) == (dossiers.DOSSIER_STATE_DECLINED, "NOT_COMPETENT")
    assert refusal.value.reason == "MOVE_NOT_ALLOWED"
    await journey._page_says(tracking.JOURNEY_STAGE_DECLINED)


async def test_a_citizen_withdraws_while_the_supplement_travels_and_the_paper_still_arrives(journey: Journey) -> None:
    await journey.file()
    await journey.carry_to_authority()
    await journey.accept()
    await ask_for_a_paper(journey)
    supplied = await journey._call("SupplyPapers", intake.SupplyPapersRequest(
        filing_id=journey.filing_id, papers=[PAPER], weight_grams=40, request_id=request_id()), journey.clerk)
    await journey._call("WithdrawDossier", intake.WithdrawDossierRequest(
        filing_id=journey.filing_id, reason_code="CITIZEN_ASKED", request_id=request_id()), journey.clerk)
    code = supplied.dossier.supplement_parcel_code
    route = await journey._route(code, journey.clerk)
    await journey._carry(code, route, journey.clerk)
    await journey._sign(code, route[-1], papers=1)

    parcel = (await journey._call("GetParcel", courier.GetParcelRequest(parcel_code=code), journey.officer)).parcel
    assert parcel.stage == parcels.PARCEL_STAGE_SIGNED_AT_AUTHORITY
    assert (await journey.dossier(journey.clerk)).state == dossiers.DOSSIER_STATE_WITHDRAWN


async def test_each_envelope_has_a_label_of_its_own_and_others_codes_have_none(journey: Journey) -> None:
    await journey.file()
    await journey.carry_to_authority()
    await journey.accept()
    await journey.supplement()
    await journey.decide()
    read = {}
    for code in journey.parcel_codes:
        answer = await journey._call("RenderLabel", intake.RenderLabelRequest(
            filing_id=journey.filing_id, parcel_code=code, format=intake.LABEL_FORMAT_PNG), journey.clerk)
        read[code] = read_by_zxing(Image.open(io.BytesIO(answer.content)))
    with pytest.raises(Refusal) as refusal:
        await journey._call("RenderLabel", intake.RenderLabelRequest(
            filing_id=journey.filing_id, parcel_code="RH987654325VN", format=intake.LABEL_FORMAT_PNG), journey.clerk)

    for code, texts in read.items():
        assert code in texts
        assert any(journey.tracking_code in text for text in texts)
    assert len({frozenset(texts) for texts in read.values()}) == 3
    assert refusal.value.reason == "PARCEL_UNKNOWN"


async def test_the_receipts_code_leads_to_the_citizens_page(journey: Journey) -> None:
    await journey.file()
    answer = await journey._call("RenderReceipt", intake.RenderReceiptRequest(filing_id=journey.filing_id), journey.clerk)
    page = rasterised(answer.content)

    for reader in (read_by_zxing, read_by_zbar):
        assert journey.tracking_url.upper() in {text.upper() for text in reader(page)}


async def test_e28_scans_before_the_parcels_own_fact_are_kept_and_matched_in_their_own_order(
        journey: Journey, system: Any) -> None:
    """The relay is held up: its log is away while the clerk files and the courier scans."""
    log = system.log
    held = asyncio.Event()
    publish = log.publish

    async def later(topic: str, facts: Any) -> None:
        await held.wait()
        await publish(topic, facts)

    log.publish = later
    clerk = journey.clerk
    filed = (await journey._call("FileDossier", a_filing(), clerk)).dossier
    scans = []
    for number, (activity, minute) in enumerate(((parcels.SCAN_ACTIVITY_DEPARTED, 30), (parcels.SCAN_ACTIVITY_ACCEPTED, 10)), 1):
        scan = parcels.Scan(device="h", device_sequence=number, parcel_code=filed.parcel_code, activity=activity,
                            office_code=clerk.place)
        scan.occur_time.FromJsonString(f"2026-11-24T01:{minute}:00Z")
        scans.append(scan)
    answer = await journey._call("RecordScans", courier.RecordScansRequest(scans=scans, request_id=request_id()), clerk)
    with pytest.raises(Refusal) as refusal:
        await journey._call("GetParcel", courier.GetParcelRequest(parcel_code=filed.parcel_code), clerk)
    held.set()
    parcel = await journey._until_known(filed.parcel_code, clerk)
    async with asyncio.timeout(20):
        while len(parcel.scans) < 2:
            parcel = await journey._until_known(filed.parcel_code, clerk)

    assert [result.outcome for result in answer.results] == [courier.SCAN_OUTCOME_PENDING] * 2
    assert refusal.value.reason == "PARCEL_UNKNOWN"
    assert [scan.activity for scan in parcel.scans] == [parcels.SCAN_ACTIVITY_ACCEPTED, parcels.SCAN_ACTIVITY_DEPARTED]
    assert parcel.stage == parcels.PARCEL_STAGE_IN_TRANSIT


async def test_d5_scans_of_devices_with_wrong_clocks_are_taken_and_bounded_by_the_servers_time(journey: Journey) -> None:
    await journey.file()
    code, clerk = journey.parcel_codes[0], journey.clerk
    await journey._until_known(code, clerk)
    scans = [parcels.Scan(device="h", device_sequence=number, parcel_code=code, activity=activity, office_code=clerk.place)
             for number, activity in enumerate((parcels.SCAN_ACTIVITY_ACCEPTED, parcels.SCAN_ACTIVITY_DEPARTED), 1)]
    for scan, claimed in zip(scans, ("1970-01-02T00:00:00Z", "2096-01-01T00:00:00Z"), strict=True):
        scan.occur_time.FromJsonString(claimed)
    answer = await journey._call("RecordScans", courier.RecordScansRequest(scans=scans, request_id=request_id()), clerk)
    parcel = (await journey._call("GetParcel", courier.GetParcelRequest(parcel_code=code), clerk)).parcel
    of_1970, of_2096 = (next(scan for scan in parcel.scans if scan.device == "h" and scan.device_sequence == number)
                        for number in (1, 2))

    assert [result.outcome for result in answer.results] == [courier.SCAN_OUTCOME_APPLIED] * 2
    assert of_1970.occur_time.ToJsonString() == "1970-01-02T00:00:00Z", "a claim is kept as it was made"
    assert of_2096.occur_time.ToNanoseconds() == of_2096.record_time.ToNanoseconds(), "nothing happens after it is recorded"
    assert of_1970.record_time.seconds >= 1_700_000_000


async def test_e7_of_couriers_who_accept_the_same_parcel_at_once_one_has_it(journey: Journey) -> None:
    await journey.file()
    code = journey.parcel_codes[0]
    await journey._until_known(code, journey.clerk)
    offered = await journey._call("OfferHandover", courier.OfferHandoverRequest(
        parcel_codes=[code], taker=parcels.Holder(place=journey.clerk.place), request_id=request_id()), journey.clerk)
    takers = [Person(f"bt{number}", "COURIER", journey.clerk.place) for number in range(16)]
    answers = await asyncio.gather(*(journey._call("AcceptHandover", courier.AcceptHandoverRequest(
        handover_id=offered.handover_id, request_id=request_id(), parcels=[courier.AcceptedParcel(parcel_code=code)]), taker)
        for taker in takers))
    reasons = [answer.results[0].problem.reason for answer in answers]
    winner = takers[reasons.index("")]
    parcel = (await journey._call("GetParcel", courier.GetParcelRequest(parcel_code=code), winner)).parcel

    assert reasons.count("") == 1
    assert set(reasons) <= {"", "NOTHING_OFFERED", "SUBJECT_BUSY"}
    assert (parcel.holder.person, parcel.holder.place) == (winner.name, winner.place)


async def test_a_journey_is_shown_to_those_on_its_way_alone(journey: Journey) -> None:
    await journey.file()
    ask = tracking.GetJourneyRequest(filing_id=journey.filing_id)
    await journey._until_known(journey.parcel_codes[0], journey.clerk)
    shown = await journey._call("GetJourney", ask, journey.officer)
    for stranger in (OTHER, FOREIGN_OFFICER):
        with pytest.raises(Refusal) as refusal:
            await journey._call("GetJourney", ask, stranger)
        assert refusal.value.reason == "JOURNEY_UNKNOWN"

    assert shown.filing_id == journey.filing_id
    assert [parcel.parcel_code for parcel in shown.parcels] in ([], journey.parcel_codes)


async def test_lists_come_in_pages_that_miss_and_repeat_nothing(journey: Journey) -> None:
    filed = {(await journey._call("FileDossier", a_filing(), CLERK)).dossier.filing_id for _ in range(7)}
    async with asyncio.timeout(20):
        listed = 0
        while listed < 7:
            held = await journey._call("ListParcels", courier.ListParcelsRequest(page_size=200), CLERK)
            mine = await journey._call("ListDossiers", intake.ListDossiersRequest(page_size=200), CLERK)
            listed = min(len(held.parcels), len(mine.dossiers))
    for method, ask, field in (("ListDossiers", intake.ListDossiersRequest, "dossiers"),
                               ("ListParcels", courier.ListParcelsRequest, "parcels")):
        seen, token = [], ""
        while True:
            page = await journey._call(method, ask(page_size=3, page_token=token), CLERK)
            assert len(getattr(page, field)) <= 3
            seen += [each.filing_id for each in getattr(page, field)]
            token = page.next_page_token
            if not token:
                break
        assert sorted(seen) == sorted(filed), method
    with pytest.raises(Refusal) as refusal:
        await journey._call("ListDossiers", intake.ListDossiersRequest(page_size=201), CLERK)
    assert refusal.value.reason == "PAGE_SIZE_WRONG"


async def test_p14_health_tells_a_store_that_is_away_and_a_log_that_is_away_apart(system: Any) -> None:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    from services.foundation.errors import Unavailable

    async def away(*_: Any) -> None:
        raise Unavailable("X", "y")

    async with grpc.aio.insecure_channel(f"127.0.0.1:{system.ports['intake']}") as channel:
        health = health_pb2_grpc.HealthStub(channel)

        async def becomes(**wanted: bool) -> None:
            async with asyncio.timeout(20):
                while True:
                    found = {name: (await health.Check(health_pb2.HealthCheckRequest(service=name))).status ==
                             health_pb2.HealthCheckResponse.SERVING for name in wanted}
                    if found == wanted:
                        return

        await becomes(ready=True, log=True, live=True)
        system.log.ask = away
        await becomes(ready=True, log=False, live=True)
        system.stores["intake"].streams.read = away
        await becomes(ready=False, log=False, live=True)
