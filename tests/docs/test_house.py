"""The house can be seen at a glance: folders are small, and a public class name stands in one place."""

import ast
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "bots", "cli", "desk", "hotline", "intake", "playground", "storage", "training", "webhooks")
MOST = 15
"""Modules of one folder, its `__init__` aside."""


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def test_no_folder_is_too_full() -> None:
    counts = Counter(str(path.parent.relative_to(ROOT)) for path in modules() if path.stem != "__init__")
    assert {folder: count for folder, count in counts.items() if count > MOST} == {}


def test_a_public_class_name_stands_once() -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for path in modules():
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(str(path.relative_to(ROOT)))
    assert {name: sorted(found) for name, found in places.items() if len(found) > 1} == {}
