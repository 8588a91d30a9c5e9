"""kubectl, and what the run asks it."""

import json
import subprocess
import time
from collections.abc import Callable
from typing import Any

NAMESPACE = "postal"


class Failed(Exception):
    """A command or a wait that did not come to its end."""


def run(*command: str, text: str | None = None, within_s: float = 300, fails: bool = False) -> str:
    """Standard output; raises Failed with what was said, unless it may fail."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=within_s)
    if done.returncode and not fails:
        raise Failed(f"{' '.join(command)[:200]}: {done.stderr.strip()[-1500:] or done.stdout.strip()[-1500:]}")
    return done.stdout if not done.returncode else done.stdout + done.stderr


def kubectl(*words: str, text: str | None = None, within_s: float = 300, fails: bool = False) -> str:
    """Within the namespace."""
    return run("kubectl", "-n", NAMESPACE, *words, text=text, within_s=within_s, fails=fails)


def get(*words: str) -> Any:
    """As JSON."""
    return json.loads(kubectl("get", *words, "-o", "json"))


def until(what: str, condition: Callable[[], bool], within_s: float = 120) -> float:
    """Seconds until it came true; raises Failed when it does not in time."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > within_s:
            raise Failed(f"not within {within_s:.0f} s: {what}")
        time.sleep(0.1)
    return time.monotonic() - start


def pods(name: str) -> list[dict[str, Any]]:
    """The pods of a service or server that are not on their way out."""
    found = get("pods", "-l", f"app.kubernetes.io/name={name}")["items"]
    return [each for each in found if "deletionTimestamp" not in each["metadata"]]


def leaving() -> list[str]:
    """Pods on their way out."""
    return [each["metadata"]["name"] for each in get("pods")["items"] if "deletionTimestamp" in each["metadata"]]


def is_ready(pod: dict[str, Any]) -> bool:
    """Whether it may be sent work."""
    return any(each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", ()))


def ready(name: str, count: int) -> bool:
    """Whether so many pods run and all may be sent work."""
    found = pods(name)
    return len(found) == count and all(is_ready(each) for each in found)


def lives(name: str) -> list[tuple[str, int]]:
    """The pods of it and how often each was started again."""
    return sorted((pod["metadata"]["uid"], sum(each["restartCount"] for each in pod["status"].get("containerStatuses", ())))
                  for pod in pods(name))
