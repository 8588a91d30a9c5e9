"""A real CUPS on a free port, with one raw queue that gives what it gets to a printer on TCP."""

import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from services.foundation.localservers import process

PROGRAMS = ("cupsd", "lpadmin")
BACKEND = Path("/usr/lib/cups/backend/socket")
QUEUE = "labels"


def missing() -> str | None:
    """What it lacks, None if nothing."""
    lacks = [name for name in PROGRAMS if _program(name) is None]
    return f"no {', '.join(lacks)}" if lacks else None if BACKEND.exists() else "no socket backend (cups-core-drivers)"


def _program(name: str) -> str | None:
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")


class Cups:
    """Runs until left."""

    def __init__(self, printer_port: int) -> None:
        self._printer_port, self.port = printer_port, process.free_port()

    def __enter__(self) -> "Cups":
        self._folder = Path(tempfile.mkdtemp(prefix="cups"))
        self._folder.chmod(0o755)  # its backends run as another user
        for name in ("etc", "spool", "cache", "run", "log"):
            (self._folder / name).mkdir()
        allowed = "Order allow,deny\n  Allow all"
        (self._folder / "etc/cupsd.conf").write_text(
            f"Listen 127.0.0.1:{self.port}\nDefaultAuthType None\nBrowsing Off\nWebInterface No\n"
            + "".join(f"<Location {place}>\n  {allowed}\n</Location>\n" for place in ("/", "/admin"))
            + f"<Policy default>\n <Limit All>\n  {allowed}\n </Limit>\n</Policy>\n")
        places = {"ServerRoot": "etc", "RequestRoot": "spool", "CacheDir": "cache", "StateDir": "run", "TempDir": "spool",
                  "AccessLog": "log/access", "ErrorLog": "log/error", "PageLog": "log/page"}
        (self._folder / "etc/cups-files.conf").write_text("".join(
            f"{name} {self._folder / place}\n" for name, place in places.items()))
        self._process = subprocess.Popen(
            [str(_program("cupsd")), "-f", "-c", f"{self._folder}/etc/cupsd.conf", "-s", f"{self._folder}/etc/cups-files.conf"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._await()
        subprocess.run([str(_program("lpadmin")), "-h", f"127.0.0.1:{self.port}", "-p", QUEUE, "-E", "-m", "raw", "-v",
                        f"socket://127.0.0.1:{self._printer_port}"], check=True, capture_output=True)
        return self

    def _await(self) -> None:
        end = time.monotonic() + 15
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=1)
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("CUPS does not answer")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self._folder)
