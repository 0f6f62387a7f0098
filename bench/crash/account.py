"""Jepsen's total-queue over a run: what was acknowledged, delivered, lost, doubled, unexpected.

lost = acknowledged and not delivered; doubled = delivered more than once; unexpected = delivered, though
nobody ever said it. Tickets are told apart by the citizen's mark, steps by theirs, messages by what they say.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bench.crash.backend import Backend
from bench.crash.people import Case
from intake.city import CityProfile
from intake.model.channels import traits_of
from intake.model.messages import ChannelName
from intake.phrases import FALLBACK

_MARK = re.compile(r"K\d{5}[ABC]")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table. `unknown`: sends the product itself counts as such."""

    what: str
    channel: str
    attempted: int
    acknowledged: int
    delivered: int
    lost: int
    doubled: int
    unexpected: int
    unknown: int = 0


def account(
    cases: Iterable[Case], backend: Backend, city: CityProfile, unsure: Mapping[str, int]
) -> list[Line]:
    """Every channel's tickets, steps and messages. `unsure`: surveys whose send stayed unknown."""
    lines = []
    for channel in ChannelName:
        own = [case for case in cases if case.channel is channel]
        lines += [
            _tickets(channel, own, backend),
            _steps(channel, own, backend),
            _messages(channel, _with_ticket(own, backend), "receipts", _receipt(city)),
            *(_messages(channel, _handled(own), f"news: {key}", _news(city, key)) for key in _NEWS),
            _surveys(channel, own, city, unsure.get(channel.value, 0)),
        ]
    return lines


_NEWS = ("accepted", "dispatched", "completed")


def _tickets(channel: ChannelName, cases: list[Case], backend: Backend) -> Line:
    filed = Counter(
        mark
        for document in backend.filed.values()
        if document["channel"] == traits_of(channel).code
        for mark in set(_MARK.findall(document["content"]))
        if mark.endswith("A")
    )
    return _line("tickets", channel, cases, filed, lambda mark: mark.endswith("A"))


def _steps(channel: ChannelName, cases: list[Case], backend: Backend) -> Line:
    """What was said after the ticket, by the events' own ids: how often the dialog took the step."""
    mine = {case.mark for case in cases}
    ids = {(told.event_id, mark) for told in backend.told for mark in _MARK.findall(told.text)}
    taken = Counter(mark for _, mark in ids if mark[:-1] in mine)
    return _line("dialog steps", channel, cases, taken, lambda mark: not mark.endswith("A"))


def _line(what: str, channel: ChannelName, cases: list[Case], delivered: Counter[str], fits) -> Line:  # type: ignore[no-untyped-def]
    said = {mark for case in cases for mark in case.said if fits(mark)}
    acknowledged = {mark for case in cases for mark in case.acknowledged if fits(mark)}
    twice = {mark for case in cases if case.again for mark in case.said}
    return Line(
        what,
        channel.value,
        len(said),
        len(acknowledged),
        len(delivered),
        len(acknowledged - delivered.keys()),
        sum(count - 1 for mark, count in delivered.items() if mark not in twice),
        len(delivered.keys() - said),
    )


def _with_ticket(cases: list[Case], backend: Backend) -> list[Case]:
    filed = {mark[:-1] for document in backend.filed.values() for mark in _MARK.findall(document["content"])}
    return [case for case in cases if case.mark in filed]


def _handled(cases: list[Case]) -> list[Case]:
    return [case for case in cases if case.handled]


def _messages(channel: ChannelName, due: list[Case], what: str, pattern: re.Pattern[str]) -> Line:
    """What each of these citizens must hear: `doubled` counts what they heard more than once."""
    heard = [case.bubbles(pattern) for case in due]
    return Line(
        what,
        channel.value,
        len(due),
        len(due),
        sum(count > 0 for count in heard),
        heard.count(0),
        sum(max(count - 1, 0) for count in heard),
        0,
    )


def _surveys(channel: ChannelName, cases: list[Case], city: CityProfile, unsure: int) -> Line:
    """At most once: one whose send stayed unknown is counted by the product itself, not lost."""
    wording = city.wording[FALLBACK]
    pattern = re.compile("|".join(_pattern(wording[f"survey.{key}"]) for key in ("invite", "invite_busy")))
    line = _messages(channel, _handled(cases), "surveys", pattern)
    return replace(line, lost=max(line.lost - unsure, 0), unknown=unsure)


def _receipt(city: CityProfile) -> re.Pattern[str]:
    wording = city.wording[FALLBACK]
    return re.compile("|".join(_pattern(wording[f"receipt.{key}"]) for key in ("text", "no_date")))


def _news(city: CityProfile, key: str) -> re.Pattern[str]:
    return re.compile(_pattern(city.wording[FALLBACK][f"news.{key}"]))


def _pattern(template: str) -> str:
    """The phrase's first sentence, whatever is filled in."""
    first = template.strip().split("\n")[0]
    return "".join(
        ".+?" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", first)
    )
