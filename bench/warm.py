"""What a life of the product reads once from its own files and keeps: the parent does, before it forks."""

from datetime import UTC, datetime

from app.bootstrap.resources import open_city
from intake.understand.persons.masking import masked
from intake.understand.reader import read

_DAY = datetime(2026, 4, 26, 9, 30, tzinfo=UTC)
_SAID = (
    "楼下烧烤店油烟太大，在新华路15号院，我姓王，电话13912345678，从昨天晚上8点开始",
    "the street lamp is broken, I am Li Ming",
)


def understanding() -> None:
    """Read the words of every language, compile the patterns and load what was learnt."""
    city = open_city("jiayuguan")
    for text in _SAID:
        read(text, city, _DAY)
        masked(text)
