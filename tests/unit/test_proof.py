"""What must prove a delivery: the table written a second time, every combination judged by both; and one-time codes."""

import hashlib
import hmac
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.courier.delivery import Delivery, deliver, issue_code, missed
from services.courier.entry import ReceiverShown
from services.courier.parcel import Parcel, fold
from services.courier.parcel_facts import (
    DeliveryCodeIssued,
    DeliveryCodeMissed,
    DeliveryProof,
    Holder,
    IdentityPaper,
    ParcelDelivered,
    ParcelDirection,
    ParcelRegistered,
    ReceiverRelation,
)
from services.courier.proof import RULES, CodeFound, ProofWay, Shown, check, kind_of_result, rule_of
from services.courier.proof_words import DeliveryKind, OneTimeCodeState, PictureKind
from services.foundation.errors import Refused
from services.foundation.one_time_code import MOST_WRONG, code_of, is_code_of

CODE, KEY, SALT = "RH123456785VN", b"k" * 32, b"s" * 16
WHO = Holder(person="bt", place="901000")

# By kind of delivery and receiver: is the name written down, and which of signature and photo proves it, alone or with the code.
TABLE = """
RESULT_ORIGINALS   APPLICANT   -     SIGNATURE PHOTO
RESULT_ORIGINALS   AUTHORISED  name  SIGNATURE PHOTO+code
RESULT_COPIES      APPLICANT   -     SIGNATURE PHOTO
RESULT_COPIES      AUTHORISED  name  SIGNATURE PHOTO
RESULT_COPIES      HOUSEHOLD   name  SIGNATURE+code PHOTO+code
RESULT_IN_PERSON   APPLICANT   -     SIGNATURE+code PHOTO
"""
BY_HAND = {(kind, who): (name == "name", set(pictures)) for kind, who, name, *pictures in map(str.split, TABLE.strip().split("\n"))}


def allowed(kind: str, who: str, named: bool, digits: str, picture: str, code: CodeFound) -> bool:
    """The table's answer."""
    needs_name, pictures = BY_HAND.get((kind or "RESULT_ORIGINALS", who), (False, set()))
    with_code = code in (CodeFound.RIGHT, CodeFound.WRONG)  # a wrong one is told by the caller
    ways = {each.removesuffix("+code") for each in pictures if with_code or not each.endswith("+code")}
    enough = picture in ways or (not picture and ways == {"SIGNATURE", "PHOTO"} and (
        {"SIGNATURE", "PHOTO"} <= pictures or {"SIGNATURE+code", "PHOTO+code"} <= pictures))
    return enough and (named or not needs_name) and digits == "1234"


@pytest.mark.parametrize("kind", DeliveryKind)
def test_every_combination_is_judged_as_the_table_says(kind: DeliveryKind) -> None:
    judged = 0
    for who, paper, named, digits, picture, code in product(
            ReceiverRelation, IdentityPaper, (True, False), ("1234", "", "12a4", "12345", "１２３４"), PictureKind, CodeFound):
        shown = Shown(relation=who, identity_paper=paper, picture=picture, full_name="A" if named else " ", last_four=digits)
        try:
            check(kind, shown, code)
            holds = True
        except Refused:
            holds = False
        assert holds == allowed(kind.value, who.value, named, digits, picture.value, code), (kind, shown, code)
        judged += 1

    assert judged == 3 * 3 * 2 * 5 * 3 * 5


def test_every_kind_has_its_rule_and_none_lets_anybody_but_the_applicant_have_what_is_in_person_only() -> None:
    assert {rule.delivery_kind for rule in RULES} == set(DeliveryKind)
    assert rule_of(DeliveryKind.UNSPECIFIED).ways == rule_of(DeliveryKind.RESULT_ORIGINALS).ways
    assert rule_of(DeliveryKind.TO_AUTHORITY).ways == ()
    assert {way.relation for way in rule_of(DeliveryKind.RESULT_IN_PERSON).ways} == {ReceiverRelation.APPLICANT}
    assert all(set(way.identity_papers) == set(IdentityPaper) and way.last_four for rule in RULES for way in rule.ways)


PAGE = Path(__file__).resolve().parents[2] / "docs" / "courier.md"
ROWS = {"originals": DeliveryKind.RESULT_ORIGINALS, "copies alone": DeliveryKind.RESULT_COPIES,
        "in person only": DeliveryKind.RESULT_IN_PERSON}


def test_couriers_read_the_same_table() -> None:
    """The English of docs/courier.md; what is said of papers, digits and names stands below it."""
    lines = [[cell.split(" · ")[-1].strip() for cell in line.strip().strip("|").split("|")]
             for line in PAGE.read_text(encoding="utf-8").splitlines() if line.strip().startswith("|")]
    told = {row[0]: row[1:] for row in lines if row[0] in ROWS}

    assert told == {name: [said([way for way in rule_of(kind).ways if way.relation is who]) for who in ReceiverRelation]
                    for name, kind in ROWS.items()}


def said(ways: list[ProofWay]) -> str:
    """The ways of one receiver in words."""
    words = []
    for way in ways:
        pictures = " or ".join(each.value.lower() for each in way.pictures)
        words.append(f"code, and {pictures}" if way.one_time_code and len(way.pictures) > 1 else
                     f"{pictures} and code" if way.one_time_code else pictures)
    return ", or ".join(words) or "no"


@pytest.mark.parametrize(("originals", "in_person_only", "kind"), [
    (1, False, "RESULT_ORIGINALS"), (0, False, "RESULT_COPIES"), (0, True, "RESULT_IN_PERSON"), (3, True, "RESULT_IN_PERSON")])
def test_a_result_s_kind_comes_from_its_papers_and_the_authority_s_demand(originals: int, in_person_only: bool, kind: str) -> None:
    assert kind_of_result(originals, in_person_only=in_person_only) == kind


@pytest.mark.parametrize(("shown", "code", "reason", "field"), [
    ({"relation": ReceiverRelation.HOUSEHOLD}, CodeFound.NONE, "RECEIVER_NOT_ALLOWED", "relation"),
    ({"last_four": ""}, CodeFound.NONE, "PROOF_SHORT", "last_four"),
    ({"relation": ReceiverRelation.AUTHORISED}, CodeFound.NONE, "PROOF_SHORT", "full_name"),
    ({"relation": ReceiverRelation.AUTHORISED, "full_name": "A", "picture": PictureKind.PHOTO}, CodeFound.NONE, "PROOF_SHORT",
     "picture"),
])
def test_what_is_wrong_is_named(shown: dict[str, object], code: CodeFound, reason: str, field: str) -> None:
    whole = {"relation": ReceiverRelation.APPLICANT, "identity_paper": IdentityPaper.PASSPORT, "picture": PictureKind.SIGNATURE,
             "full_name": "", "last_four": "1234"}
    with pytest.raises(Refused) as refusal:
        check(DeliveryKind.RESULT_ORIGINALS, Shown(**{**whole, **shown}), code)  # type: ignore[arg-type]

    assert (refusal.value.reason, refusal.value.field) == (reason, field)


def a_result(**changes: object) -> ParcelRegistered:
    return ParcelRegistered(**{  # type: ignore[arg-type]
        "parcel_code": CODE, "filing_id": "f", "direction": ParcelDirection.INBOUND, "origin_office_code": "1",
        "destination_office_code": "2", "authority_code": "TINH-01", "route": ("1", "2"), "transit_due_date": "", "papers_count": 1,
        "weight_grams": 0, "holder": WHO, "delivery_kind": DeliveryKind.RESULT_COPIES, **changes})


def told(parcel: Parcel, code: str, request_id: str = "r", **changes: object) -> ParcelDelivered | DeliveryCodeMissed:
    proof = DeliveryProof(**{  # type: ignore[arg-type]
        "relation": ReceiverRelation.HOUSEHOLD, "identity_paper": IdentityPaper.PASSPORT, "signature_sha256": "ab" * 32,
        "picture": PictureKind.PHOTO, "occur_time": datetime(2026, 11, 26, tzinfo=UTC), "one_time_code_held": True, **changes})
    receiver = ReceiverShown(salt="", full_name="A", last_four="1234", one_time_code=code)
    return deliver(parcel, WHO, Delivery(proof=proof, receiver=receiver), request_id, KEY)


RIGHT = code_of(KEY, CODE, SALT)
ISSUED = [a_result(), DeliveryCodeIssued(filing_id="f", salt=SALT)]


def state(*facts: object) -> Parcel:
    found = fold([*ISSUED, *facts])
    assert found is not None
    return found


def test_the_right_code_delivers_and_only_the_server_says_that_it_was_right() -> None:
    delivered = told(state(), RIGHT)
    without = told(state(), "", relation=ReceiverRelation.APPLICANT)

    assert isinstance(delivered, ParcelDelivered)
    assert delivered.proof.one_time_code_held
    assert isinstance(without, ParcelDelivered)
    assert not without.proof.one_time_code_held


def test_a_wrong_code_is_a_fact_and_no_delivery_even_where_none_was_needed() -> None:
    for who in (ReceiverRelation.HOUSEHOLD, ReceiverRelation.APPLICANT):
        for wrong in ("000000" if RIGHT != "000000" else "111111", RIGHT + " ", "x", "１２３４５６", RIGHT[:5]):
            fact = told(state(), wrong, relation=who)
            assert fact == DeliveryCodeMissed(filing_id="f", request_id="r")
            after = state(fact)
            assert (after.ended, after.code_misses, after.one_time_code) == (False, ("r",), OneTimeCodeState.ISSUED)
            assert (missed(after, "r") or fact).reason == "ONE_TIME_CODE_WRONG"  # type: ignore[union-attr]
            assert missed(after, "other") is None


def test_after_five_wrong_ones_the_right_one_proves_nothing_and_other_ways_do() -> None:
    misses = [DeliveryCodeMissed(filing_id="f", request_id=str(number)) for number in range(MOST_WRONG)]

    assert MOST_WRONG == 5
    assert isinstance(told(state(*misses[:4]), RIGHT), ParcelDelivered)
    spent = state(*misses)
    assert spent.one_time_code is OneTimeCodeState.SPENT
    with pytest.raises(Refused) as refusal:
        told(spent, RIGHT)
    assert refusal.value.reason == "ONE_TIME_CODE_SPENT"
    other = told(spent, RIGHT, relation=ReceiverRelation.AUTHORISED)
    assert isinstance(other, ParcelDelivered)
    assert not other.proof.one_time_code_held


def test_a_code_before_one_was_made_is_not_compared_and_not_counted() -> None:
    parcel = fold([a_result()])
    assert parcel is not None
    with pytest.raises(Refused) as refusal:
        told(parcel, "123456")

    assert refusal.value.reason == "ONE_TIME_CODE_NOT_ISSUED"
    assert isinstance(told(parcel, "123456", relation=ReceiverRelation.APPLICANT), ParcelDelivered)


def test_a_proof_that_is_short_anyhow_spends_no_try() -> None:
    parcel = fold([a_result(delivery_kind=DeliveryKind.RESULT_ORIGINALS), ISSUED[1]])
    assert parcel is not None
    with pytest.raises(Refused) as refusal:
        told(parcel, "000000" if RIGHT != "000000" else "111111")

    assert refusal.value.reason == "RECEIVER_NOT_ALLOWED"


def test_a_parcel_gets_one_code_for_ever_and_only_on_its_way_to_a_citizen() -> None:
    drawn: list[int] = []

    def draw(size: int) -> bytes:
        drawn.append(size)
        return SALT

    fresh, outbound = fold([a_result()]), fold([a_result(direction=ParcelDirection.OUTBOUND)])
    assert fresh is not None
    assert outbound is not None
    assert issue_code(fresh, draw) == [ISSUED[1]]
    assert issue_code(state(), draw) == issue_code(outbound, draw) == []
    delivered = told(state(), RIGHT)
    assert issue_code(state(delivered), draw) == []
    assert drawn == [16]


def test_a_code_is_of_the_key_the_parcel_and_the_salt_as_the_contract_writes_it() -> None:
    digest = hmac.new(KEY, b"postal.delivery-code/1\nRH123456785VN\n" + SALT, hashlib.sha256).hexdigest()
    others = {RIGHT, code_of(b"K" * 32, CODE, SALT), code_of(KEY, "RH987654326VN", SALT), code_of(KEY, CODE, b"S" * 16)}

    assert f"{int(digest, 16) % 1_000_000:06d}" == RIGHT
    assert len(others) == 4


@settings(derandomize=True, max_examples=300)
@given(st.binary(min_size=16, max_size=16), st.text(max_size=8))
def test_any_text_can_be_named_and_only_the_code_holds(salt: bytes, named: str) -> None:
    right = code_of(KEY, CODE, salt)

    assert is_code_of(KEY, CODE, salt, right)
    assert is_code_of(KEY, CODE, salt, named) == (named == right)
    assert len(right) == 6
    assert right.isdigit()


def test_codes_are_spread_evenly() -> None:
    """Of 20,000 codes no first or last digit is far from a tenth (six standard deviations are 255)."""
    codes = [code_of(KEY, CODE, number.to_bytes(16, "big")) for number in range(20_000)]

    for place in (0, 5):
        counts = [sum(code[place] == digit for code in codes) for digit in "0123456789"]
        assert max(abs(count - 2000) for count in counts) < 255
