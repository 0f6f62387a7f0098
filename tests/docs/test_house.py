"""The house can be seen at a glance: folders are small, and a public class name stands in one place."""

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "bots", "cli", "desk", "hotline", "intake", "playground", "storage", "training", "webhooks")
MOST = 15
"""Modules of one folder, its `__init__` aside."""


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def test_no_folder_is_too_full() -> None:
    """Revisions of the tables aside: one is added to the row of them, and none is looked for."""
    rooms = [path for path in modules() if path.stem != "__init__" and path.parent.name != "versions"]
    counts = Counter(str(path.parent.relative_to(ROOT)) for path in rooms)
    assert {folder: count for folder, count in counts.items() if count > MOST} == {}


def test_a_public_class_name_stands_once() -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for path in modules():
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(str(path.relative_to(ROOT)))
    assert {name: sorted(found) for name, found in places.items() if len(found) > 1} == {}


def test_no_room_asks_a_channel_for_its_name() -> None:
    """What differs between channels is a trait or a row; what is not WeChat must not turn out Telegram."""
    asks = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        if not re.search(r"(telegram|wechat)", str(path.relative_to(ROOT)))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Compare | ast.IfExp | ast.MatchValue) and _names_a_channel(node)
    }
    assert asks == set()


def _names_a_channel(node: ast.AST) -> bool:
    return any(
        ast.unparse(part) in ("ChannelName.WECHAT", "ChannelName.TELEGRAM", "'wechat'", "'telegram'")
        for part in ast.walk(node)
    )
