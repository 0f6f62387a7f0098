"""Red signals: the right number at once, the form stops, staff are alerted.

Afterwards, with a word, the matter can be filed like any other.
"""

from intake.conversation import RaiseAlert, Turn
from intake.messages import Reply
from intake.moment import Moment
from intake.phrases import FALLBACK
from intake.route import held
from intake.understand.reading import SafetySignal


def interrupt(moment: Moment) -> Turn | None:
    """The card for a red signal, or None when there is none."""
    signal = moment.reading.safety
    if signal is None:
        return None
    reply = Reply(moment.say(_phrase(signal, moment)), durable=True)
    alert = RaiseAlert(signal.rule, moment.inbound.text.strip())
    return moment.turn(reply, effects=(alert,), held=held(moment), asking="", errand=None)


def _phrase(signal: SafetySignal, moment: Moment) -> str:
    """A rule may have a card of its own (gas); else its level's."""
    own = f"safety.{signal.rule}"
    return own if own in moment.city.wording[FALLBACK] else f"safety.{signal.level}"
