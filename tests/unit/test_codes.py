"""Codes: worked examples from the standards, and what the checks can and cannot find."""

import random
import string

import pytest

from services.foundation import codes
from services.foundation.errors import Invalid

S10_TABLE = {
    "00000000": 5, "12345678": 5, "00000001": 4, "99999999": 5, "00000002": 8, "10000000": 3, "00000006": 2,
    "47312482": 9, "00000008": 0, "00071758": 1, "00000015": 5, "96633102": 0, "20261122": 1, "76129403": 8,
    "98765432": 6, "00003321": 6,
}
REAL = """
RR473124829GB EE471108151FR EB000717618HK EB000717595HK EB125966888VN EU103280832VN ET051174907VN RB167995284IT
LL572405406US EB000000005CN LE704280574SE LE704180823SE RK166520145LV EH036261918US RH123456785VN RH000000014VN
RH202611221VN RH987654326VN
""".split()


@pytest.mark.parametrize(("serial", "digit"), S10_TABLE.items())
def test_the_check_digit_follows_the_table_of_s10(serial: str, digit: int) -> None:
    assert codes.s10_check_digit(serial) == digit


@pytest.mark.parametrize("code", REAL)
def test_numbers_seen_in_the_world_pass(code: str) -> None:
    assert codes.check_parcel_code(code) == code


def test_a_parcel_code_is_folded_and_telex_damage_undone() -> None:
    assert codes.check_parcel_code(" rr 473 124 829 gb ") == "RR473124829GB"
    assert codes.check_parcel_code("Ê471108151FR") == "EE471108151FR"


@pytest.mark.parametrize(("code", "reason"), [
    ("EB000717594HK", "PARCEL_CODE_CHECK"), ("EB000717535HK", "PARCEL_CODE_CHECK"), ("EB900717618HK", "PARCEL_CODE_CHECK"),
    ("RR473124828GB", "PARCEL_CODE_CHECK"), ("RR47312482GB", "PARCEL_CODE_MALFORMED"), ("", "PARCEL_CODE_MALFORMED"),
    ("RR4731248२9GB", "PARCEL_CODE_MALFORMED"),
])
def test_a_wrong_parcel_code_is_refused_with_its_reason(code: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        codes.check_parcel_code(code)

    assert refusal.value.reason == reason


def test_a_serial_makes_its_code() -> None:
    assert codes.parcel_code("RH", 12345678) == "RH123456785VN"
    with pytest.raises(Invalid):
        codes.parcel_code("RH", 100_000_000)


def test_every_single_wrong_character_and_every_swap_of_a_tracking_code_is_found() -> None:
    draw = random.Random(20261124)
    for _ in range(20):
        code = codes.new_tracking_code(draw.getrandbits(60))
        assert codes.check_tracking_code(code) == code
        for place, right in enumerate(code):
            for wrong in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".replace(right, ""):
                with pytest.raises(Invalid):
                    codes.check_tracking_code(code[:place] + wrong + code[place + 1:])
            for other in range(place):
                if code[other] != right:
                    swapped = list(code)
                    swapped[place], swapped[other] = swapped[other], swapped[place]
                    with pytest.raises(Invalid):
                        codes.check_tracking_code("".join(swapped))


def test_a_tracking_code_forgives_case_hyphens_and_look_alikes() -> None:
    code = codes.new_tracking_code(0b00001_00000_10101_00000_11111_00001_00010_00011_00100_00101_00110_00111)
    typed = codes.group_code(code).lower().replace("0", "o").replace("1", "l")

    assert codes.check_tracking_code(typed) == code


@pytest.mark.parametrize(("code", "shape"), [
    ("000.00.01.H22-241015-0007", "OLD"), ("000.00.01.H29-260310-0420", "OLD"), ("H20.12-261119-0007", "NEW"),
    ("03706/2026/07906", "OTHER"), ("H20.12-261332-0007", "OTHER"), ("H20-261119-10000", "NEW"),
])
def test_dossier_codes_have_three_known_shapes(code: str, shape: str) -> None:
    assert codes.dossier_code_shape(code) == shape


@pytest.mark.parametrize("code", ["H20.12-261332-0007", "", "A B", "X" * 65, "A\nB"])
def test_an_impossible_dossier_code_is_refused(code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        codes.check_dossier_code(code)

    assert refusal.value.reason == "DOSSIER_CODE_MALFORMED"


def test_an_opaque_dossier_code_is_kept() -> None:
    assert codes.check_dossier_code("03706/2026/07906") == "03706/2026/07906"


@pytest.mark.parametrize(("text", "reason"), [
    ("Tie\u0302\u0301ng", "TEXT_NOT_NFC"), ("a\x00b", "TEXT_CONTROL_CHARACTER"), ("a\u202eb", "TEXT_CONTROL_CHARACTER"),
    ("x" * 11, "TEXT_TOO_LONG"), ("   ", "TEXT_MISSING"), ("", "TEXT_MISSING"),
])
def test_text_that_would_harm_is_refused_and_a_personal_one_never_shown(text: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        codes.clean_text(text, "full_name", 10, personal=True)

    assert refusal.value.reason == reason
    assert not any(word in refusal.value.message for word in ("Tie", "ng'"))


def test_vietnamese_text_in_nfc_is_kept() -> None:
    assert codes.clean_text(" Nguyễn Thị Ửng ", "full_name", 40) == "Nguyễn Thị Ửng"


def test_a_request_id_is_a_uuid() -> None:
    assert codes.check_request_id("6F9619FF-8B86-D011-B42D-00CF4FC964FF") == "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    with pytest.raises(Invalid):
        codes.check_request_id("press-4")


def test_codes_are_grouped_for_people() -> None:
    assert codes.group_code("RH123456785VN") == "RH 123 456 785 VN"
    assert codes.group_code(string.digits + "ABC") == "0123-4567-89ABC"


def test_a_label_names_its_version_and_its_code_is_the_same_on_all() -> None:
    code = codes.new_tracking_code(2026)
    for version in (1, 2, 12, codes.MOST_VERSIONS):
        text = codes.label_text(code, version)
        assert (codes.check_tracking_code(text), codes.label_version(text)) == (code, version)
        assert codes.check_tracking_code(text.lower()) == code
    assert codes.label_text(code, 1) == code
    for no_version in (f"{code}.0", f"{code}.02", f"{code}.123", f"{code}.", f"{code}.x", f"{code}.２"):
        with pytest.raises(Invalid):
            codes.check_tracking_code(no_version)


@pytest.mark.parametrize("text", [
    "{0}", " {0} ", "{0}.2", "https://post.example/t/{0}", "HTTPS://POST.EXAMPLE:8443/T/{0}.3?lang=en", "{1}"])
def test_a_label_is_known_by_whatever_was_read_of_it(text: str) -> None:
    code = codes.new_tracking_code(7)
    assert codes.check_label_code(text.format(code, codes.group_code(code).lower())) == code
    assert codes.check_label_code(" rh 123 456 785 vn") == "RH123456785VN"


@pytest.mark.parametrize(("text", "reason"), [
    ("RH123456784VN", "PARCEL_CODE_CHECK"), ("", "TRACKING_CODE_MALFORMED"),
    ("https://post.example/x/1", "TRACKING_CODE_MALFORMED"), ("0000000000001", "TRACKING_CODE_CHECK"),
    ("A" * 1000, "TRACKING_CODE_MALFORMED")])
def test_what_was_read_and_is_no_label_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        codes.check_label_code(text)

    assert (refusal.value.reason, refusal.value.field) == (reason, "label_code")
