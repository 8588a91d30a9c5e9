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


def test_the_image_runs_as_a_numbered_user_by_a_command_that_needs_no_shell() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    service = next(stage for stage in re.split(r"^FROM ", text, flags=re.MULTILINE) if stage.startswith("${BASE} AS service"))

    assert "USER 10001:10001" in service
    assert 'ENTRYPOINT ["python", "-m"]' in service
    assert "image.version" in service
    assert "image.revision" in service
    assert text.rstrip().endswith("FROM service")  # what is built when no target is named


def test_every_lock_pins_the_same_version() -> None:
    def pinned(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==([\w.+-]+)", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE))

    run = pinned("run.txt")

    assert len(run) > 20
    for other in ("demo.txt", "load.txt", "test.txt"):
        assert {name: version for name, version in run.items() if pinned(other).get(name) != version} == {}
