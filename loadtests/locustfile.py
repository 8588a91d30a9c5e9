"""What Locust runs: the people, the shape of the day, and the goal.

Goal: error rate at most 1 % and p95 at most 1,000 ms (POSTAL_LOAD_P95_MS); the exit code says whether it was met.
"""

import os
from typing import Any

from calling import Shared
from locust import events
from locust.runners import WorkerRunner
from people import Citizen, Clerk, Courier, Officer
from shapes import Shape

__all__ = ["Citizen", "Clerk", "Courier", "Officer", "Shape"]
MOST_ERRORS, SLOWEST_P95_MS = 0.01, float(os.environ.get("POSTAL_LOAD_P95_MS", "1000"))


@events.test_start.add_listener
def begin(environment: Any, **_: Any) -> None:
    """Each worker, of this machine or another, draws its own."""
    Shared.begin(max(0, getattr(environment.runner, "worker_index", 0)))


@events.quitting.add_listener
def judge(environment: Any, **_: Any) -> None:
    """The exit code from the error rate and the p95 of the whole run."""
    if isinstance(environment.runner, WorkerRunner):
        return  # the master has its figures and judges
    total = environment.stats.total
    p95 = total.get_response_time_percentile(0.95) or 0
    met = total.num_requests > 0 and total.fail_ratio <= MOST_ERRORS and p95 <= SLOWEST_P95_MS
    print(f"{total.num_requests} calls, {total.fail_ratio:.2%} failed, p95 {p95:.0f} ms: {'met' if met else 'NOT met'}")
    environment.process_exit_code = 0 if met else 1
