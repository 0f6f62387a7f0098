"""What a made-up citizen writes: the document of a story, in the words of `texts.toml`."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from desk.demo.story import Story
from intake.city import CityProfile

_FILE = Path(__file__).parent / "texts.toml"


@cache
def texts() -> Mapping[str, Any]:
    """The wording, read once."""
    return tomllib.loads(_FILE.read_text("utf-8"))


def replies() -> Mapping[str, str]:
    """What staff write."""
    found: Mapping[str, str] = texts()["replies"]
    return found


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes for one city, by chance."""

    city: CityProfile
    chance: random.Random

    def document(self, story: Story) -> dict[str, Any]:
        """The ticket document (see `hotline.contract.TicketDocument`) as plain values."""
        said, name, place = texts(), self._name(), self._place(story)
        matter = self.chance.choice(said["matters"].get(story.category[:2], said["matters"]["other"]))
        filled = {
            "name": name,
            "place": place,
            "matter": matter,
            "detail": self.chance.choice(said["details"]["all"]),
            "days": self.chance.randint(1, 20),
            "wish": self.chance.choice(said["wishes"]["all"]),
        }
        lead, co_units = self.city.responsible(story.category, story.area)
        return {
            "reference": reference(story, self.city),
            "idempotency_key": key(story),
            "channel": story.channel,
            "submitted_at": story.submitted_at.isoformat(),
            "appeal_type": story.appeal_type,
            "category": {"code": story.category, "path": self.city.path(story.category), "confidence": None},
            "urgency": {"level": story.urgency, "rule": None},
            "title": said["forms"]["title"].format(**filled),
            "content": said["forms"]["content"].format(**filled),
            "place": {"text": place, "area_code": story.area},
            "person": self._person(name),
            "reply_wanted": story.appeal_type != "BY",
            "is_public": False,
            "suggested": {"lead_unit": lead, "co_units": list(co_units)},
            "language": "zh",
        }

    def _person(self, name: str) -> dict[str, Any]:
        phone = f"199{self.chance.randrange(10**8):08}"
        confidential = self.chance.random() < 0.05
        return {"kind": "individual", "name": name, "phone": phone, "confidential": confidential}

    def _name(self) -> str:
        names = texts()["names"]
        return f"{self.chance.choice(names['families'])}{self.chance.choice(names['titles'])}"

    def _place(self, story: Story) -> str:
        here = _places(self.city, story.area) or _places(self.city, None)
        house = texts()["forms"]["house"].format(n=self.chance.randint(1, 60))
        return f"{self.chance.choice(here)}{house}" if here else house


def reference(story: Story, city: CityProfile) -> str:
    """The number a citizen would keep."""
    local = story.submitted_at.astimezone(ZoneInfo(city.timezone))
    return f"{story.channel}{local:%y%m%d%H%M%S}{story.number % 1000:03}"


def key(story: Story) -> str:
    """The idempotency key, which also says that the ticket was made up."""
    return f"demo-{story.submitted_at:%Y%m%d%H%M%S}-{story.number}"


@cache
def _places(city: CityProfile, area: str | None) -> tuple[str, ...]:
    return tuple(entry.name for entry in city.gazetteer if area is None or entry.area_code == area)
