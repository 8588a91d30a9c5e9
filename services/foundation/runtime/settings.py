"""Settings: one small frozen record, read once from the environment; wrong values are named all together."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ..adapters import notifiers, printers
from ..errors import Invalid


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Each field is read from POSTAL_<FIELD>, or from the file that POSTAL_<FIELD>_FILE names, as secrets are mounted. The defaults
    run everything on a laptop."""

    store: str = "sqlite:var/embedded/postal.sqlite"  # or "memory:" or "mongodb://..."
    log: str = "store"  # the store's own log, or "kafka://host:port,host:port[?certificates=FOLDER]"
    mongo_driver: str = "motor"  # or "pymongo"
    mongo_database: str = "postal"  # prefix; each service has a database of its own
    member: str = ""  # name of this instance in its Kafka groups, unique; a restart takes its place back at once
    host: str = "127.0.0.1"
    intake_port: int = 8101
    courier_port: int = 8102
    tracking_port: int = 8103
    http_port: int = 8080  # tracking's; everything's where all services share a process
    intake_http_port: int = 8081
    courier_http_port: int = 8082
    metrics_port: int = 0  # 0: no metrics; else the process's own, beside its doors
    traces: str = ""  # address of an OpenTelemetry collector, gRPC; "": no traces
    traces_share: float = 0.1  # of the calls are traced
    keys_dir: Path = Path("var/keys")
    token_keys_dir: Path = Path("var/token-keys")  # public keys NAME.pub: who may make tokens; none: the installation itself
    pages_dir: Path = Path("build/pages")  # what `make pages` has built
    public_url: str = "http://localhost:8080"
    printers: str = "files=folder:out/labels"  # NAME=ADDRESS,... see adapters/printers
    notifier: str = ""  # "" tells nobody, and no one-time code is made; or "folder:PATH"; the same for all services
    log_level: str = "INFO"

    def port(self, service: str) -> int:
        """The gRPC port of a service."""
        return int(getattr(self, f"{service}_port"))

    def http_port_of(self, services: Sequence[str]) -> int:
        """The HTTP port of a process: a single service has its own, several share http_port."""
        return int(getattr(self, f"{services[0]}_http_port", self.http_port)) if len(services) == 1 else self.http_port


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 65536:
        raise ValueError
    return number


def _one_of(*starts: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not text.startswith(starts):
            raise ValueError
        return text
    return check


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError
    return share


def _printers(text: str) -> str:
    printers.opened(text)
    return text


def _notifier(text: str) -> str:
    notifiers.opened(text)
    return text


_CHECKS: dict[str, tuple[Callable[[str], Any], str]] = {
    "printers": (_printers, "NAME=folder:PATH, NAME=tcp://HOST:PORT?language=zpl&media=100x150&dpi=203 or NAME=ipp://HOST/printers/X"),
    "notifier": (_notifier, "empty or folder:PATH"),
    "store": (_one_of("sqlite:", "memory:", "mongodb://"), "sqlite:PATH, memory: or mongodb://..."),
    "log": (_one_of("store", "kafka://"), "store or kafka://HOST:PORT"),
    "mongo_driver": (_one_of("motor", "pymongo"), "motor or pymongo"),
    "public_url": (_one_of("http://", "https://"), "http://... or https://..."),
    "traces": (_one_of("http://", "https://"), "http://HOST:4317 or https://..."),
    "traces_share": (_share, "a share, 0 to 1"),
    "log_level": (_one_of("DEBUG", "INFO", "WARNING", "ERROR"), "DEBUG, INFO, WARNING or ERROR"),
    "keys_dir": (Path, "a folder"), "token_keys_dir": (Path, "a folder"), "pages_dir": (Path, "a folder"),
}


def _given(environment: Mapping[str, str], name: str) -> str | None:
    """What is said by the variable, or else stands in the file it names."""
    path = environment.get(f"{name}_FILE")
    return environment.get(name, Path(path).read_text(encoding="utf-8").strip() if path and name not in environment else None)


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings; raises Invalid SETTINGS_WRONG naming every wrong one."""
    given = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for field in fields(Settings):
        try:
            text = _given(given, f"POSTAL_{field.name.upper()}")
        except (OSError, UnicodeDecodeError):
            wrong.append(f"POSTAL_{field.name.upper()}_FILE must be a file that can be read")
            continue
        if text is None:
            continue
        check, wanted = _CHECKS.get(field.name, (_port, "a port, 0 to 65535") if field.name.endswith("port") else (str, ""))
        try:
            values[field.name] = check(text)
        except ValueError:
            wrong.append(f"POSTAL_{field.name.upper()} must be {wanted}")
    if values.get("store", "").startswith("mongodb://") and values.get("log", "store") == "store":
        wrong.append("POSTAL_LOG must be kafka://HOST:PORT when POSTAL_STORE is MongoDB")
    if wrong:
        raise Invalid("SETTINGS_WRONG", "; ".join(wrong))
    return Settings(**values)
