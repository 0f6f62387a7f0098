"""A city's file: every mistake named with file, key and reason; two cities, nothing shared."""

from collections.abc import Callable
from pathlib import Path

import pytest

from intake.city import BadProfile, CityProfile, load, problems
from intake.city.file import CITIES
from intake.model.ticket import AppealType

Edit = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """A copy of the small city's file with some of its text replaced, or text added."""

    def edit(old: str = "", new: str = "", add: str = "") -> Path:
        text = (CITIES / "xinghe.toml").read_text("utf-8")
        assert old in text
        path = tmp_path / "town.toml"
        path.write_text(text.replace(old, new, 1) + add, "utf-8")
        return path

    return edit


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("[survey]", "[survey]\ncolour = 1", "survey.colour", "unknown key"),
        ("[units.works]", '[units.works]\nid = "x"\nboss = "y"', "units.works.boss", "unknown key"),
        ('name = "星河市"\n', "", "name", "is missing"),
        ("days = 2\n", 'days = "2"\n', "appeals.ZX.days", "valid integer"),
        ("[survey]", f'[handler]\nname = "{"市" * 21}"\n[survey]', "handler.name", "longer than 20"),
        ("[survey]", '[handler]\nname = "星河\\n市"\n[survey]', "handler.name", "one line"),
        ("[survey]", '[handler]\ncontact = " 88345"\n[survey]', "handler.contact", "blanks around"),
        ("[survey]", '[handler]\nrecipients = [""]\n[survey]', "handler.recipients", "names nobody"),
        ("[survey]", '[handler]\nowner = "x"\n[survey]', "handler.owner", "unknown key"),
        ("days = 2\n", "days = 0\n", "appeals.ZX.days", "between 1 and 270"),
        ("[appeals.BY]", "[appeals.XX]", "appeals.XX", "should be"),
        (
            'ask = ["content"]\ndays = 2',
            'ask = ["content", "shoe size"]\ndays = 2',
            "appeals.ZX.ask",
            "unknown slot",
        ),
        (
            'ask = ["content"]\ndays = 2',
            'ask = ["place"]\ndays = 2',
            "appeals.ZX.ask",
            "must contain content",
        ),
        ("[categories.1020]", "[categories.7020]", "categories.7020", "parent 70 is not defined"),
        ("[categories.1020]", "[categories.102]", "categories.102", "2, 4 or 6 digits"),
        ('keywords = ["吵", "噪音"', 'keywords = ["吵", "垃圾"', "categories.1020", "already stands under"),
        ('keywords = ["吵", "噪音"', 'keywords = ["吵", "吵"', "categories.1020", "already stands here"),
        ('lead_unit = "works"', 'lead_unit = "moon"', "categories.20", "unit 'moon' is not defined"),
        ('unit = "bay_office"', 'unit = "sea_office"', "areas.bay.unit", "unit 'sea_office' is not defined"),
        ("lat = 30.10", "lat = 300.10", "areas.bay.lat", "not a latitude"),
        ("lng = 120.50\n", "", "areas.bay", "only one of lat and lng"),
        (
            'area_code = "hill"',
            'area_code = "valley"',
            "gazetteer.1.area_code",
            "'valley' is not defined",
        ),
        ('["08:30", "17:30"]', '["17:30", "08:30"]', "hours.windows.0", "not after it starts"),
        ('["08:30", "17:30"]', '["08:30", "25:30"]', "hours.windows.0.1", "time"),
        ('quiet_from = "22:00"', 'quiet_from = "07:00"', "hours.quiet_from", "same as quiet_until"),
        ('triage_unit = "citizen_centre"', 'triage_unit = "nobody"', "triage_unit", "not defined"),
        ('fallback_category = "90"', 'fallback_category = "91"', "fallback_category", "not defined"),
        ('timezone = "Asia/Shanghai"', 'timezone = "Asia/Nowhere"', "timezone", "not known"),
        ('start_on = "completed"', 'start_on = "sometimes"', "survey.start_on", "must be"),
        ("critical_hours = 6", "critical_hours = 60", "critical_hours", "not above urgent_hours"),
        ('kind = "centre"', 'kind = "castle"', "units.citizen_centre.kind", "unknown kind"),
        ('en = "Since"', 'de = "Seit"', "categories.20.questions.0", "same languages"),
        (
            'hotline = "88345"',
            'hotline = "88345"\nenglish = { "月河市" = "Moon" }',
            "english.月河市",
            "not what",
        ),
    ],
)
def test_a_mistake_is_named_with_file_key_and_reason(
    edited: Edit, old: str, new: str, key: str, reason: str
) -> None:
    path = edited(old, new)
    found = problems(path)

    assert any(line.startswith(f"{path}: {key}: ") and reason in line for line in found), found
    assert all(line.endswith(".") for line in found)


def test_days_of_the_calendar_are_checked(edited: Edit) -> None:
    path = edited(add="\n[years.2030]\nholidays = [2030-01-01, 2031-01-01]\nworkdays = [2030-01-01]\n")

    assert problems(path) == [
        f"{path}: years.2030: 2031-01-01 lies in another year.",
        f"{path}: years.2030: 2030-01-01 is both a holiday and a working day.",
    ]


def test_broken_toml_is_told_with_its_line(edited: Edit) -> None:
    [line] = problems(edited("[survey]", "[survey"))

    assert "is not TOML" in line
    assert "line" in line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read" in problems(tmp_path / "none.toml")[0]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")

    assert "not UTF-8" in problems(tmp_path / "x.toml")[0]


def test_loading_a_bad_file_tells_all_its_problems(edited: Edit) -> None:
    path = edited('unit = "bay_office"', 'unit = "a"\ncolour = "b"')

    with pytest.raises(BadProfile) as error:
        load(path)

    assert error.value.problems == problems(path)


@pytest.mark.parametrize("key", ["jiayuguan", "xinghe"])
def test_our_own_cities_are_without_mistakes(key: str) -> None:
    assert problems(key) == []


def test_fourteen_classes_and_the_rest(city: CityProfile) -> None:
    top = [code for code in city.categories if len(code) == 2]

    assert top == [f"{number:02}" for number in range(1, 15)] + ["99"]
    assert all(any(code[:2] == t and len(code) > 2 for code in city.categories) for t in top[:-1])


def test_every_type_has_its_rule(city: CityProfile) -> None:
    assert set(city.appeals) == set(AppealType)


@pytest.mark.parametrize(
    ("code", "area", "lead", "co_units"),
    [
        ("010101", None, "住建局", ["供热公司", "嘉恒公司"]),
        ("030201", None, "城管执法局", ["生态环境局", "市场监管局"]),
        ("0205", "xiongguan", "雄关街道办事处", ["自然资源局", "消防支队", "房产服务中心"]),
        ("0206", "gangcheng", "钢城街道办事处", ["自然资源局", "消防支队", "房产服务中心"]),
        ("0205", None, "城管执法局", ["自然资源局", "消防支队", "房产服务中心"]),
        ("99", None, "大数据中心", []),
        ("000000", None, "大数据中心", []),
    ],
)
def test_who_leads_and_who_helps(
    code: str, area: str | None, lead: str, co_units: list[str], city: CityProfile
) -> None:
    unit, helpers = city.responsible(code, area)

    assert (city.unit_name(unit), [city.unit_name(helper) for helper in helpers]) == (lead, co_units)


def test_a_category_without_units_has_its_parents(city: CityProfile) -> None:
    assert city.categories["010102"].co_units == city.categories["0101"].co_units


def test_the_path_reads_from_the_top(city: CityProfile) -> None:
    assert city.path("010101") == "城乡建设-供热-暖气不热"
    assert city.path("777777") == "777777"


def test_the_two_cities_share_no_unit_area_or_name(city: CityProfile, other_city: CityProfile) -> None:
    for first, second in ((city.units, other_city.units), (city.areas, other_city.areas)):
        assert not {one.name for one in first.values()} & {one.name for one in second.values()}
    assert not {entry.name for entry in city.gazetteer} & {entry.name for entry in other_city.gazetteer}
