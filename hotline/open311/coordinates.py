"""A pin of China's apps (GCJ-02) as the WGS 84 that Open311 asks for, to a few metres. Pure.

The shift is the published approximation everybody uses; taking it at the shifted point is off by a little.
"""

from math import cos, pi, sin, sqrt

_AXIS = 6378245.0
_ECCENTRICITY = 0.00669342162296594323


def wgs84(lat: float, lng: float) -> tuple[float, float]:
    """The same point in WGS 84."""
    x, y = lng - 105.0, lat - 35.0
    radians = lat / 180.0 * pi
    magic = 1 - _ECCENTRICITY * sin(radians) ** 2
    north = _north(x, y) * 180.0 / ((_AXIS * (1 - _ECCENTRICITY)) / (magic * sqrt(magic)) * pi)
    east = _east(x, y) * 180.0 / (_AXIS / sqrt(magic) * cos(radians) * pi)
    return round(lat - north, 6), round(lng - east, 6)


def _north(x: float, y: float) -> float:
    found = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    found += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    found += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    return found + (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0


def _east(x: float, y: float) -> float:
    found = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    found += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    found += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    return found + (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
