"""How big each station is: its load on an ordinary day, worked out from the shares, times the headroom of its kind."""

import math
from collections import defaultdict
from dataclasses import dataclass

from .assumptions import Assumptions
from .network import Commune, Network


@dataclass(frozen=True, slots=True)
class Loads:
    """Dossiers of an ordinary day by office, desk and hub code. Each envelope counts where it is touched, result included."""

    counters: dict[str, float]
    vans: dict[str, float]  # each direction
    hubs: dict[str, float]
    commune_desks: dict[str, float]
    province_desks: dict[str, float]


def loads(assumed: Assumptions, network: Network, ordinary: float) -> Loads:
    """What an ordinary day of so many filings in the sample brings to each station."""
    commune, stays = assumed.commune_share, 1 - assumed.leaves_province_share
    if len(network.provinces) == 1:
        stays = 1.0  # nowhere to go
    counters = {each.office: ordinary * each.weight for each in network.communes}
    own = {each.office: counters[each.office] * stays * commune * assumed.own_commune_share for each in network.communes}
    coming = _from_elsewhere(network, ordinary * (1 - stays))
    vans, hubs, desks, province_desks = {}, defaultdict[str, float](float), {}, {}
    for each in network.communes:
        near = _from_neighbours(network, each, ordinary * stays * commune * (1 - assumed.own_commune_share))
        far = coming[each.province] * commune * each.weight / network.weights[each.province]
        desks[each.desk] = own[each.office] + near + far
        vans[each.office] = counters[each.office] - own[each.office] + near + far
        hubs[each.province] += 2 * (counters[each.office] - own[each.office])  # on its way there and back
    for province in network.provinces:
        hubs[province] += 2 * coming[province]
        province_desks[f"TINH-{province}"] = (1 - commune) * (ordinary * network.weights[province] * stays + coming[province])
    return Loads(counters, vans, {network.hubs[province]: load for province, load in hubs.items()}, desks, province_desks)


def _from_neighbours(network: Network, here: Commune, sent: float) -> float:
    """What comes to an office from the others of its province; alone in the sample it stands for them."""
    others = [each for each in network.by_province[here.province] if each is not here]
    if not others:
        return sent * here.weight
    whole = network.weights[here.province]
    return sum(sent * each.weight * here.weight / (whole - each.weight) for each in others)


def _from_elsewhere(network: Network, leaving: float) -> dict[str, float]:
    """What comes to a province from all others, each spreading its own by the weights of the rest."""
    return {province: sum(leaving * weight * network.weights[province] / (1 - weight)
                          for other, weight in network.weights.items() if other != province)
            for province in network.provinces}


def people(load: float, headroom: float, each_a_day: float) -> int:
    """Whole clerks, bags, couriers or officers, one at least."""
    return max(1, math.ceil(load * headroom / each_a_day))
