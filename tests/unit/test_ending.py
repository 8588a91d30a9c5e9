"""Loops end when they are told to, whatever they are in the middle of."""

import asyncio

from services.foundation.runtime.wiring import end


async def test_a_cancellation_that_comes_with_an_answer_is_not_forgotten() -> None:
    answer, rounds = asyncio.Event(), 0

    async def loop() -> None:
        nonlocal rounds
        while True:
            await asyncio.wait_for(answer.wait(), 60)
            answer.clear()
            rounds += 1

    running = asyncio.create_task(loop())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    answer.set()  # the answer is there, and in the same moment the end
    await asyncio.wait_for(end([running], again_s=0.05), 10)
    assert running.cancelled()
    assert rounds in (0, 1)


async def test_a_loop_that_has_failed_does_not_keep_the_others() -> None:
    async def fails() -> None:
        raise RuntimeError("once")

    failing, waiting = asyncio.create_task(fails()), asyncio.create_task(asyncio.sleep(60))
    await asyncio.wait([failing])
    await end([failing, waiting])
    assert waiting.cancelled()
    assert isinstance(failing.exception(), RuntimeError)
