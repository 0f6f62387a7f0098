"""Binding a phone to this chat: what was told by telephone is then asked about here.

The rule: a typed number alone binds nothing. Telegram's own card of the sender binds at once; a typed number
needs the code that the centre reads out to whoever calls from it.
"""

import re
from dataclasses import replace

from intake.context import Context
from intake.form import form
from intake.model.channels import traits_of
from intake.model.conversation import BindPhone, Effect, Errand, Side, Turn, UnbindPhone
from intake.model.messages import Ask, Reply
from intake.understand.persons.phone import standard

STEP = "bind"
NUMBER, CODE = "number", "code"
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


def code_in(text: str) -> str | None:
    """The code a message brings, however it is written."""
    found = _CODE.search(re.sub(r"(?<=\d)[ \-](?=\d)", "", text))
    return found[0] if found else None


def start(context: Context) -> Turn:
    """Which phone? What becomes of it is said with the question."""
    context = context.changed(errand=Errand(Side.BIND, NUMBER))
    return context.turn(_ask(context))


def release(context: Context) -> Turn:
    """No phone leads here any more."""
    return _done(context, Reply(context.say("bind.released"), durable=True), UnbindPhone())


def question(context: Context) -> Reply | None:
    """What binding still needs."""
    errand = context.conversation.errand
    if errand is None:
        return None
    return _ask(context) if errand.step == NUMBER else Reply(context.say("bind.code"), step=STEP)


def _ask(context: Context) -> Reply:
    by_card = traits_of(context.inbound.address.channel).own_phone_card
    key = "bind.card" if by_card else "bind.number"
    return Reply(context.say(key), step=STEP, ask=Ask.CONTACT if by_card else None)


def go_on(context: Context) -> Turn | None:
    """The next word of it; None when it was about something else."""
    errand, card = context.conversation.errand, context.inbound.contact
    if errand is None:
        return None
    if card is not None:
        return _by_card(card.phone, context) if card.own else context.turn(Reply(context.say("bind.not_own")))
    if errand.step == CODE and context.situation.code is not None:
        return _by_code(errand, context)
    number = context.reading.phone
    if number is not None:
        told = Reply(context.say("bind.call"), step=STEP)
        return context.turn(told, errand=Errand(Side.BIND, CODE, text=number.value))
    if context.reading.bad_phone or (errand.step == CODE and re.search(r"\d{3}", context.reading.text)):
        return context.turn(question(context) or _ask(context))
    return None


def _by_card(phone: str, context: Context) -> Turn:
    kept = standard(phone)
    if kept is None:
        return context.turn(Reply(context.say("bind.not_own")))
    return _bound(kept, "card", context)


def _by_code(errand: Errand, context: Context) -> Turn:
    if context.situation.code == "right":
        return _bound(errand.text, "code", context)
    key = "bind.wrong" if context.situation.code == "wrong" else "bind.no_code"
    return context.turn(Reply(context.say(key), step=STEP))


def _bound(phone: str, how: str, context: Context) -> Turn:
    told = Reply(context.say("bind.done", tail=phone[-4:]), durable=True)
    return _done(context, told, BindPhone(phone, how))


def _done(context: Context, told: Reply, effect: Effect) -> Turn:
    context = context.changed(errand=None)
    turn = form.repeat(context, told) if context.conversation.draft else context.turn(told)
    return replace(turn, effects=(effect,))
