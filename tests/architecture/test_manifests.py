"""The Kubernetes manifests: every overlay builds, every object passes a strict schema, every pod is as closed as it can be."""

import functools
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from loadtests import scale
from services.foundation.adapters import kafka_log
from services.foundation.runtime.settings import Settings, read
from tests.conftest import need

K8S = Path(__file__).resolve().parents[2] / "deploy" / "k8s"
OVERLAYS = sorted(path.name for path in (K8S / "overlays").iterdir())
SERVICES = ("intake", "courier", "tracking")
PLANS = {"province": scale.PLANS[0], "national": scale.PLANS[1]}
OURS = ("v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1", "autoscaling/v2")


@functools.cache
def built(folder: str) -> str:
    need("kubectl", None if shutil.which("kubectl") else "kubectl is not on PATH")
    done = subprocess.run(["kubectl", "kustomize", str(K8S / folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def objects(folder: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(built(folder)))


def named(folder: str, kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in objects(folder) if each["kind"] == kind}


def pods(folder: str) -> list[dict[str, Any]]:
    return [each["spec"]["template"]["spec"] for each in objects(folder) if each["kind"] in ("Deployment", "StatefulSet", "Job")]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_passes_the_strict_schema(overlay: str) -> None:
    import kubernetes_validate

    for each in objects(f"overlays/{overlay}"):
        if each["apiVersion"] in OURS:  # others by their own schemas, on a cluster: tests/cluster/schemas.py
            kubernetes_validate.validate(each, "1.34", strict=True)


def test_a_misspelt_field_is_found() -> None:
    import kubernetes_validate

    deployment = named("base", "Deployment")["intake"]
    deployment["spec"]["replica"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, "1.34", strict=True)


def test_each_service_has_three_probes_of_their_own_names_and_a_headless_service_on_the_ports_of_its_settings() -> None:
    deployments, services = named("base", "Deployment"), named("base", "Service")

    assert set(deployments) == set(services) == set(SERVICES)
    for name, deployment in deployments.items():
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        probes = {probe: container[probe]["grpc"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
        assert {probe: each["service"] for probe, each in probes.items()} == {
            "startupProbe": "start", "readinessProbe": "ready", "livenessProbe": "live"}
        assert {probe["port"] for probe in probes.values()} == {ports["grpc"]}
        assert {port["name"]: port["port"] for port in services[name]["spec"]["ports"]} == ports
        assert services[name]["spec"]["clusterIP"] == "None"
        assert ports == {"grpc": Settings().port(name), "http": Settings().http_port_of((name,))}


@pytest.mark.parametrize("folder", ["base", *(f"overlays/{name}" for name in OVERLAYS)])
def test_every_pod_is_closed(folder: str) -> None:
    for pod in pods(folder):
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in (*pod["containers"], *pod.get("initContainers", ())):
            assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                    "capabilities": {"drop": ["ALL"]}}
        for container in pod["containers"]:
            assert set(container["resources"]["requests"]) == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]


def test_each_service_spreads_over_nodes_and_gives_up_one_pod_at_a_time() -> None:
    budgets = named("base", "PodDisruptionBudget")

    for name, deployment in named("base", "Deployment").items():
        own = {"matchLabels": {"app.kubernetes.io/name": name}}
        spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"][0]
        assert spread["labelSelector"] == own
        assert budgets[name]["spec"]["selector"] == own
        assert budgets[name]["spec"]["maxUnavailable"] == 1
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


@pytest.mark.parametrize("folder", [f"overlays/{name}" for name in OVERLAYS])
def test_nothing_may_talk_but_by_name(folder: str) -> None:
    nobody = named(folder, "NetworkPolicy")["nobody"]

    assert nobody["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize("folder", [f"overlays/{name}" for name in OVERLAYS])
def test_the_settings_are_settings_of_ours(folder: str) -> None:
    told = next(each["data"] for name, each in named(folder, "ConfigMap").items() if name.startswith("settings-"))
    known = {f"POSTAL_{field.upper()}" for field in Settings.__dataclass_fields__}

    assert {name for name in told if name.startswith("POSTAL_")} - {f"{name}_FILE" for name in known} <= known
    read({name: text for name, text in told.items() if not name.endswith("_FILE")})


def test_only_who_seals_holds_the_sealing_keys() -> None:
    def secrets(name: str) -> set[str]:
        pod = named("base", "Deployment")[name]["spec"]["template"]["spec"]
        projected = [source["secret"]["name"] for volume in pod["volumes"]
                     for source in volume.get("projected", {}).get("sources", ())]
        return {*projected, *(volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume)}

    assert secrets("intake") == {"sealing-keys", "label-keys", "token-keys"}
    assert secrets("courier") == {"sealing-keys", "label-keys", "token-keys"}
    assert secrets("tracking") == {"token-keys"}


def _cores(text: str) -> float:
    return float(text.removesuffix("m")) / 1000 if text.endswith("m") else float(text)


def _terabytes(text: str) -> float:
    return float(text[:-2]) * {"Gi": 2**30, "Ti": 2**40}[text[-2:]] / 1e12


@pytest.mark.parametrize("overlay", PLANS)
def test_the_sizes_are_enough_for_what_was_measured(overlay: str) -> None:
    needs, folder = scale.needs(PLANS[overlay], scale.measured()), f"overlays/{overlay}"
    pods_at_least = {"intake": named(folder, "HorizontalPodAutoscaler")["intake"]["spec"]["minReplicas"]} | {
        name: each["spec"]["minReplicaCount"] for name, each in named(folder, "ScaledObject").items()}
    of_services = sum(count * _cores(named(folder, "Deployment")[name]["spec"]["template"]["spec"]["containers"][0]["resources"][
        "requests"]["cpu"]) for name, count in pods_at_least.items())
    kafka, mongodb = named(folder, "KafkaNodePool")["node"]["spec"], named(folder, "MongoDBCommunity")["mongodb"]["spec"]
    member, = mongodb["statefulSet"]["spec"]["template"]["spec"]["containers"]
    claim, = mongodb["statefulSet"]["spec"]["volumeClaimTemplates"]

    assert of_services >= needs["cores"]["services"] + needs["cores"]["pages"]
    assert min(pods_at_least.values()) >= max(2, needs["members"])
    assert _cores(member["resources"]["requests"]["cpu"]) >= needs["cores"]["mongod"]  # one member alone takes the writes
    assert kafka["replicas"] * _cores(kafka["resources"]["requests"]["cpu"]) >= needs["cores"]["Kafka"]
    assert mongodb["members"] * _terabytes(claim["spec"]["resources"]["requests"]["storage"]) >= needs["terabytes"]["MongoDB"]
    assert kafka["replicas"] * _terabytes(kafka["storage"]["volumes"][0]["size"]) >= needs["terabytes"]["Kafka"]


@pytest.mark.parametrize("overlay", PLANS)
def test_no_workload_has_two_scalers_and_none_more_members_than_partitions(overlay: str) -> None:
    folder = f"overlays/{overlay}"
    doors, consumers = named(folder, "HorizontalPodAutoscaler"), named(folder, "ScaledObject")
    aims = [each["spec"]["scaleTargetRef"]["name"] for each in (*doors.values(), *consumers.values())]

    assert sorted(aims) == sorted(SERVICES)
    assert {each["spec"]["maxReplicas"] for each in doors.values()} == {kafka_log.PARTITIONS}
    assert {each["spec"]["maxReplicaCount"] for each in consumers.values()} == {kafka_log.PARTITIONS}
    assert all("replicas" not in named(folder, "Deployment")[name]["spec"] for name in SERVICES)  # an apply would undo the scaler


def test_kafka_keeps_three_copies_and_lets_each_service_at_what_it_needs() -> None:
    folder = "overlays/province"
    topics, users = named(folder, "KafkaTopic"), named(folder, "KafkaUser")

    def may(user: str, operation: str) -> set[str]:
        return {acl["resource"].get("name", "") for acl in users[user]["spec"]["authorization"]["acls"]
                if operation in acl["operations"] and acl["resource"]["type"] == "topic"}

    assert set(topics) == set(kafka_log.TOPICS)
    assert {each["spec"]["partitions"] for each in topics.values()} == {kafka_log.PARTITIONS}
    assert {each["spec"]["replicas"] for each in topics.values()} == {3}
    assert may("intake", "Write") == {"postal.dossiers.v1", "postal.set-aside.v1"}
    assert may("courier", "Write") == {"postal.parcels.v1", "postal.set-aside.v1"}
    assert may("tracking", "Write") == {"postal.set-aside.v1"}
    assert may("lag", "Read") == set()


def test_a_service_reads_and_writes_its_own_database_alone() -> None:
    users = {each["name"]: each["roles"] for each in named("overlays/province", "MongoDBCommunity")["mongodb"]["spec"]["users"]}
    database = Settings().mongo_database

    assert users == {name: [{"name": "readWrite", "db": f"{database}_{name}"}] for name in SERVICES}


def test_the_public_address_is_that_of_the_gateway() -> None:
    settings = next(each["data"] for name, each in named("overlays/province", "ConfigMap").items() if name.startswith("settings-"))

    assert settings["POSTAL_PUBLIC_URL"] == f"https://{named('overlays/province', 'HTTPRoute')['tracking']['spec']['hostnames'][0]}"


@pytest.mark.parametrize("name", SERVICES)
def test_a_pod_asks_for_the_memory_that_was_measured_after_load_and_may_take_twice_as_much(name: str) -> None:
    container, = named("base", "Deployment")[name]["spec"]["template"]["spec"]["containers"]
    megabytes = {kind: int(each["memory"].removesuffix("Mi")) * 2**20 / 1e6 for kind, each in container["resources"].items()}
    measured = scale.measured()[f"memory of {name} after load, MongoDB + Kafka"]

    assert measured <= megabytes["requests"] <= 1.3 * measured
    assert megabytes["limits"] >= 2 * measured
