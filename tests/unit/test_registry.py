"""The registry: counts of the law, old names to today's units, unknown kept unknown."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from services import registry
from services.foundation.errors import Invalid, NotFound
from services.registry.loading import DATA

KNOWN = registry.load()
COMMUNES = """01 126;04 56;08 124;11 45;12 38;14 75;15 99;19 92;20 65;22 54;24 99;25 148;31 114;33 104;37 129;38 166;40 130;42 69;
44 78;46 40;48 94;51 96;52 135;56 65;66 102;68 124;75 95;79 168;80 96;82 102;86 124;91 102;92 103;96 64"""


def test_34_provinces_hold_3321_communes_as_counted() -> None:
    counted = Counter(unit.province_code for unit in KNOWN.communes())

    assert counted == {pair.split()[0]: int(pair.split()[1]) for pair in COMMUNES.split(";")}
    assert sum(counted.values()) == 3321


@pytest.mark.parametrize(("place", "code"), [
    ("phường Hưng Định, Thuận An, Bình Dương", "25978"), ("P. Hưng Định, TP Thuận An, tỉnh Bình Dương", "25978"),
    ("phuong dinh hoa, thu dau mot, binh duong", "25771"), ("Xã Mỹ Thọ, Cao Lãnh, Đồng Tháp", "30076"),
    ("xã Đất Mũi, tỉnh Cà Mau", "32248"),
])
def test_a_place_in_words_of_any_time_is_found_today(place: str, code: str) -> None:
    assert [unit.code for unit in KNOWN.resolve_unit(place=place)] == [code]


def test_a_former_code_gives_its_successor() -> None:
    assert [unit.code for unit in KNOWN.resolve_unit(code="25963")] == ["25978"]


def test_a_split_place_gives_all_its_successors() -> None:
    found = KNOWN.resolve_unit(place="xã Tân Thạnh, Thới Lai, Cần Thơ")

    assert len(found) > 1


@pytest.mark.parametrize(("arguments", "reason"), [
    ({"code": "99999"}, "UNIT_UNKNOWN"), ({"place": "xã Không Có, Hà Nội"}, "UNIT_UNKNOWN"), ({}, "UNIT_MISSING")])
def test_an_unknown_place_is_refused(arguments: dict[str, str], reason: str) -> None:
    with pytest.raises((NotFound, Invalid)) as refusal:
        KNOWN.resolve_unit(**arguments)

    assert refusal.value.reason == reason


def test_171_procedures_are_found_without_diacritics_and_the_unknown_stays_unknown() -> None:
    assert len(KNOWN.procedures("", "", 500)) == 171
    assert "1.001193" in {each.code for each in KNOWN.procedures("dang ky khai sinh", "", 50)}
    terms = [each for each in KNOWN.procedures("", "", 500) if each.term_value is None]
    assert terms
    assert KNOWN.procedure("1.014092").fee_vnd == 500_000
    assert KNOWN.procedure("1.000894").presence is registry.PresenceRule.NEEDED
    with pytest.raises(NotFound):
        KNOWN.procedure("9.999999")


def test_pages_of_procedures_join_without_gap() -> None:
    first = KNOWN.procedures("", "", 100)

    assert [*first, *KNOWN.procedures("", first[-1].code, 100)] == KNOWN.procedures("", "", 500)


def test_places_have_names_and_what_is_none_has_none() -> None:
    assert KNOWN.name_of("025978") == KNOWN.office("025978").name
    assert KNOWN.name_of("TINH-01") == KNOWN.authority("TINH-01").name
    assert [KNOWN.name_of(code) for code in ("", "999999", "TINH-25978", "bt-lan")] == ["", "", "", ""]


def test_authority_and_office_follow_the_unit() -> None:
    ward = KNOWN.unit("25978")

    assert KNOWN.authority_for(registry.ProcedureLevel.COMMUNE, ward).office_code == "025978"
    assert KNOWN.authority_for(registry.ProcedureLevel.PROVINCE, ward).code == "TINH-79"
    assert KNOWN.office("979000").kind == "HUB"
    for code in ("000000", "123456", "99", "abcdef", "999000"):
        with pytest.raises(NotFound):
            KNOWN.office(code)
    for code in ("XA-79", "TINH-25978", "X", "XA-00000"):
        with pytest.raises(NotFound):
            KNOWN.authority(code)


def test_the_transit_class_is_by_place() -> None:
    assert KNOWN.transit_class(KNOWN.office("025978"), KNOWN.office("025978")) == "COMMUNE"
    assert KNOWN.transit_class(KNOWN.office("025978"), KNOWN.hub("79")) == "PROVINCE"
    assert KNOWN.transit_class(KNOWN.hub("79"), KNOWN.hub("01")) == "INTER_MAJOR"
    assert KNOWN.transit_class(KNOWN.hub("96"), KNOWN.hub("01")) == "INTER"


def test_a_bad_row_names_file_line_and_field(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / "holidays.tsv"
    path.write_text(path.read_text(encoding="utf-8").replace("2025-01-27", "2025-13-27"), encoding="utf-8")

    with pytest.raises(Invalid) as refusal:
        registry.load(tmp_path / "data")
    assert "holidays.tsv line 3" in refusal.value.message
    assert refusal.value.field == "date"
