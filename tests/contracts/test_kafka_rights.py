"""The rights of deploy/k8s/components/kafka on a real broker: each service's certificate opens what it needs, and nothing else."""

import asyncio
import datetime
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.protocol.admin import CreateAclsRequest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.foundation.adapters import kafka_log
from services.foundation.errors import Unavailable
from services.foundation.localservers import kafka, process
from tests.builders import an_append
from tests.conftest import need
from tests.contracts.test_event_log import read_until

USERS = Path(__file__).resolve().parents[2] / "deploy/k8s/components/kafka/users.yaml"
KIND, PATTERN = {"topic": 2, "group": 3, "cluster": 4}, {"literal": 3, "prefix": 4}
OPERATION, ALLOW = {"Read": 3, "Write": 4, "Describe": 8}, 3
DOSSIERS, PARCELS = "postal.dossiers.v1", "postal.parcels.v1"


class Issuer:
    """Makes certificates, each in a folder as Strimzi's Secrets are mounted."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._signed("issuer", self._key, ca=True)

    def _signed(self, name: str, key: ec.EllipticCurvePrivateKey, *, ca: bool = False) -> x509.Certificate:
        now, subject = datetime.datetime.now(datetime.UTC), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = subject if ca else self.certificate.subject
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(minutes=5))
                .not_valid_after(now + datetime.timedelta(hours=1)).add_extension(x509.BasicConstraints(ca, None), critical=True)
                .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
                .sign(self._key, hashes.SHA256()))

    def give(self, name: str, folder: Path) -> Path:
        """A folder with ca.crt, user.crt, user.key, and both in one file, as the broker wants them."""
        folder.mkdir(parents=True)
        key, pem = ec.generate_private_key(ec.SECP256R1()), serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        certificate = self._signed(name, key).public_bytes(pem)
        (folder / "ca.crt").write_bytes(self.certificate.public_bytes(pem))
        (folder / "user.crt").write_bytes(certificate)
        (folder / "user.key").write_bytes(private)
        (folder / "both.pem").write_bytes(private + certificate)
        return folder


async def started(home: Path, issuer: Issuer) -> tuple[int, int]:
    """Port and process of a broker that takes nobody without a certificate, and lets them at nothing."""
    port, node = process.free_port(), kafka.Node(1, (process.free_port(),), kafka.new_id())
    own = issuer.give("broker", home / "broker")
    text = kafka._properties(port, home / "kafka", port, node).replace("PLAINTEXT://127.0.0.1", "SSL://localhost")
    text += "\n".join((
        "listener.security.protocol.map=SSL:SSL,CONTROLLER:PLAINTEXT", "inter.broker.listener.name=SSL", "ssl.client.auth=required",
        "ssl.keystore.type=PEM", f"ssl.keystore.location={own / 'both.pem'}", "ssl.truststore.type=PEM",
        f"ssl.truststore.location={own / 'ca.crt'}", "super.users=User:CN=broker;User:ANONYMOUS",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer", ""))
    (home / "kafka").mkdir()
    settings = home / "kafka" / "server.properties"
    settings.write_text(text, encoding="utf-8")
    java = ("java", "-cp", f"{kafka.libraries()}/*")
    await asyncio.to_thread(subprocess.run, (*java, "kafka.tools.StorageTool", "format", "-t", node.cluster, "-c", str(settings)),
                            check=True, capture_output=True)
    pid = process.start((*java, "kafka.Kafka", str(settings)), home / "kafka.log")
    assert await asyncio.to_thread(process.until, lambda: process.is_open(port) or not process.is_alive(pid), 60)
    return port, pid


async def given_rights(address: str) -> None:
    """The topics, and what users.yaml says, by who may do all."""
    admin = AIOKafkaAdminClient(**kafka_log.reach_of(address))
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, kafka_log.PARTITIONS, 1) for name in kafka_log.TOPICS])
        for user in yaml.safe_load_all(USERS.read_text(encoding="utf-8")):
            for acl in user["spec"]["authorization"]["acls"]:
                what = acl["resource"]
                for operation in acl["operations"]:
                    answer = await admin._send_request_to_node(1, CreateAclsRequest(
                        KIND[what["type"]], what.get("name", "kafka-cluster"), PATTERN[what.get("patternType", "literal")],
                        f"User:CN={user['metadata']['name']}", "*", OPERATION[operation], ALLOW))
                    assert [result[0] for result in answer.creation_responses] == [0]
    finally:
        await admin.close()


@pytest.fixture
async def addresses(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    need("kafka", kafka.missing())
    issuer = Issuer()
    port, pid = await started(tmp_path, issuer)
    try:
        told = {name: f"localhost:{port}?certificates={issuer.give(name, tmp_path / f'of-{name}')}"
                for name in ("intake", "courier", "tracking")}
        await given_rights(f"localhost:{port}?certificates={tmp_path / 'broker'}")
        yield told
    finally:
        await asyncio.to_thread(process.stop, pid)


async def test_each_service_writes_its_own_topic_reads_what_it_follows_and_nothing_else(addresses: dict[str, str]) -> None:
    facts = an_append("dossiers/a").facts
    async with (kafka_log.open_log(addresses["intake"], own=(DOSSIERS,)) as intake,
                kafka_log.open_log(addresses["courier"], own=(PARCELS,)) as courier,
                kafka_log.open_log(addresses["tracking"], own=()) as tracking):
        assert [log.topics_missing for log in (intake, courier, tracking)] == [False, False, False]
        await intake.publish(DOSSIERS, facts)
        await courier.publish(PARCELS, facts)
        await tracking.set_aside(DOSSIERS, "a", b"x", "TRIED")

        async def follows(log: kafka_log.KafkaEventLog, group: str) -> int:
            async with log.reader([DOSSIERS, PARCELS], group) as reader:
                found = await read_until(reader, 2 * len(facts))
                await reader.commit()
                return len(found)

        async def is_kept_from(log: kafka_log.KafkaEventLog, topic: str) -> None:
            with pytest.raises(Unavailable):
                await log.publish(topic, facts)

        read = await asyncio.gather(follows(intake, "intake-list"), follows(courier, "courier-dossiers"),
                                    follows(tracking, "tracking"))
        assert read == [2 * len(facts)] * 3
        assert (await tracking.extent(DOSSIERS))[1] == len(facts)
        await asyncio.gather(is_kept_from(tracking, DOSSIERS), is_kept_from(courier, DOSSIERS), is_kept_from(intake, PARCELS))
