"""What a newcomer needs to see when the server is up: where to click, and the first password."""

import sys

from app.bootstrap.runtime import Runtime
from desk.accounts.users import FIRST_USER
from desk.app import Desk


def banner(runtime: Runtime, base_url: str, password: str | None) -> str:
    """The addresses; a password is shown only the one time it was made."""
    lines = ["", "jiesu is running."]
    if runtime.playing:
        lines.append(f"  playground  {base_url}/playground")
    if runtime.desk is not None:
        lines.append(f"  desk        {base_url}/desk")
    if password is not None and runtime.desk is not None:
        lines.append(f"  {first_user(runtime.desk, password)}")
    lines.append(
        f"  channels    {', '.join(sorted(name.value for name in runtime.channels)) or 'none configured'}"
    )
    return "\n".join([*lines, "Ctrl-C stops it.", ""])


def first_user(desk: Desk, password: str) -> str:
    """The line that tells of the first account; where it would go to a log, the password goes to a file."""
    again = f"`jiesu user reset {FIRST_USER}` makes a new one"
    kept = desk.first_password
    if kept is None or sys.stdout.isatty():
        return f"first user  {FIRST_USER}   password  {password}   (shown once; {again})"
    return f"first user  {FIRST_USER}   password in {kept.keep(password)}   (gone once it was used; {again})"
