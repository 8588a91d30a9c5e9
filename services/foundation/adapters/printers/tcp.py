"""A printer that takes its language raw over TCP (port 9100).

It is asked how it is before and after the document, where its language has a question for that. One that answers nothing is taken
to be well; one that has answered before and does not after it has left the document's fate unknown.
Sources: Zebra, ZPL II Programming Guide, ``~HS``; Epson, ESC/POS Command Reference, ``DLE EOT``.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ...outlets import Reach
from .problems import away, no_paper, uncertain

_TURN_S, _CONNECT_S, _BEFORE_S, _WRITE_S, _CLOSE_S = 1.5, 1.5, 0.7, 2.5, 1.0
_AFTER_S = 2.5  # it answers when it has read the document, and unpacking a picture takes old ones a while
_CHUNK = 8192


class TcpPrinter:
    """One connection a document; documents wait for one another."""

    longest_s = _TURN_S + _CONNECT_S + _BEFORE_S + _WRITE_S + _AFTER_S

    def __init__(self, host: str, port: int, reach: Reach) -> None:
        self._host, self._port, self._reach, self._turn = host, port, reach, asyncio.Lock()
        self._ask = {"ZPL": _zpl_is_ill, "ESCPOS": _escpos_is_ill}.get(reach.language)

    @property
    def reach(self) -> Reach:
        """What it takes."""
        return self._reach

    async def print(self, document: bytes, name: str) -> None:
        """Asks how it is, gives the document, asks again."""
        async with self._my_turn(), self._connected() as (reader, writer):
            try:
                ill = await self._is_ill(reader, writer, _BEFORE_S)
            except OSError:
                raise away() from None
            if ill:
                raise no_paper()
            try:
                await _given(document, writer)
                if ill is None:
                    await _closed(reader, writer)
                elif await self._is_ill(reader, writer, _AFTER_S) is not False:
                    raise uncertain()
            except (OSError, TimeoutError):
                raise uncertain() from None

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_TURN_S):
                await self._turn.acquire()
        except TimeoutError:
            raise away() from None
        try:
            yield
        finally:
            self._turn.release()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        try:
            async with asyncio.timeout(_CONNECT_S):
                reader, writer = await asyncio.open_connection(self._host, self._port)
        except (OSError, TimeoutError):
            raise away() from None
        writer.transport.set_write_buffer_limits(0)  # to drain is to be rid of everything
        try:
            yield reader, writer
        finally:
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()  # what is still here would come out after the caller was told otherwise
            writer.close()

    async def _is_ill(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, within_s: float) -> bool | None:
        """Whether it cannot print; None if it says nothing."""
        if self._ask is None:
            return None
        try:
            async with asyncio.timeout(within_s):
                return await self._ask(reader, writer)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return None


async def _given(document: bytes, writer: asyncio.StreamWriter) -> None:
    async with asyncio.timeout(_WRITE_S):
        for start in range(0, len(document), _CHUNK):
            writer.write(document[start:start + _CHUNK])
            await writer.drain()


async def _closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Waits a little for its end of the line: one that closes has taken all, one that breaks it off has not."""
    writer.write_eof()
    try:
        async with asyncio.timeout(_CLOSE_S):
            while await reader.read(_CHUNK):
                pass
    except TimeoutError:
        return


async def _zpl_is_ill(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """``~HS``: three lines; the first's second field is "paper out", the second's third "head up"."""
    writer.write(b"~HS\r\n")
    await writer.drain()
    lines = [(await reader.readuntil(b"\x03")).rpartition(b"\x02")[2].rstrip(b"\x03").split(b",") for _ in range(3)]
    return [line[place].strip() == b"1" for line, place in zip(lines, (1, 2), strict=False) if len(line) > place].count(True) > 0


async def _escpos_is_ill(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """``DLE EOT 2`` tells an open cover in bit 2, ``DLE EOT 4`` the end of paper in bits 5 and 6."""
    for question, bits in ((b"\x10\x04\x02", 0x04), (b"\x10\x04\x04", 0x60)):
        writer.write(question)
        await writer.drain()
        answer = (await reader.readexactly(1))[0]
        if answer & 0x93 == 0x12 and answer & bits:  # the bits that are the same in every answer
            return True
    return False
