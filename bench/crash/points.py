"""The places where a process dies, by name: each is a function of the product, seen from outside.

The rule: the product's code is not touched. A child that is to die wraps one function and counts its
calls; the n-th one ends in `kill -9`, before or after the function, as the point says.
"""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

WEB, WORKER = "web", "worker"


@dataclass(frozen=True, slots=True)
class Point:
    """`often`: how many calls may pass before the fatal one; about as many as a conversation makes."""

    name: str
    role: str
    arm: Callable[["Fuse"], None]
    often: int = 10


class Fuse:
    """Burns down with each call."""

    def __init__(self, calls: int) -> None:
        self._left = calls

    def burn(self) -> None:
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, owner: Any, name: str) -> None:
        """Die instead of the n-th call."""
        original = getattr(owner, name)

        async def wrapped(*args: Any, **named: Any) -> Any:
            self.burn()
            return await original(*args, **named)

        setattr(owner, name, wrapped)

    def after(self, owner: Any, name: str) -> None:
        """Die when the n-th call has done its work, before anybody hears of it."""
        original = getattr(owner, name)

        async def wrapped(*args: Any, **named: Any) -> Any:
            result = await original(*args, **named)
            self.burn()
            return result

        setattr(owner, name, wrapped)


def _service(fuse: Fuse, when: str) -> None:
    from app.turns.service import Service  # noqa: PLC0415  only in the child

    getattr(fuse, when)(Service, "receive")


def _claimed(fuse: Fuse) -> None:
    from storage import turn_store  # noqa: PLC0415

    fuse.after(turn_store, "begin")


def _before_commit(fuse: Fuse) -> None:
    """The ticket and its filing are written, and what is left goes in one trip with the commit."""
    from storage import turn_store  # noqa: PLC0415

    fuse.before(turn_store, "end")


def _handed_over(fuse: Fuse) -> None:
    from app.turns.service import Service  # noqa: PLC0415

    fuse.before(Service, "handed_over")


def _update_before_commit(fuse: Fuse) -> None:
    from storage.tickets import tickets  # noqa: PLC0415

    fuse.after(tickets, "add_update")


def _update_committed(fuse: Fuse) -> None:
    from app.callbacks.apply import CallbackService  # noqa: PLC0415

    fuse.after(CallbackService, "apply_update")


def _leased(fuse: Fuse) -> None:
    from app.delivery.handlers import Delivery  # noqa: PLC0415

    fuse.before(Delivery, "deliver")


def _before_post(fuse: Fuse) -> None:
    from hotline.rest import RestHotline  # noqa: PLC0415

    fuse.before(RestHotline, "_post")


def _accepted_unread(fuse: Fuse) -> None:
    """The backend has answered; of the answer only the head has come."""
    import httpx  # noqa: PLC0415

    original = httpx.AsyncHTTPTransport.handle_async_request

    async def wrapped(self: Any, request: Any) -> Any:
        response = await original(self, request)
        if request.method == "POST" and "/backend/" in request.url.path:
            fuse.burn()
        return response

    httpx.AsyncHTTPTransport.handle_async_request = wrapped  # type: ignore[method-assign]


def _answer_read(fuse: Fuse) -> None:
    from storage.tickets import tickets  # noqa: PLC0415

    fuse.after(tickets, "set_hotline_ref")


def _unsettled(fuse: Fuse) -> None:
    from storage.outbox.engine import Outbox  # noqa: PLC0415

    fuse.after(Outbox, "done")


def _send(fuse: Fuse, when: str) -> None:
    from bots.telegram.channel import TelegramChannel  # noqa: PLC0415
    from bots.wechat.channel import WeChatChannel  # noqa: PLC0415

    for channel in (TelegramChannel, WeChatChannel):
        getattr(fuse, when)(channel, "send")


POINTS = (
    Point("after verify", WEB, lambda fuse: _service(fuse, "before"), 25),
    Point("after claim", WEB, _claimed, 25),
    Point("before commit", WEB, _before_commit, 25),
    Point("after commit, before the answer", WEB, lambda fuse: _service(fuse, "after"), 25),
    Point("after the answer", WEB, _handed_over),
    Point("callback, before commit", WEB, _update_before_commit),
    Point("callback, after commit", WEB, _update_committed),
    Point("after lease", WORKER, _leased, 20),
    Point("before the backend's POST", WORKER, _before_post, 6),
    Point("accepted, answer unread", WORKER, _accepted_unread, 6),
    Point("answer read, before commit", WORKER, _answer_read, 3),
    Point("delivered, before commit", WORKER, _unsettled, 20),
    Point("before the platform's send", WORKER, lambda fuse: _send(fuse, "before")),
    Point("after the platform's send", WORKER, lambda fuse: _send(fuse, "after")),
)


def arm(name: str, calls: int) -> None:
    """Put the fuse round the point's function, in this process."""
    point = next(point for point in POINTS if point.name == name)
    point.arm(Fuse(calls))


def of(roles: tuple[str, ...]) -> Iterator[Point]:
    """The points that a process with these roles passes."""
    return (point for point in POINTS if point.role in roles)
