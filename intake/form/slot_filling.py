"""Fill a draft with whatever a message says, asked for or not.

The rule: what is said is taken once and never asked again; a slot that has a value keeps it.
"""

from dataclasses import replace

from intake.context import Context
from intake.form.categorize import sorted_by_story
from intake.form.questions.category import answered
from intake.form.questions.contact import from_card, wants_to_be_unknown
from intake.form.questions.place import with_pin
from intake.form.questions.question import Unclear
from intake.form.summary_lines import own_questions
from intake.model.messages import Reply
from intake.model.reading import LIKELY, SURE, Reading, Secrecy
from intake.model.ticket import AppealType, Draft
from intake.understand.speech.acts import no_call_of, wants_secrecy

SLOTS = ("place", "occurred", "subject", "wish", "name", "phone", "enterprise", "appeal_type")
"""What a reading may fill, by the same name in both."""
_CONFIRMED = ("place", "occurred", "subject", "wish")
"""What is confirmed rather than asked where a reading is not sure."""
_FIGURES = ("place", "occurred", "subject", "wish", "name", "phone", "appeal_type", "category")


def absorb(draft: Draft, reading: Reading) -> Draft:
    """The draft with every empty slot filled that the reading is sure of, or that can be confirmed."""
    changes: dict[str, object] = {}
    doubtful = set(draft.doubtful)
    for slot in SLOTS:
        found = getattr(reading, slot)
        if found is None or (getattr(draft, slot) is not None and slot not in draft.doubtful):
            continue
        if found.confidence >= SURE:
            changes[slot] = found.value
            doubtful.discard(slot)
        elif getattr(draft, slot) is None and slot in _CONFIRMED and found.confidence >= LIKELY:
            changes[slot] = found.value
            doubtful.add(slot)
    changes["doubtful"] = frozenset(doubtful)
    if draft.confidential is None and reading.secrecy is Secrecy.CONFIDENTIAL:
        changes["confidential"] = True
    if draft.category is None and reading.category is not None:
        changes["category"] = reading.category
    if reading.urgency.rule is not None and draft.urgency.rule is None:
        changes["urgency"] = reading.urgency
    return replace(draft, **changes)  # type: ignore[arg-type]  # names and types follow Reading


def with_words(draft: Draft, context: Context) -> Draft:
    """The draft with all the words fill, answers to the category's own questions included."""
    known = sorted_by_story(absorb(draft, context.reading), context.city)
    return _own_answers(with_wishes(_unknown_citizen(known, context), context), context)


def with_wishes(draft: Draft, context: Context) -> Draft:
    """The draft with what free words wish for: secrecy, and no call. What was chosen by a line stays."""
    said = context.reading.text
    if draft.confidential is None and wants_secrecy(said):
        draft = replace(draft, confidential=True)
    no_call = no_call_of(said)
    if no_call and no_call not in (draft.wish or ""):
        draft = replace(draft, wish=f"{draft.wish}\n{no_call}" if draft.wish else no_call)
    return draft


def _unknown_citizen(draft: Draft, context: Context) -> Draft:
    """Who says at once that they stay anonymous is not asked, where that is allowed."""
    free = draft.phone is None and may_be_anonymous(draft, context)
    return replace(draft, anonymous=True, name=None) if free and wants_to_be_unknown(context) else draft


def may_be_anonymous(draft: Draft, context: Context) -> bool:
    return context.city.appeals[draft.appeal_type or AppealType.HELP].anonymous_allowed


def _own_answers(draft: Draft, context: Context) -> Draft:
    """A choice whose very words were said is an answer."""
    said, given = context.reading.text, dict(draft.answers)
    for question in own_questions(draft, context.city):
        named = {label for labels in question.choices.values() for label in labels if label in said}
        if question.key not in given and len(named) == 1:
            draft = answered(draft, question.key, named.pop())
    return draft


def beside(draft: Draft, context: Context) -> tuple[Draft, tuple[Reply, ...]]:
    """The draft with the pin or card a message brings, and what is to be said about one that is no use."""
    read: Draft | Unclear = draft
    if context.inbound.location is not None:
        read = with_pin(draft, context.inbound.location, context)
    elif context.inbound.contact is not None:
        read = from_card(draft, context)
    if isinstance(read, Unclear):
        return draft, (Reply(context.say(read.hint, **read.values)),)
    return read, ()


def figures(draft: Draft) -> frozenset[str]:
    """The slots that have a value, and no doubt about it."""
    return frozenset(slot for slot in _FIGURES if getattr(draft, slot) is not None) - draft.doubtful
