"""Where it happened, on a sketch of the city: its areas as circles around their centres, and a pin.

Drawn from the profile alone: no map service is asked, and no address leaves the house.
"""

import math
from dataclasses import dataclass

from hotline.contract import PlacePart
from intake.city import Area, CityProfile

SIZE = 320
_EDGE = 26
_KM_PER_DEGREE = 111.32


@dataclass(frozen=True, slots=True)
class Spot:
    """A circle on the sketch, in its own units; `here` marks the area the ticket names."""

    name: str
    x: float
    y: float
    radius: float
    here: bool


@dataclass(frozen=True, slots=True)
class CityMap:
    """A square sketch of `size` units; `pin` is None where only the area is known."""

    size: int
    spots: tuple[Spot, ...]
    pin: tuple[float, float] | None
    outside: bool


@dataclass(frozen=True, slots=True)
class _Frame:
    """Kilometres east and north of a corner, and how many units a kilometre takes."""

    lat: float
    lng: float
    west: float
    north: float
    scale: float

    def place(self, lat: float, lng: float) -> tuple[float, float]:
        east, north = _km(lat, lng, self.lat, self.lng)
        x, y = _EDGE + (east - self.west) * self.scale, _EDGE + (self.north - north) * self.scale
        return round(x, 1), round(y, 1)


def city_map(city: CityProfile, place: PlacePart | None) -> CityMap | None:
    """The sketch with the ticket's place on it; None where neither pin nor area is known."""
    areas = [area for area in city.areas.values() if area.lat is not None and area.lng is not None]
    if place is None or not areas:
        return None
    pinned = place.lat is not None and place.lng is not None
    if not pinned and place.area_code not in city.areas:
        return None
    frame = _frame(areas)
    pin = frame.place(place.lat or 0.0, place.lng or 0.0) if pinned else None
    outside = pin is not None and not all(0 <= one <= SIZE for one in pin)
    spots = tuple(_spot(area, frame, place.area_code) for area in areas)
    return CityMap(SIZE, spots, None if outside else pin, outside)


def _spot(area: Area, frame: _Frame, here: str | None) -> Spot:
    x, y = frame.place(area.lat or 0.0, area.lng or 0.0)
    return Spot(area.name, x, y, round(min(area.radius_km * frame.scale, SIZE / 4), 1), area.code == here)


def _frame(areas: list[Area]) -> _Frame:
    lat, lng = areas[0].lat or 0.0, areas[0].lng or 0.0
    points = [_km(area.lat or 0.0, area.lng or 0.0, lat, lng) for area in areas]
    reach = max(area.radius_km for area in areas)
    west = min(east for east, _ in points) - reach
    north = max(north for _, north in points) + reach
    wide = max(east for east, _ in points) + reach - west
    high = north - (min(north for _, north in points) - reach)
    return _Frame(lat, lng, west, north, (SIZE - 2 * _EDGE) / max(wide, high))


def _km(lat: float, lng: float, from_lat: float, from_lng: float) -> tuple[float, float]:
    return (
        (lng - from_lng) * _KM_PER_DEGREE * math.cos(math.radians(from_lat)),
        (lat - from_lat) * _KM_PER_DEGREE,
    )
