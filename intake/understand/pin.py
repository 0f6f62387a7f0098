"""What a location pin says: the area around it, or that it lies outside the city.

WeChat's pins (GCJ-02) lie up to some 700 m off WGS 84; for the nearest of a few area
centres that is close enough.
"""

from math import asin, cos, radians, sin, sqrt

from intake.city import Area, CityProfile

EARTH_KM = 6371.0
MARGIN_KM = 20.0
"""A pin this far beyond every area's radius is outside the city for certain."""


def area_of(lat: float, lng: float, city: CityProfile) -> str | None:
    """The code of the area with the nearest centre, if the pin lies within its radius. Degrees."""
    near = [(_from_centre(lat, lng, area), area) for area in city.areas.values() if area.lat is not None]
    within = [(distance, area.code) for distance, area in near if distance <= area.radius_km]
    return min(within)[1] if within else None


def is_outside(lat: float, lng: float, city: CityProfile) -> bool:
    """Whether the pin is clearly in another city; False where the profile gives no centres."""
    beyond = [
        _from_centre(lat, lng, area) - area.radius_km for area in city.areas.values() if area.lat is not None
    ]
    return bool(beyond) and min(beyond) > MARGIN_KM


def _from_centre(lat: float, lng: float, area: Area) -> float:
    """Kilometres between the pin and an area's centre, along the great circle."""
    lat0, lng0 = radians(area.lat or 0.0), radians(area.lng or 0.0)
    lat1, lng1 = radians(lat), radians(lng)
    half = sin((lat1 - lat0) / 2) ** 2 + cos(lat0) * cos(lat1) * sin((lng1 - lng0) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))
