"""A command of the product as an operator starts it, but forked: for `bench.zygote`.

The order has what a shell would give it: `words`, `cwd`, `env`, and the files `out` and `err`. Settings are
read after the fork, and the process ends as its own would. What forks cannot show (that the command imports
what it needs) is left to the tests that start it cold.
"""

import os
import sys
import time
from importlib import import_module
from typing import Any

COLD = "from cli.main import run; run()"
WARM = (
    "cli.main",
    "alembic.command",
    "bots.telegram.channel",
    "desk.api.rest",
    "desk.pages.router",
    "webhooks.telegram",
)
"""The command line, and what commands import when they need it."""


def warm_up() -> None:
    """Import all that a command may need, and read what does not hang on its settings."""
    for name in WARM:
        import_module(name)
    import_module("bench.warm").understanding()


def live(order: dict[str, Any], _listening: object) -> None:
    """To the command's end."""
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    os.chdir(order["cwd"])
    _write_to(order["out"], 1)
    _write_to(order["err"], 2)
    sys.argv = ["jiesu", *order["words"]]
    sys.orig_argv = [sys.executable, "-c", COLD, *order["words"]]  # with which `serve` begins once more
    import_module("cli.main").run()


def _write_to(file: str, number: int) -> None:
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(opened, number)
    os.close(opened)
