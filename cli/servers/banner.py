"""What a newcomer needs to see when the server is up: where to click, and the first password."""

from app.bootstrap.runtime import Runtime
from desk.accounts.users import FIRST_USER


def banner(runtime: Runtime, base_url: str, password: str | None) -> str:
    """The addresses; a password is shown only the one time it was made."""
    lines = ["", "jiesu is running."]
    if runtime.playing:
        lines.append(f"  playground  {base_url}/playground")
    if runtime.desk is not None:
        lines.append(f"  desk        {base_url}/desk")
    if password is not None:
        again = f"shown once; `jiesu user reset {FIRST_USER}` makes a new one"
        lines.append(f"  first user  {FIRST_USER}   password  {password}   ({again})")
    lines.append(
        f"  channels    {', '.join(sorted(name.value for name in runtime.channels)) or 'none configured'}"
    )
    return "\n".join([*lines, "Ctrl-C stops it.", ""])
