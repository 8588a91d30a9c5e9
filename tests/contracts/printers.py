"""Printers to print on in tests: a raw one on TCP and one that reads IPP's bytes by RFC 8010, each well or ill as told."""

import asyncio
import struct
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Mood:
    """How it behaves. ``unpacks_s`` seconds it takes to unpack a document before it answers; ``breaks_after``
    bytes of a document it breaks off; ``stalls`` takes nothing and says nothing."""

    language: str = "ZPL"
    speaks: bool = True
    has_paper: bool = True
    loses_paper_meanwhile: bool = False
    unpacks_s: float = 0.0
    breaks_after: int | None = None
    stalls: bool = False
    taken: list[bytes] = field(default_factory=list)


class Raw:
    """A printer at a port: answers ``~HS`` or ``DLE EOT``, keeps what else it is given as one document a connection."""

    def __init__(self, mood: Mood) -> None:
        self.mood, self.port = mood, 0
        self._server: Any = None
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Raw":
        self._server = await asyncio.start_server(self._served, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._server.close()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        document = b""
        if self.mood.stalls:
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            return
        try:
            while chunk := await reader.read(4096):
                document += await self._without_questions(chunk, writer, document)
                if self.mood.breaks_after is not None and len(document) > self.mood.breaks_after:
                    writer.transport.abort()
                    return
        except ConnectionError:
            return
        if document:
            self.mood.taken.append(document)
        writer.close()

    async def _without_questions(self, chunk: bytes, writer: asyncio.StreamWriter, before: bytes) -> bytes:
        paper = self.mood.has_paper and not (before and self.mood.loses_paper_meanwhile)
        answers = {b"~HS\r\n": b"\x02030,%d,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n"
                               b"\x021234,0\x03\r\n" % (not paper)} if self.mood.language == "ZPL" else {
            b"\x10\x04\x02": b"\x12", b"\x10\x04\x04": b"\x12" if paper else b"\x72"}
        for question, answer in answers.items():
            if question in chunk:
                chunk = chunk.replace(question, b"")
                if self.mood.speaks:
                    await asyncio.sleep(self.mood.unpacks_s if before else 0)
                    writer.write(answer)
                    await writer.drain()
        return chunk


class Ipp:
    """An IPP printer: each Print-Job's document is kept, a request that is not well formed is refused."""

    def __init__(self, mood: Mood) -> None:
        self.mood, self.port, self.seen = mood, 0, list[dict[str, str]]()
        self._server: Any = None
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Ipp":
        self._server = await asyncio.start_server(self._served, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._server.close()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        names = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        if self.mood.stalls:
            return
        body = await reader.readexactly(int(names["content-length"]))
        operation, number, attributes, document = parsed(body)
        right = head[0].startswith("POST ") and names["content-type"] == "application/ipp" and _is_right(attributes)
        self.seen.append(attributes)
        if operation == 0x0002 and self.mood.breaks_after is not None:
            writer.transport.abort()
            return
        if operation == 0x0002 and right:
            self.mood.taken.append(document)
        reasons = b"none" if self.mood.has_paper else b"media-empty-error"
        answer = struct.pack(">BBHI", 1, 1, 0 if right else 0x0400, number) + b"\x01" + _written(
            0x47, b"attributes-charset", b"utf-8") + _written(0x48, b"attributes-natural-language", b"en")
        if operation == 0x000B:
            answer += b"\x04" + _written(0x44, b"printer-state-reasons", reasons)
        answer += b"\x03"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nConnection: close\r\n"
                     b"Content-Length: %d\r\n\r\n" % len(answer) + answer)
        await writer.drain()
        writer.close()


def parsed(body: bytes) -> tuple[int, int, dict[str, str], bytes]:
    """(operation, request number, operation attributes, what follows) of a request, by RFC 8010 section 3.1."""
    major, _, operation, number = struct.unpack(">BBHI", body[:8])
    assert major in (1, 2)
    assert body[8] == 0x01, "the operation attributes come first"
    place, found = 9, {}
    while body[place] > 0x0F:
        length = struct.unpack(">H", body[place + 1:place + 3])[0]
        name = body[place + 3:place + 3 + length].decode()
        place += 3 + length
        length = struct.unpack(">H", body[place:place + 2])[0]
        found[name] = body[place + 2:place + 2 + length].decode()
        place += 2 + length
    assert body[place] == 0x03, "one group, then the end"
    return operation, number, found, body[place + 1:]


def _is_right(attributes: dict[str, str]) -> bool:
    """The first two in this order and the target, as RFC 8011 section 4.1.4 asks."""
    return list(attributes)[:3] == ["attributes-charset", "attributes-natural-language", "printer-uri"]


def _written(tag: int, name: bytes, value: bytes) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value
