"""How the unit reaches the citizen: name and phone in one question, or anonymous where that is allowed."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from intake.context import Context, pick
from intake.form.questions.question import Question, Unclear
from intake.model.messages import Ask, Choice, Reply
from intake.model.ticket import AppealType, Draft
from intake.understand.lexicon import table
from intake.understand.persons.phone import standard

MAX_NAME = 20
_WORDS = re.compile(r"[^\w]+")


def _choices(draft: Draft, context: Context) -> tuple[Choice, ...]:
    rule = context.city.appeals[draft.appeal_type or AppealType.HELP]
    return context.choices(anonymous="choice.anonymous") if rule.anonymous_allowed else ()


def _ask(draft: Draft, context: Context) -> Reply:
    key = "ask.contact_phone" if draft.name else "ask.contact"
    return Reply(context.say(key), _choices(draft, context), step="contact", ask=Ask.CONTACT)


def _read(draft: Draft, context: Context) -> Draft | Unclear:
    if context.inbound.contact is not None:
        return from_card(draft, context)
    options = _choices(draft, context)
    if options and (pick(options, "contact", context) == "anonymous" or wants_to_be_unknown(context)):
        return replace(draft, anonymous=True, name=None, phone=None)
    return _read_words(draft, context)


def _read_words(draft: Draft, context: Context) -> Draft | Unclear:
    phone = context.reading.phone
    name = said_name(context) or draft.name
    if phone is not None:
        return replace(draft, phone=phone.value, name=name, anonymous=False)
    if wants_to_be_unknown(context):
        return Unclear("hint.anonymous_refused")
    if context.reading.bad_phone:
        return Unclear("hint.phone_wrong")
    if name and name != draft.name:
        return replace(draft, name=name)
    return Unclear("hint.contact")


def wants_to_be_unknown(context: Context) -> bool:
    """Whether the words ask for anonymity, and give no number all the same."""
    said = context.reading.text.casefold()
    if context.reading.phone is not None:
        return False
    return any(_says(words, said) for words in (table("answers"), table("answers", "en")))


def _says(words: Mapping[str, Any], said: str) -> bool:
    denied = any(word in said for word in words["not_anonymous"])
    return not denied and any(word in said for word in words["anonymous"])


def said_name(context: Context) -> str | None:
    """The name in an answer: what was read, else the short rest beside the number, or alone."""
    reading = context.reading
    if reading.name is not None:
        return reading.name.value
    if reading.phone is not None:
        rest = reading.text[: reading.phone.start] + " " + reading.text[reading.phone.end :]
        return _only_word(rest, 6)
    if reading.bad_phone or reading.greeting:
        return None
    word = _only_word(reading.text, 4)
    return word if word and _may_be_name(word) else None


def _only_word(text: str, longest: int) -> str | None:
    words = [word for word in _WORDS.split(text) if word]
    alone = len(words) == 1 and len(words[0]) <= longest and words[0].isalpha()
    return words[0] if alone else None


def _may_be_name(word: str) -> bool:
    if word.isascii():
        return len(word) > 1 and word.istitle()
    return not any(sign in table("answers")["no_name_signs"] for sign in word)


def from_card(draft: Draft, context: Context) -> Draft | Unclear:
    """The draft with the number of a phone card, if it is the citizen's own."""
    card = context.inbound.contact
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
