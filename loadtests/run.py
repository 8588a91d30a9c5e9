"""`make load`: starts the embedded system on free ports unless POSTAL_INTAKE names another, and lets Locust loose."""

import argparse
import asyncio
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


async def main() -> int:
    """Locust's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=20)
    arguments = parser.parse_args()
    environment = dict(os.environ)
    (HERE.parent / "out").mkdir(exist_ok=True)
    system = None
    if "POSTAL_INTAKE" not in environment:
        system = await _embedded(environment)
    environment.setdefault("POSTAL_OFFICES", ",".join(_some_offices()))
    command = [sys.executable, "-m", "locust", "-f", str(HERE / "locustfile.py"), "--headless", "--only-summary",
               "-u", str(arguments.users), "-r", str(arguments.users), "-t", f"{arguments.seconds}s",
               "--html", str(HERE.parent / "out" / "load.html")]
    try:
        return await asyncio.to_thread(lambda: subprocess.run(command, env=environment, check=False).returncode)
    finally:
        if system is not None:
            system.terminate()
            await system.wait()


def _some_offices() -> list[str]:
    from services import registry

    known = registry.load()
    return [known.office_of_unit(unit.code).code for unit in known.communes()[::300]]


async def _embedded(environment: dict[str, str]) -> asyncio.subprocess.Process:
    """The embedded system on the usual ports plus 1000, its data apart from the demo's."""
    environment |= {
        "POSTAL_INTAKE_PORT": "9101", "POSTAL_COURIER_PORT": "9102", "POSTAL_TRACKING_PORT": "9103",
        "POSTAL_HTTP_PORT": "9180", "POSTAL_STORE": "sqlite:var/load/postal.sqlite", "POSTAL_KEYS_DIR": "var/load/keys",
        "POSTAL_INTAKE": "127.0.0.1:9101", "POSTAL_TRACKING": "127.0.0.1:9103",
    }
    system = await asyncio.create_subprocess_exec(sys.executable, "-m", "services", env=environment)
    deadline = asyncio.get_running_loop().time() + 20
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", 9103)
            writer.close()
            return system
        except OSError:
            if system.returncode is not None or asyncio.get_running_loop().time() > deadline:
                raise SystemExit("the embedded system did not start; see its lines above") from None
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
