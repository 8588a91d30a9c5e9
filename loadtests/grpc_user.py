"""A Locust user that calls gRPC through gevent and reports each call as a request."""

import time
from collections.abc import Callable
from typing import Any, ClassVar

import grpc
import grpc.experimental.gevent as grpc_gevent
from locust import User

grpc_gevent.init_gevent()


class GrpcUser(User):
    """Base of the journeys: one channel per address, shared by all users of the process."""

    abstract = True
    _channels: ClassVar[dict[str, grpc.Channel]] = {}

    @classmethod
    def channel(cls, address: str) -> grpc.Channel:
        """The shared channel to an address."""
        return cls._channels.setdefault(address, grpc.insecure_channel(address))

    def call(self, name: str, method: Callable[..., Any], request: Any, token: str = "") -> Any | None:
        """Calls and reports; None if it failed."""
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        start, failure, answer = time.perf_counter(), None, None
        try:
            answer = method(request, metadata=metadata, timeout=10)
        except grpc.RpcError as error:
            failure = error
        self.environment.events.request.fire(
            request_type="grpc", name=name, response_time=(time.perf_counter() - start) * 1000,
            response_length=answer.ByteSize() if answer is not None else 0, exception=failure, context={},
        )
        return answer
