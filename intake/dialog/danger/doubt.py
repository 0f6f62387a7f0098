"""What may be a danger: one tap is asked for, or a line with the number stands above the usual answer.

While it is asked the message waits, and what was asked before waits with it. "Yes" makes an alarm of it, "no"
lets it go where it was going; other words join it. Nobody is asked twice within a quarter of an hour, nor
while a person listens or staff were just called.
"""

from dataclasses import replace
from datetime import timedelta

from intake.context import Context, pick
from intake.dialog import handoff
from intake.dialog.routing import held
from intake.form.questions.words import joined
from intake.model.conversation import DoubtedDanger, Turn
from intake.model.messages import Choice, Reply
from intake.model.reading import Reading, SafetySignal
from intake.phrases import FALLBACK
from intake.situation import Situation
from intake.understand.reader import read

STEP = "danger"
ASKED_ONCE = timedelta(minutes=15)


def resolved(context: Context) -> Context:
    """The message that waited, with the answer to "is somebody in danger?"; else the context as it is."""
    waiting = context.conversation.doubted
    if waiting is None or not waiting.text:
        return context
    option = pick(_choices(context), STEP, context)
    context = context.changed(doubted=replace(waiting, text=""))
    if option is not None:
        return _answered(waiting, context, danger=option == "yes")
    return _with_words(waiting.text, context) if _is_words(context) else _set_aside(waiting.text, context)


def ask(context: Context) -> Turn | None:
    """The question, if this message is worth it."""
    doubt = context.reading.doubt
    if doubt is None or not doubt.asks or not _may_ask(context):
        return None
    question = Reply(_say("ask", doubt.signal, context), _choices(context), step=STEP, durable=True)
    waiting = DoubtedDanger(doubt.signal, context.inbound.text.strip(), context.now)
    return context.turn(question, doubted=waiting)


def lined(turn: Turn, context: Context) -> Turn:
    """The turn with a line above its answer, where a danger is doubted and was not asked about."""
    doubt = context.reading.doubt
    if doubt is None or not turn.replies or turn.replies[0].step == STEP or _is_looked_after(context):
        return turn
    first, *others = turn.replies
    line = _say("line", doubt.signal, context)
    return replace(turn, replies=(replace(first, text=f"{line}\n\n{first.text}"), *others))


def _answered(waiting: DoubtedDanger, context: Context, *, danger: bool) -> Context:
    red = waiting.signal if danger else None
    context = _as_said(waiting.text, context)
    reading = replace(context.reading, safety=red, doubt=None)
    return replace(context, situation=replace(context.situation, reading=reading))


def _with_words(before: str, context: Context) -> Context:
    return _as_said(joined(before, context.inbound.text.strip()), context)


def _as_said(text: str, context: Context) -> Context:
    """As if `text` came just now."""
    inbound = replace(context.inbound, text=text, tap=None)
    situation = replace(context.situation, reading=read(text, context.city, context.now))
    return replace(context, inbound=inbound, situation=situation)


def _set_aside(text: str, context: Context) -> Context:
    """Something else was done: the words wait, as others do."""
    said = replace(context, inbound=replace(context.inbound, text=text), situation=_wordless(context))
    return context.changed(held=held(said), draft_at=context.now)


def _wordless(context: Context) -> Situation:
    return replace(context.situation, reading=Reading(), attachments=())


def _is_words(context: Context) -> bool:
    inbound, reading = context.inbound, context.reading
    return bool(inbound.text.strip()) and _is_text_alone(context) and reading.command is None


def _may_ask(context: Context) -> bool:
    asked = context.conversation.doubted
    again = asked is not None and context.now - asked.at < ASKED_ONCE
    return _is_text_alone(context) and not again and not _is_looked_after(context)


def _is_text_alone(context: Context) -> bool:
    inbound = context.inbound
    other = inbound.tap or inbound.media or inbound.location or inbound.contact or inbound.event
    return not other and not inbound.edits


def _is_looked_after(context: Context) -> bool:
    """Whether a person listens, or staff were just called."""
    alarm = context.conversation.alarm
    return handoff.listens(context) or (alarm is not None and context.now - alarm.at < ASKED_ONCE)


def _choices(context: Context) -> tuple[Choice, ...]:
    return context.choices(yes="danger.yes", no="danger.no")


def _say(kind: str, signal: SafetySignal, context: Context) -> str:
    own = f"danger.{kind}_{signal.level}"
    key = own if own in context.city.wording[FALLBACK] else f"danger.{kind}"
    return context.say(key, number=context.say(f"danger.call_{signal.number}"))
