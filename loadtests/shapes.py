"""How many users at which moment: a curve of ``curves`` over the length of the run."""

import math
import os

from curves import level
from locust import LoadTestShape

USERS, SECONDS = int(os.environ.get("POSTAL_LOAD_USERS", "20")), float(os.environ.get("POSTAL_LOAD_SECONDS", "20"))


class Shape(LoadTestShape):
    """The curve named by POSTAL_LOAD_SHAPE."""

    def tick(self) -> tuple[int, float] | None:
        """(users, users started a second), None at the end."""
        moment = self.get_run_time() / SECONDS
        if moment >= 1:
            return None
        users = max(1, math.ceil(USERS * level(os.environ.get("POSTAL_LOAD_SHAPE", "flat"), moment)))
        return users, max(1.0, USERS / 3)
