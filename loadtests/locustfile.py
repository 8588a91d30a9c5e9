"""Clerks file dossiers at their counters, citizens look theirs up.

Goal: error rate at most 1 % and p95 at most 1,000 ms; the exit code says whether it was met.
Settings by environment: POSTAL_INTAKE, POSTAL_TRACKING (host:port), POSTAL_KEYS_DIR (development key for tokens).
"""

import os
import random
import subprocess
import sys
import uuid
from collections import deque
from typing import Any

from grpc_user import GrpcUser
from locust import events, task
from locust.user.wait_time import between
from postal.intake.v1 import dossier_pb2, intake_service_pb2, intake_service_pb2_grpc
from postal.tracking.v1 import tracking_service_pb2, tracking_service_pb2_grpc

INTAKE = os.environ.get("POSTAL_INTAKE", "127.0.0.1:8101")
TRACKING = os.environ.get("POSTAL_TRACKING", "127.0.0.1:8103")
MOST_ERRORS, SLOWEST_P95_MS = 0.01, 1_000
OFFICES = os.environ.get("POSTAL_OFFICES", "").split(",")
_tokens: dict[str, str] = {}
_filed: deque[str] = deque(maxlen=10_000)
_draw = random.Random(int(os.environ.get("SEED", "1")))


def clerk_token(office: str) -> str:
    """A development token for a clerk of the office, made by the services' own command, once per office."""
    if office not in _tokens:
        command = [sys.executable, "-m", "services", "token", "--role", "CLERK", "--person", f"load-{office}",
                   "--place", office, "--minutes", "240"]
        _tokens[office] = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return _tokens[office]


class Clerk(GrpcUser):
    """Files synthetic dossiers at one office."""

    weight = 1
    wait_time = between(0.2, 1.0)

    def on_start(self) -> None:
        self.token = clerk_token(_draw.choice(OFFICES))
        self.intake: Any = intake_service_pb2_grpc.IntakeServiceStub(self.channel(INTAKE))

    @task
    def file(self) -> None:
        request = intake_service_pb2.FileDossierRequest(
            procedure_code="1.014092", unit_code="01", service=dossier_pb2.FILING_SERVICE_BOTH, weight_grams=120,
            fee_vnd=500_000, postage_vnd=30_000, seal_number="T-1", synthetic=True, request_id=str(uuid.uuid4()),
            applicant=dossier_pb2.Applicant(full_name="Người Thử Tải", identity_number="001185000001",
                                            phone="0900000000", address="Thử tải"),
            papers=[dossier_pb2.Paper(name="Đơn đề nghị", originals=1)],
        )
        answer = self.call("FileDossier", self.intake.FileDossier, request, self.token)
        if answer is not None:
            _filed.append(answer.dossier.tracking_code)


class Citizen(GrpcUser):
    """Looks dossiers up that were filed in this run."""

    weight = 3
    wait_time = between(0.1, 0.5)

    def on_start(self) -> None:
        self.tracking: Any = tracking_service_pb2_grpc.TrackingServiceStub(self.channel(TRACKING))

    @task
    def track(self) -> None:
        if len(_filed) > 20:  # the newest may not be visible yet
            code = _filed[_draw.randrange(len(_filed) - 20)]
            self.call("Track", self.tracking.Track, tracking_service_pb2.TrackRequest(tracking_code=code))


@events.quitting.add_listener
def judge(environment: Any, **_: Any) -> None:
    """The exit code from the error rate and the p95 of the whole run."""
    total = environment.stats.total
    p95 = total.get_response_time_percentile(0.95) or 0
    met = total.num_requests > 0 and total.fail_ratio <= MOST_ERRORS and p95 <= SLOWEST_P95_MS
    print(f"{total.num_requests} calls, {total.fail_ratio:.2%} failed, p95 {p95:.0f} ms: {'met' if met else 'NOT met'}")
    environment.process_exit_code = 0 if met else 1
