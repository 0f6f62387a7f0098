"""What burns, ranked, each with its place, its growth and a sparkline, in words and points."""

from dataclasses import dataclass

from desk.reports.wording import Names
from desk.statistics.hotspots import Hot
from desk.wording import Words

WIDE, HIGH = 84, 22
_EDGE = 2


@dataclass(frozen=True, slots=True)
class Burning:
    """One line. `points` draw the last days; `said` tells them to who cannot see the drawing."""

    area: str
    category: str
    number: int
    growth: str
    points: str
    said: str
    wide: int = WIDE
    high: int = HIGH


def burning(one: Hot, names: Names, words: Words) -> Burning:
    """The line for one hot matter."""
    growth = (
        words.say("overview.hot_growth", times=f"{one.growth:.1f}", usual=f"{one.usual:.1f}")
        if one.growth is not None
        else words.say("overview.hot_new")
    )
    said = words.say("overview.hot_days", n=len(one.days), numbers=", ".join(map(str, one.days)))
    return Burning(
        names.area(one.area), names.category(one.category), one.number, growth, _points(one.days), said
    )


def _points(days: tuple[int, ...]) -> str:
    most = max((*days, 1))
    step = (WIDE - 2 * _EDGE) / max(len(days) - 1, 1)
    floor = HIGH - _EDGE
    return " ".join(
        f"{round(_EDGE + at * step, 1)},{round(floor - number / most * (floor - _EDGE), 1)}"
        for at, number in enumerate(days)
    )
