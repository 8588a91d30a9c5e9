"""Background loops: a failed one starts again and is told; all end when they are told to, whatever they are in the middle of."""

import asyncio

import pytest

from services.foundation.runtime.loops import end, kept_running


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


async def test_a_loop_that_fails_is_told_without_its_text_and_starts_again(caplog: pytest.LogCaptureFixture) -> None:
    rounds, well = 0, asyncio.Event()

    async def loop() -> None:
        nonlocal rounds
        rounds += 1
        if rounds < 3:
            raise KeyError("Nguyễn Thị Hoa")
        well.set()
        await asyncio.sleep(60)

    running = asyncio.create_task(kept_running(loop, "courier", "Relay", first_pause_s=0.001))
    await asyncio.wait_for(well.wait(), 10)
    await end([running])
    told = [record.given for record in caplog.records]  # type: ignore[attr-defined]
    assert rounds == 3
    assert [(each["event"], each["part"]) for each in told] == [("loop failed", "Relay")] * 2
    assert all(each["error_type"].startswith("KeyError at test_loops.py:") for each in told)
    assert "Hoa" not in str(told)


async def test_a_loop_that_makes_a_failure_of_its_cancellation_ends_at_once() -> None:
    began, rounds = asyncio.Event(), 0

    async def loop() -> None:
        nonlocal rounds
        rounds += 1
        began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise RuntimeError("the client library was not finished") from None

    running = asyncio.create_task(kept_running(loop, "courier", "Consumer", first_pause_s=0.001))
    await asyncio.wait_for(began.wait(), 10)
    await asyncio.wait_for(end([running], again_s=60), 10)
    assert rounds == 1


async def test_a_cancellation_of_somebody_else_s_task_is_a_failure_like_another() -> None:
    """A client library that awaits a task it has itself cancelled raises CancelledError into our loop (aio-libs/aiokafka#647)."""
    rounds, well = 0, asyncio.Event()

    async def loop() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            theirs = asyncio.ensure_future(asyncio.sleep(60))
            theirs.cancel()
            await theirs
        well.set()
        await asyncio.sleep(60)

    running = asyncio.create_task(kept_running(loop, "courier", "Consumer", first_pause_s=0.001))
    await asyncio.wait_for(well.wait(), 10)
    await end([running])
    assert running.cancelled()
    assert rounds == 2
