"""Red signals: the right number at once, staff are alerted.

An emergency stops the form; afterwards, with a word, the matter can be filed like any other. Who
speaks of ending their life is handed to people, and is not asked to rate anything. A threat is
answered and recorded: the form goes on.
"""

from dataclasses import replace

from intake.context import Context
from intake.dialog.routing import held
from intake.model.conversation import RaiseAlert, Turn
from intake.model.messages import Reply
from intake.model.reading import SafetySignal
from intake.phrases import FALLBACK

THREAT = "threat"
SELF_HARM = "self_harm"


def interrupt(context: Context) -> Turn | None:
    """The card for a signal that stops everything else, or None."""
    signal = context.reading.safety
    if signal is None or signal.level == THREAT:
        return None
    changes = {"held": held(context), "asking": "", "errand": None, "draft_at": context.now}
    if signal.level == SELF_HARM:
        changes |= {"handoff": True, "handoff_at": context.now, "do_not_survey": True, "surveys": ()}
    return context.turn(_card(signal, context), effects=(_alert(signal, context),), **changes)


def warned(turn: Turn, context: Context) -> Turn:
    """The turn with the card for a threat before it, and staff alerted."""
    signal = context.reading.safety
    if signal is None or signal.level != THREAT:
        return turn
    return replace(
        turn,
        replies=(_card(signal, context), *turn.replies),
        effects=(_alert(signal, context), *turn.effects),
    )


def _alert(signal: SafetySignal, context: Context) -> RaiseAlert:
    return RaiseAlert(signal.rule, context.inbound.text.strip())


def _card(signal: SafetySignal, context: Context) -> Reply:
    """A rule may have a card of its own (gas); else its level's."""
    own = f"safety.{signal.rule}"
    key = own if own in context.city.wording[FALLBACK] else f"safety.{signal.level}"
    return Reply(context.say(key), durable=True)
