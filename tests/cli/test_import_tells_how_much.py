"""Both imports say how many rows they read, beside what the file holds."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

HEAD = "工单编号,受理时间,诉求类型,主要内容,电话,办结时间"


def workbook(path: Path) -> Path:
    """Fifty rows in a sheet that says it has ten."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEAD.split(","))
    for number in range(50):
        book.active.append(
            [f"T{number}", "2026-03-01 09:00", "投诉", "暖气不热", "13912345678", "2026-03-02 10:00"]
        )
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode() if name.endswith(".xml") else ""
            small = re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:F11"', content)
            new.writestr(name, small or old.read(name))
    return path


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("survey", "import", "--dry-run"), "50 matters"),
        (("desk", "import"), "50 tickets could be brought in"),
    ],
)
def test_fifty_rows_are_fifty_whatever_the_sheet_says_of_its_size(
    jiesu: Any, here: Path, words: tuple[str, ...], says: str
) -> None:
    said = jiesu(*words, str(workbook(here / "calls.xlsx")))
    assert said.status == 0, said
    assert says in said.out
    assert "50 rows read under the head; the file has 51 rows with anything in them" in said.err
    assert "it says of itself A1:F11" in said.err


@pytest.mark.parametrize("words", [("survey", "import"), ("desk", "import", "--apply")])
def test_a_file_that_cannot_be_read_whole_brings_in_nothing(
    jiesu: Any, here: Path, words: tuple[str, ...]
) -> None:
    row = "T{},2026-03-01 09:00,投诉,{},13912345678,2026-03-02 10:00"
    lines = (HEAD, row.format(1, '"路灯不亮'), row.format(2, "井盖坏了"), row.format(3, '暖气不热"'))
    (here / "calls.csv").write_text("\n".join(lines))
    said = jiesu(*words, "calls.csv")
    assert (said.status, said.out) == (1, "")
    assert "the row that begins in line 2 runs over lines that look like rows" in said.err
