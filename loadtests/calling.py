"""How a Locust user calls the doors over gRPC: channels, tokens, retries with the same request id, the history of what it was told.

Arrivals are Poisson: the time between two tasks of a user is exponential.
"""

import json
import os
import random
import time
import uuid
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import grpc
import grpc.experimental.gevent as grpc_gevent
from locust import User
from postal.courier.v1 import courier_service_pb2_grpc
from postal.intake.v1 import intake_service_pb2_grpc
from postal.tracking.v1 import tracking_service_pb2_grpc

from services.foundation.runtime.identity import Caller, Keys, Minter, Role

grpc_gevent.init_gevent()
HOME = Path(os.environ.get("POSTAL_LOAD_HOME", "out/load"))
_EVERY_POD = (("grpc.lb_policy_name", "round_robin"),)  # of a headless Service
_NOT_YET = ("PARCEL_UNKNOWN", "NOT_LODGED_YET", "JOURNEY_UNKNOWN")  # the fact is on its way
_UNKNOWN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED)
draw = random.Random()  # seeded by ``begin``: which offices, weights and pauses come, not the request ids


@dataclass
class Item:
    """One dossier on its way."""

    filing_id: str
    tracking_code: str
    parcel_code: str
    office: str
    courier: str = ""


class Shared:
    """What the users of one process share: channels, tokens, queues, the history file."""

    queues: ClassVar[dict[str, deque[Item]]] = {name: deque() for name in ("offered", "carried", "signed", "accepted", "decided")}
    seen: ClassVar[deque[Item]] = deque(maxlen=20_000)
    _tokens: ClassVar[dict[tuple[str, str, str], tuple[float, str]]] = {}
    device: ClassVar[str] = ""
    _file: ClassVar[Any] = None

    @classmethod
    def begin(cls, worker: int) -> None:
        """What a worker does is drawn from the seed and its number; its scanner is like no other's, of earlier runs included."""
        draw.seed(f"{os.environ.get('SEED', '1')}/{worker}")
        cls.device = f"load-{uuid.uuid4().hex[:16]}"

    @classmethod
    def stubs(cls) -> tuple[Any, ...]:
        """The three doors."""
        addresses = [os.environ.get(f"POSTAL_{name}", f"127.0.0.1:810{number}") for number, name in
                     enumerate(("INTAKE", "COURIER", "TRACKING"), start=1)]
        kinds = (intake_service_pb2_grpc.IntakeServiceStub, courier_service_pb2_grpc.CourierServiceStub,
                 tracking_service_pb2_grpc.TrackingServiceStub)
        channels = [grpc.insecure_channel(address, options=_EVERY_POD) for address in addresses]
        return tuple(kind(channel) for kind, channel in zip(kinds, channels, strict=True))

    @classmethod
    def token(cls, role: Role, person: str, place: str) -> str:
        """A development token, made from the installation's key and kept while it holds."""
        key = (role.value, person, place)
        until, token = cls._tokens.get(key, (0.0, ""))
        if until < time.monotonic():
            keys = Keys.load_or_make(Path(os.environ.get("POSTAL_KEYS_DIR", "var/keys")))
            token = Minter(keys).mint(Caller(person=person, role=role, place=place), minutes=60)
            cls._tokens[key] = (time.monotonic() + 3000, token)
        return token

    @classmethod
    def note(cls, **what: Any) -> None:
        """Writes a line of the history."""
        if cls._file is None:
            HOME.mkdir(parents=True, exist_ok=True)
            cls._file = (HOME / f"history-{os.getpid()}.jsonl").open("w", buffering=1)
        cls._file.write(json.dumps(what) + "\n")


class Person(User):
    """Calls, reports each call to Locust, retries what had no answer with the same request id."""

    abstract = True
    role: ClassVar[Role]
    per_second = 1.0
    _stubs: ClassVar[tuple[Any, ...]] = ()

    def wait_time(self) -> float:
        """Exponential: Poisson arrivals."""
        return draw.expovariate(self.per_second)

    def call(self, method: str, request: Any, person: str = "", place: str = "") -> Any | None:
        """The answer; None if it was refused, has not come to pass yet, or stayed unknown."""
        Person._stubs = Person._stubs or Shared.stubs()
        stub = next(each for each in Person._stubs if hasattr(each, method))
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            request.request_id = request.request_id or str(uuid.uuid4())
        metadata = (("authorization", f"Bearer {Shared.token(self.role, person, place)}"),) if person else ()
        for attempt in range(4):
            start = time.perf_counter()
            try:
                answer = getattr(stub, method)(request, metadata=metadata, timeout=10)
            except grpc.RpcError as error:
                reason = dict(error.trailing_metadata() or ()).get("postal-reason", "")
                early = reason in _NOT_YET
                self._report(f"{method} (not yet)" if early else method, start, None if early else error)
                if error.code() not in _UNKNOWN or attempt == 3:
                    return None
                time.sleep(0.2 * 2 ** attempt)
            else:
                self._report(method, start, None)
                return answer
        return None

    def _report(self, name: str, start: float, error: Exception | None) -> None:
        self.environment.events.request.fire(request_type="grpc", name=name, response_time=(time.perf_counter() - start) * 1000,
                                             response_length=0, exception=error, context={})
