"""The city's places as a table: every row that cannot be used is named with its line."""

from pathlib import Path

import pytest

from intake.city import BadProfile, load, problems
from intake.city.places import read
from intake.city.profile import Area

AREAS = {"old": Area("old", "老城街道")}
GOOD = """name,kind,area,aliases,lat,lng
新城街道,area,new,新城,39.8,98.3
嘉禾小区,estate,old,嘉禾;嘉禾苑,39.775,98.282
银河路,road,,,,
学府社区,community,new,,,
"""


def test_areas_estates_and_roads_come_from_one_table() -> None:
    places, mistakes = read("\ufeff" + GOOD, AREAS)
    assert mistakes == ()
    assert [(area.code, area.name, area.lat) for area in places.areas] == [("new", "新城街道", 39.8)]
    estate, road, community = places.entries
    assert (estate.aliases, estate.area_code, estate.lng) == (("嘉禾", "嘉禾苑"), "old", 98.282)
    assert (road.area_code, road.lat) == (None, None)
    assert community.area_code == "new"


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("name,kind", "name,sort", "line 1", "has no column kind"),
        (",lat,lng\n", ",lat,lng,note\n", "line 1", "unknown column 'note'"),
        ("银河路,road", ",road", "line 4", "a name has 2 to 30 characters"),
        ("银河路,road", "银,road", "line 4", "a name has 2 to 30 characters"),
        ("银河路,road", "银河路,street", "line 4", "unknown kind 'street'"),
        ("银河路,road,", "银河路,road,nowhere", "line 4", "area 'nowhere' is not defined"),
        ("嘉禾苑", "银河路", "line 4", "already stands in line 3"),
        ("新城,39", "老城街道,39", "line 2", "already stands in the profile"),
        ("area,new", "area,old", "line 2", "already defined in the profile"),
        ("area,new", "area,", "line 2", "needs its code"),
        ("98.282", "", "line 3", "only one of lat and lng"),
        ("98.282", "east", "line 3", "'east' is no number for lng"),
        ("39.775", "139.775", "line 3", "out of range for lat"),
        ("银河路,road,,,,", "银河路,road,,,,,,", "line 4", "more cells"),
        ("银河路,road", '"银河路,road', "line 4", "is no CSV"),
    ],
)
def test_a_bad_row_is_named_with_its_reason(old: str, new: str, where: str, says: str) -> None:
    _, mistakes = read(GOOD.replace(old, new, 1), AREAS)
    assert any(at == where and says in reason for at, reason in mistakes), mistakes


def test_a_name_of_the_profile_is_not_taken_twice() -> None:
    _, mistakes = read(GOOD, AREAS, ("银河路",))
    assert mistakes == (("line 4", "'银河路' already stands in the profile"),)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    plain = (Path(__file__).parents[2] / "cities" / "xinghe.toml").read_text("utf-8")
    file = tmp_path / "city.toml"
    file.write_text(f'gazetteer_file = "places.csv"\n{plain}', "utf-8")
    return file


def test_the_profile_takes_the_table_beside_it(profile: Path) -> None:
    (profile.parent / "places.csv").write_text("name,kind\n银河东路,road\n", "utf-8")
    assert load(profile).gazetteer[-1].name == "银河东路"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"name,kind\n\xff\xfe,road\n", "is not UTF-8 text"),
        ("name,kind\n银河东路,street\n".encode(), "places.csv: line 2: unknown kind"),
    ],
)
def test_a_table_that_cannot_be_used_stops_the_profile(
    profile: Path, content: bytes | None, says: str
) -> None:
    if content is not None:
        (profile.parent / "places.csv").write_bytes(content)
    assert any(says in problem for problem in problems(profile))
    with pytest.raises(BadProfile):
        load(profile)
