"""The JSON door as a test calls it: raw HTTP on a connection of its own, so that nothing helps it along."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers in small letters, body; ``error`` and ``reply`` read it as JSON."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def send(port: int, head: str, body: bytes = b"", **headers: str) -> Answer:
    """One request; a header given as None is left out."""
    given = {"Host": f"127.0.0.1:{port}", "Connection": "close", "Content-Length": str(len(body)), **{
        name.replace("_", "-"): value for name, value in headers.items()}}
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write("\r\n".join([f"{head} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]).encode()
                     + body)
        raw = await asyncio.wait_for(reader.read(), 15)
    finally:
        writer.close()
    top, _, rest = raw.partition(b"\r\n\r\n")
    lines = top.decode("latin-1").split("\r\n")
    got = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return Answer(int(lines[0].split()[1]), got, rest)


async def post(port: int, path: str, message: Any, token: str = "", **headers: str) -> Answer:
    """A call as a page makes it. ``message`` is a protobuf message, or bytes to be sent as they are."""
    body = message if isinstance(message, bytes) else json_format.MessageToJson(message).encode()
    more = {"Authorization": f"Bearer {token}"} if token else {}
    return await send(port, f"POST {path}", body, **{"Content-Type": "application/json", **more, **headers})
