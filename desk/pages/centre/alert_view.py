"""Alerts and conversations as their pages show them: in words, with times of the city's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from desk.api.alerts import Alert
from desk.api.handoffs import Handoff, Message
from desk.pages.base.times import Clock
from desk.wording import Words


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert; `taken_by` is "" while it rings."""

    id: int
    kind: str
    text: str
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
    """One conversation; `last` is the citizen's latest word."""

    conversation: str
    href: str
    channel: str
    phone: str
    taken_by: str
    age: str
    iso: str
    last: str
    lines: tuple[TalkLine, ...]


def alert_view(alert: Alert, clock: Clock) -> AlertView:
    words = clock.words
    return AlertView(
        id=alert.id,
        kind=words.say(words.key("alert_kind", alert.kind, "alert_kind.other")),
        text=alert.text or "",
        channel=_channel(alert.channel, words),
        reach=alert.reach or "",
        taken_by=alert.taken_by or "",
        at=clock.show(alert.raised_at),
        iso=alert.raised_at.isoformat(),
        age=clock.age(alert.raised_at),
    )


def talk_view(talk: Handoff, said: Sequence[Message], clock: Clock) -> TalkView:
    citizens = [message.text for message in said if message.side == "citizen"]
    return TalkView(
        conversation=talk.conversation,
        href=f"/desk/talks/{quote(talk.conversation, safe='')}",
        channel=_channel(talk.channel, clock.words),
        phone=talk.phone or "",
        taken_by=talk.taken_by or "",
        age=clock.age(talk.updated_at),
        iso=talk.updated_at.isoformat(),
        last=citizens[-1] if citizens else "",
        lines=tuple(_line(message, clock) for message in said),
    )


def _line(message: Message, clock: Clock) -> TalkLine:
    return TalkLine(
        id=message.id,
        side=message.side,
        by=message.name or clock.words.say(f"alert.{message.side}"),
        text=message.text,
        at=clock.show(message.at),
        iso=message.at.isoformat(),
    )


def _channel(channel: str | None, words: Words) -> str:
    return words.say(words.key("channel", channel or "", "page.unknown"))
