"""Alerts and conversations as their pages show them: in words, with times of the city's clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import quote

from desk.api.alerts import Alert
from desk.api.handoffs import Handoff, Message
from desk.pages.base.paging import clipped
from desk.pages.base.times import Clock
from desk.wording import Words

LINE = 64
"""Characters of a phone, or how else to reach somebody."""

WHOLE = 10_000
"""Characters of one text where it is shown whole; no platform sends longer ones."""

PAGE = 12_000
"""Escaped characters of a conversation shown at once, of three bytes each."""


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert; `taken_by` is "" while it rings. `whole`: nothing of its words was cut off here."""

    id: int
    kind: str
    texts: tuple[str, ...]
    whole: bool
    times: int
    last: str
    channel: str
    reach: str
    taken_by: str
    at: str
    iso: str
    age: str


@dataclass(frozen=True, slots=True)
class TalkLine:
    """One message; `side` is citizen, bot or person."""

    id: int
    side: str
    by: str
    text: str
    at: str
    iso: str


@dataclass(frozen=True, slots=True)
class TalkView:
    """One conversation; `last` is the citizen's latest word. `earlier`: where what was said before stands."""

    conversation: str
    href: str
    channel: str
    phone: str
    taken_by: str
    age: str
    iso: str
    last: str = ""
    lines: tuple[TalkLine, ...] = ()
    earlier: str = ""


def alert_view(alert: Alert, clock: Clock, most: int = WHOLE) -> AlertView:
    """`most`: characters of its words, the newest before the others."""
    words = clock.words
    texts = _newest_within(alert.texts, most)
    return AlertView(
        id=alert.id,
        kind=words.say(words.key("alert_kind", alert.kind, "alert_kind.other")),
        texts=texts,
        whole=texts == alert.texts,
        times=alert.times,
        last=clock.show(alert.last_at),
        channel=_channel(alert.channel, words),
        reach=clipped(alert.reach or "", LINE),
        taken_by=alert.taken_by or "",
        at=clock.show(alert.raised_at),
        iso=alert.raised_at.isoformat(),
        age=clock.age(alert.raised_at),
    )


def _newest_within(texts: Sequence[str], most: int) -> tuple[str, ...]:
    """As many of the last texts as have room, the last of all at least in part."""
    shown: list[str] = []
    for text in reversed(texts):
        room = most - sum(map(len, shown))
        if shown and len(text) > room:
            break
        shown.insert(0, clipped(text, room))
    return tuple(shown)


def talk_view(talk: Handoff, clock: Clock) -> TalkView:
    return TalkView(
        conversation=talk.conversation,
        href=f"/desk/talks/{quote(talk.conversation, safe='')}",
        channel=_channel(talk.channel, clock.words),
        phone=talk.phone or "",
        taken_by=talk.taken_by or "",
        age=clock.age(talk.updated_at),
        iso=talk.updated_at.isoformat(),
    )


def with_messages(view: TalkView, newest: Sequence[Message], clock: Clock) -> TalkView:
    """The conversation with the last of what was said, as much as a page may weigh."""
    lines: list[TalkLine] = []
    for message in newest:
        line = _line(message, clock)
        if lines and sum(len(escape(one.text)) for one in (*lines, line)) > PAGE:
            break
        lines.insert(0, line)
    more = len(lines) < len(newest)
    earlier = f"{view.href}?before={lines[0].id}" if more else ""
    return replace(view, lines=tuple(lines), earlier=earlier)


def _line(message: Message, clock: Clock) -> TalkLine:
    return TalkLine(
        id=message.id,
        side=message.side,
        by=message.name or clock.words.say(f"alert.{message.side}"),
        text=clipped(message.text, WHOLE),
        at=clock.show(message.at),
        iso=message.at.isoformat(),
    )


def _channel(channel: str | None, words: Words) -> str:
    return words.say(words.key("channel", channel or "", "page.unknown"))
