"""Every overlay, accepted by the API server itself with strict validation; custom resources by their makers' own schemas.

The schemas come with the Go modules of Gateway API, Prometheus Operator, KEDA and MongoDB's controllers; Strimzi's are made by
its own generator of its own classes, both from Maven. Fetched once into the user's cache.
"""

import json
import sys
from pathlib import Path

from services.foundation.localservers.kafka import cache

from . import kube

ROOT = Path(__file__).resolve().parents[2]
K8S = ROOT / "deploy" / "k8s"
MODULES = {  # module: files that hold what the manifests use
    "sigs.k8s.io/gateway-api@v1.4.0": "config/crd/standard/gateway.networking.k8s.io_*.yaml",
    "github.com/prometheus-operator/prometheus-operator@v0.88.0": "example/prometheus-operator-crd/*.yaml",
    "github.com/kedacore/keda/v2@v2.18.1": "config/crd/bases/keda.sh_*.yaml",
    "github.com/mongodb/mongodb-kubernetes-operator@v0.13.0": "config/crd/bases/*.yaml",
}
_ASK = ("kubectl", "apply", "--dry-run=server", "--validate=strict")
_TAKEN = "(server dry run)"
STRIMZI = ("kafka.Kafka", "nodepool.KafkaNodePool", "topic.KafkaTopic", "user.KafkaUser")


def accepted() -> dict[str, int]:
    """Overlay -> objects the server would take; raises Failed with what it said of those it would not."""
    for path in (*_of_go_modules(), *_of_strimzi()):
        kube.run("kubectl", "apply", "--server-side", "--force-conflicts", "-f", str(path))
    kube.run("kubectl", "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    kube.run("kubectl", "apply", "-f", str(K8S / "base/namespace.yaml"))
    found = {}
    for overlay in sorted((K8S / "overlays").iterdir()):
        said = kube.run(*_ASK, "-k", str(overlay))
        found[overlay.name] = said.count(_TAKEN)
    if (ROOT / "deploy" / "monitoring").is_dir():
        said = kube.run(*_ASK, "-f", "-", text=kube.run(sys.executable, str(K8S / "monitoring.py")))
        found["monitoring"] = said.count(_TAKEN)
    return found


def _of_go_modules() -> list[Path]:
    found = []
    for module, files in MODULES.items():
        folder = Path(json.loads(kube.run("go", "mod", "download", "-json", module, within_s=600))["Dir"])
        matching = sorted(folder.glob(files))
        if not matching:
            raise kube.Failed(f"{module} holds no {files}")
        found += matching
    return found


def _of_strimzi() -> list[Path]:
    home = cache("strimzi-schemas")
    made = [home / f"{name}.yaml" for name in STRIMZI]
    if not all(path.exists() for path in made):
        kube.run("mvn", "-q", "-B", "-f", str(Path(__file__).with_name("strimzi-pom.xml")), "dependency:copy-dependencies",
                 "-DincludeScope=runtime", f"-DoutputDirectory={home / 'libs'}", within_s=600)
        for name, path in zip(STRIMZI, made, strict=True):
            kube.run("java", "-cp", f"{home / 'libs'}/*", "io.strimzi.crdgenerator.CrdGenerator", "--yaml",
                     "--target-kube", "1.22+", f"io.strimzi.api.kafka.model.{name}={path}")
    return made
