"""Apache Kafka 4.3.0 in KRaft mode, one node or several: jars from KAFKA_HOME/libs, or fetched once through Maven.

Most of a start is java reading classes. They are kept in an archive, made once for a java and its jars.
"""

import base64
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from . import process

VERSION = "4.3.0"
_POM = Path(__file__).with_name("kafka-pom.xml")
_BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # of a command that ends at once
_JVM = ("-Xms256m", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


@dataclass(frozen=True, slots=True)
class Node:
    """One node of several: its number from 1, the controllers' ports by number, and the id they share."""

    number: int
    controllers: tuple[int, ...]
    cluster: str

    @property
    def copies(self) -> int:
        """Of Kafka's own topics."""
        return min(3, len(self.controllers))


def cache(name: str = f"kafka-{VERSION}") -> Path:
    """A folder for what is fetched once, in the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "dossier-post" / name


def missing() -> str | None:
    """Why it cannot run here."""
    if shutil.which("java") is None:
        return "no java (17 or newer) on PATH"
    if os.environ.get("KAFKA_HOME") or (cache() / "complete").exists():
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
    kept = cache()
    if not (kept / "complete").exists():
        kept.mkdir(parents=True, exist_ok=True)
        subprocess.run(("mvn", "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies", "-DincludeScope=runtime",
                        f"-DoutputDirectory={kept / 'libs'}"), check=True, timeout=300)
        (kept / "complete").touch()
    return kept / "libs"


def new_id() -> str:
    """An id for a cluster; the first letter keeps it from looking like an option."""
    return "P" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]


def start(port: int, folder: Path, *, told: int | None = None, node: Node | None = None) -> int:
    """Starts a broker; the process id. ``told`` is the port that clients are told, if it is another. Raises RuntimeError with the
    log's place."""
    folder.mkdir(parents=True, exist_ok=True)
    classes = f"-XX:SharedArchiveFile={_archive()}"  # java passes over one that does not fit
    _lay_out(port, folder, told or port, node or Node(1, (_controller_port(folder),), new_id()), classes)
    return _run(port, folder, classes)


def _lay_out(port: int, folder: Path, told: int, node: Node, *options: str) -> None:
    """Settings, and at first a formatted folder."""
    settings = folder / "server.properties"
    settings.write_text(_properties(port, folder, told, node), encoding="utf-8")
    if not (folder / "data" / "meta.properties").exists():
        subprocess.run(("java", *_BRIEF, *options, "-cp", _jars(), "kafka.tools.StorageTool", "format", "-t", node.cluster,
                        "-c", str(settings)), check=True, capture_output=True)


def _run(port: int, folder: Path, option: str) -> int:
    pid = process.start(("java", *_JVM, option, "-cp", _jars(), "kafka.Kafka", str(folder / "server.properties")),
                        folder / "kafka.log")
    if not process.until(lambda: process.is_open(port) or not process.is_alive(pid), 60) or not process.is_alive(pid):
        process.stop(pid)
        raise RuntimeError(f"Kafka did not start; see {folder / 'kafka.log'}")
    return pid


def _jars() -> str:
    return f"{libraries()}/*"


def _archive() -> Path:
    """The classes that a broker reads, as java keeps them when a first broker ends; made once for this java and these jars."""
    java, jars = Path(str(shutil.which("java"))).resolve(), libraries().resolve()
    made_for = f"{java} {java.stat().st_mtime_ns} {jars} {jars.stat().st_mtime_ns}"
    kept = cache(f"kafka-{VERSION}-classes") / f"{hashlib.sha256(made_for.encode()).hexdigest()[:12]}.jsa"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_suffix(".lock").open("w") as turn, tempfile.TemporaryDirectory() as place:
        fcntl.flock(turn, fcntl.LOCK_EX)  # of several that start at once, one makes it
        if not kept.exists():
            port, fresh = process.free_port(), kept.with_suffix(".new")
            _lay_out(port, Path(place), port, Node(1, (process.free_port(),), new_id()))
            process.stop(_run(port, Path(place), f"-XX:ArchiveClassesAtExit={fresh}"), within_s=120)
            if not _is_whole(fresh, Path(place)):
                fresh.unlink(missing_ok=True)
            fresh.touch()  # a java that keeps none is not asked at each start; an empty one is passed over
            fresh.rename(kept)
    return kept


def _is_whole(archive: Path, place: Path) -> bool:
    """Whether java can start with it: java does not pass over one whose writing was cut off, it crashes."""
    tried = subprocess.run(("java", "-XX:+VerifySharedSpaces", f"-XX:SharedArchiveFile={archive}", "-cp", _jars(), "-version"),
                           cwd=place, capture_output=True, check=False)  # a crash leaves its report in the place
    return tried.returncode == 0


def address(port: int) -> str:
    """The address in our settings' form."""
    return f"kafka://127.0.0.1:{port}"


def _controller_port(folder: Path) -> int:
    kept = folder / "controller-port"
    if not kept.exists():
        kept.write_text(str(process.free_port()), encoding="utf-8")
    return int(kept.read_text(encoding="utf-8"))


def _properties(port: int, folder: Path, told: int, node: Node) -> str:
    voters = ",".join(f"{number}@127.0.0.1:{controller}" for number, controller in enumerate(node.controllers, start=1))
    least = max(1, node.copies - 1)
    return "\n".join((
        "process.roles=broker,controller", f"node.id={node.number}", f"controller.quorum.voters={voters}",
        f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{node.controllers[node.number - 1]}",
        f"advertised.listeners=PLAINTEXT://127.0.0.1:{told}", "controller.listener.names=CONTROLLER",
        f"log.dirs={(folder / 'data').resolve()}", "auto.create.topics.enable=false", "group.initial.rebalance.delay.ms=0",
        f"offsets.topic.replication.factor={node.copies}", f"transaction.state.log.replication.factor={node.copies}",
        f"transaction.state.log.min.isr={least}", f"share.coordinator.state.topic.replication.factor={node.copies}",
        f"share.coordinator.state.topic.min.isr={least}", "offsets.topic.num.partitions=4",
        "replica.lag.time.max.ms=3000", "broker.session.timeout.ms=3000", "broker.heartbeat.interval.ms=500", ""))
