"""WeChat and Telegram as judges: each keeps its own account of what it allows, and counts every breach.

Both are apart from the product's books, so that a mistake there shows here.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bench.survey.clock import Clock
from bots.telegram.outgoing.pace import SendPace
from bots.wechat.client import ApiError
from intake.model.messages import ChannelName, Media, Outgoing
from intake.model.ports import Fetched, Paused, Rejected
from playground.wechat.rights import Window

SURVEYS = frozenset({"survey", "reminder"})
A_SECOND = 30
DAY_BEGINS, DAY_ENDS = (8, 30), (20, 30)
Heard = Callable[[Outgoing, datetime], None]


@dataclass
class Judge:
    """What every channel counts alike."""

    clock: Clock
    zone: ZoneInfo
    heard: Heard
    keys: Counter[str] = field(default_factory=Counter)
    rounds: Counter[tuple[str, str]] = field(default_factory=Counter)
    at_night: int = 0
    sent: Counter[str] = field(default_factory=Counter)

    def take(self, outgoing: Outgoing) -> None:
        """Something reached the citizen's phone."""
        self.sent[outgoing.purpose] += 1
        if outgoing.purpose in SURVEYS:
            local = self.clock.now.astimezone(self.zone)
            self.at_night += not DAY_BEGINS <= (local.hour, local.minute) < DAY_ENDS
            self.keys[outgoing.key] += 1
        self.heard(outgoing, self.clock.now)

    @property
    def doubled(self) -> int:
        return sum(number - 1 for number in self.keys.values())


class Telegram:
    """The real pace over virtual buckets; the wire counts messages in every second that passes."""

    name = ChannelName.TELEGRAM

    def __init__(self, judge: Judge, pace: SendPace, clock: Clock) -> None:
        self.judge = judge
        self.over = 0
        self.most = 0
        self._pace = pace
        self._clock = clock
        self._second: deque[float] = deque()

    async def send(self, outgoing: Outgoing) -> None:
        push = outgoing.purpose != "reply"
        wait = await self._pace._take(int(outgoing.address.user), push)  # noqa: SLF001  # without sleeping
        if wait:
            raise Paused("not yet", wait)
        now = self._clock.seconds()
        while self._second and self._second[0] <= now - 1:
            self._second.popleft()
        self._second.append(now)
        self.most = max(self.most, len(self._second))
        self.over += len(self._second) > A_SECOND
        self.judge.take(outgoing)

    async def rest(self) -> float:
        return 0.0

    async def fetch(self, media: Media) -> Fetched:  # noqa: ARG002  # the port has it
        raise Rejected("no files here")

    async def probe(self) -> None: ...

    async def aclose(self) -> None: ...


@dataclass
class WeChatServer:
    """The platform behind `bots.wechat.client`: five messages in 48 hours, notifications by permission."""

    judge: Judge
    clock: Clock
    allowed: set[str]
    windows: dict[str, Window] = field(default_factory=lambda: defaultdict(Window))
    refused: Counter[int] = field(default_factory=Counter)
    announced: int = 0
    going: dict[str, Outgoing] = field(default_factory=dict)

    def wrote(self, user: str) -> None:
        """A citizen's message opens the window."""
        self.windows[user].grant("message", self.clock.now)

    async def post(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        user = str(document["touser"])
        outgoing = self.going[user]
        if path.endswith("custom/send"):
            errcode = self.windows[user].take(self.clock.now)
            if errcode:
                self.refused[errcode] += 1
                raise ApiError(errcode)
            self.judge.take(outgoing)
            return {"errcode": 0}
        if user not in self.allowed:
            self.refused[43101] += 1
            raise ApiError(43101)
        self.announced += 1
        self.judge.take(outgoing)
        return {"errcode": 0, "msgid": self.announced}
