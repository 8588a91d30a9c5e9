"""The part of the registry that takes part: sampled communes with their offices and desks, their provinces with hubs and desks."""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from services import registry
from services.foundation.calendar import WorkingCalendar
from services.intake.routing import route
from services.registry.records import Procedure, ProcedureLevel, TermUnit

from .assumptions import Assumptions

# North, Centre and South by the first province code of each; codes run from north to south.
_CENTRE, _SOUTH = "38", "75"
_TERMS = (TermUnit.WORKING_DAY, TermUnit.DAY)


@dataclass(frozen=True, slots=True)
class Commune:
    """A sampled commune: its office, its desk, its part of the sample's dossiers."""

    office: str
    desk: str
    province: str
    weight: float


class Network:
    """Who is there and how the way goes between them."""

    def __init__(self, assumed: Assumptions, share: float, known: registry.Registry | None = None) -> None:
        self._assumed, self._registry = assumed, known or registry.load()
        off = self._registry.holidays()
        self.postal, self.authority = WorkingCalendar(*off["postal"]), WorkingCalendar(*off["authority"])
        self.communes = self._sample(share)
        self.by_province: dict[str, list[Commune]] = defaultdict(list)
        for each in self.communes:
            self.by_province[each.province].append(each)
        self.provinces = sorted(self.by_province)
        self.hubs = {province: self._registry.hub(province).code for province in self.provinces}
        self.weights = {province: sum(each.weight for each in found) for province, found in self.by_province.items()}
        self.cumulative = list(accumulate(each.weight for each in self.communes))
        self.procedures = {level: self._eligible(level) for level in (ProcedureLevel.COMMUNE, ProcedureLevel.PROVINCE)}

    def _sample(self, share: float) -> list[Commune]:
        """Every so-many-th commune in the order of codes: every part of the country is met. Its weight: communes it was made of."""
        if not 0 < share <= 1:
            raise ValueError("the share is above 0, and 1 at most")
        units, merged = sorted(self._registry.communes(), key=lambda unit: unit.code), _merged()
        count = max(1, round(share * len(units)))
        chosen = [units[int((number + 0.5) * len(units) / count)] for number in range(count)]
        total = sum(merged[unit.code] or 1 for unit in chosen)
        return [Commune(self._registry.office_of_unit(unit.code).code, f"XA-{unit.code}", unit.province_code,
                        (merged[unit.code] or 1) / total) for unit in chosen]

    def _eligible(self, level: ProcedureLevel) -> list[Procedure]:
        """Those that may go by post and whose term is one known number of days."""
        return [each for each in self._registry.procedures("", "", 10_000)
                if each.level is level and each.postal_eligibility == "YES" and each.presence != "NEEDED"
                and each.term_value and each.term_unit in _TERMS]

    def way(self, origin: Commune, destination: Commune, level: ProcedureLevel, *, is_stood_for: bool = False) -> tuple[str, ...]:
        """Offices to pass, the authority's last. A commune that stands for its neighbour sends to itself through the hub."""
        hub, far = self.hubs[origin.province], self.hubs[destination.province]
        if level is ProcedureLevel.PROVINCE:
            return route(origin.office, hub, far, far)
        if is_stood_for:
            return (origin.office, hub, origin.office)
        return route(origin.office, hub, far, destination.office)

    def transit_class(self, way: tuple[str, ...]) -> str:
        """As the registry classes the two ends; a neighbour that is stood for is another commune."""
        if len(way) > 1 and way[0] == way[-1]:
            return "PROVINCE"
        return self._registry.transit_class(self._registry.office(way[0]), self._registry.office(way[-1]))

    def haul_days(self, origin_hub: str, destination_hub: str) -> int:
        """Nights on the road between two hubs, one to four."""
        assumed, ends = self._assumed, (origin_hub[1:3], destination_hub[1:3])
        if self.transit_class((origin_hub, destination_hub)) == "INTER_MAJOR":
            return assumed.haul_days_major
        apart = abs(_region(ends[0]) - _region(ends[1]))
        days = (assumed.haul_days_same, assumed.haul_days_next, assumed.haul_days_far)[apart]
        return days + (assumed.haul_days_remote if not assumed.remote.isdisjoint(ends) else 0)


def _region(province: str) -> int:
    return (province >= _CENTRE) + (province >= _SOUTH)


def _merged() -> Counter[str]:
    """How many communes of before 2025-07-01 each of today was made of: the nearest thing to its size that is public."""
    merged = Counter[str]()
    with (Path(registry.__file__).parent / "data" / "former_units.tsv").open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            merged.update(line["successors"].split())
    return merged
