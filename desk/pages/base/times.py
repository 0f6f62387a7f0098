"""Times as people at the desk read them: the city's clock, how long ago, how long still, and the light."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.tickets.store import DeskTicket
from desk.wording import Words
from desk.workflow.states import FINAL, Lifecycle, State

_ANSWERED = frozenset({State.DIRECT_ANSWERED, State.COMPLETED, State.CALLBACK})


@dataclass(frozen=True, slots=True)
class Clock:
    """Now (aware), and the city's zone in which everything is shown."""

    now: datetime
    zone: ZoneInfo
    words: Words

    def show(self, at: datetime) -> str:
        """`05-06 18:00`, with the year where it is not this one."""
        local = at.astimezone(self.zone)
        here = self.now.astimezone(self.zone)
        return f"{local:%m-%d %H:%M}" if local.year == here.year else f"{local:%Y-%m-%d %H:%M}"

    def age(self, at: datetime) -> str:
        """How long ago, in one unit."""
        return self._in_one_unit("age", self.now - at) or self.words.say("age.now")

    def left(self, due: datetime) -> str:
        """How long still, or how long over, in one unit."""
        if due > self.now:
            return self._in_one_unit("left", due - self.now) or self.words.say("left.minutes", n=1)
        return self._in_one_unit("left", self.now - due, "over_") or self.words.say("left.over_minutes", n=1)

    def end_of(self, day: date | None) -> datetime | None:
        """The last minute of a day in the city."""
        return datetime.combine(day, time(23, 59), self.zone) if day else None

    def _in_one_unit(self, section: str, span: timedelta, prefix: str = "") -> str:
        minutes = int(span.total_seconds() // 60)
        for unit, length in (("days", 24 * 60), ("hours", 60), ("minutes", 1)):
            if minutes >= length:
                return self.words.say(f"{section}.{prefix}{unit}", n=minutes // length)
        return ""


def is_settled(life: Lifecycle) -> bool:
    """Whether nobody waits for an answer to this ticket any more."""
    return life.state in FINAL or life.state in _ANSWERED


def light(ticket: DeskTicket, now: datetime) -> str:
    """`green`, `yellow` (soon due), `red` (over), `paused`, `done`, or `none` while no date is known."""
    if is_settled(ticket.life):
        return "done"
    if ticket.life.paused_at is not None:
        return "paused"
    if ticket.watch is None:
        return "none"
    if now >= ticket.watch.due:
        return "red"
    return "yellow" if now >= ticket.watch.warn else "green"
