"""The run's city asks at any hour, whenever the run is made: its citizens are players."""

import shutil
from pathlib import Path

from intake.city.file import CITIES

OPENS = 'opens = "08:30"'


def awake(folder: Path) -> str:
    """The path of the first city's profile without quiet hours for surveys; what it names lies beside it."""
    cities = shutil.copytree(CITIES, folder / "cities")
    profile = cities / "jiayuguan.toml"
    text = profile.read_text("utf-8")
    assert OPENS in text  # or nobody would be asked at night, and that count as lost
    profile.write_text(text.replace(OPENS, 'opens = "20:30"'), "utf-8")
    return str(profile)
