"""One dossier on its way, and who files what where."""

import random
from dataclasses import dataclass
from datetime import date

from services.registry.records import ProcedureLevel

from .assumptions import Assumptions
from .network import Commune, Network


@dataclass(slots=True, eq=False)
class Dossier:
    """A dossier or its result: what chance decided when it was filed, then how far it has come."""

    number: int
    filed: int
    way: tuple[str, ...]
    desk: str
    transit_class: str
    term_value: int
    term_unit: str
    effort: float  # of the clerk's usual time
    examination: float  # share of the term before it can be decided
    is_away: bool  # nobody at home the first time
    step: int = 0
    is_homeward: bool = False
    is_lodged: bool = False
    promised: date | None = None  # the post's promise of the present way
    due: date | None = None  # ngày hẹn trả
    is_tried: bool = False


class Filings:
    """Draws dossiers. All chance of a dossier is drawn here, so every scenario of a seed meets the same citizens."""

    def __init__(self, assumed: Assumptions, network: Network, draw: random.Random) -> None:
        self._assumed, self._network, self._draw = assumed, network, draw
        self.filed = 0
        self._provinces = {province: [each for each in network.provinces if each != province] for province in network.provinces}

    def file(self, moment: int) -> Dossier:
        """The next one."""
        assumed, draw = self._assumed, self._draw
        self.filed += 1
        origin = draw.choices(self._network.communes, cum_weights=self._network.cumulative)[0]
        level = ProcedureLevel.COMMUNE if draw.random() < assumed.commune_share else ProcedureLevel.PROVINCE
        destination, is_stood_for = self._destination(origin, level)
        way = self._network.way(origin, destination, level, is_stood_for=is_stood_for)
        procedure = draw.choice(self._network.procedures[level])
        return Dossier(
            number=self.filed, filed=moment, way=way,
            desk=destination.desk if level is ProcedureLevel.COMMUNE else f"TINH-{destination.province}",
            transit_class=self._network.transit_class(way), term_value=procedure.term_value or 0, term_unit=procedure.term_unit,
            effort=draw.uniform(0.5, 1.5), examination=draw.uniform(*assumed.examination),
            is_away=draw.random() < assumed.not_home_share)

    def _destination(self, origin: Commune, level: ProcedureLevel) -> tuple[Commune, bool]:
        """Whose desk; and whether the commune stands for a neighbour that is not in the sample."""
        assumed, draw, network = self._assumed, self._draw, self._network
        others = self._provinces[origin.province]
        if others and draw.random() < assumed.leaves_province_share:
            province = draw.choices(others, [network.weights[each] for each in others])[0]
            return self._one_of(network.by_province[province]), False
        if level is ProcedureLevel.PROVINCE or draw.random() < assumed.own_commune_share:
            return origin, False
        neighbours = [each for each in network.by_province[origin.province] if each is not origin]
        return (self._one_of(neighbours), False) if neighbours else (origin, True)

    def _one_of(self, communes: list[Commune]) -> Commune:
        return self._draw.choices(communes, [each.weight for each in communes])[0]
