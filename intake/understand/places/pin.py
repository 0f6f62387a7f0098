"""What a location pin says: the area around it, or that it lies outside the city.

Where the profile draws an area's border, the pin lies in it or not; else the nearest named point within reach
speaks for its area, and the nearest centre after that. WeChat's pins (GCJ-02) are moved to WGS 84 first: they
lie up to some 700 m off it, which matters at a border.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import asin, cos, pi, radians, sin, sqrt

from intake.city import Area, CityProfile

EARTH_KM = 6371.0
MARGIN_KM = 20.0
"""A pin this far beyond every area's radius is outside the city for certain."""
NEAR_KM = 0.5
"""How far a named point (an estate, a square) speaks for its area."""
GCJ02 = "GCJ02"


def area_of(lat: float, lng: float, city: CityProfile, coord_sys: str | None = None) -> str | None:
    """The code of the area a pin lies in, as far as the profile's borders and points can tell. Degrees."""
    lat, lng = _wgs84(lat, lng) if coord_sys == GCJ02 else (lat, lng)
    drawn = next((area.code for area in city.areas.values() if _is_inside(lat, lng, area)), None)
    return drawn or _nearest_name(lat, lng, city) or _nearest_centre(lat, lng, city)


def is_outside(lat: float, lng: float, city: CityProfile) -> bool:
    """Whether the pin is clearly in another city; False where the profile gives no points."""
    beyond = [
        _kilometres(lat, lng, point) - reach for area in city.areas.values() for point, reach in _points(area)
    ]
    held = any(_is_inside(lat, lng, area) for area in city.areas.values())
    return bool(beyond) and not held and min(beyond) > MARGIN_KM


def _points(area: Area) -> Iterator[tuple[tuple[float, float], float]]:
    """Points (lat, lng) of an area, and how far it reaches around each."""
    if area.lat is not None and area.lng is not None:
        yield (area.lat, area.lng), area.radius_km
    for lng, lat in area.border:
        yield (lat, lng), 0.0


def _nearest_name(lat: float, lng: float, city: CityProfile) -> str | None:
    near = [
        (_kilometres(lat, lng, (entry.lat, entry.lng)), entry.area_code)
        for entry in city.gazetteer
        if entry.lat is not None and entry.lng is not None and entry.area_code
    ]
    distance, code = min(near, default=(NEAR_KM + 1, None))
    return code if distance <= NEAR_KM else None


def _nearest_centre(lat: float, lng: float, city: CityProfile) -> str | None:
    """Of the areas without a border: who has one and does not hold the pin is not meant."""
    within = [
        (distance, area.code)
        for area in city.areas.values()
        if not area.border
        for point, reach in _points(area)
        if (distance := _kilometres(lat, lng, point)) <= reach
    ]
    return min(within)[1] if within else None


def _is_inside(lat: float, lng: float, area: Area) -> bool:
    """A ray to the east crosses the border an odd number of times."""
    crossings = 0
    for (x, y), (x2, y2) in pairwise((*area.border, *area.border[:1])):
        if (y > lat) != (y2 > lat) and lng < x + (lat - y) * (x2 - x) / (y2 - y):
            crossings += 1
    return crossings % 2 == 1


def _kilometres(lat: float, lng: float, point: tuple[float, float]) -> float:
    """Along the great circle."""
    lat1, lng1, lat0, lng0 = (radians(degrees) for degrees in (lat, lng, *point))
    half = sin((lat1 - lat0) / 2) ** 2 + cos(lat0) * cos(lat1) * sin((lng1 - lng0) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


_AXIS, _FLATNESS = 6378245.0, 0.00669342162296594323
"""Of the ellipsoid on which GCJ-02 is shifted."""


def _wgs84(lat: float, lng: float) -> tuple[float, float]:
    """A point of GCJ-02 on WGS 84, to some metres: the shift there is nearly the shift here."""
    x, y = lng - 105.0, lat - 35.0
    wave = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    bend = 1 - _FLATNESS * sin(radians(lat)) ** 2
    metres_north = _AXIS * (1 - _FLATNESS) / (bend * sqrt(bend)) * pi / 180
    metres_east = _AXIS / sqrt(bend) * cos(radians(lat)) * pi / 180
    return lat - north / metres_north, lng - east / metres_east
