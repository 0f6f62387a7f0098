"""Signs that the account's console and our settings differ, or our clocks: noted for `jiesu check`.

A wrong EncodingAESKey, AppID or mode shows only when WeChat pushes: the push bears the right token's
signature and still cannot be read. A clock that is wrong shows likewise: every push is refused as too old
or too new. The rule: one note and one line of the log a minute are enough, and the first push that can be
read clears both.
"""

from asyncio import get_running_loop

import structlog

from app.receiver.channel_events import CLOCK, PUSHES
from app.receiver.tasks import Tasks
from bots.wechat.codec import BrokenCipher
from bots.wechat.incoming.verification import ConfigMismatch, StalePush
from intake.model.messages import ChannelName
from webhooks.ports import ChannelEventReceiver

_PAUSE = 60.0  # seconds

log = structlog.get_logger(__name__)


class WeChatDiagnostics:
    """Of one process. Notes are written beside the answers, which wait for none of them."""

    def __init__(self, channel_events: ChannelEventReceiver, tasks: Tasks) -> None:
        self._channel_events = channel_events
        self._tasks = tasks
        self._noted: dict[str, float] = {}  # by what the note is about
        self._clear = False

    def rise(self, fault: Exception) -> None:
        """A push was refused or could not be read."""
        about, now = _about(fault), get_running_loop().time()
        if about is None or now < self._noted.get(about, float("-inf")) + _PAUSE:
            return
        self._noted[about], self._clear = now, False
        log.warning("wechat push refused", about=about, reason=str(fault))
        self._tasks.start(self._channel_events.note(ChannelName.WECHAT, about, str(fault)))

    def fall(self) -> None:
        """A push could be read."""
        if self._clear:
            return
        self._clear = True
        for about in (PUSHES, CLOCK):
            self._tasks.start(self._channel_events.clear(ChannelName.WECHAT, about))


def _about(fault: Exception) -> str | None:
    """What an operator can do something about; anybody can send what bears no signature of ours."""
    if isinstance(fault, StalePush):
        return CLOCK
    return PUSHES if isinstance(fault, BrokenCipher | ConfigMismatch) else None
