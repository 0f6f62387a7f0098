"""The processes under fire: keeps as many alive as there should be, and chooses how the next one dies.

The plan goes round all points: the next life is armed with the point that fewest have died at, beginning at
another one for each `seed`, and a point that was passed by (its bearer died of something else) is reached at
its first call the next time. Every fourth death at most is one at a random moment. Where many are to die in
few conversations they die sooner (`pace`), so that a small run need not talk on until enough have died.
"""

import asyncio
import json
import os
import random
import signal
import socket
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.crash import points
from bench.crash.points import WEB, WORKER, Point

SLOTS: dict[str, dict[str, tuple[str, ...]]] = {
    "sqlite": {"all": (WEB, WORKER)},
    "postgresql": {"web 1": (WEB,), "web 2": (WEB,), "work 1": (WORKER,), "work 2": (WORKER,)},
}
AT_RANDOM = "at a random moment"
RANDOM_SHARE = 0.25


@dataclass(slots=True)
class Life:
    """A running child and what it is to die of; "" of nothing."""

    pid: int
    point: str


@dataclass(slots=True)
class Town:
    """Talks to the zygote. `kills` counts deaths by their point."""

    line: socket.socket
    storage: str
    settings: dict[str, Any]
    var: str
    wanted: int
    chance: random.Random
    quiet: bool = True
    first: int = 0
    pace: float = 1.0
    kills: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    _lives: dict[str, Life] = field(default_factory=dict)
    _next: dict[str, str] = field(default_factory=dict)
    _random: set[int] = field(default_factory=set)
    _passed_by: set[str] = field(default_factory=set)
    _closing: bool = False
    _gone: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def killed(self) -> int:
        return self.kills.total()

    @property
    def done(self) -> bool:
        """Enough have died, and where there were deaths for every point, none is left out."""
        return self.killed >= self.wanted and (self.wanted < 2 * len(points.POINTS) or not self.unreached)

    @property
    def unreached(self) -> list[str]:
        return [point.name for point in points.POINTS if not self.kills[point.name]]

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Start every slot, and start it again when it dies; until `close`."""
        for slot in SLOTS[self.storage]:
            self._start(slot)
        while not (self._closing and not self._lives):
            news = json.loads(await reader.readline())
            if "started" in news:
                slot = news["started"]
                self._lives[slot] = Life(news["pid"], self._next.pop(slot))
            elif "died" in news:
                self._died(news)

    async def shoot(self, every: float) -> None:
        """`kill -9` somebody now and then, wherever they are."""
        while True:
            await asyncio.sleep(every * self.chance.uniform(0.5, 1.5))
            if self.kills[AT_RANDOM] < RANDOM_SHARE * self.wanted and self._lives:
                life = self._lives[self.chance.choice(sorted(self._lives))]
                self._random.add(life.pid)
                with suppress(ProcessLookupError):
                    os.kill(life.pid, signal.SIGKILL)

    def close(self) -> None:
        """Ask everybody to stop."""
        self._closing = True
        for life in self._lives.values():
            with suppress(ProcessLookupError):
                os.kill(life.pid, signal.SIGTERM)

    def _start(self, slot: str) -> None:
        roles = SLOTS[self.storage][slot]
        point = None if self.done else self._choose(roles)
        self._next[slot] = point.name if point else ""
        order = {
            "slot": slot,
            "roles": list(roles),
            "listens": WEB if WEB in roles else "",
            "settings": self.settings,
            "var": self.var,
            "quiet": self.quiet,
            "point": point.name if point else "",
            "calls": self._calls(point) if point else 0,
        }
        self.line.sendall(json.dumps(order).encode() + b"\n")

    def _calls(self, point: Point) -> int:
        most = max(1, round(point.often * self.pace))
        return 1 if point.name in self._passed_by else self.chance.randint(1, most)

    def _choose(self, roles: tuple[str, ...]) -> Point:
        """The point that fewest have died at or are about to."""
        armed = Counter(life.point for life in self._lives.values())
        places = list(points.of(roles))
        turned = [*places[self.first % len(places) :], *places[: self.first % len(places)]]
        return min(turned, key=lambda point: self.kills[point.name] + armed[point.name])

    def _died(self, news: dict[str, Any]) -> None:
        slot = next((slot for slot, life in self._lives.items() if life.pid == news["died"]), None)
        if slot is None:
            return
        life = self._lives.pop(slot)
        if news["killed"] and news["status"] & 0x7F == signal.SIGKILL:
            self._count(life)
        elif not self._closing:
            self.faults += 1
        if not self._closing:
            self._start(slot)

    def _count(self, life: Life) -> None:
        at_random = life.pid in self._random
        self.kills[AT_RANDOM if at_random else life.point] += 1
        if at_random:
            self._passed_by.add(life.point)
        else:
            self._passed_by.discard(life.point)
