"""Real servers on this machine for tests and `make up`: mongod as a replica set of one, Apache Kafka in KRaft mode, Prometheus.

``missing()`` of each module says why it cannot run here, or None.
"""

import os
from pathlib import Path

UP_HOME = Path(os.environ.get("POSTAL_UP_HOME", "var/up"))  # data, logs, keys and pids of `make up`
