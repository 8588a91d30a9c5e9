"""The README's commands exist and do what it says; `make demo` and `make load` are run as written."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from services.foundation.localservers import kafka, mongod
from services.foundation.runtime.identity import Keys, Verifier
from tests.conftest import need
from tests.journeys.systems import free_port
from tests.pictures import pages_of

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PORTS = ("INTAKE", "COURIER", "TRACKING", "HTTP", "INTAKE_HTTP", "COURIER_HTTP")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    ports = {f"POSTAL_{name}_PORT": str(free_port()) for name in PORTS}
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=110,
                          env={**os.environ, **ports, **environment})


def test_every_make_verb_of_the_readme_exists() -> None:
    named = set(re.findall(r"make ([a-z]+)", README))

    assert named >= {"demo", "test", "up", "down", "load", "help"}
    assert not [verb for verb in named if not re.search(rf"^{verb}:", MAKEFILE, re.MULTILINE)]


def test_help_lists_every_verb() -> None:
    done = make("help")

    assert done.returncode == 0
    assert all(f"make {verb}" in done.stdout for verb in ("setup", "run", "demo", "test", "lint", "up", "down", "load"))


def test_every_path_the_readme_names_exists() -> None:
    for name in re.findall(r"`([\w./]+/[\w./]*)`", README):
        assert name == "out/" or (ROOT / name).exists(), name


def test_the_demo_carries_a_dossier_and_writes_label_and_receipt(tmp_path: Path) -> None:
    done = make("demo", "ONCE=1", POSTAL_STORE=f"sqlite:{tmp_path / 'postal.sqlite'}", POSTAL_KEYS_DIR=str(tmp_path / "keys"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"The citizen's page: http://\S+/t/\w+", done.stdout)
    for name in ("label.pdf", "label.png", "label.svg", "receipt.pdf"):
        assert (ROOT / "out" / name).stat().st_size > 500


@pytest.mark.timeout(300)
def test_the_line_with_up_demo_and_down_runs_as_it_is_written(tmp_path: Path) -> None:
    need("mongo", mongod.missing())
    need("kafka", kafka.missing())
    line = next(line for line in README.splitlines() if line.startswith("make up"))
    ports = {f"POSTAL_{name}_PORT": str(free_port())
             for name in (*PORTS, "UP_MONGO", "UP_KAFKA", "UP_PROMETHEUS", "UP_METRICS")}
    place = {**os.environ, **ports, "POSTAL_UP_HOME": str(tmp_path)}
    try:
        done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200, env=place)
    finally:
        subprocess.run(["make", "down"], cwd=ROOT, check=False, timeout=90, env=place, capture_output=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "state 10 (RETURNED)" in done.stdout
    assert "kafka stopped" in done.stdout


def test_a_badge_is_a_link_whose_token_the_door_takes(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    done = make("badge", "ROLE=CLERK", "PLACE=032248", "PERSON=gdv", "MINUTES=5", POSTAL_KEYS_DIR=str(keys),
                POSTAL_HTTP_PORT="8080")
    integrator = make("badge", "ROLE=INTEGRATOR", POSTAL_KEYS_DIR=str(keys))
    links = dict(re.findall(r"http://localhost:8080/(\w+)/#token=(\S+)", done.stdout))

    assert set(links) == {"counter"}, done.stdout + done.stderr
    assert "start it" in done.stdout  # nothing runs that could invite a handheld
    who = Verifier(Keys.load_or_make(keys)).verify(f"Bearer {links['counter']}")
    assert (who.person, who.role.value, who.place) == ("gdv", "CLERK", "032248")
    assert "no page" in integrator.stdout


def test_a_roll_of_labels_is_made_and_written(tmp_path: Path) -> None:
    place = {"POSTAL_STORE": f"sqlite:{tmp_path / 'postal.sqlite'}", "POSTAL_KEYS_DIR": str(tmp_path / "keys")}
    done = make("labels", "ROLL=3", "OFFICE=032248", "PAPER=SINGLE", **place)
    wrong = make("labels", "ROLL=501", **place)

    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"3 labels of office 032248, RH\d{9}VN to RH\d{9}VN: (\S+)", done.stdout)
    assert found, done.stdout
    assert pages_of((ROOT / found[1]).read_bytes()) == 3
    (ROOT / found[1]).unlink()
    assert wrong.returncode != 0
    assert "ROLL_SIZE_WRONG" in wrong.stderr


def test_without_node_the_demo_goes_on_and_says_so(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("make", "sh", "find", "touch", "rm", "mkdir", "git"):
        (tools / name).symlink_to(str(shutil.which(name)))
    done = make("pages-where-npm-is", PATH=str(tools))

    assert done.returncode == 0, done.stderr
    assert "without Node.js" in done.stdout


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            ["make", "demo", "ONCE=1"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=110,
            env={**os.environ, "POSTAL_INTAKE_PORT": port, "POSTAL_STORE": "memory:", "POSTAL_KEYS_DIR": str(tmp_path / "keys")})

    assert done.returncode != 0
    assert port in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.timeout(200)
def test_the_load_test_runs_and_judges() -> None:
    done = subprocess.run(["make", "load", "USERS=4", "SECONDS=5"], cwd=ROOT, capture_output=True, text=True,
                          check=False, timeout=180)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "met" in done.stdout
