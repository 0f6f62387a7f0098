"""The fixture city's bulletin gives the figures of the speech, on both databases and in every form."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import docx
import openpyxl
import orjson
import pytest
from docx.enum.section import WD_ORIENT
from docx.shared import Cm

from desk.demo import bulk
from desk.demo.rows import Rows, fact_row
from desk.demo.seed import NotThisCity, apportion, stories
from desk.demo.story import life, results
from desk.reports.compose import compose
from desk.reports.document import Cell, CellKind
from desk.reports.figures import Collected, collect
from desk.reports.formats.data import harmless
from desk.reports.formats.formats import FORMS, written
from desk.reports.formats.svg_charts import plot
from desk.reports.formats.text import as_text
from desk.statistics import facts
from desk.statistics.period import read_period
from desk.statistics.rates import rounded
from intake.city import CityProfile, load
from storage.db.database import Database

AS_OF = datetime(2023, 4, 26, tzinfo=UTC)
SLOW = pytest.mark.timeout(900)


@pytest.fixture(scope="session")
def seed_city() -> CityProfile:
    return load("jiayuguan")


@pytest.fixture(scope="session")
def seed_facts(seed_city: CityProfile) -> list[dict[str, Any]]:
    """What every ticket of the fixture city counts for."""
    return [
        fact_row(number, one, life(one), seed_city) | facts.evaluation(results(one))
        for number, one in enumerate(stories(seed_city), start=1)
    ]


async def collected(database: Database, city: CityProfile, period: str) -> Collected:
    async with database.read() as tx:
        return await collect(tx, city, read_period(period), AS_OF)


@SLOW
@pytest.mark.xdist_group("seed_city")  # which one process builds once
async def test_the_year_and_the_quarter_of_the_speech(
    desk: Any, database: Database, seed_city: CityProfile, seed_facts: list[dict[str, Any]]
) -> None:
    names = ("tickets", "co_units", "events", "surveys", "standings", "words")
    rows: Rows = {name: [] for name in names} | {"facts": seed_facts}
    async with database.write() as tx:
        await bulk.write(tx, rows)

    year = await collected(database, seed_city, "2022")
    said = as_text(compose(year))
    for figure in (
        "受理有效诉求9.1万件，同比增长49.6%",
        "转办承办单位1.74万件，日均47.7件",
        "响应率100.00%、办结率99.92%、满意率94.84%",
        "满意率较上年同期的84.00%提升10.8个百分点",
        "城管执法局（2,816件）、房产服务中心（2,480件）、卫健委（2,151件），合计7,447件，占转办总量的42.8%",
        "表扬类诉求97件，上年同期13件",
    ):
        assert figure in said, figure
    data = orjson.loads(written("json", year, compose(year)))
    assert (data["intake"]["valid"], data["compared"]["a_year_before"]["intake"]["valid"]) == (90_960, 60_802)
    nine_of_ten = next(line for line in said.splitlines() if "九成工单办理时长不超过（工作小时）" in line)
    assert str(rounded(Fraction(data["p90_office_minutes"], 60), 1)) in nine_of_ten.split()
    assert (data["assessed"]["counts"]["tickets"], data["assessed"]["counts"]["completed"]) == (
        17_400,
        17_386,
    )
    three = [data["units"][unit] for unit in ("urban_management", "property_centre", "health")]
    assert all(unit["counts"]["tickets"] > 2000 and unit["rates"]["completed"] > 0.99 for unit in three)
    grid = [data["units"][unit]["rates"] for unit in ("state_grid", "mobile", "unicom", "telecom")]
    assert all(unit["satisfied"] == unit["on_time"] == 1 for unit in grid)

    quarter = await collected(database, seed_city, "2023Q1")
    said = as_text(compose(quarter))
    for figure in (
        "转办承办单位4,902件，日均54.5件",
        "响应率100.00%、办结率100.00%、满意率98.57%",
        "满意率较上年全年的94.84%提升3.7个百分点",
        "30家单位响应率、办结率、满意率均达到100%",
        "市容环境卫生总站",
    ):
        assert figure in said, figure
    assert orjson.loads(written("json", quarter, compose(quarter)))["units_all_full"] == 30


async def test_a_period_without_anything_says_so(desk: Any, database: Database, city: CityProfile) -> None:
    found = await collected(database, city, "2019")
    document = compose(found)
    assert "2019年没有受理诉求" in as_text(document)
    for form in FORMS:
        assert written(form, found, document) or form == "csv"


def test_another_city_is_told_which_units_the_fixture_needs() -> None:
    with pytest.raises(NotThisCity, match="urban_management"):
        stories(load("xinghe"))


def test_shares_add_up_to_the_whole() -> None:
    for total in (0, 1, 7, 774):
        assert sum(apportion(total, {"a": 3, "b": 3, "c": 1}).values()) == total


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (CellKind.RATE, None, "—"),
        (CellKind.COUNT, None, "—"),
        (CellKind.COUNT, 17_400, "17,400"),
        (CellKind.RATE, Fraction(17_386, 17_400), "99.92%"),
        (CellKind.SHARE, Fraction(7_447, 17_400), "42.8%"),
        (CellKind.GROWTH, Fraction(496, 1000), "+49.6%"),
        (CellKind.GROWTH, Fraction(-1, 8), "-12.5%"),
        (CellKind.POINTS, Fraction(1084, 100), "+10.8"),
        (CellKind.NUMBER, Fraction(17_400, 365), "47.7"),
    ],
)
def test_how_a_cell_is_shown(kind: CellKind, value: Any, shown: str) -> None:
    assert str(Cell(kind, value)) == shown


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("1+1") == "1+1"
    assert harmless(-1) == -1


@pytest.fixture
async def april(desk: Any, database: Database, city: CityProfile, life: Any) -> Collected:
    """One ticket of one unit, all the way."""
    object.__setattr__(city.units["housing"], "name", "=HYPERLINK()")
    await life.answered()
    return await collected(database, city, "2023-04")


async def test_a_workbook_keeps_numbers_as_numbers_and_names_as_names(april: Collected) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", april, compose(april))))
    sheet = next(one for one in book if one["A1"].value == "承办单位")
    assert sheet["A2"].value == "'=HYPERLINK()"
    assert (sheet["B2"].value, sheet["C2"].number_format) == (1, "0.0%")
    assert any(one._charts for one in book)


async def test_a_word_document_has_its_tables_and_charts_that_can_be_opened(april: Collected) -> None:
    content = written("docx", april, compose(april))
    paper = docx.Document(io.BytesIO(content))
    assert paper.paragraphs[0].text == compose(april).title
    assert any(
        "=HYPERLINK()" in cell.text for table in paper.tables for row in table.rows for cell in row.cells
    )
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        books = [name for name in package.namelist() if name.startswith("word/embeddings/")]
        charts = [name for name in package.namelist() if name.startswith("word/charts/chart")]
        assert len(charts) == len(books) > 2
        openpyxl.load_workbook(io.BytesIO(package.read(books[0])))


async def test_a_leader_reads_every_name_and_number_of_the_paper(april: Collected) -> None:
    """The table of units lies on a sheet of its own, broad enough; no chart leaves a name out."""
    content = written("docx", april, compose(april))
    paper = docx.Document(io.BytesIO(content))
    upright, lying = paper.sections
    assert (upright.orientation, lying.orientation) == (WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE)
    assert any(line.text.startswith("附表1　各承办单位") for line in paper.paragraphs)
    rates = next(table for table in paper.tables if len(table.columns) > 8)
    room = (column.width for column in rates.columns)
    assert all(wide is not None and wide >= Cm(0.2 * len("100.00%")) for wide in room)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        drawn = [package.read(n).decode() for n in package.namelist() if n.startswith("word/charts/chart")]
    assert all('<tickLblSkip val="1"' in chart and '<overlay val="0"' in chart for chart in drawn)


async def test_nothing_empty_is_shown(april: Collected) -> None:
    """Of citizens asked elsewhere this database knows no sendings, and so shows no heads without rows."""
    tables = [table for section in compose(april).sections for table in section.tables]
    assert tables
    assert all(table.rows for table in tables)


async def test_a_printed_sheet_says_what_it_is_and_fits(april: Collected) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", april, compose(april))))
    first, *others = book.worksheets
    assert all(one.sheet_properties.pageSetUpPr.fitToPage for one in (first, *others))
    assert all(one._charts or one.oddHeader.center.text for one in others)


async def test_a_table_of_comma_separated_values_is_harmless(april: Collected) -> None:
    content = written("csv", april, compose(april))
    assert content.startswith(b"\xef\xbb\xbf")
    (line,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert (line["unit"], line["name"], line["tickets"]) == ("housing", "'=HYPERLINK()", "1")


async def test_a_page_escapes_what_it_shows(april: Collected) -> None:
    object.__setattr__(april.city.units["housing"], "name", "<script>")
    page = written("html", april, compose(april)).decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<svg" in page


async def test_charts_are_drawn_within_their_frame(april: Collected) -> None:
    drawn = [plot(chart) for section in compose(april).sections for chart in section.charts]
    assert len(drawn) >= 3
    for one in drawn:
        for mark in one.marks:
            assert 0 <= mark.x <= mark.x + mark.wide <= one.wide
            assert 0 <= mark.y <= mark.y + mark.high <= one.high
