"""`make test-fast`: which tests answer a developer soon.

The pure core's (`tests/intake`, `tests/hotline`), every test file that differs from the last commit, and of
every module that does the tests that are named after it: `test_desk_rates.py` for `rates.py`.
Which tests a change needs nobody can tell from its name: `make test` runs all.
"""

import subprocess
from collections.abc import Iterable
from pathlib import Path, PurePath

ROOT = Path(__file__).parents[1]
CORE = ("tests/intake", "tests/hotline")


def changed() -> list[str]:
    """Files that differ from the last commit, new ones included."""
    ask = ["git", "ls-files", "--modified", "--others", "--exclude-standard"]
    done = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if (ROOT / line).exists()]


def nearby(files: Iterable[str], every_test: Iterable[str]) -> list[str]:
    """Arguments for pytest: the core, and the test files near these files."""
    known = sorted(every_test)
    found = {test for file in files for test in known if _near(PurePath(file), PurePath(test))}
    return [*CORE, *sorted(test for test in found if not test.startswith(CORE))]


def _near(file: PurePath, test: PurePath) -> bool:
    named = file.suffix == ".py" and f"_{file.stem}" in test.stem
    return file == test or (named and file.parts[0] == test.parts[1])


def main() -> None:
    tests = (str(path.relative_to(ROOT)) for path in ROOT.glob("tests/**/test_*.py"))
    print(*nearby(changed(), tests))


if __name__ == "__main__":
    main()
