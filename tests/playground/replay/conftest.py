"""Files of complaints, and a city whose bot hears them."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from app.bootstrap.resources import open_city
from intake.city import CityProfile

Write = Callable[[Sequence[str], Sequence[Sequence[str]]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a CSV file: its columns, its rows."""

    def written(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
        file = tmp_path / "complaints.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([columns, *rows])
        return file

    return written


@pytest.fixture(scope="session")
def city() -> CityProfile:
    return open_city("jiayuguan")
