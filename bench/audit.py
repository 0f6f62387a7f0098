"""`python -m bench.audit`: known holes of what we depend on; where nobody can be asked, that is said.

0 if there is none, 1 if there is one, 3 if the service of known holes did not know even our packages: a list
it cannot look at must not look like a clean one.
"""

import subprocess
import sys
from pathlib import Path

COMMAND = ("-r", "requirements.lock", "--disable-pip", "--no-deps", "--progress-spinner", "off")
UNREACHABLE = (
    "could not be audited",
    "ConnectionError",
    "Max retries",
    "NameResolution",
    "Timeout",
    "ServiceError",
)
NOT_ASKED = 3


def verdict(status: int, said: str) -> int:
    """What pip-audit's status and words mean."""
    if any(word in said for word in UNREACHABLE):
        return NOT_ASKED
    return 1 if status else 0


def main() -> int:
    """See above; `--lenient` makes 0 of 3, for a check that must run without a network."""
    asked = (str(Path(sys.executable).parent / "pip-audit"), *COMMAND)
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    found = verdict(done.returncode, said)
    if found == NOT_ASKED:
        print("audit: NOT ASKED, the service of known holes is out of reach or does not know our packages.")
        return 0 if "--lenient" in sys.argv else NOT_ASKED
    print("audit: no known hole." if found == 0 else said)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
