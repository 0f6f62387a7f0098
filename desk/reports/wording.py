"""The bulletin's words, and the names of periods, units, areas and categories in them."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from desk.statistics.period import Period, PeriodKind
from desk.wording import Words, read_words
from intake.city import CityProfile

_FILE = Path(__file__).parent.parent / "phrases" / "bulletin.toml"
_MANY = 10_000


@cache
def bulletin_words() -> Words:
    """The texts that come with the product."""
    sections = tomllib.loads(_FILE.read_text("utf-8"))
    return Words(
        {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}
    )


@dataclass(frozen=True, slots=True)
class Names:
    """How one city's things are called."""

    city: CityProfile
    words: Words

    def rate(self, name: str) -> str:
        """The city's own name for a rate, or the usual one."""
        return self.city.rates.formula.labels.get(name) or self.words.say(f"rate.{name}")

    def unit(self, unit_id: str) -> str:
        return self.city.unit_name(unit_id) or self.words.say("word.nobody")

    def area(self, code: str) -> str:
        known = self.city.areas.get(code)
        return known.name if known else code or self.words.say("word.unknown_area")

    def category(self, code: str) -> str:
        return self.city.path(code)

    def appeal(self, code: str) -> str:
        return self.words.texts.get(f"appeal.{code}", code)

    def channel(self, code: str) -> str:
        return self.words.texts.get(f"channel.{code}", code)

    def exclusion(self, code: str) -> str:
        """Why a ticket does not count: the desk's own word for it."""
        return read_words().texts.get(f"exclusion.{code}", code)

    def period(self, period: Period) -> str:
        number = (
            self.words.say(f"period.quarter_{period.number}")
            if period.kind is PeriodKind.QUARTER
            else period.number
        )
        return self.words.say(f"period.{period.kind}", year=period.year, number=number)

    def day(self, day: date) -> str:
        return self.words.say("title.day", year=day.year, month=day.month, day=day.day)

    def items(self, number: int) -> str:
        """`4,902件`, and from ten thousand on `1.74万件` as people say it."""
        if number < _MANY:
            return self.words.say("word.items", n=f"{number:,}")
        rounded = f"{number / _MANY:.2f}".rstrip("0").rstrip(".")
        return self.words.say("word.items", n=self.words.say("word.times", n=rounded))
