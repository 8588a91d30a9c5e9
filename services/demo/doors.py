"""How a client calls the three doors: one channel each, a token per person, retries with the same request id."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc
from postal.courier.v1 import courier_service_pb2_grpc, device_service_pb2_grpc
from postal.intake.v1 import intake_service_pb2_grpc
from postal.tracking.v1 import tracking_service_pb2_grpc

from services.foundation import trace as traces

# The documented retry policy: only these, with the same request id, until the deadline.
_WORTH_RETRYING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED, grpc.StatusCode.RESOURCE_EXHAUSTED)
# A counter does not wait two minutes, gRPC's own longest pause, for a service that has restarted.
RECONNECT = (("grpc.initial_reconnect_backoff_ms", 100), ("grpc.min_reconnect_backoff_ms", 100),
             ("grpc.max_reconnect_backoff_ms", 1000),
             # Every address of a service in turn; looked up again as soon as a connection ends.
             ("grpc.lb_policy_name", "round_robin"), ("grpc.dns_min_time_between_resolutions_ms", 500))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who calls: name of the account, role and the place they work at."""

    name: str
    role: str
    place: str


class Refusal(Exception):
    """The door said no; ``reason`` is the stable reason of the trailing metadata."""

    def __init__(self, method: str, error: grpc.aio.AioRpcError) -> None:
        trailing = dict(error.trailing_metadata() or ())
        self.code = error.code()
        self.reason = str(trailing.get("postal-reason", ""))
        self.field = str(trailing.get("postal-field", ""))
        super().__init__(f"{method}: {self.code.name} {self.reason} {error.details()}")


class Doors:
    """The three services as a client sees them. ``mint`` makes a bearer token for a person."""

    def __init__(self, addresses: dict[str, str], mint: Callable[[Person], str], *, patience_s: float = 30) -> None:
        self._channels = {name: grpc.aio.insecure_channel(address, options=RECONNECT) for name, address in addresses.items()}
        self._mint, self._patience_s = mint, patience_s
        self._stubs: tuple[Any, ...] = (
            intake_service_pb2_grpc.IntakeServiceStub(self._channels["intake"]),  # type: ignore[no-untyped-call]
            courier_service_pb2_grpc.CourierServiceStub(self._channels["courier"]),  # type: ignore[no-untyped-call]
            device_service_pb2_grpc.DeviceServiceStub(self._channels["courier"]),  # type: ignore[no-untyped-call]
            tracking_service_pb2_grpc.TrackingServiceStub(self._channels["tracking"]),  # type: ignore[no-untyped-call]
        )

    async def call(self, method: str, request: Any, person: Person | None = None) -> Any:
        """Calls a method by its name; raises Refusal."""
        stub = next(stub for stub in self._stubs if hasattr(stub, method))
        trace = ("traceparent", traces.current.get() or traces.begun())  # all tries are one request
        metadata = (trace, ("authorization", f"Bearer {self._mint(person)}")) if person else (trace,)
        deadline = asyncio.get_running_loop().time() + self._patience_s
        pause_s = 0.05
        while True:
            try:
                return await getattr(stub, method)(request, metadata=metadata, timeout=8)
            except grpc.aio.AioRpcError as error:
                out_of_time = asyncio.get_running_loop().time() > deadline
                unanswered = error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
                if out_of_time or not (unanswered or error.code() in _WORTH_RETRYING):
                    raise Refusal(method, error) from error
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, 1)

    async def ready(self) -> None:
        """Waits until every door has been reached once."""
        await asyncio.gather(*(channel.channel_ready() for channel in self._channels.values()))

    async def close(self) -> None:
        """Closes the channels."""
        for channel in self._channels.values():
            await channel.close()
