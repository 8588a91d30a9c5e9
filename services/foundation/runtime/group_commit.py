"""Group commit: appends that wait together are written together, exactly one write in flight.

A lone caller is written at once; while a write is in flight the next callers gather, at most 512 appends. A caller that goes away
does not undo what it asked for, and a write that fails is told to each of its callers.
"""

import asyncio
import time
from collections.abc import Sequence

from ..adapters.memory import conflict
from ..events import Append
from ..ports import Streams
from . import metrics

MOST_TOGETHER = 512


class GroupCommit:
    """Stands before ``Streams.append_many``."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._waiting: list[tuple[Sequence[Append], asyncio.Future[list[bool]]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def append(self, append: Append) -> None:
        """As the port's; raises Conflict."""
        if not (await self.append_many([append]))[0]:
            raise conflict(append)

    async def append_many(self, appends: Sequence[Append]) -> list[bool]:
        """As the port's: one answer each, in order."""
        done: asyncio.Future[list[bool]] = asyncio.get_running_loop().create_future()
        self._waiting.append((appends, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await asyncio.shield(done)

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                together = self._take()
                every, start = [each for appends, _ in together for each in appends], time.perf_counter()
                try:
                    answers = await self._streams.append_many(every)
                except Exception as error:  # told to each of those who wait for this write
                    for _, done in together:
                        done.set_exception(error)
                        done.exception()
                    continue
                if every:
                    metrics.committed("mongodb", len(every), time.perf_counter() - start)
                place = 0
                for appends, done in together:
                    done.set_result(answers[place:place + len(appends)])
                    place += len(appends)
        finally:
            self._writing = None

    def _take(self) -> list[tuple[Sequence[Append], "asyncio.Future[list[bool]]"]]:
        """The callers that fit one write; a caller's own batch is never split."""
        taken: list[tuple[Sequence[Append], asyncio.Future[list[bool]]]] = []
        count = 0
        while self._waiting and (not taken or count + len(self._waiting[0][0]) <= MOST_TOGETHER):
            taken.append(self._waiting.pop(0))
            count += len(taken[-1][0])
        return taken


class GroupedStreams:
    """Streams whose appends go through a group commit; everything else goes straight on."""

    def __init__(self, streams: Streams) -> None:
        group = GroupCommit(streams)
        self.append, self.append_many = group.append, group.append_many
        self.read, self.read_many = streams.read, streams.read_many
        self.claimants = streams.claimants
        self.private, self.forget_private = streams.private, streams.forget_private
        self.unpublished, self.mark_published = streams.unpublished, streams.mark_published
        self.wait_unpublished, self.unmark = streams.wait_unpublished, streams.unmark
        self.wholes, self.put_back, self.unmark_subjects = streams.wholes, streams.put_back, streams.unmark_subjects
