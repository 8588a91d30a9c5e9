"""How the system gets onto the cluster: keys as secrets, places for data, the laptop overlay with the images' names."""

import json
import os
import secrets
import shutil
import signal
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from . import kube
from .kube import kubectl

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "out" / "cluster"
OVERLAY = ROOT / "deploy" / "k8s" / "overlays" / "laptop"
NAME, LAPTOP = "localhost/dossier-post", "localhost/dossier-post-laptop"
TAGS = {"this": "this", "next": "next"}
_signing = {name: Ed25519PrivateKey.generate() for name in ("first", "second")}


def image(version: str) -> str:
    """The services' image of a version."""
    return f"{NAME}:{TAGS[version]}"


def _secret(name: str, files: dict[str, bytes]) -> None:
    _held(name, {key: b64encode(value).decode() for key, value in files.items()})


def _held(name: str, encoded: dict[str, str]) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": encoded}
    kubectl("apply", "-f", "-", text=json.dumps(secret))


def trust(*names: str) -> None:
    """The services' Secret holds the public keys of these."""
    _secret("token-keys", {f"{name}.pub": _signing[name].public_key().public_bytes_raw() for name in names})


def new_label_key(stamp: str) -> None:
    """One more key that signs labels; the newest signs."""
    held = kube.get("secret", "label-keys")["data"]
    held[f"label-{stamp}.key"] = b64encode(secrets.token_bytes(32)).decode()
    _held("label-keys", held)


def install() -> None:
    """From nothing to ready."""
    kubectl("apply", "-f", str(ROOT / "deploy/k8s/base/namespace.yaml"))
    _secret("sealing-keys", {name: secrets.token_bytes(32) for name in ("seal.key", "index.key")})
    _secret("label-keys", {"label-20260101T000000Z.key": secrets.token_bytes(32)})
    for name, key in _signing.items():
        _secret(f"signing-{name}", {"signing.key": key.private_bytes_raw(), "seal.key": bytes(32), "index.key": bytes(32)})
    trust("first")
    _places()
    WORK.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("clients.yaml"), WORK / "clients.yaml")
    overlay = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "namespace": kube.NAMESPACE,
               "resources": [os.path.relpath(OVERLAY, WORK), "clients.yaml"],
               # Every call a line: which pod has answered is seen by them, and that none of them names anybody.
               "configMapGenerator": [{"name": "settings", "behavior": "merge", "literals": ["POSTAL_LOG_LEVEL=DEBUG"]}],
               "images": [{"name": "dossier-post", "newName": NAME, "newTag": TAGS["this"]},
                          {"name": "dossier-post-laptop", "newName": LAPTOP, "newTag": TAGS["this"]}]}
    (WORK / "kustomization.yaml").write_text(json.dumps(overlay), encoding="utf-8")
    kube.run("kubectl", "apply", "-k", str(WORK))


def _places() -> None:
    """Where no storage class gives places for data, folders of this machine, which then is the one node."""
    if kube.get("storageclasses")["items"]:
        return
    for name in ("mongodb", "kafka"):
        folder = Path("/var/tmp/postal-cluster-test") / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.chown(folder, 10001, 10001)
        kubectl("delete", "persistentvolume", name, "--ignore-not-found")
        kubectl("apply", "-f", "-", text=json.dumps({
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": {
                "capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": str(folder)},
                "claimRef": {"namespace": kube.NAMESPACE, "name": f"data-{name}-0"}}}))


def remove() -> None:
    """Everything away again."""
    kube.run("kubectl", "delete", "namespace", kube.NAMESPACE, "--ignore-not-found", "--timeout=120s", within_s=150)
    kube.run("kubectl", "delete", "persistentvolume", "mongodb", "kafka", "--ignore-not-found", "--timeout=60s", within_s=90)


def kill(pod: str) -> None:
    """kill -9 of a pod's first process, from its node: from inside nobody can. On another machine's node, the pod is taken away
    without grace, which is as near as one comes."""
    container = kube.get("pod", pod)["status"]["containerStatuses"][0]["containerID"].split("://")[1]
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _is_first_of(folder, container):
            os.kill(int(folder.name), signal.SIGKILL)
            return
    kubectl("delete", "pod", pod, "--grace-period=0", "--force", "--wait=false")


def _is_first_of(folder: Path, container: str) -> bool:
    try:
        inside = next(line for line in (folder / "status").read_text().splitlines() if line.startswith("NSpid:")).split()[-1]
        return inside == "1" and container in (folder / "cgroup").read_text()
    except (OSError, StopIteration):
        return False
