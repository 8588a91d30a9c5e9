"""The image's recipe: what its first stage copies is all that building the pages needs."""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGE = re.split(r"^FROM ", (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)[1]


def test_the_pages_can_be_built_of_what_their_stage_copies(built_pages: Path, tmp_path: Path) -> None:
    for line in re.findall(r"^COPY (.+)$", STAGE, re.MULTILINE):
        *sources, target = line.split()
        for source in sources:
            place = tmp_path / target / (Path(source).name if target.endswith("/") else "")
            place.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile)(ROOT / source, place)
    (tmp_path / "deploy/pages/node_modules").symlink_to(ROOT / "deploy/pages/node_modules")
    commands = re.findall(r"^RUN (.+)$", STAGE, re.MULTILINE)
    done = subprocess.run(commands[-1].split(), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert "npm ci" in commands[0]
    assert done.returncode == 0, done.stderr
    assert _names(tmp_path / "build/pages") == _names(built_pages)


def _names(folder: Path) -> list[str]:
    """Every file's name without the hash in it."""
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(re.sub(r"-[A-Z0-9]{8}\.", ".", name) for name in found)


def test_the_lock_names_no_registry_and_every_version_is_exact() -> None:
    import json

    lock = json.loads((ROOT / "deploy/pages/package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((ROOT / "deploy/pages/package.json").read_text(encoding="utf-8"))

    assert [name for name, each in lock["packages"].items() if "resolved" in each] == []
    assert [name for name, each in lock["packages"].items() if name and "integrity" not in each] == []
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version)
               for kind in ("dependencies", "devDependencies") for version in wanted.get(kind, {}).values())
