"""`make load`: a system to load (unless one is named), Locust, and the oracle. See loadtests/README.md."""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from loadtests import oracle
from services.foundation.localservers import UP_HOME, process

HERE, OUT = Path(__file__).resolve().parent, Path("out/load")
SERVICES = ("intake", "courier", "tracking")


async def main() -> int:
    """0 if the goal is met and nothing is lost, doubled, regressed or out of order."""
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--shape", default="flat")
    parser.add_argument("--target", choices=("embedded", "up", "remote"), default="embedded")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--ui", action="store_true", help="Locust's live page instead of a run without one")
    chosen = parser.parse_args()
    _empty(OUT)
    os.environ |= {"POSTAL_LOAD_USERS": str(chosen.users), "POSTAL_LOAD_SECONDS": str(chosen.seconds),
                   "POSTAL_LOAD_SHAPE": chosen.shape, "PYTHONPATH": f"{Path.cwd()}:{Path.cwd() / 'build' / 'pb'}"}
    target = "remote" if "POSTAL_INTAKE" in os.environ else chosen.target
    async with SYSTEMS[target]():
        command = [sys.executable, "-m", "locust", "-f", str(HERE / "locustfile.py"), "--html", str(OUT / "report.html"),
                   "--csv", str(OUT / "stats"), "--only-summary", *(() if chosen.ui else ("--headless",)),
                   *(("--processes", str(chosen.processes)) if chosen.processes > 1 else ())]
        locust = await asyncio.create_subprocess_exec(*command)
        goal = await locust.wait()
        return await oracle.main(OUT) or goal


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


@asynccontextmanager
async def _embedded() -> AsyncIterator[None]:
    """Everything in one process, on free ports and a file of its own that goes away again."""
    ports = {name: process.free_port() for name in SERVICES}
    with tempfile.TemporaryDirectory(prefix="load-") as home:
        os.environ |= {f"POSTAL_{name.upper()}_PORT": str(port) for name, port in ports.items()}
        os.environ |= {f"POSTAL_{name.upper()}": f"127.0.0.1:{port}" for name, port in ports.items()}
        os.environ |= {"POSTAL_HTTP_PORT": str(process.free_port()), "POSTAL_STORE": f"sqlite:{home}/postal.sqlite",
                       "POSTAL_LOG": "store", "POSTAL_KEYS_DIR": f"{home}/keys", "POSTAL_LOG_LEVEL": "ERROR"}
        pid = process.start((sys.executable, "-m", "services"), OUT / "system.log")
        try:
            if not await asyncio.to_thread(process.until, lambda: process.is_open(ports["tracking"]), 30):
                raise SystemExit(f"the embedded system did not start; see {OUT / 'system.log'}")
            yield
        finally:
            await asyncio.to_thread(process.stop, pid)


@asynccontextmanager
async def _up() -> AsyncIterator[None]:
    """What `make up` has started."""
    os.environ["POSTAL_KEYS_DIR"] = str(UP_HOME / "keys")
    yield


@asynccontextmanager
async def _remote() -> AsyncIterator[None]:
    """Named by POSTAL_INTAKE, POSTAL_COURIER, POSTAL_TRACKING and POSTAL_KEYS_DIR."""
    yield


SYSTEMS = {"embedded": _embedded, "up": _up, "remote": _remote}

if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
