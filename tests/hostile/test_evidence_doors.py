"""The doors of pictures and cases against values made to hurt: an answer for each, nothing kept that is not named, nothing told."""

import hashlib
import random
import uuid
from typing import Any

import pytest
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import entry_pb2 as entries
from postal.courier.v1 import parcel_pb2 as parcels

from services.demo.doors import Doors, Refusal
from tests.builders import CLERK, a_filing
from tests.handheld import SUPERVISOR, Handheld
from tests.hostile.values import TEXTS, WIDE
from tests.hostile.verdict import problems, tells_a_person

MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1", b"GIF89a", b"<svg onload=alert(1)>", b"%PDF-", b"RIFF0000WEBP", b"")
ROUNDS = 60


async def test_pictures_of_any_bytes_get_an_answer_each_and_only_what_an_entry_names_is_kept(system: Any, doors: Doors) -> None:
    draw = random.Random("pictures")
    code = (await doors.call("FileDossier", a_filing(), CLERK)).dossier.parcel_code
    hand = await Handheld(operator="gdv", role="CLERK").enrol(doors)
    good = MAGIC[0] + b"Nguyen Thi Anh Tuyet 096185001234"
    named = hand.entry(code, offer=entries.OfferAct(handover_id=str(uuid.uuid4()), taker=parcels.Holder(place="901000"),
                                                    signature_sha256=hashlib.sha256(good).hexdigest()))
    await doors.call("UploadBundle", hand.bundle(named), hand)
    seen: dict[int, int] = {}
    for _ in range(ROUNDS):
        pictures = []
        for _ in range(draw.choice((1, 2, 20))):
            content = draw.choice((good, good, *(each + draw.randbytes(draw.choice((0, 1, 2000))) for each in MAGIC)))
            pictures.append(courier.EntryPicture(
                content=content,
                device_sequence=draw.choice((named.device_sequence,) * 9 + WIDE), parcel_code=draw.choice((code,) * 40 + TEXTS),
                sha256=draw.choice((hashlib.sha256(content).hexdigest(),) * 40 + TEXTS)))
        answer = await doors.call("UploadPictures", courier.UploadPicturesRequest(
            device_id=hand.device_id, pictures=pictures, request_id=str(uuid.uuid4())), hand)
        assert len(answer.results) == len(pictures)
        assert not [text for text in problems(answer) if tells_a_person(text)]
        for brought, result in zip(pictures, answer.results, strict=True):
            seen[result.outcome] = seen.get(result.outcome, 0) + 1
            has_it = result.outcome in (courier.PICTURE_OUTCOME_KEPT, courier.PICTURE_OUTCOME_DUPLICATE)
            assert has_it == (brought.content == good and brought.device_sequence == named.device_sequence
                              and brought.sha256 == hashlib.sha256(good).hexdigest() and brought.parcel_code.upper() == code)
    listed = (await doors.call("ListPictures", courier.ListPicturesRequest(parcel_code=code), SUPERVISOR)).pictures

    assert len(seen) >= 3, seen
    assert [(each.sha256, each.size_bytes) for each in listed] == [(hashlib.sha256(good).hexdigest(), len(good))]


async def test_cases_settled_with_any_ids_and_notes_get_a_reason_each_and_a_note_is_told_to_nobody_else(
        system: Any, doors: Doors) -> None:
    code = (await doors.call("FileDossier", a_filing(), CLERK)).dossier.parcel_code
    hand = await Handheld(operator="bt").enrol(doors)
    await doors.call("UploadBundle", hand.bundle(hand.offer(code, to="901000")), hand)
    answers, refusals = [], []
    for text in TEXTS:
        request = courier.SettleCasesRequest(case_ids=[text, "0" * 500], note=text, request_id=str(uuid.uuid4()))
        try:
            answers.append(await doors.call("SettleCases", request, SUPERVISOR))
        except Refusal as refusal:
            refusals.append(refusal)
    for page in TEXTS:
        await doors.call("ListCases", courier.ListCasesRequest(page_token=page), SUPERVISOR)
    for many in (0, 201):
        with pytest.raises(Refusal, match="BATCH_SIZE_WRONG"):
            await doors.call("SettleCases", courier.SettleCasesRequest(
                case_ids=["x"] * many, request_id=str(uuid.uuid4())), SUPERVISOR)

    assert len((await doors.call("ListCases", courier.ListCasesRequest(), SUPERVISOR)).cases) == 1
    assert {each.problem.reason for answer in answers for each in answer.results} == {"CASE_UNKNOWN"}
    assert {refusal.reason.partition("_")[0] for refusal in refusals} == {"TEXT"}
    assert not [told for told in (*map(str, refusals), *(each for answer in answers for each in problems(answer)))
                if tells_a_person(told)]
