"""Clerks, couriers, officers and citizens inside the cluster, told what to do by lines on standard input; a line answers each.

They reach the services by their names, spread their calls over every pod, and retry as documents say. After each deed they come
to rest, and the verifier reads the stores with raw drivers.
"""

import asyncio
import json
import os
import random
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from postal.courier.v1 import courier_service_pb2 as courier
from postal.intake.v1 import intake_service_pb2 as intake

from services import registry
from services.demo.badge import minting
from services.demo.doors import Doors, Person, Refusal
from services.demo.journey import Journey
from services.foundation.runtime import settings
from services.foundation.runtime.identity import Minter
from tests.chaos.history import History
from tests.chaos.storm import quiet
from tests.chaos.verifier import reading, report
from tests.chaos.workload import CANARIES, OFFICE, Carrier

HOME = Path("/tmp/clients")
KEYS = Path("/var/run/postal")
SERVICES = ("intake", "courier", "tracking")
_REST_S, _PATIENCE_S = 120.0, 60.0
_NO_ANSWER = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED,
              grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL)


class Watched(Doors):
    """Doors that remember when they answered, and what stayed without an answer after all retries."""

    def __init__(self, addresses: dict[str, str], mint: Any) -> None:
        super().__init__(addresses, mint, patience_s=_PATIENCE_S)
        self.failures: Counter[str] = Counter()
        self.answers, self.longest_s, self._last = 0, 0.0, time.monotonic()

    async def call(self, method: str, request: Any, person: Person | None = None) -> Any:
        try:
            return await super().call(method, request, person)
        except Refusal as refusal:
            if refusal.code in _NO_ANSWER or refusal.code is grpc.StatusCode.UNAUTHENTICATED:
                self.failures[f"{method} {refusal.code.name} {refusal.reason}"] += 1
            raise
        finally:
            self.answered()

    def answered(self) -> None:
        """Notes that somebody was answered, whatever it was."""
        now = time.monotonic()
        self.answers, self.longest_s, self._last = self.answers + 1, max(self.longest_s, now - self._last), now

    def begin(self) -> None:
        """Counts anew."""
        self.failures.clear()
        self.answers, self.longest_s, self._last = 0, 0.0, time.monotonic()


@dataclass
class Clients:
    """All of them, with what they were told since the first."""

    seed: int
    signing: str = "first"
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    running: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        chosen = settings.read()
        self.store, self.log = chosen.store, chosen.log.removeprefix("kafka://")
        HOME.mkdir(exist_ok=True)
        self.path = HOME / f"history-{self.seed}-{os.getpid()}.jsonl"
        self.history = History(self.path)
        self.doors = Watched({name: f"dns:///{name}:{chosen.port(name)}" for name in SERVICES}, self._token)
        self.carriers: list[Carrier] = []
        self._minters: dict[str, Minter] = {}
        self._journeys: list[str] = []  # beginnings of filings that the history does not know

    def _token(self, person: Person) -> str:
        return self._minters.setdefault(self.signing, minting(KEYS / self.signing)).mint_for(person)

    async def journey(self, **_: Any) -> dict[str, Any]:
        """One dossier from counter to citizen and back."""
        known, told = registry.load(), []
        home = known.office_of_unit(known.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
        journey = Journey(self.doors, home.code, told=told.append)
        dossier = await journey.run()
        self._journeys.append(journey.filing_id.split("-")[0])
        return {"state": dossier.state, "steps": len(told), "slowest_page_s": round(journey.slowest_s, 2)}

    async def begin(self, carriers: int, **_: Any) -> dict[str, Any]:
        """They work from now on."""
        while len(self.carriers) < carriers:
            name = f"{self.seed}-{os.getpid()}-{len(self.carriers)}"
            self.carriers.append(Carrier(name, self.doors, self.history, random.Random(name)))
        self.stop = asyncio.Event()
        self.doors.begin()
        self.running = [asyncio.create_task(each.run(self.stop)) for each in self.carriers]
        return {"carriers": len(self.running)}

    async def sign(self, name: str, **_: Any) -> dict[str, Any]:
        """Tokens are made with another key from now on."""
        self.signing = name
        return {"signing": name}

    async def is_refused(self, name: str, **_: Any) -> dict[str, Any]:
        """What intake's pods, in turn, say to the tokens of a key; the other services read the same Secret and start with it."""
        doors = Doors({each: f"dns:///{each}:{settings.read().port(each)}" for each in SERVICES}, minting(KEYS / name).mint_for)
        try:
            reasons = []
            for _time in range(6):
                try:
                    await doors.call("GetDossier", intake.GetDossierRequest(filing_id=str(uuid.uuid4())),
                                     Person("gdv", "CLERK", OFFICE))
                except Refusal as refusal:
                    reasons.append(refusal.reason)
            return {"reasons": sorted(set(reasons))}
        finally:
            await doors.close()

    async def flow(self, **_: Any) -> dict[str, Any]:
        """Waits until as many dossiers as there are clients have come to their end from now on: facts flow again."""
        enough = sum(each.finished for each in self.carriers) + len(self.carriers)
        async with asyncio.timeout(_PATIENCE_S):
            while sum(each.finished for each in self.carriers) < enough:
                await asyncio.sleep(0.1)
        return {}

    async def label_keys(self, **_: Any) -> dict[str, Any]:
        """How many keys handhelds are told of."""
        told = await self.doors.call("ListLabelKeys", courier.ListLabelKeysRequest())
        return {"count": len(told.keys)}

    async def rest(self, **_: Any) -> dict[str, Any]:
        """They finish what is in their hands; the verifier looks; what clients saw since they began."""
        self.stop.set()
        done, pending = await asyncio.wait(self.running, timeout=_REST_S)
        stuck = [f"a client: {task.exception()!r}" for task in done if task.exception()]
        stuck += [f"{len(pending)} clients waited for ever"] if pending else []
        for task in pending:
            task.cancel()
        start = time.monotonic()
        data = await quiet(lambda: reading.mongo_and_kafka(self.store, settings.read().mongo_database, self.log))
        data.history = reading.history(self.path)
        data.canaries = CANARIES
        data.seal_key = (KEYS / "sealing" / "seal.key").read_bytes()
        broken = {name: left for name, found in report.violations(data).items() if (left := [
            each for each in found if not any(own in each for own in self._journeys)])}
        return {"lost": sum(len(broken.get(each, ())) for each in ("I1", "I18")),
                "doubled": sum(len(broken.get(each, ())) for each in ("I3", "I4", "I22")),
                "regressed": len(broken.get("I29", ())), "violations": {name: found[:5] for name, found in broken.items()},
                "stuck": stuck, "failures": dict(self.doors.failures), "answers": self.doors.answers,
                "longest_silence_s": round(self.doors.longest_s, 2), "filings": len({op.key for op in data.of("FileDossier")}),
                "finished": sum(each.finished for each in self.carriers), "verified_in_s": round(time.monotonic() - start, 1)}


async def main() -> int:
    """Until standard input ends."""
    clients = Clients(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    while line := await asyncio.to_thread(sys.stdin.readline):
        told = json.loads(line)
        try:
            answer = await getattr(clients, told.pop("do"))(**told)
        except (Refusal, AssertionError, TimeoutError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
