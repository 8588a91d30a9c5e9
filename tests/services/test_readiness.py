"""Readiness beside a service that comes and goes."""

import asyncio
import contextlib
import gc
import warnings
from pathlib import Path

from services.foundation.runtime import settings, wiring
from services.foundation.runtime.grpc_server import GrpcServer
from services.foundation.runtime.identity import Keys, Verifier
from services.foundation.runtime.readiness import Readiness


async def test_who_is_ended_before_its_turn_leaves_no_question_behind(tmp_path: Path) -> None:
    chosen = settings.Settings(store="memory:")
    async with wiring.open_stores(chosen, "intake", {}) as stores, wiring.open_log(chosen) as log:
        server = GrpcServer("intake", Verifier(Keys.load_or_make(tmp_path)), lambda _: None)
        looking = asyncio.create_task(Readiness("intake", server, stores.streams, log).look())
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            await asyncio.sleep(0)  # it has begun to ask, and neither answer has
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking
            gc.collect()

    assert looking.cancelled()
    assert [str(each.message) for each in told] == []
