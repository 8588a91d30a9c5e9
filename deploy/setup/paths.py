"""Puts the project and its generated code on the import path of the running virtual environment."""

import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

if __name__ == "__main__":
    target = Path(sysconfig.get_paths()["purelib"]) / "dossier_post.pth"
    target.write_text(f"{ROOT}\n{ROOT / 'build' / 'pb'}\n", encoding="utf-8")
