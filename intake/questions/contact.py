"""How the unit reaches the citizen: name and phone in one question, or anonymous where that is allowed."""

import re
from dataclasses import replace

from intake.messages import Ask, Choice, Reply
from intake.moment import Moment, pick
from intake.questions.question import Question, Unclear
from intake.ticket import AppealType, Draft
from intake.understand.phone import standard

MAX_NAME = 20
_WORDS = re.compile(r"[^\w]+")


def _choices(draft: Draft, moment: Moment) -> tuple[Choice, ...]:
    rule = moment.city.appeals[draft.appeal_type or AppealType.HELP]
    return moment.choices(anonymous="choice.anonymous") if rule.anonymous_allowed else ()


def _ask(draft: Draft, moment: Moment) -> Reply:
    key = "ask.contact_phone" if draft.name else "ask.contact"
    return Reply(moment.say(key), _choices(draft, moment), step="contact", ask=Ask.CONTACT)


def _read(draft: Draft, moment: Moment) -> Draft | Unclear:
    if moment.inbound.contact is not None:
        return _from_card(draft, moment)
    if pick(_choices(draft, moment), "contact", moment) == "anonymous":
        return replace(draft, anonymous=True, name=None, phone=None)
    phone = moment.reading.phone
    name = said_name(moment) or draft.name
    if phone is not None:
        return replace(draft, phone=phone.value, name=name, anonymous=False)
    if moment.reading.bad_phone:
        return Unclear("hint.phone_wrong")
    if name and name != draft.name:
        return replace(draft, name=name)
    return Unclear("hint.contact")


def said_name(moment: Moment) -> str | None:
    """The name in an answer: what was read, else the short rest beside the number."""
    reading = moment.reading
    if reading.name is not None:
        return reading.name.value
    if reading.phone is None and reading.bad_phone:
        return None
    text = reading.text
    rest = text if reading.phone is None else text[: reading.phone.start] + " " + text[reading.phone.end :]
    words = [word for word in _WORDS.split(rest) if word]
    return words[0][:MAX_NAME] if len(words) == 1 and len(words[0]) <= 6 and words[0].isalpha() else None


def _from_card(draft: Draft, moment: Moment) -> Draft | Unclear:
    card = moment.inbound.contact
    if card is None or not card.own:
        return Unclear("hint.not_own_contact")
    phone = standard(card.phone)
    if phone is None:
        return Unclear("hint.phone_wrong")
    return replace(draft, phone=phone, name=draft.name or card.name[:MAX_NAME] or None, anonymous=False)


def _empty(draft: Draft) -> bool:
    return draft.phone is None and not draft.anonymous


CONTACT = Question(
    "contact",
    _ask,
    _read,
    _empty,
    lambda d: replace(d, name=None, phone=None, anonymous=False),
    required=True,
)
