"""Rooms small enough to see whole."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES, MOST_FUNCTION_LINES = 240, 45


def test_no_module_outgrows_a_screenful_of_screens() -> None:
    long = {path.as_posix(): count for path in (ROOT / "services").rglob("*.py")
            if (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES}

    assert not long


def test_no_function_outgrows_the_eye() -> None:
    long = []
    for path in (ROOT / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno
                if lines > MOST_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.name} {lines}")

    assert not long
