"""What keeps the backend from taking anything of ours is told to the operator at once: log and figure.

The rule: once for each kind of trouble, and once when the backend takes something again. What comes and goes
is said again only after a while. No word of what was sent.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from app.base import metrics
from intake.model.ports import Hotline, NeedsOperator, Postponed, Timed, Trouble

T = TypeVar("T")
log = structlog.get_logger(__name__)

QUIET = timedelta(minutes=10)
"""As long nothing is said again that has just been said."""

FAR = timedelta(minutes=2)
"""Between the clocks: signatures hold for five minutes, so there is time to put it right."""
NEAR = timedelta(minutes=1)

MEND: Mapping[Trouble, str] = {
    Trouble.KEY: "is JIESU_HOTLINE__SECRET (Open311: __API_KEY) the one agreed on? A firewall may refuse too",
    Trouble.CLOCK: "put the clocks right (NTP): a signature holds for five minutes",
    Trouble.ADDRESS: "is JIESU_HOTLINE__URL right (Open311: __JURISDICTION too)? Who answers there?",
    Trouble.METHOD: "is JIESU_HOTLINE__URL right, and does what stands before the backend let POST in?",
    Trouble.HOST: "does the host of JIESU_HOTLINE__URL belong to the backend? Its proxy serves another name",
    Trouble.PROXY: "the proxy on our way out wants a log-in: HTTPS_PROXY, or none for this host (NO_PROXY)",
    Trouble.UNKNOWN: "the backend does not know what we tell it more about: ask whether it lost something",
    Trouble.OTHER: "ask who runs the backend, and what lies between, what this status means",
}
"""What an operator looks at."""


class MonitoredHotline:
    """`Hotline` over another, telling the operator what it comes to. `clock` gives an aware now."""

    def __init__(self, hotline: Hotline, clock: Callable[[], datetime]) -> None:
        self._hotline = hotline
        self._clock = clock
        self._on: set[Trouble] = set()
        self._said: dict[Trouble, datetime] = {}
        self._end_to_say: set[Trouble] = set()
        self._clocks_differ = False

    async def submit(self, document: dict[str, Any], key: str) -> str:
        """As the port says."""
        ref = await self._heard(self._hotline.submit(document, key))
        self._taken()
        return ref

    async def find(self, key: str, document: dict[str, Any] | None = None) -> str | None:
        """As the port says. An answer shows nothing here: a wrong address does not know the key either."""
        return await self._heard(self._hotline.find(key, document))

    async def send_event(self, hotline_ref: str | None, event: dict[str, Any], key: str) -> None:
        """As the port says."""
        await self._heard(self._hotline.send_event(hotline_ref, event, key))
        self._taken()

    async def probe(self) -> None:
        """As the port says."""
        await self._heard(self._hotline.probe())

    async def aclose(self) -> None:
        """Close the connections."""
        await self._hotline.aclose()

    async def _heard(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except (NeedsOperator, Postponed) as fault:
            if fault.trouble is not None:
                self._refused(fault.trouble, fault.reason)
            raise
        finally:
            self._compare_clocks()

    def _refused(self, trouble: Trouble, reason: str) -> None:
        if trouble in self._on:
            return
        self._on.add(trouble)
        metrics.backend_trouble.labels(trouble.value).set(1)
        now, said = self._clock(), self._said.get(trouble)
        if said is None or now - said >= QUIET:
            self._said[trouble] = now
            self._end_to_say.add(trouble)
            log.error("the backend refuses us", trouble=trouble.value, reason=reason, mend=MEND[trouble])

    def _taken(self) -> None:
        for trouble in self._on:
            metrics.backend_trouble.labels(trouble.value).set(0)
        if self._end_to_say:
            log.warning("the backend takes what we send again", after=sorted(self._end_to_say))
        self._on.clear()
        self._end_to_say.clear()

    def _compare_clocks(self) -> None:
        ahead = self._hotline.ahead if isinstance(self._hotline, Timed) else None
        if ahead is None:
            return
        metrics.backend_clock.set(ahead.total_seconds())
        if abs(ahead) > FAR and not self._clocks_differ:
            self._clocks_differ = True
            log.error("clocks differ", ahead_seconds=round(ahead.total_seconds()), mend=MEND[Trouble.CLOCK])
        elif abs(ahead) < NEAR and self._clocks_differ:
            self._clocks_differ = False
            log.warning("clocks agree again", ahead_seconds=round(ahead.total_seconds()))
