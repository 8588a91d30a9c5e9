"""Prometheus from PATH, with the project's own rules: `make up` brings it along where it is installed (Debian: prometheus)."""

import json
import shutil
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from . import process

CONFIG = Path("deploy/monitoring")


def missing() -> str | None:
    """Why it cannot run here."""
    return None if shutil.which("prometheus") else "no prometheus on PATH"


def start(port: int, folder: Path, targets: Sequence[int]) -> int:
    """Starts it on a copy of the configuration that names our own ``targets``, ports of this machine; the process id. Raises
    RuntimeError with the log's place."""
    config = folder / "config"
    shutil.copytree(CONFIG, config, dirs_exist_ok=True)
    (config / "targets.json").write_text(json.dumps([{"targets": [f"127.0.0.1:{each}" for each in targets]}]), encoding="utf-8")
    pid = process.start(("prometheus", f"--config.file={config / 'prometheus.yaml'}", f"--storage.tsdb.path={folder / 'data'}",
                         f"--web.listen-address=127.0.0.1:{port}"), folder / "prometheus.log")
    if not process.until(lambda: _is_ready(port) or not process.is_alive(pid), 30) or not process.is_alive(pid):
        process.stop(pid)
        raise RuntimeError(f"Prometheus did not start; see {folder / 'prometheus.log'}")
    return pid


def _is_ready(port: int) -> bool:
    """Whether it answers questions; its port is open before."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
