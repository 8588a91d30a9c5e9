"""Rooms small enough to see whole."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES, MOST_FUNCTION_LINES = 240, 45


def test_no_module_of_a_page_outgrows_it_either_nor_makes_markup_of_text() -> None:
    modules = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("*.js")}
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|console\.log|alert\(")

    assert len(modules) > 5
    assert {name: count for name, text in modules.items() if (count := len(text.splitlines())) > MOST_LINES} == {}
    assert {name: found[0] for name, text in modules.items() if (found := forbidden.search(text))} == {}


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
