"""Red signals: the right number at once, staff are alerted.

An emergency stops the form; afterwards, with a word, the matter can be filed like any other. Who
speaks of ending their life is handed to people, and is not asked to rate anything. A threat is
answered and recorded: the form goes on.
"""

from dataclasses import replace

from intake.conversation import RaiseAlert, Turn
from intake.messages import Reply
from intake.moment import Moment
from intake.phrases import FALLBACK
from intake.route import held
from intake.understand.reading import SafetySignal

THREAT = "threat"
SELF_HARM = "self_harm"


def interrupt(moment: Moment) -> Turn | None:
    """The card for a signal that stops everything else, or None."""
    signal = moment.reading.safety
    if signal is None or signal.level == THREAT:
        return None
    changes = {"held": held(moment), "asking": "", "errand": None, "draft_at": moment.now}
    if signal.level == SELF_HARM:
        changes |= {"handoff": True, "handoff_at": moment.now, "do_not_survey": True, "surveys": ()}
    return moment.turn(_card(signal, moment), effects=(_alert(signal, moment),), **changes)


def warned(turn: Turn, moment: Moment) -> Turn:
    """The turn with the card for a threat before it, and staff alerted."""
    signal = moment.reading.safety
    if signal is None or signal.level != THREAT:
        return turn
    return replace(
        turn, replies=(_card(signal, moment), *turn.replies), effects=(_alert(signal, moment), *turn.effects)
    )


def _alert(signal: SafetySignal, moment: Moment) -> RaiseAlert:
    return RaiseAlert(signal.rule, moment.inbound.text.strip())


def _card(signal: SafetySignal, moment: Moment) -> Reply:
    """A rule may have a card of its own (gas); else its level's."""
    own = f"safety.{signal.rule}"
    key = own if own in moment.city.wording[FALLBACK] else f"safety.{signal.level}"
    return Reply(moment.say(key), durable=True)
