"""What a newcomer needs to see when the server is up: where to click, and the first password."""

from app.house import House
from desk.users import FIRST_USER


def banner(house: House, base_url: str, password: str | None) -> str:
    """The addresses; a password is shown only the one time it was made."""
    lines = ["", "jiesu is running."]
    if house.playing:
        lines.append(f"  playground  {base_url}/playground")
    if house.desk is not None:
        lines.append(f"  desk        {base_url}/desk")
    if password is not None:
        again = f"shown once; `jiesu user reset {FIRST_USER}` makes a new one"
        lines.append(f"  first user  {FIRST_USER}   password  {password}   ({again})")
    lines.append(
        f"  channels    {', '.join(sorted(name.value for name in house.channels)) or 'none configured'}"
    )
    return "\n".join([*lines, "Ctrl-C stops it.", ""])
