"""Look-ups. Authorities and offices are derived from the units, so that there is one place of truth."""

from collections.abc import Mapping
from datetime import date

from services.foundation.errors import Invalid, NotFound

from .places import Places, fold
from .records import Authority, Office, Procedure, ProcedureLevel, Unit

Holidays = dict[str, tuple[set[date], set[date]]]
# Centrally run cities, which the transit table of TT 17/2017 Đ.7 treats as special or first class.
_MAJOR = frozenset({"01", "31", "46", "48", "79", "92"})


class Registry:
    """Everything by code. ``version`` is frozen on each filing."""

    def __init__(self, units: Mapping[str, Unit], places: Places, procedures: Mapping[str, Procedure],
                 holidays: Holidays, version: str) -> None:
        self._units, self._places, self._procedures = units, places, procedures
        self._holidays, self.version = holidays, version

    def holidays(self) -> Holidays:
        """By scope ("authority", "postal"): days off, and Saturdays that are worked."""
        return self._holidays

    def procedure(self, code: str) -> Procedure:
        """Raises NotFound PROCEDURE_UNKNOWN."""
        found = self._procedures.get(code.strip())
        if found is None:
            raise NotFound("PROCEDURE_UNKNOWN", "no such procedure in the registry; look it up by words",
                           field="procedure_code", value=code)
        return found

    def procedures(self, query: str, after: str, limit: int) -> list[Procedure]:
        """Those whose code, name or field holds every word, without regard to diacritics; by code."""
        words = fold(query).split()
        found = []
        for code in sorted(self._procedures):
            each = self._procedures[code]
            if code > after and all(word in fold(f"{code} {each.name} {each.field}") for word in words):
                found.append(each)
        return found[:limit]

    def unit(self, code: str) -> Unit:
        """A unit of today; raises NotFound UNIT_UNKNOWN."""
        found = self._units.get(code)
        if found is None:
            raise NotFound("UNIT_UNKNOWN", "no such administrative unit", field="unit_code", value=code)
        return found

    def communes(self) -> list[Unit]:
        """All communes of today by code."""
        return [unit for unit in self._units.values() if unit.code != unit.province_code]

    def resolve_unit(self, code: str = "", place: str = "") -> list[Unit]:
        """Units of today for a code or words of any time; several if it was split. Raises Invalid or NotFound."""
        if not code.strip() and not place.strip():
            raise Invalid("UNIT_MISSING", "name the commune or province the competence hangs on", field="unit_code")
        field, asked = ("unit_code", code) if code.strip() else ("place", place)
        found = self._places.by_code(code.strip()) if code.strip() else self._places.by_words(place)
        if not found:
            raise NotFound("UNIT_UNKNOWN", "no such administrative unit, today or before", field=field, value=asked)
        return found

    def authority_for(self, level: ProcedureLevel, unit: Unit) -> Authority:
        """The one-stop desk that decides at a level for a unit. Raises Invalid UNIT_TOO_WIDE, NotFound AUTHORITY_UNKNOWN."""
        if level is ProcedureLevel.PROVINCE:
            return self.authority(f"TINH-{unit.province_code}")
        if level is ProcedureLevel.MINISTRY:
            raise NotFound("AUTHORITY_UNKNOWN", "authorities of the ministries are not in the registry",
                           field="procedure_code")
        if unit.code == unit.province_code:
            raise Invalid("UNIT_TOO_WIDE", "a commune decides this; name the commune", field="unit_code", value=unit.code)
        return self.authority(f"XA-{unit.code}")

    def authority(self, code: str) -> Authority:
        """Raises NotFound AUTHORITY_UNKNOWN."""
        kind, _, unit_code = code.partition("-")
        unit = self._units.get(unit_code)
        if unit is None or kind != ("TINH" if unit.code == unit.province_code else "XA"):
            raise NotFound("AUTHORITY_UNKNOWN", "no such authority in the registry", field="authority_code", value=code)
        level, desk = ((ProcedureLevel.PROVINCE, "Trung tâm Phục vụ hành chính công") if kind == "TINH"
                       else (ProcedureLevel.COMMUNE, "Trung tâm Phục vụ hành chính công"))
        return Authority(code=code, name=f"{desk} {unit.name}", level=level, unit_code=unit.code, unit_name=unit.full_name,
                         office_code=self.office_of_unit(unit.code).code)

    def office(self, code: str) -> Office:
        """Raises NotFound OFFICE_UNKNOWN."""
        if len(code) == 6 and code.isdigit():
            if code[0] == "9" and code[3:] == "000" and code[1:3] in self._units:
                return self._hub(code[1:3])
            unit = self._units.get(code[1:])
            if code[0] == "0" and unit is not None:
                return Office(code=code, name=f"Bưu cục {unit.name}", kind="COUNTER", unit_code=unit.code,
                              province_code=unit.province_code)
        raise NotFound("OFFICE_UNKNOWN", "no such post office in the registry", field="office_code", value=code)

    def name_of(self, code: str) -> str:
        """What people call an office or an authority; "" for a code that is neither."""
        try:
            return self.authority(code).name if "-" in code else self.office(code).name
        except NotFound:
            return ""

    def office_of_unit(self, unit_code: str) -> Office:
        """The office that serves a commune; for a province its hub."""
        unit = self.unit(unit_code)
        return self._hub(unit.code) if unit.code == unit.province_code else self.office(f"0{unit.code}")

    def hub(self, province_code: str) -> Office:
        """The sorting hub of a province; raises NotFound OFFICE_UNKNOWN."""
        return self.office(f"9{province_code}000")

    def _hub(self, province_code: str) -> Office:
        name = self._units[province_code].name
        return Office(code=f"9{province_code}000", name=f"Trung tâm khai thác {name}", kind="HUB",
                      unit_code=province_code, province_code=province_code)

    def transit_class(self, origin: Office, destination: Office) -> str:
        """"COMMUNE", "PROVINCE", "INTER_MAJOR" or "INTER": districts are gone since 2025-07-01, so a commune stands in."""
        if origin.code == destination.code:
            return "COMMUNE"
        if origin.province_code == destination.province_code:
            return "PROVINCE"
        return "INTER_MAJOR" if {origin.province_code, destination.province_code} <= _MAJOR else "INTER"
