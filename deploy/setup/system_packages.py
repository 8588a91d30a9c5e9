"""What the full test run lacks of the system: installed by apt as root on Debian or Ubuntu, else named in one line.

With ``storms`` what `make chaos` lacks. ``SYSTEM_PACKAGES=no`` forbids installing. A missing package never ends the run: the
tests that need it are listed as not run, or fail where ``REQUIRE`` asks for them.
"""

import ctypes
import os
import shutil
import subprocess
import sys

NEEDED = {  # program looked for: Debian package
    "chromium": "chromium",
    "java": "openjdk-17-jre-headless",
    "mvn": "maven",
    "zbarimg": "zbar-tools",
    "pdftoppm": "poppler-utils",
    "lpadmin": "cups",
    "promtool": "prometheus",
    "node": "nodejs",
    "npm": "npm",
}
STORMS = {"java": NEEDED["java"], "mvn": NEEDED["mvn"], "go": "golang-go"}  # `make chaos`: Go builds the proxy of bad networks

LIBRARIES = {  # shared library: Debian package
    "libcurl.so.4": "libcurl4",  # the wheel's mongod
    "libatomic.so.1": "libatomic1",  # the browser driver's Node
}


def _libraries() -> set[str]:
    """Shared libraries that wheels link and a slim system lacks."""
    if not sys.platform.startswith("linux"):
        return set()
    return {package for library, package in LIBRARIES.items() if not _loads(library)}


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def main() -> None:
    needed = STORMS if "storms" in sys.argv else NEEDED
    missing = sorted({package for program, package in needed.items() if shutil.which(program) is None} | _libraries())
    if not missing:
        return
    line = f"apt-get install -y {' '.join(missing)}"
    may_install = os.geteuid() == 0 and shutil.which("apt-get") and os.environ.get("SYSTEM_PACKAGES") != "no"
    if not may_install:
        print(f"The full run lacks system packages. As root on Debian or Ubuntu: {line}", file=sys.stderr)
        return
    print(f"The full run lacks system packages; installing: {line}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"],
                    ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]):
        done = subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
        if done.returncode:
            print(f"`{' '.join(command)}` failed; going on without", file=sys.stderr)
            return


if __name__ == "__main__":
    main()
