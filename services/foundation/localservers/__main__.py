"""`make up` and `make down`: mongod, Kafka, the three services and, where it is installed, Prometheus as plain processes.

Data, logs and pids lie under var/up/ (POSTAL_UP_HOME).
"""

import json
import os
import sys
from functools import partial

from ..errors import Problem
from ..runtime import settings
from ..runtime.identity import Keys
from . import UP_HOME as HOME
from . import kafka, mongod, process, prometheus

PIDS = HOME / "pids.json"
MONGO_PORT = int(os.environ.get("POSTAL_UP_MONGO_PORT", "27117"))
KAFKA_PORT = int(os.environ.get("POSTAL_UP_KAFKA_PORT", "29192"))
PROMETHEUS_PORT = int(os.environ.get("POSTAL_UP_PROMETHEUS_PORT", "9090"))
METRICS_PORT = int(os.environ.get("POSTAL_UP_METRICS_PORT", "8111"))  # the first service's; the others' follow
SERVICES = ("intake", "courier", "tracking")


def up() -> int:
    """Starts what does not run; the exit code."""
    pids = _known()
    if any(process.is_alive(pid) for pid in pids.values()):
        sys.stderr.write("It runs already, in whole or in part: make down first.\n")
        return 1
    chosen = settings.read({**os.environ, "POSTAL_KEYS_DIR": str(HOME / "keys")})
    ports = {"mongod": MONGO_PORT, "kafka": KAFKA_PORT, **{name: chosen.port(name) for name in SERVICES},
             "citizen's page": chosen.http_port, "counter": chosen.intake_http_port, "handheld": chosen.courier_http_port,
             **{f"{name}'s metrics": METRICS_PORT + number for number, name in enumerate(SERVICES)}}
    if not prometheus.missing():
        ports["prometheus"] = PROMETHEUS_PORT
    for module in (mongod, kafka):
        if module.missing():
            sys.stderr.write(f"{module.__name__.rsplit('.', 1)[1]}: {module.missing()}\n")
            return 1
    taken = [f"{name} {port}" for name, port in ports.items() if process.is_open(port)]
    if taken:
        sys.stderr.write(f"Taken ports: {', '.join(taken)}; end what uses them.\n")
        return 1
    HOME.mkdir(parents=True, exist_ok=True)
    Keys.load_or_make(chosen.keys_dir)
    try:
        for name, module in (("mongod", mongod), ("kafka", kafka)):
            pids[name] = module.start(ports[name], HOME / name)
            _keep(pids)
        return _services(pids, ports)
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _known() -> dict[str, int]:
    """The processes of the last `make up` that still run; a number the system has given to another since is not ours."""
    kept = json.loads(PIDS.read_text()) if PIDS.exists() else {}
    return {name: pid for name, (pid, born) in kept.items() if process.born(pid) == born}


def _keep(pids: dict[str, int]) -> None:
    PIDS.write_text(json.dumps({name: (pid, process.born(pid)) for name, pid in pids.items()}))


def _services(pids: dict[str, int], ports: dict[str, int]) -> int:
    environment = {**os.environ, "POSTAL_STORE": mongod.address(MONGO_PORT), "POSTAL_LOG": kafka.address(KAFKA_PORT),
                   "POSTAL_KEYS_DIR": str(HOME / "keys")}
    for name in SERVICES:
        pids[name] = process.start((sys.executable, "-m", f"services.{name}"), HOME / f"{name}.log", {
            **environment, "POSTAL_MEMBER": f"{name}-1", "POSTAL_METRICS_PORT": str(ports[f"{name}'s metrics"])})
        _keep(pids)
    for name in SERVICES:
        if not process.until(partial(_settled, ports[name], pids[name]), 60) \
                or not process.is_alive(pids[name]):
            sys.stderr.write(f"{name} did not start; see {HOME / name}.log\n")
            return 1
    if "prometheus" in ports:
        pids["prometheus"] = prometheus.start(ports["prometheus"], HOME / "prometheus",
                                              [ports[f"{name}'s metrics"] for name in SERVICES])
        _keep(pids)
    sys.stdout.write("".join(f"{name} on port {port}\n" for name, port in ports.items()))
    if "prometheus" not in ports:
        sys.stdout.write(f"without Prometheus: {prometheus.missing()}\n")
    return 0


def _settled(port: int, pid: int) -> bool:
    return process.is_open(port) or not process.is_alive(pid)


def down() -> int:
    """Stops services, then servers; the exit code."""
    pids = _known()
    for name in reversed(pids):
        process.stop(pids[name])
        sys.stdout.write(f"{name} stopped\n")
    PIDS.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit({"up": up, "down": down}[sys.argv[1]]())
    except Problem as problem:
        sys.exit(problem.message)
