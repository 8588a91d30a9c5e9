"""A network that can be made bad: Toxiproxy between the services, their servers and their clients.

From PATH (``toxiproxy-server``), or built once by ``go install`` into the user's cache.
"""

import json
import os
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.foundation.localservers import process

VERSION = "v2.8.0"  # the last that Debian 12's Go (1.19) builds


def missing() -> str | None:
    """Why it cannot run here."""
    if shutil.which("toxiproxy-server") or _built().exists():
        return None
    if shutil.which("go") is None:
        return "neither toxiproxy-server nor go (1.19 or newer, to build it) on PATH"
    done = subprocess.run(("go", "install", f"github.com/Shopify/toxiproxy/v2/cmd/server@{VERSION}"), check=False, timeout=300,
                          env={**os.environ, "GOBIN": str(_built().parent)}, capture_output=True, text=True)
    return f"go install of Toxiproxy {VERSION} failed: {done.stderr.strip()[-300:]}" if done.returncode else None


def _built() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "dossier-post" / f"toxiproxy-{VERSION}" / "server"


@dataclass
class Proxies:
    """A proxy before each named port."""

    port: int
    pid: int
    ports: dict[str, int] = field(default_factory=dict)

    @classmethod
    def start(cls, home: Path) -> "Proxies":
        """Starts the server."""
        port = process.free_port()
        server = shutil.which("toxiproxy-server") or str(_built())
        pid = process.start((server, "-host", "127.0.0.1", "-port", str(port)), home / "toxiproxy.log")
        if not process.until(lambda: process.is_open(port), 20):
            raise RuntimeError(f"toxiproxy did not start; see {home / 'toxiproxy.log'}")
        return cls(port, pid)

    def stop(self) -> None:
        """Ends it."""
        process.stop(self.pid)

    def before(self, name: str, upstream: int) -> int:
        """The port of the proxy before this one, made at the first question."""
        if name not in self.ports:
            self.ports[name] = process.free_port()
            self._ask("POST", "/proxies", {"name": name, "listen": f"127.0.0.1:{self.ports[name]}",
                                           "upstream": f"127.0.0.1:{upstream}", "enabled": True})
        return self.ports[name]

    def worsen(self, name: str, kind: str, *, stream: str = "downstream", **attributes: Any) -> None:
        """Adds a toxic: latency, timeout (nothing passes), slicer, bandwidth, reset_peer. ``downstream`` is towards the client."""
        self._ask("POST", f"/proxies/{name}/toxics", {"name": f"{kind}-{stream}", "type": kind, "stream": stream,
                                                      "attributes": attributes})

    def heal(self) -> None:
        """Takes all toxics away."""
        self._ask("POST", "/reset", {})

    def _ask(self, method: str, path: str, body: Any) -> None:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(), method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()
