"""Fill a draft with whatever a message says, asked for or not.

The rule: what is said is taken once and never asked again; a slot that has a value keeps it.
"""

from dataclasses import replace

from intake.lines import own_questions
from intake.messages import Reply
from intake.moment import Moment
from intake.questions.category import answered
from intake.questions.contact import from_card, wants_to_be_unknown
from intake.questions.place import with_pin
from intake.questions.question import Unclear
from intake.sorting import sorted_by_story
from intake.ticket import AppealType, Draft
from intake.understand.reading import LIKELY, SURE, Reading

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
    if draft.category is None and reading.category is not None:
        changes["category"] = reading.category
    if reading.urgency.rule is not None and draft.urgency.rule is None:
        changes["urgency"] = reading.urgency
    return replace(draft, **changes)  # type: ignore[arg-type]  # names and types follow Reading


def with_words(draft: Draft, moment: Moment) -> Draft:
    """The draft with all the words fill, answers to the category's own questions included."""
    known = sorted_by_story(absorb(draft, moment.reading), moment.city)
    return _own_answers(_unknown_citizen(known, moment), moment)


def _unknown_citizen(draft: Draft, moment: Moment) -> Draft:
    """Who says at once that they stay anonymous is not asked, where that is allowed."""
    free = draft.phone is None and may_be_anonymous(draft, moment)
    return replace(draft, anonymous=True, name=None) if free and wants_to_be_unknown(moment) else draft


def may_be_anonymous(draft: Draft, moment: Moment) -> bool:
    return moment.city.appeals[draft.appeal_type or AppealType.HELP].anonymous_allowed


def _own_answers(draft: Draft, moment: Moment) -> Draft:
    """A choice whose very words were said is an answer."""
    said, given = moment.reading.text, dict(draft.answers)
    for question in own_questions(draft, moment.city):
        named = {label for labels in question.choices.values() for label in labels if label in said}
        if question.key not in given and len(named) == 1:
            draft = answered(draft, question.key, named.pop())
    return draft


def beside(draft: Draft, moment: Moment) -> tuple[Draft, tuple[Reply, ...]]:
    """The draft with the pin or card a message brings, and what is to be said about one that is no use."""
    read: Draft | Unclear = draft
    if moment.inbound.location is not None:
        read = with_pin(draft, moment.inbound.location, moment)
    elif moment.inbound.contact is not None:
        read = from_card(draft, moment)
    if isinstance(read, Unclear):
        return draft, (Reply(moment.say(read.hint, **read.values)),)
    return read, ()


def figures(draft: Draft) -> frozenset[str]:
    """The slots that have a value, and no doubt about it."""
    return frozenset(slot for slot in _FIGURES if getattr(draft, slot) is not None) - draft.doubtful
