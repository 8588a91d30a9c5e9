"""Runbooks can be followed as they are written: every command line in them is run, on an installation with a parked filing."""

import asyncio
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.admin.test_rebuild import park
from tests.admin.worlds import World
from tests.conftest import need

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "runbooks"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md")) if path.name != "README.md"}
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")
ADMIN = "python -m services.admin "


def _commands(page: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


ALL = sorted({command for page in PAGES.values() for command in _commands(page)})


def test_every_page_is_in_the_list_and_says_what_to_see_what_to_do_and_whom_to_call() -> None:
    assert sorted(re.findall(r"\]\(([a-z-]+\.md)\)", INDEX)) == sorted(PAGES)
    for name, page in PAGES.items():
        headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
        assert headings == ["Với hồ sơ / for dossiers", "Xem / see", "Làm / do", "Gọi ai / whom to call"], name
        assert _commands(page), name
        assert set(re.findall(r"\]\(([a-z-]+\.md)\)", page)) <= set(PAGES), name


def test_every_runbook_that_an_alert_names_is_there() -> None:
    named = {found for path in (ROOT / "deploy").rglob("*.y*ml") if "node_modules" not in path.parts
             for found in re.findall(r"docs/runbooks/([\w-]+\.md)", path.read_text(encoding="utf-8"))}

    assert named <= set(PAGES)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("operator")
    return {"BACKUPS": str(home / "backups"), "OUT": str(home)}


@pytest.mark.parametrize("command", [each for each in ALL if each.startswith(ADMIN)])
def test_an_operators_command_runs_as_it_is_written(one_file: World, places: dict[str, str], command: str) -> None:
    asyncio.run(park(one_file, one_file.whole))
    backups = Path(places["BACKUPS"])
    if " restore " in command and not (backups / "last").exists():
        assert one_file.admin("backup", str(backups / "last"))[0] == 0
    filled = {**places, "FILING": one_file.whole}
    words = [re.sub(r"\$(\w+)", lambda found: filled[found[1]], word) for word in shlex.split(command.removeprefix(ADMIN))]
    world = one_file
    if " restore " in command:
        world = one_file.empty(backups.parent)
        world.made()
    code, report = world.admin(*words)

    assert code in (0, 1), report


@pytest.mark.parametrize("command", [each for each in ALL if not each.startswith(ADMIN)])
def test_a_command_of_the_machine_or_the_cluster_is_one_that_exists(command: str, tmp_path: Path) -> None:
    program, *words = shlex.split(command)
    if program == "kubectl":
        need("kubectl", None if shutil.which("kubectl") else "no kubectl on PATH")
        verbs = words[:2] if words[0] == "rollout" else words[:1]
        done = subprocess.run(["kubectl", *verbs, "--help"], capture_output=True, text=True, check=False, timeout=20)
        options = [word.partition("=")[0] for word in words if word.startswith("--")]
        assert [option for option in options if option not in done.stdout] == []
    else:
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=20,
                              env={**os.environ, "BACKUPS": str(tmp_path)})
    assert done.returncode == 0, done.stderr
