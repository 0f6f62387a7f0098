"""Every test the threat model names is there: a promise without its test is none."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_threat_names_a_test_that_is_there() -> None:
    text = (ROOT / "docs" / "threats.md").read_text("utf-8") + (ROOT / "docs" / "asvs.md").read_text("utf-8")
    named = NAMED.findall(text)
    missing = [(file, name) for file, name in named if not _is_there(ROOT / file, name)]
    assert len(named) >= 30
    assert missing == []


def test_every_threat_has_one() -> None:
    lines = (ROOT / "docs" / "threats.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(("| step", "| ---"))]
    assert rows
    assert [row for row in rows if not NAMED.search(row)] == []


def _is_there(file: Path, name: str) -> bool:
    if not file.exists():
        return False
    tree = ast.parse(file.read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return not name or name in {node.name for node in ast.walk(tree) if isinstance(node, functions)}
