"""Starting and ending a server as a plain process that outlives its starter if asked to."""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_children: dict[int, "subprocess.Popen[bytes]"] = {}  # kept, or Python complains about those still running


def free_port() -> int:
    """A port that is free now, below those that systems lend to outgoing connections: a server that is killed and started again
    must find its own port free."""
    while True:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", 10_000 + secrets.randbelow(22_000)))
            except OSError:
                continue
            return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(command: Sequence[str], log: Path, environment: dict[str, str] | None = None) -> int:
    """Starts detached; output goes to the log. The process id."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True,
                                 env=environment)
    _children[child.pid] = child
    return child.pid


def born(pid: int) -> str:
    """When the process started, as the system tells it; "" if there is none. With the pid it names a process for good."""
    done = subprocess.run(("ps", "-o", "lstart=", "-p", str(pid)), capture_output=True, text=True, check=False)
    return done.stdout.strip()


def is_alive(pid: int) -> bool:
    """Whether the process runs; a child that has ended is collected."""
    if pid in _children:
        return _children[pid].poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def stop(pid: int, within_s: float = 20) -> None:
    """SIGTERM, and SIGKILL when that is not heard in time."""
    if not is_alive(pid):
        return
    os.kill(pid, signal.SIGTERM)
    if not until(lambda: not is_alive(pid), within_s):
        os.kill(pid, signal.SIGKILL)
        until(lambda: not is_alive(pid), 5)


def until(condition: Callable[[], bool], within_s: float) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
