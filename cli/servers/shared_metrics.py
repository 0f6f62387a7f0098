"""Several processes, one set of figures: whichever is asked for `/metrics` answers for all.

The rule: the library reads where to keep them when it is imported. So the command begins once more, with a
folder of its own in its environment, before anything has been counted.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from app.base.metrics import TOGETHER

_OURS = "JIESU_FIGURES_FOLDER"


def begin_again_with_shared_figures() -> None:
    """Does not return where the folder is not set yet."""
    if TOGETHER in os.environ:
        return
    folder = tempfile.mkdtemp(prefix="jiesu-figures-")
    given = {**os.environ, TOGETHER: folder, _OURS: folder}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], given)  # noqa: S606  ourselves


@contextmanager
def figures_until_the_end() -> Iterator[None]:
    """The folder goes with the processes; one that an operator named stays."""
    try:
        yield
    finally:
        if folder := os.environ.get(_OURS):
            shutil.rmtree(folder, ignore_errors=True)
