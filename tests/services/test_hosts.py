"""What a host may do to a service: no more open files, an address where nobody answers."""

import asyncio
import sys
from pathlib import Path

import pytest

from services.demo.badge import minting
from services.demo.doors import Doors
from services.foundation.localservers import process
from services.foundation.runtime import settings, wiring
from tests.builders import CLERK, a_filing
from tests.journeys import systems

_MOST_FILES = 150


@pytest.mark.timeout(90)
async def test_d7_too_many_connections_are_refused_and_work_goes_on_when_they_have_gone(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limited = tmp_path / "python"
    limited.write_text(f'#!/bin/sh\nulimit -n {_MOST_FILES}\nexec {sys.executable} "$@"\n', encoding="utf-8")
    limited.chmod(0o755)
    monkeypatch.setattr(systems.sys, "executable", str(limited))
    async with systems.embedded(tmp_path) as system:
        doors = Doors(system.addresses, minting(system.keys_dir).mint_for, patience_s=30)
        try:
            await doors.call("FileDossier", a_filing(), CLERK)
            ports = (system.http_port, system.ports["intake"]) * _MOST_FILES
            opened = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for port in ports), return_exceptions=True)
            files = Path(f"/proc/{system.processes['everything'].pid}/fd")
            if files.exists():  # Linux shows them
                assert await asyncio.to_thread(process.until, lambda: len(list(files.iterdir())) > _MOST_FILES - 5, 20)
            for each in opened:
                if isinstance(each, tuple):
                    each[1].close()
            answer = await doors.call("FileDossier", a_filing(), CLERK)

            assert answer.dossier.tracking_code
        finally:
            await doors.close()


async def test_d9_a_store_that_is_not_there_ends_the_start_with_its_reason(tmp_path: Path) -> None:
    chosen = settings.Settings(store="mongodb://127.0.0.1:9/?replicaSet=rs0&serverSelectionTimeoutMS=300", log="kafka://127.0.0.1:9",
                               keys_dir=tmp_path, intake_port=0)
    with pytest.raises(wiring.Problem) as problem:
        async with wiring.running(("intake",), chosen):
            pytest.fail("it was started")

    assert problem.value.reason == "STORE_UNAVAILABLE"
