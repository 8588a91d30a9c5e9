"""The whole system in this process on memory stores, and its doors."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services import registry
from services.demo.cases import PHARMACIST
from services.demo.doors import Doors
from services.demo.journey import Journey
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter
from tests.services.standing import doors_of


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[Any]:
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=tmp_path)
    async with wiring.running(("intake", "courier", "tracking"), chosen) as found:
        yield found


@pytest.fixture
async def doors(system: Any) -> AsyncIterator[Doors]:
    async with doors_of(system, patience_s=0) as made:
        yield made


@pytest.fixture
async def journey(system: Any) -> AsyncIterator[Journey]:
    """A clerk of Đất Mũi, Cà Mau, with a pharmacist's papers; each step can be taken for itself."""
    known = registry.load()
    home = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
    made = Doors({name: f"127.0.0.1:{port}" for name, port in system.ports.items()},
                 Minter(Keys.load_or_make(system.settings.keys_dir)).mint_for)
    yield Journey(made, home.code, PHARMACIST)
    await made.close()
