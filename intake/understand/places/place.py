"""Where it happened: the longest sensible chain of names in a message.

The city's own names (areas, gazetteer) come first; then what reads like a place by its
ending: towns, villages, roads, estates, buildings. A chain such as road + estate + building
is one place.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from intake.city import CityProfile
from intake.model.reading import LIKELY, Found
from intake.model.ticket import Place
from intake.understand.lexicon import before, compiled, number_of, table
from intake.understand.places.names import known_names, named_area
from intake.understand.sounds import heard

_CONFIDENCE = {
    "known": 0.95,
    "town": 0.85,
    "village": 0.85,
    "area": 0.8,
    "road": 0.85,
    "crossing": 0.9,
    "estate": 0.85,
    "building": 0.85,
    "institution": 0.75,
    "station": 0.75,
    "bridge": 0.75,
    "phase": 0.8,
    "owner": 0.75,
    "near": 0.65,
    "heard": 0.7,
    "guess": 0.6,
}
_CLOSE = 0.03
"""Two places whose scores differ by no more are equally good."""
_ANSWER = 30
"""A message as short as an answer has little room for a place that is not meant."""
_LONG = 7
"""A name with more characters before its ending has probably swallowed other words."""
_ROADS = ("road", "crossing", "town")
_ENDINGS = (
    "town",
    "village",
    "road",
    "crossing",
    "estate",
    "institution",
    "building",
    "station",
    "bridge",
    "phase",
    "owner",
    "near",
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One name in the text, or several that follow each other."""

    start: int
    end: int
    kinds: frozenset[str]
    area_code: str | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    endings: dict[str, re.Pattern[str]]
    admin: re.Pattern[str]
    detail: re.Pattern[str]
    tail: re.Pattern[str]
    joint: re.Pattern[str]
    detail_joint: re.Pattern[str]
    building_alone: re.Pattern[str]
    cut: re.Pattern[str]
    anchor: re.Pattern[str]
    road_head: re.Pattern[str]
    door_number: re.Pattern[str]
    number: re.Pattern[str]
    no_place: frozenset[str]
    common_ends: tuple[str, ...]


def find(text: str, city: CityProfile) -> Found[Place] | None:
    """The most telling place in `text`, with the area if a name says it."""
    chains = [piece for piece in _chains(text, _pieces(text, city)) if _tells(text, piece)]
    if not chains:
        return None
    best = max(chains, key=lambda piece: (_score(piece), -piece.start))
    said, code = text[best.start : best.end], best.area_code or named_area(text, city)
    wrong = [one for one in heard(text, city) if best.start <= one.start and one.end <= best.end]
    if wrong:
        for one in reversed(wrong):
            said = f"{said[: one.start - best.start]}{one.name}{said[one.end - best.start :]}"
        code = code or known_names(city).areas[wrong[0].name]
        return Found(Place(said, code), best.start, best.end, _CONFIDENCE["heard"])
    sure = round(max(LIKELY, _confidence(best) - _doubt(text, best, chains)), 2)
    return Found(Place(said, code), best.start, best.end, sure)


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a place in a text, without its district and number."""

    text: str
    is_road: bool


def named(text: str, city: CityProfile) -> Iterator[Name]:
    """The places a text names, in its order; districts and towns say too little."""
    for piece in _pieces(text, city):
        if not piece.kinds & {"admin", "tail", "detail", "town", "area"}:
            name = text[piece.start : piece.end]
            yield Name(
                name, "crossing" in piece.kinds or _is_road(name, replace(piece, start=0, end=len(name)))
            )


_PUBLIC = ("town", "village", "road", "crossing", "estate", "institution", "station", "bridge")


def public_names(text: str) -> tuple[str, ...]:
    """What reads like the name of a street, an estate or an institution, whatever city it is in."""
    words = _words()
    found = [piece for kind in _PUBLIC for piece in _by_ending(text, kind, words)]
    whole = [piece for piece in _without_overlaps(found) if "guess" not in piece.kinds]
    return tuple(text[piece.start : piece.end] for piece in whole)


def doors(text: str, city: CityProfile) -> dict[str, frozenset[int]]:
    """The house numbers a text names behind a road, by the road."""
    found: dict[str, frozenset[int]] = {}
    for piece in _pieces(text, city):
        match = _words().door_number.match(text, piece.end)
        if match and _is_road(text, piece):
            road = text[piece.start : piece.end]
            found[road] = found.get(road, frozenset()) | set(_numbers(match["numbers"]))
    return found


def _numbers(said: str) -> Iterator[int]:
    return (number_of(one[0]) for one in _words().number.finditer(said))


def _is_road(text: str, piece: _Piece) -> bool:
    return bool(_words().endings["road"].fullmatch(text, piece.start, piece.end))


def _doubt(text: str, best: _Piece, chains: Sequence[_Piece]) -> float:
    """A name of the city's own is known. Another may be merely spoken of, or be one of several as good.

    In a story one name by its ending alone, without a district, a road or a number, may be no name at all.
    """
    if best.kinds & {"known", "area"}:
        return 0.0
    spoken_of = not _words().anchor.search(before(text, best.start))
    names = {text[piece.start : piece.end] for piece in chains if _score(piece) >= _score(best) - _CLOSE}
    others = any(name not in text[best.start : best.end] for name in names)
    alone = len(text) > _ANSWER and len(best.kinds - {"tail"}) == 1 and "crossing" not in best.kinds
    return 0.15 * spoken_of + 0.15 * others + 0.1 * alone


def _pieces(text: str, city: CityProfile) -> list[_Piece]:
    known = known_names(city)
    found = [
        _Piece(at, at + len(name), known.kind_of(name), known.areas[name]) for at, name in known.within(text)
    ]
    found += [_Piece(one.start, one.end, frozenset({"heard"})) for one in heard(text, city)]
    words = _words()
    for kind in _ENDINGS:
        found += _by_ending(text, kind, words)
    found += [
        _Piece(*m.span(), frozenset({"admin"}))
        for m in words.admin.finditer(text)
        if m[0] not in words.no_place
    ]
    found += [_Piece(*m.span(), frozenset({"detail"})) for m in words.detail.finditer(text)]
    found += [_Piece(*m.span(), frozenset({"tail"})) for m in words.tail.finditer(text)]
    return _without_overlaps(found)


def _by_ending(text: str, kind: str, words: _Words) -> Iterator[_Piece]:
    """Names by their ending; what stands before the name itself is cut off."""
    for match in words.endings[kind].finditer(text):
        stem = match["stem"]
        cuts = [cut.end() for cut in words.cut.finditer(stem)]
        start = match.start("stem") + (cuts[-1] if cuts else 0)
        if kind not in _ROADS and (road := words.road_head.search(text[start : match.end("stem")])):
            start += road.end()
        if (
            match.end() - start > 1
            and start < match.end("stem")
            and not _is_common(text[start : match.end()])
        ):
            long = match.end("stem") - start > _LONG
            yield _Piece(start, match.end(), frozenset({kind if not long else "guess"}))


def _is_common(name: str) -> bool:
    words = _words()
    return name in words.no_place or name.endswith(words.common_ends)


def _without_overlaps(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Of two that overlap the longer stays, and keeps the area of a known one inside it."""
    kept: list[_Piece] = []
    whose: dict[int, int] = {}  # of each place in the text, which piece has it
    for piece in sorted(pieces, key=lambda p: (p.start - p.end, not p.kinds & {"known", "heard"})):
        over = min((whose[at] for at in range(piece.start, piece.end) if at in whose), default=None)
        if over is None:
            whose |= dict.fromkeys(range(piece.start, piece.end), len(kept))
            kept.append(piece)
        elif piece.area_code and kept[over].area_code is None:
            kinds = kept[over].kinds | piece.kinds
            kept[over] = replace(kept[over], area_code=piece.area_code, kinds=kinds)
    return sorted(kept, key=lambda p: p.start)


def _chains(text: str, pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    chain: _Piece | None = None
    for piece in pieces:
        if chain and _joins(text[chain.end : piece.start], piece) and not _starts_anew(chain, piece):
            chain = _Piece(
                chain.start, piece.end, chain.kinds | piece.kinds, chain.area_code or piece.area_code
            )
            continue
        if chain:
            yield chain
        chain = piece
    if chain:
        yield chain


def _joins(between: str, piece: _Piece) -> bool:
    words = _words()
    return bool((words.detail_joint if "detail" in piece.kinds else words.joint).match(between))


def _starts_anew(chain: _Piece, piece: _Piece) -> bool:
    """After a building's number or a "beside" a new name is another place; so is a district after a name."""
    if piece.kinds == {"admin"}:
        return chain.kinds != {"admin"}
    return bool(chain.kinds & {"detail", "tail"}) and not piece.kinds & {"detail", "tail"}


def _tells(text: str, piece: _Piece) -> bool:
    """A bare district or "beside" is no place yet; of numbers alone only a building's is."""
    if piece.kinds - {"admin", "tail", "detail"}:
        return True
    return "detail" in piece.kinds and bool(_words().building_alone.search(text, piece.start, piece.end))


def _score(piece: _Piece) -> float:
    return _confidence(piece) + 0.02 * len(piece.kinds)


def _confidence(piece: _Piece) -> float:
    """Of its surest name; names, a number and a district that fit together make each other surer."""
    named = [_CONFIDENCE[kind] for kind in piece.kinds if kind in _CONFIDENCE]
    if not named:
        return 0.6  # a building's number alone
    together = len(named) - 1 + bool(piece.kinds & {"detail"}) + bool(piece.kinds & {"admin"})
    return min(0.95, max(named) + 0.05 * together)


@cache
def _words() -> _Words:
    data = table("place")
    return _Words(
        endings={kind: compiled(data[f"{kind}_pattern"]) for kind in _ENDINGS},
        admin=compiled(data["admin_pattern"]),
        detail=compiled(data["detail_pattern"]),
        tail=compiled(data["tail_pattern"]),
        joint=compiled(data["joint_pattern"]),
        detail_joint=compiled(data["detail_joint_pattern"]),
        building_alone=compiled(data["building_alone_pattern"]),
        cut=compiled(data["cut_pattern"]),
        anchor=compiled(data["anchor_pattern"]),
        road_head=compiled(data["road_head_pattern"]),
        door_number=compiled(data["door_number_pattern"]),
        number=compiled("{n}"),
        no_place=frozenset(data["not_places"]),
        common_ends=tuple(data["common_ends"]),
    )
