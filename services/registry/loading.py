"""Reads data/ into records; a bad row names file, line and field."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from services.foundation.errors import Invalid

from .places import Places
from .records import (
    FormerUnit,
    PostalEligibility,
    PresenceRule,
    Procedure,
    ProcedureLevel,
    PublishedPaper,
    TermUnit,
    Unit,
)
from .registry import Holidays, Registry

DATA = Path(__file__).parent / "data"
VERSION = "2026-07-31"  # state of the national portal that procedures.tsv shows
_TERM_UNITS = {"ngày làm việc": TermUnit.WORKING_DAY, "ngày": TermUnit.DAY, "giờ": TermUnit.HOUR, "?": TermUnit.UNSPECIFIED}
_POST = {"?": PostalEligibility.UNSPECIFIED, **{each.value.lower(): each for each in PostalEligibility if each.value}}
_PRESENCE = {"yes": PresenceRule.NEEDED, "no": PresenceRule.NOT_NEEDED, "?": PresenceRule.UNSPECIFIED}
_CONDITIONAL = "(theo trường hợp)"


class _Line(dict[str, str]):
    """One row; ``read`` turns a field into a value or names what is wrong with it."""

    where = ""

    def read(self, field: str, parse: Callable[[str], Any]) -> Any:
        try:
            return parse(self[field])
        except (KeyError, ValueError):
            raise Invalid("REGISTRY_ROW_BAD", f"{self.where}: the field {field} cannot be read", field=field,
                          value=self.get(field)) from None


def _lines(path: Path) -> Iterator[_Line]:
    with path.open(encoding="utf-8") as file:
        columns = next(file).rstrip("\n").split("\t")
        for number, text in enumerate(file, start=2):
            cells = text.rstrip("\n").split("\t")
            line = _Line(zip(columns, cells, strict=False))
            line.where = f"{path.name} line {number}"
            if len(cells) != len(columns):
                raise Invalid("REGISTRY_ROW_BAD", f"{line.where}: {len(columns)} fields are needed", value=len(cells))
            yield line


def rows(path: Path) -> Iterator[dict[str, str]]:
    """A table's rows; raises Invalid REGISTRY_ROW_BAD."""
    return iter(_lines(path))


def load(data: Path = DATA, version: str = VERSION) -> Registry:
    """The registry of a folder; raises Invalid REGISTRY_ROW_BAD."""
    units = _units(data / "units.tsv")
    former = [FormerUnit(code=line["code"], name=line["name"], district=line["district"], province=line["province"],
                         successors=line.read("successors", _known(units)))
              for line in _lines(data / "former_units.tsv")]
    procedures = {line["code"]: _procedure(line, version) for line in _lines(data / "procedures.tsv")}
    return Registry(units, Places(units, former), procedures, _holidays(data / "holidays.tsv"), version)


def _units(path: Path) -> dict[str, Unit]:
    lines = list(_lines(path))
    names = {line["code"]: line["name"] for line in lines if not line["province_code"]}
    units = {}
    for line in lines:
        province = line["province_code"] or line["code"]
        units[line["code"]] = Unit(code=line["code"], name=line["name"], province_code=province,
                                   province_name=line.read("province_code", partial(_name_of, names, province)))
    return units


def _name_of(names: dict[str, str], code: str, _: str) -> str:
    return names[code]


def _known(units: dict[str, Unit]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        codes = tuple(text.split())
        if not codes or any(code not in units for code in codes):
            raise ValueError
        return codes
    return parse


def _procedure(line: _Line, version: str) -> Procedure:
    return Procedure(
        code=line["code"], name=line["name"], short_name=line["name_short"], field=line["field"],
        level=line.read("level", _level), competence_rule="" if line["competence_rule"] == "?" else line["competence_rule"],
        term_value=line.read("term_value", _single), term_unit=line.read("term_unit", _TERM_UNITS.__getitem__),
        fee_vnd=line.read("fee_vnd", _fee), papers=line.read("papers", _papers),
        postal_eligibility=line.read("post_submission", _POST.__getitem__),
        presence=line.read("presence_needed", _PRESENCE.__getitem__), version=version)


def _level(text: str) -> ProcedureLevel:
    """By the level named first; anything that is neither commune nor province is the ministry's or beyond our map."""
    if text.startswith("xã"):
        return ProcedureLevel.COMMUNE
    return ProcedureLevel.PROVINCE if text.startswith("tỉnh") else ProcedureLevel.MINISTRY


def _single(text: str) -> int | None:
    """A term of one number; several cases or stages ("17/20/27", "10+15+5") are not one term: unknown."""
    if text.isdigit():
        return int(text)
    if text != "?" and not all(part.isdigit() for part in text.replace("+", "/").split("/")):
        raise ValueError
    return None


def _fee(text: str) -> int | None:
    return None if text in ("?", "varies") else int(text)


def _papers(text: str) -> tuple[PublishedPaper, ...]:
    if text == "?":
        return ()
    papers = []
    for each in text.split("; "):
        name, originals, copies = each.rsplit("|", 2)
        papers.append(PublishedPaper(name=name.removesuffix(_CONDITIONAL).strip(), originals=_count(originals),
                                     copies=_count(copies), conditional=name.endswith(_CONDITIONAL)))
    return tuple(papers)


def _count(text: str) -> int | None:
    return None if text == "?" else int(text)


def _holidays(path: Path) -> Holidays:
    days: Holidays = {"authority": (set(), set()), "postal": (set(), set())}
    for line in _lines(path):
        day = line.read("date", date.fromisoformat)
        kind = line.read("kind", ("OFF", "WORKING").index)
        for scope in line.read("scope", {"both": ("authority", "postal"), "authority": ("authority",),
                                         "postal": ("postal",)}.__getitem__):
            days[scope][kind].add(day)
    return days
