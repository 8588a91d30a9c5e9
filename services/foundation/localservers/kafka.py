"""Apache Kafka 4.3.0 in KRaft mode, one node: jars from KAFKA_HOME/libs, or fetched once through Maven."""

import os
import shutil
import subprocess
from pathlib import Path

from . import process

VERSION = "4.3.0"
_POM = Path(__file__).with_name("kafka-pom.xml")
_JVM = ("-Xms256m", "-Xmx256m", "-XX:TieredStopAtLevel=1")


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "dossier-post" / f"kafka-{VERSION}"


def missing() -> str | None:
    """Why it cannot run here."""
    if shutil.which("java") is None:
        return "no java (17 or newer) on PATH"
    if os.environ.get("KAFKA_HOME") or (_cache() / "complete").exists():
        return None
    if shutil.which("mvn") is None:
        return "neither KAFKA_HOME nor mvn (to fetch Kafka's jars)"
    try:
        libraries()
    except subprocess.SubprocessError:
        return "Maven could not fetch Kafka's jars (is there a network?); or set KAFKA_HOME"
    return None


def libraries() -> Path:
    """Folder of the jars; fetched at first use."""
    home = os.environ.get("KAFKA_HOME")
    if home:
        return Path(home) / "libs"
    cache = _cache()
    if not (cache / "complete").exists():
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run(("mvn", "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies", "-DincludeScope=runtime",
                        f"-DoutputDirectory={cache / 'libs'}"), check=True, timeout=300)
        (cache / "complete").touch()
    return cache / "libs"


def start(port: int, folder: Path) -> int:
    """Starts a broker; the process id. Raises RuntimeError with the log's place."""
    folder.mkdir(parents=True, exist_ok=True)
    settings, java = folder / "server.properties", ("java", "-cp", f"{libraries()}/*")
    settings.write_text(_properties(port, folder), encoding="utf-8")
    if not (folder / "data" / "meta.properties").exists():
        made = subprocess.run((*java, "kafka.tools.StorageTool", "random-uuid"), check=True, capture_output=True, text=True)
        subprocess.run((*java, "kafka.tools.StorageTool", "format", "-t", made.stdout.split()[-1], "-c", str(settings)),
                       check=True, capture_output=True)
    pid = process.start((java[0], *_JVM, *java[1:], "kafka.Kafka", str(settings)), folder / "kafka.log")
    if not process.until(lambda: process.is_open(port) or not process.is_alive(pid), 60) or not process.is_alive(pid):
        process.stop(pid)
        raise RuntimeError(f"Kafka did not start; see {folder / 'kafka.log'}")
    return pid


def address(port: int) -> str:
    """The address in our settings' form."""
    return f"kafka://127.0.0.1:{port}"


def _properties(port: int, folder: Path) -> str:
    kept = folder / "controller-port"
    if not kept.exists():
        kept.write_text(str(process.free_port()), encoding="utf-8")
    controller = kept.read_text(encoding="utf-8")
    return "\n".join((
        "process.roles=broker,controller", "node.id=1", f"controller.quorum.voters=1@127.0.0.1:{controller}",
        f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}", "controller.listener.names=CONTROLLER",
        f"log.dirs={(folder / 'data').resolve()}", "auto.create.topics.enable=false", "group.initial.rebalance.delay.ms=0",
        "offsets.topic.replication.factor=1", "transaction.state.log.replication.factor=1",
        "transaction.state.log.min.isr=1", "share.coordinator.state.topic.replication.factor=1",
        "share.coordinator.state.topic.min.isr=1", "offsets.topic.num.partitions=4",
        "broker.session.timeout.ms=3000", "broker.heartbeat.interval.ms=500", ""))
