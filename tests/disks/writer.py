"""Appends facts to an SQLite file until it is killed, and says which were acknowledged: ``writer FILE SYNCHRONOUS ROUND``."""

import asyncio
import sys
from pathlib import Path

from services.foundation.adapters.sqlite import SqliteStore, file
from tests.builders import an_append

_CALLERS = 4


async def main(path: Path, synchronous: str, around: str) -> None:
    """Each caller has subjects of its own; a line a subject that is acknowledged."""
    file._SYNCHRONOUS = synchronous
    async with SqliteStore(path) as opened:
        streams = opened.streams("intake")

        async def caller(number: int) -> None:
            turn = 0
            while True:
                subject = f"dossiers/{around}-{number}-{turn}"
                await streams.append(an_append(subject, topic="t"))
                sys.stdout.write(subject + "\n")
                sys.stdout.flush()
                turn += 1

        await asyncio.gather(*(caller(number) for number in range(_CALLERS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
