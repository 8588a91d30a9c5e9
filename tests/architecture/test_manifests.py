"""The Kubernetes base: builds, and every object passes a strict schema."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from services.foundation.runtime.settings import Settings
from tests.conftest import need

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "deploy" / "k8s" / "base"


def objects() -> list[dict]:
    files = yaml.safe_load((BASE / "kustomization.yaml").read_text())["resources"]
    return [each for name in files for each in yaml.safe_load_all((BASE / name).read_text())]


def test_every_object_passes_the_strict_schema() -> None:
    import kubernetes_validate

    for each in objects():
        kubernetes_validate.validate(each, "1.34", strict=True)


def test_a_misspelt_field_is_found() -> None:
    import kubernetes_validate

    deployment = next(each for each in objects() if each["kind"] == "Deployment")
    deployment["spec"]["replica"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, "1.34", strict=True)


def test_the_base_holds_three_deployments_with_three_probes_each_and_a_service() -> None:
    deployments = {each["metadata"]["name"]: each for each in objects() if each["kind"] == "Deployment"}
    services = {each["metadata"]["name"]: each for each in objects() if each["kind"] == "Service"}

    assert set(deployments) == set(services) == {"intake", "courier", "tracking"}
    for name, deployment in deployments.items():
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        probes = {probe: container[probe]["grpc"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
        assert {probe["service"] for probe in probes.values()} == {"start", "ready", "live"}
        assert {probe["port"] for probe in probes.values()} == {ports["grpc"]}
        assert {port["name"]: port["port"] for port in services[name]["spec"]["ports"]} == ports
        assert ports == {"grpc": Settings().port(name), "http": Settings().http_port_of((name,))}


def test_kubectl_builds_the_base() -> None:
    need("kubectl", None if shutil.which("kubectl") else "kubectl is not on PATH; the strict schema check ran without it")
    done = subprocess.run(["kubectl", "kustomize", str(BASE)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("kind: Deployment") == 3
