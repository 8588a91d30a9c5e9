"""`make cluster-test`: builds, installs, carries a dossier, then one deed after the other under load, each verified.

Writes out/cluster.json and what it measured; exit code 1 if anything was lost, doubled, regressed, or a client saw a failure.
"""

import argparse
import json
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.chaos.workload import CANARIES

from . import deeds, image, installation, kube, schemas
from .kube import Failed, kubectl

OUT = Path("out/cluster.json")
ALL = ("intake", "courier", "tracking", "mongodb", "kafka")
WORK_S = 6.0  # clients alone, before and after a deed


class Clients:
    """The clients in their pod, spoken to through `kubectl exec`."""

    def __init__(self) -> None:
        kubectl("wait", "pod/clients", "--for=condition=Ready", "--timeout=120s")
        self._process = subprocess.Popen(
            ("kubectl", "-n", kube.NAMESPACE, "exec", "-i", "clients", "--", "python", "-m", "tests.cluster.clients"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, do: str, **told: Any) -> dict[str, Any]:
        """What they answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **told}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise Failed("the clients have ended")
        return json.loads(answer)

    def close(self) -> None:
        """Ends them."""
        self._process.terminate()
        self._process.wait(30)


def rotate(clients: Clients) -> deeds.Deed:
    """A new key for tokens, with no moment in which nobody gets in; the old one is refused after. And a new key for labels."""
    def deed() -> dict[str, Any]:
        installation.new_label_key(f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        both = deeds.trust("first", "second")
        clients.ask("sign", name="second")
        time.sleep(WORK_S)
        one = deeds.trust("second")
        refused = answered(clients.ask("is_refused", name="first"))["reasons"]
        if refused != ["TOKEN_FORGED"]:
            raise Failed(f"a token of the key that was taken away was answered with {refused}")
        count = answered(clients.ask("label_keys"))["count"]
        if count != 2:
            raise Failed(f"handhelds are told of {count} label keys, not of the old and the new one")
        return {"both taken after": both, "the old one refused after": one}
    return deed


def answered(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer; raises Failed if it is that something did not come to pass."""
    if "error" in answer:
        raise Failed(answer["error"])
    return answer


def planned(clients: Clients, *, short: bool) -> dict[str, deeds.Deed]:
    """The deeds by name, in order."""
    times = 1 if short else 3

    def flow() -> Any:
        """Waits until dossiers come to their end again."""
        return answered(clients.ask("flow"))

    found: dict[str, deeds.Deed] = {"nothing, for comparison": dict, "scale 1, 3, 1": deeds.scale,
                                    "roll to the next version and back": deeds.roll}
    found |= {f"kill -9 {name}, {times} times": deeds.kill(name, times, flow) for name in ALL}
    found["kill -9 one of two of each service"] = deeds.kill_one_of_two(flow)
    return found | {"drain the node": deeds.drain, "new keys for tokens and labels": rotate(clients)}


def one(clients: Clients, name: str, deed: deeds.Deed, carriers: int) -> dict[str, Any]:
    """The deed while clients go on, then the verifier."""
    start = time.monotonic()
    clients.ask("begin", carriers=carriers)
    time.sleep(WORK_S)
    try:
        measured = {key: round(value, 1) if isinstance(value, float) else value for key, value in deed().items()}
    except Failed as failure:
        measured = {"failed": str(failure)}
    time.sleep(WORK_S)
    found = {"deed": name, "measured": measured, **clients.ask("rest"), "seconds": round(time.monotonic() - start, 1)}
    found["whole"] = not ("failed" in measured or any(found.get(each) for each in ("violations", "stuck", "failures", "error")))
    return found


def canaries_in_logs() -> list[str]:
    """Pods whose lines name an invented citizen."""
    found = []
    for name in deeds.SERVICES:
        for pod in kube.pods(name):
            lines = kubectl("logs", pod["metadata"]["name"], "--tail=-1").encode()
            found += [pod["metadata"]["name"]] if any(canary in lines for canary in CANARIES) else []
    return found


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def tell(found: dict[str, Any]) -> None:
    """One deed on the screen."""
    say(f"{'ok ' if found['whole'] else 'BAD'} {found['deed']}: {found['measured']}; longest silence "
        f"{found.get('longest_silence_s')} s, {found.get('filings')} filings so far, {found.get('lost')} lost, "
        f"{found.get('doubled')} doubled, {found.get('regressed')} regressed, "
        f"failures {found.get('failures')} ({found['seconds']} s)")
    for key in ("violations", "stuck", "error"):
        if found.get(key):
            say(f"    {key}: {found[key]}")


def set_up(chosen: argparse.Namespace) -> tuple[dict[str, Any], Clients]:
    """Images, schemas, installation, and the whole journey through the Services."""
    told: dict[str, Any] = {}
    if not chosen.no_build:
        told["image"] = image.build()
        told["loaded_in_s"] = image.load()
        say(f"image {told['image']}, loaded in {told['loaded_in_s']} s")
    installation.remove()
    told["overlays"] = schemas.accepted()
    say(f"accepted with strict validation: {told['overlays']}")
    start = time.monotonic()
    installation.install()
    kubectl("wait", "job/registry", "--for=condition=Complete", "--timeout=60s")
    told["registry"] = json.loads(kubectl("logs", "job/registry"))
    for name in ALL:
        kube.until(f"{name} is ready", lambda name=name: kube.ready(name, 1), 240)
    told["ready_after_install_s"] = round(time.monotonic() - start, 1)
    clients = Clients()
    told["journey"] = clients.ask("journey")
    say(f"ready {told['ready_after_install_s']} s after apply; {told['registry']}; journey {told['journey']}")
    if told["journey"].get("state") != 10:
        raise Failed(f"the journey did not come to its end: {told['journey']}")
    return told, clients


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make cluster-test", description=__doc__)
    parser.add_argument("--short", action="store_true", help="each kind of pod is killed once")
    parser.add_argument("--no-build", action="store_true", help="the images of the last run")
    parser.add_argument("--keep", action="store_true", help="the installation stays")
    parser.add_argument("--only", default="", help="words of the deeds' names, comma between")
    parser.add_argument("--carriers", type=int, default=4)
    chosen = parser.parse_args()
    start, clients = time.monotonic(), None
    report: dict[str, Any] = {"server": json.loads(kube.run("kubectl", "version", "-o", "json"))["serverVersion"]["gitVersion"]}
    try:
        told, clients = set_up(chosen)
        report |= told | {"deeds": []}
        for name, deed in planned(clients, short=chosen.short).items():
            if not chosen.only or any(word in name for word in chosen.only.split(",")):
                report["deeds"].append(one(clients, name, deed, chosen.carriers))
                tell(report["deeds"][-1])
        report["pods_whose_logs_name_somebody"] = canaries_in_logs()
        report["not_shown_here"] = NOT_SHOWN
    except Failed as failure:
        report["failed"] = str(failure)
        say(f"BAD {failure}")
    finally:
        if clients:
            clients.close()
        if not chosen.keep:
            with suppress(Failed):
                installation.remove()
    report["minutes"] = round((time.monotonic() - start) / 60, 1)
    report["whole"] = ("failed" not in report and not report["pods_whose_logs_name_somebody"]
                       and all(each["whole"] for each in report["deeds"]))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for what, how in NOT_SHOWN.items():
        say(f"not shown here: {what}: {how}")
    say(f"{OUT}: {'whole' if report['whole'] else 'NOT whole'}, {report['minutes']} min")
    return 0 if report["whole"] else 1


NOT_SHOWN = {
    "several nodes and zones": "kubectl -n postal get pods -o wide, one of each service on every node (overlay national)",
    "NetworkPolicy is enforced":
        "kubectl run probe -n default --rm -it --image=busybox -- nc -zv -w 3 intake.postal 8101 (must time out)",
    "Kafka and MongoDB by their operators":
        "kubectl apply -k deploy/k8s/overlays/province, then kubectl -n postal get kafka,mongodbcommunity",
    "HPA and KEDA scale": "kubectl -n postal get hpa,scaledobject -w, under make load",
    "certificates at the gateway": "kubectl -n postal get gateway,httproute,grpcroute; renewed by who issues them (cert-manager)",
}

if __name__ == "__main__":
    sys.exit(main())
