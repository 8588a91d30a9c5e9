"""What is done to the cluster while clients go on. Each deed tells what it measured, in seconds."""

import time
from collections.abc import Callable
from typing import Any

from . import installation, kube
from .kube import kubectl

SERVICES = ("intake", "courier", "tracking")
Deed = Callable[[], dict[str, Any]]


def _rolled(name: str) -> None:
    kubectl("rollout", "status", f"deployment/{name}", "--timeout=180s", within_s=200)


def _scaled(count: int) -> float:
    """So many of each; seconds until all are ready."""
    start = time.monotonic()
    for name in SERVICES:
        kubectl("scale", f"deployment/{name}", f"--replicas={count}")
    for name in SERVICES:
        kube.until(f"{count} of {name}", lambda name=name: kube.ready(name, count))
    return time.monotonic() - start


def _all_answer() -> bool:
    """Whether every pod of every service has answered somebody's call."""
    return all('"event": "call"' in kubectl("logs", pod["metadata"]["name"], "--tail=-1")
               for name in SERVICES for pod in kube.pods(name))


def scale() -> dict[str, Any]:
    """One of each, three of each until each of them has got work, one of each."""
    three = _scaled(3)
    work = kube.until("every pod has got work", _all_answer, 90)
    return {"three ready": three, "work for each of them": work, "one again": _scaled(1)}


def roll() -> dict[str, Any]:
    """To the next version and back, a pod at a time."""
    told = {}
    for version in ("next", "this"):
        start = time.monotonic()
        for name in SERVICES:
            kubectl("set", "image", f"deployment/{name}", f"service={installation.image(version)}")
        for name in SERVICES:
            _rolled(name)
        told[f"to {version} version"] = time.monotonic() - start
        told[f"the old pods gone, to {version} version"] = kube.until("old pods are gone", lambda: not kube.leaving(), 60)
    return told


def kill(name: str, times: int, flow: Callable[[], Any]) -> Deed:
    """kill -9 of its process, again and again; how long until it may be sent work, and until dossiers come to their end again.
    From the second time on Kubernetes itself waits 10, then 20 s before it starts a container again."""
    def deed() -> dict[str, Any]:
        ready, flowing = [], []
        for _time in range(times):
            before = kube.lives(name)
            start = time.monotonic()
            installation.kill(kube.pods(name)[0]["metadata"]["name"])
            kube.until(f"{name} is another", lambda before=before: kube.lives(name) != before, 60)
            kube.until(f"{name} is ready", lambda before=before: kube.ready(name, len(before)), 240)
            ready.append(round(time.monotonic() - start, 1))
            flow()
            flowing.append(round(time.monotonic() - start, 1))
        return {"ready again after": ready, "dossiers end again after": flowing}
    return deed


def kill_one_of_two(flow: Callable[[], Any]) -> Deed:
    """Two of each; kill -9 of one: the other answers meanwhile."""
    def deed() -> dict[str, Any]:
        _scaled(2)
        told = {f"{name} ready again after": kill(name, 1, flow)()["ready again after"][0] for name in SERVICES}
        _scaled(1)
        return told
    return deed


def drain() -> dict[str, Any]:
    """Two of each; the node is drained: nobody may be left without a pod. Then it takes work again."""
    _scaled(2)
    node = kube.pods(SERVICES[0])[0]["spec"]["nodeName"]
    said = kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--pod-selector=postal/door=open",
                   "--timeout=20s", fails=True, within_s=60)
    left = {name: sum(kube.is_ready(each) for each in kube.pods(name)) for name in SERVICES}
    kubectl("uncordon", node)
    if min(left.values()) < 1:
        raise kube.Failed(f"the drain did not respect the budget: {left}")
    back = max(kube.until(f"two of {name} again", lambda name=name: kube.ready(name, 2)) for name in SERVICES)
    _scaled(1)
    return {"refused by the budget": "disruption budget" in said, "left while drained": left, "all again": back}


def trust(*names: str) -> float:
    """The services take tokens of these keys; how long until all do, those included that still finish what they began."""
    start = time.monotonic()
    installation.trust(*names)
    for name in SERVICES:
        kubectl("rollout", "restart", f"deployment/{name}")
    for name in SERVICES:
        _rolled(name)
    kube.until("old pods are gone", lambda: not kube.leaving(), 60)
    return time.monotonic() - start
