"""`make lint` is green: style, types and contracts."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_lint_finds_nothing() -> None:
    done = subprocess.run(["make", "lint"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=110)

    assert done.returncode == 0, done.stdout + done.stderr
