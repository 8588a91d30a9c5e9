"""The real services in this process, dossiers on their way in them, and what an input got for an answer.

Ids and codes come from the seed alone, so that an input that names a dossier still means it in the next world.
"""

import asyncio
import json
import logging
import random
import re
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import grpc
from google.protobuf import message_factory
from postal.courier.v1 import courier_service_pb2, device_service_pb2
from postal.intake.v1 import intake_service_pb2
from postal.tracking.v1 import tracking_service_pb2

from services.demo.doors import Doors, Person
from services.demo.journey import Journey
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter, Role
from services.foundation.runtime.loops import kept_running

from .corpus import HTTP, JSON, NOBODY, Caller, Input
from .json_texts import as_json, problem_texts, request_of
from .requests import must_be_answered
from .verdict import Listener, Verdict, of_a_refusal, problems, tells_a_person

METHODS = {f"/{service.full_name}/{method.name}": method
           for module in (intake_service_pb2, courier_service_pb2, device_service_pb2, tracking_service_pb2)
           for service in module.DESCRIPTOR.services_by_name.values() for method in service.methods}
KINDS = {door: message_factory.GetMessageClass(method.input_type) for door, method in METHODS.items()}
REPLIES = {door: message_factory.GetMessageClass(method.output_type) for door, method in METHODS.items()}
HANG_S = 10.0
_OFFICE, _MOST_KNOWN, _LONGEST_KNOWN = "032248", 24, 80
_PLACES = {role.value: "TINH-01" if role is Role.OFFICER else _OFFICE for role in Role}
_STEPS = (("file",), ("file", "carry_to_authority"), ("file", "carry_to_authority", "accept"),
          ("file", "carry_to_authority", "accept", "supplement", "decide", "bring_back"))
_FORGED = ("Bearer", "Bearer a.b.c", "Basic Z2R2Og==", "bearer " + "A" * 3000, "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer  ")


@dataclass
class World:
    """One run of the services. ``known`` holds values that lead somewhere, by field name; ``seeds`` what the journeys sent."""

    running: Any
    minter: Minter
    listener: Listener
    known: dict[str, list[str]] = field(default_factory=dict)
    seeds: list[Input] = field(default_factory=list)
    staff: list[Caller] = field(default_factory=list)
    strangers: tuple[Caller, ...] = (NOBODY, *(Caller("x", "FORGED", text) for text in _FORGED))
    _tokens: dict[Any, str] = field(default_factory=dict)
    _calls: dict[str, Any] = field(default_factory=dict)
    _learnt: int = 0

    @property
    def loops(self) -> list[asyncio.Task[Any]]:
        """The services' background loops: relays, consumers, readiness, log watch."""
        return [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__name__", "") == kept_running.__name__]

    def token(self, person: Any) -> str:
        """One token for each person: making it costs more than a call."""
        if (key := (person.name, person.role, person.place)) not in self._tokens:
            self._tokens[key] = self.minter.mint_for(person)
        return self._tokens[key]

    async def give(self, given: Input) -> Verdict:
        """Sends the input through its door."""
        verdict = await (self._page(given.raw) if given.door == HTTP else self._json(given) if given.door == JSON
                         else self._call(given))
        wrong = "; ".join(part for part in (verdict.wrong, *self.listener.heard[:1]) if part)
        self.listener.heard.clear()
        return Verdict(verdict.outcome, wrong)

    def _authorization(self, who: Caller) -> str:
        return who.place if who.role == "FORGED" else f"Bearer {self.token(who)}" if who.role else ""

    async def _json(self, given: Input) -> Verdict:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.running.http_port)
        try:
            writer.write(request_of(given.raw, self._authorization(given.caller)))
            answer = await asyncio.wait_for(_until_closed(reader), HANG_S)
        except TimeoutError:
            return Verdict("NO ANSWER", f"JSON: no answer within {HANG_S:.0f} s")
        finally:
            writer.close()
        # An interim "100 Continue" may come before the answer.
        head, _, body = answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
        status = head[9:12].decode("latin-1")
        if b"content-type: application/json" not in head:
            return Verdict(f"HTTP {status}", "" if status in ("400", "404", "405") else f"HTTP {status} is not JSON")
        told = json.loads(body)
        outcome = "OK" if status == "200" else told["reason"]
        if status.startswith("5") or not re.fullmatch(r"[A-Z][A-Z0-9_]+", outcome):
            return Verdict(outcome, f"HTTP {status} {outcome}")
        personal = any(tells_a_person(text) for text in problem_texts(told))
        return Verdict(outcome, f"the problem of {outcome} tells a person's name or number" if personal else "")

    async def _call(self, given: Input) -> Verdict:
        header = self._authorization(given.caller)
        try:
            answer = await self._calls[given.door](given.raw, timeout=HANG_S,
                                                   metadata=(("authorization", header),) if header else ())
        except grpc.aio.AioRpcError as error:
            return of_a_refusal(error)
        reply = REPLIES[given.door].FromString(answer)
        self.learn(reply)
        told = [text for text in problems(reply) if tells_a_person(text)]
        return Verdict("OK", "an answer's problem tells a person's name or number" if told else "")

    def learn(self, message: Any) -> None:
        """Remembers the answer's short texts under the names requests use for them."""
        for descriptor, content in message.ListFields():
            for each in content if descriptor.is_repeated else (content,):
                if descriptor.message_type is not None:
                    self.learn(each)
                elif isinstance(each, str) and each and len(each) <= _LONGEST_KNOWN:
                    kept = self.known.setdefault(descriptor.name.removeprefix("next_").removesuffix("s"), [])
                    if each not in kept:
                        self._learnt += 1
                        kept[self._learnt % _MOST_KNOWN:self._learnt % _MOST_KNOWN + (len(kept) >= _MOST_KNOWN)] = [each]

    async def _page(self, raw: bytes) -> Verdict:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.running.http_port)
        answer = b""
        try:
            writer.write(raw)
            if must_be_answered(raw):
                answer = await asyncio.wait_for(reader.read(1 << 16), HANG_S)
            else:
                try:
                    answer = await asyncio.wait_for(reader.read(1 << 16), 0.02)
                except TimeoutError:  # it may rightly wait for the rest; told that there is none, it has to let go
                    writer.write_eof()
                    answer = await asyncio.wait_for(reader.read(1 << 16), HANG_S)
        except TimeoutError:
            return Verdict("NO ANSWER", f"HTTP: no answer within {HANG_S:.0f} s")
        except ConnectionError:
            return Verdict("HTTP CLOSED")
        finally:
            writer.close()
        status = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
        outcome = f"HTTP {status[1].decode()}" if status else "HTTP CLOSED"
        return Verdict(outcome, outcome if outcome.startswith("HTTP 5") or b"Traceback" in answer else "")

    async def quiet(self) -> None:
        """Waits until the facts of what was asked have reached their readers."""
        while any([await stores.streams.unpublished(1) for stores in self.running.stores.values()]):
            await asyncio.sleep(0.03)
        await asyncio.sleep(0.1)

    async def _carry_dossiers(self, doors: "_RecordingDoors") -> None:
        for steps in _STEPS:
            journey = Journey(doors, _OFFICE)
            for step in steps:
                await getattr(journey, step)()
        self.seeds = [*doors.sent, *(as_json(each, KINDS) for each in doors.sent)]
        everybody = [Caller(f"p{number}", role.value, _PLACES[role.value]) for number, role in enumerate(Role)]
        self.staff = [each for each in dict.fromkeys([*(given.caller for given in self.seeds), *everybody]) if each.role]
        # One list under each name that means it: "parcel_codes" asks for a "parcel_code".
        for name in {each.name for kind in KINDS.values() for each in _fields(kind.DESCRIPTOR)}:
            base = name.removesuffix("s")
            if name != base and base in self.known:
                self.known[name] = self.known[base]


async def _until_closed(reader: asyncio.StreamReader) -> bytes:
    """All that was answered. A door that refuses a request before its end may reset the connection behind its answer."""
    answer = b""
    try:
        while block := await reader.read(1 << 16):
            answer += block
    except ConnectionResetError:
        return answer
    return answer


class _RecordingDoors(Doors):
    """Keeps what a journey sends, and lets the world learn from the answers."""

    def __init__(self, world: World, addresses: dict[str, str]) -> None:
        super().__init__(addresses, world.token)
        self._world, self.sent = world, list[Input]()
        self._doors = {door.rsplit("/", 1)[1]: door for door in METHODS}

    async def call(self, method: str, request: Any, person: Person | None = None) -> Any:
        given = Input(self._doors[method], Caller(person.name, person.role, person.place) if person else NOBODY,
                      request.SerializeToString(deterministic=True))
        if given not in self.sent:
            self.sent.append(given)
        answer = await super().call(method, request, person)
        for each in (request, answer):
            self._world.learn(each)
        return answer


def _fields(descriptor: Any, depth: int = 0) -> list[Any]:
    inner = [each for field in descriptor.fields if field.message_type is not None and depth < 4
             for each in _fields(field.message_type, depth + 1)]
    return [*descriptor.fields, *inner]


def _pages(folder: Path) -> Path:
    """Pages of staff as small as can be: what is asked of them is at stake, not what is on them."""
    for name in ("counter", "handheld"):
        (folder / "pages" / name / "assets").mkdir(parents=True)
        for file in ("index.html", "assets/app-A.js"):
            (folder / "pages" / name / file).write_text("x", encoding="utf-8")
    return folder / "pages"


@asynccontextmanager
async def a_world(seed: int) -> AsyncIterator[World]:
    """Services on memory stores with four dossiers at different points of their way."""
    draw = random.Random(seed)

    def drawn() -> uuid.UUID:
        return uuid.UUID(int=draw.getrandbits(128), version=4)

    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(mock.patch("uuid.uuid4", drawn))
        stack.enter_context(mock.patch("secrets.randbits", draw.getrandbits))
        listener = Listener()
        for logger in (logging.getLogger(), logging.getLogger("postal")):  # ours keeps its lines to itself once it is configured
            logger.addHandler(listener)
            stack.callback(logger.removeHandler, listener)
        chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=folder,
                                   pages_dir=_pages(folder), notifier=f"folder:{folder / 'notices'}")
        running = await stack.enter_async_context(wiring.running(("intake", "courier", "tracking"), chosen))
        world = World(running, Minter(Keys.load_or_make(folder)), listener)
        addresses = {name: f"127.0.0.1:{port}" for name, port in running.ports.items()}
        for name, address in addresses.items():
            channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
            world._calls |= {door: channel.unary_unary(door) for door in METHODS if door.startswith(f"/postal.{name}.")}
        doors = _RecordingDoors(world, addresses)
        stack.push_async_callback(doors.close)
        await world._carry_dossiers(doors)
        await world.quiet()
        yield world
