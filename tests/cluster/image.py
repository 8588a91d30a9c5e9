"""The images of the run, built here and handed to the cluster.

ENGINE and IMAGE_ARGS as in the Makefile; LOAD is the command that hands images of the local store to the cluster's nodes, where it
is neither kind nor minikube, which are known by the name of the context.
"""

import os
import shlex
import shutil
import time
from pathlib import Path
from typing import Any

from services.foundation.localservers import kafka, mongod

from . import kube
from .installation import LAPTOP, NAME, ROOT, image

ENGINE = os.environ.get("ENGINE") or ("podman" if shutil.which("podman") else "docker")


def build() -> dict[str, Any]:
    """All of them; how long it took and how large the services' is."""
    start, extra = time.monotonic(), shlex.split(os.environ.get("IMAGE_ARGS", ""))
    missing = mongod.missing() or kafka.missing()
    if missing:
        raise kube.Failed(missing)
    version = next(line.split('"')[1] for line in (ROOT / "pyproject.toml").read_text().splitlines() if line.startswith("version"))
    commit = kube.run("git", "-C", str(ROOT), "rev-parse", "HEAD", fails=True).strip()
    common = (ENGINE, "build", "-q", *extra, "--build-arg", f"VERSION={version}", "--build-arg", f"COMMIT={commit}",
              "-f", str(ROOT / "deploy/Dockerfile"))
    kube.run(*common, "-t", image("this"), str(ROOT), within_s=1200)
    kube.run(*common, "--target", "laptop", "--build-context", f"kafka={kafka.libraries()}", "--build-context",
             f"mongod={Path(str(mongod.binary())).parent}", "-t", f"{LAPTOP}:this", str(ROOT), within_s=1200)
    alone = [each for each in extra if each.startswith("--isolation")]
    kube.run(ENGINE, "build", "-q", *alone, "-t", image("next"), "-f", "-", str(ROOT / "deploy/setup"),
             text=f"FROM {image('this')}\nLABEL org.opencontainers.image.version=next\n")
    return {"seconds": round(time.monotonic() - start, 1), **_sizes()}


def _sizes() -> dict[str, Any]:
    """Of the services' image, in MB of 10^6 bytes: whole, and what lies over its base."""
    whole = int(kube.run(ENGINE, "image", "inspect", "-f", "{{.Size}}", image("this")))
    named = [each.removeprefix("BASE=") for each in shlex.split(os.environ.get("IMAGE_ARGS", "")) if each.startswith("BASE=")]
    base = (named or ["python:3.12-slim"])[0]
    under = int(kube.run(ENGINE, "image", "inspect", "-f", "{{.Size}}", base))
    return {"image_mb": round(whole / 1e6), "over_base_mb": round((whole - under) / 1e6), "base": base}


def load() -> float:
    """Hands them to the cluster; seconds."""
    start, images = time.monotonic(), (image("this"), image("next"), f"{LAPTOP}:this")
    context = kube.run("kubectl", "config", "current-context").strip()
    if command := shlex.split(os.environ.get("LOAD", "")):
        kube.run(*command, *images, within_s=600)
    elif context.startswith("kind-"):
        kube.run("kind", "load", "docker-image", "--name", context.removeprefix("kind-"), *images, within_s=600)
    elif context == "minikube":
        kube.run("minikube", "image", "load", *images, within_s=600)
    else:
        raise kube.Failed("LOAD must say how images get to this cluster's nodes, for example LOAD='kind load docker-image'")
    return round(time.monotonic() - start, 1)


__all__ = ["LAPTOP", "NAME", "build", "load"]
