"""The sketch of the city: the pin lies where the place does, among the areas' centres."""

from dataclasses import replace

import pytest

from desk.pages.tickets.map import SIZE, city_map
from hotline.contract import PlacePart
from intake.city import load

CITY = load("jiayuguan")


def test_every_area_lies_on_the_sketch_and_north_is_up() -> None:
    drawn = city_map(CITY, PlacePart(area_code="wenshu"))
    assert drawn is not None
    spots = {spot.name: spot for spot in drawn.spots}
    assert len(spots) == len(CITY.areas)
    assert all(0 <= spot.x <= SIZE and 0 <= spot.y <= SIZE for spot in drawn.spots)
    assert spots["文殊镇"].y > spots["雄关街道"].y  # it lies to the south
    assert spots["峪泉镇"].x < spots["雄关街道"].x
    assert [spot.name for spot in drawn.spots if spot.here] == ["文殊镇"]
    assert drawn.pin is None


def test_a_pin_in_the_middle_of_an_area_lies_on_its_centre() -> None:
    area = CITY.areas["gangcheng"]
    drawn = city_map(CITY, PlacePart(lat=area.lat, lng=area.lng, coord_sys="WGS84"))
    assert drawn is not None
    (spot,) = [one for one in drawn.spots if one.name == area.name]
    assert drawn.pin == (spot.x, spot.y)


def test_a_pin_outside_is_said_to_be_so() -> None:
    drawn = city_map(CITY, PlacePart(lat=39.9, lng=116.4))
    assert drawn is not None
    assert (drawn.pin, drawn.outside) == (None, True)


@pytest.mark.parametrize("place", [None, PlacePart(text="somewhere"), PlacePart(area_code="nowhere")])
def test_without_a_known_place_there_is_no_sketch(place: PlacePart | None) -> None:
    assert city_map(CITY, place) is None


def test_a_city_without_centres_has_no_sketch() -> None:
    blank = {code: replace(area, lat=None, lng=None) for code, area in CITY.areas.items()}
    assert city_map(replace(CITY, areas=blank), PlacePart(lat=39.8, lng=98.3)) is None
