"""Binding a phone to this chat: what was told by telephone is then asked about here.

The rule: a typed number alone binds nothing. Telegram's own card of the sender binds at once; a typed number
needs the code that the centre reads out to whoever calls from it.
"""

import re
from dataclasses import replace

from intake import form
from intake.conversation import BindPhone, Effect, Errand, Side, Turn, UnbindPhone
from intake.messages import Ask, ChannelName, Reply
from intake.moment import Moment
from intake.understand.phone import standard

STEP = "bind"
NUMBER, CODE = "number", "code"
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


def code_in(text: str) -> str | None:
    """The code a message brings, however it is written."""
    found = _CODE.search(re.sub(r"(?<=\d)[ \-](?=\d)", "", text))
    return found[0] if found else None


def start(moment: Moment) -> Turn:
    """Which phone? What becomes of it is said with the question."""
    moment = moment.changed(errand=Errand(Side.BIND, NUMBER))
    return moment.turn(_ask(moment))


def release(moment: Moment) -> Turn:
    """No phone leads here any more."""
    return _done(moment, Reply(moment.say("bind.released"), durable=True), UnbindPhone())


def question(moment: Moment) -> Reply | None:
    """What binding still needs."""
    errand = moment.conversation.errand
    if errand is None:
        return None
    return _ask(moment) if errand.step == NUMBER else Reply(moment.say("bind.code"), step=STEP)


def _ask(moment: Moment) -> Reply:
    by_card = moment.inbound.address.channel is ChannelName.TELEGRAM
    key = "bind.card" if by_card else "bind.number"
    return Reply(moment.say(key), step=STEP, ask=Ask.CONTACT if by_card else None)


def go_on(moment: Moment) -> Turn | None:
    """The next word of it; None when it was about something else."""
    errand, card = moment.conversation.errand, moment.inbound.contact
    if errand is None:
        return None
    if card is not None:
        return _by_card(card.phone, moment) if card.own else moment.turn(Reply(moment.say("bind.not_own")))
    if errand.step == CODE and moment.situation.code is not None:
        return _by_code(errand, moment)
    number = moment.reading.phone
    if number is not None:
        told = Reply(moment.say("bind.call"), step=STEP)
        return moment.turn(told, errand=Errand(Side.BIND, CODE, text=number.value))
    if moment.reading.bad_phone or (errand.step == CODE and re.search(r"\d{3}", moment.reading.text)):
        return moment.turn(question(moment) or _ask(moment))
    return None


def _by_card(phone: str, moment: Moment) -> Turn:
    kept = standard(phone)
    if kept is None:
        return moment.turn(Reply(moment.say("bind.not_own")))
    return _bound(kept, "card", moment)


def _by_code(errand: Errand, moment: Moment) -> Turn:
    if moment.situation.code == "right":
        return _bound(errand.text, "code", moment)
    key = "bind.wrong" if moment.situation.code == "wrong" else "bind.no_code"
    return moment.turn(Reply(moment.say(key), step=STEP))


def _bound(phone: str, how: str, moment: Moment) -> Turn:
    told = Reply(moment.say("bind.done", tail=phone[-4:]), durable=True)
    return _done(moment, told, BindPhone(phone, how))


def _done(moment: Moment, told: Reply, effect: Effect) -> Turn:
    moment = moment.changed(errand=None)
    turn = form.repeat(moment, told) if moment.conversation.draft else moment.turn(told)
    return replace(turn, effects=(effect,))
