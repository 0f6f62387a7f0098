"""What the desk's steps need besides the database: the city, and chance."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from intake.city import CityProfile


@dataclass(frozen=True, slots=True)
class DeskContext:
    """`digits(n)` gives `n` random decimal digits."""

    city: CityProfile
    digits: Callable[[int], str]

    def new_ref(self, now: datetime) -> str:
        """A ticket's number at the desk: `yyMMddHHmmss` in the city's time and six digits."""
        local = now.astimezone(ZoneInfo(self.city.timezone))
        return f"{local:%y%m%d%H%M%S}{self.digits(6)}"
