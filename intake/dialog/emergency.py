"""Red signals: the right number at once, staff are alerted.

An emergency stops the form; afterwards, with a word, the matter can be filed like any other. Who
speaks of ending their life is handed to people, and is not asked to rate anything. A threat is
answered and recorded: the form goes on.

Whoever cries for help again within a quarter of an hour is answered as before, and what they say belongs to
the same alarm; a graver danger is an alarm of its own.
"""

from dataclasses import replace
from datetime import timedelta

from intake.context import Context
from intake.dialog.routing import held
from intake.model.conversation import Alarm, RaiseAlert, Turn
from intake.model.messages import Reply
from intake.model.reading import SafetySignal
from intake.phrases import FALLBACK
from intake.understand.safety import gravity

THREAT = "threat"
SELF_HARM = "self_harm"
SAME_ALARM = timedelta(minutes=15)


def stops(context: Context) -> bool:
    """Whether a danger is told that comes before everything else."""
    signal = context.reading.safety
    return signal is not None and signal.level != THREAT


def interrupt(context: Context) -> Turn | None:
    """The card for a signal that stops everything else, or None."""
    signal = context.reading.safety
    if signal is None or signal.level == THREAT:
        return None
    changes = {"held": held(context), "asking": "", "errand": None, "draft_at": context.now}
    changes |= {"alarm": _alarm(signal, context)}
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
        conversation=replace(turn.conversation, alarm=_alarm(signal, context)),
        replies=(_card(signal, context), *turn.replies),
        effects=(_alert(signal, context), *turn.effects),
    )


def _alert(signal: SafetySignal, context: Context) -> RaiseAlert:
    return RaiseAlert(signal.rule, context.inbound.text.strip(), again=_is_known(signal, context))


def _alarm(signal: SafetySignal, context: Context) -> Alarm | None:
    known = context.conversation.alarm
    return known if _is_known(signal, context) else Alarm(signal.rule, context.now)


def _is_known(signal: SafetySignal, context: Context) -> bool:
    """Whether staff were called a moment ago, to a danger as grave."""
    alarm = context.conversation.alarm
    if alarm is None or context.now - alarm.at >= SAME_ALARM:
        return False
    return gravity(signal.rule) <= gravity(alarm.kind)


def _card(signal: SafetySignal, context: Context) -> Reply:
    """A kind may have a card of its own (gas); else its level's, with the right number first."""
    own = f"safety.{signal.rule}"
    key = own if own in context.city.wording[FALLBACK] else f"safety.{signal.level}"
    return Reply(context.say(key, number=context.say(f"danger.call_{signal.number}")), durable=True)
