"""Signs that the account's console and our settings differ, noted for `jiesu check`.

A wrong EncodingAESKey, AppID or mode shows only when WeChat pushes: the push bears the right token's
signature and still cannot be read. The rule: one note a minute is enough, and the first push that
can be read clears it.
"""

from asyncio import get_running_loop

from app.witness import PUSHES
from bots.wechat.codec import BrokenCipher
from bots.wechat.envelope import Misfit
from intake.messages import ChannelName
from webhooks.ports import Witness
from webhooks.turns import Turns

_PAUSE = 60.0  # seconds


class Suspicions:
    """Of one process. Notes are written beside the answers, which wait for none of them."""

    def __init__(self, witness: Witness, turns: Turns) -> None:
        self._witness = witness
        self._turns = turns
        self._noted = float("-inf")
        self._clear = False

    def rise(self, fault: Exception) -> None:
        """A push was refused or could not be read."""
        now = get_running_loop().time()
        if not isinstance(fault, BrokenCipher | Misfit) or now < self._noted + _PAUSE:
            return
        self._noted, self._clear = now, False
        self._turns.beside(self._witness.note(ChannelName.WECHAT, PUSHES, str(fault)))

    def fall(self) -> None:
        """A push could be read."""
        if self._clear:
            return
        self._noted, self._clear = float("-inf"), True
        self._turns.beside(self._witness.clear(ChannelName.WECHAT, PUSHES))
