"""Which question comes next: the first slot that is asked for and empty."""

from collections.abc import Iterator

from intake.city import CityProfile
from intake.form.questions.category import CATEGORY, EXTRA, LIKELY, extra, under
from intake.form.questions.contact import CONTACT
from intake.form.questions.doubt import confirming
from intake.form.questions.photo_place import PHOTO_PLACE
from intake.form.questions.place import PLACE
from intake.form.questions.question import Question
from intake.form.questions.switches import SWITCHES
from intake.form.questions.words import CONTENT, OCCURRED, SUBJECT, WISH
from intake.model.ticket import AppealType, Draft

ASKED: dict[str, Question] = {q.slot: q for q in (CONTENT, PLACE, SUBJECT, OCCURRED, WISH, LIKELY, CONTACT)}


def next_question(draft: Draft, city: CityProfile) -> Question | None:
    """The first question still open, or None when the draft can be shown for checking."""
    those = (_doubted(q, draft) for q in _in_order(draft, city))
    return next((q for q in those if q.empty(draft) and q.slot not in draft.unknown), None)


def question(step: str, draft: Draft, city: CityProfile) -> Question | None:
    """The question a step names, or None if this release does not know it."""
    if step.startswith(EXTRA):
        return next((q for q in _extras(draft, city) if q.slot == step), None)
    if step.startswith("category:"):
        return under(step.removeprefix("category:"))
    if step == PHOTO_PLACE.slot:
        return PHOTO_PLACE if PHOTO_PLACE.empty(draft) else None
    if step in ASKED:
        return _doubted(ASKED[step], draft)
    return SWITCHES.get(step) or (CATEGORY if step == "category" else None)


def _doubted(asked: Question, draft: Draft) -> Question:
    """The question as it is put: a value that was read without being sure is only confirmed."""
    return confirming(asked) if asked.slot in draft.doubtful else asked


def _in_order(draft: Draft, city: CityProfile) -> Iterator[Question]:
    asked = city.appeals[draft.appeal_type or AppealType.HELP].ask
    yield CONTENT
    yield PHOTO_PLACE
    for slot in ("place", "subject", "occurred", "wish"):
        if slot in asked:
            yield ASKED[slot]
    if city.classifier.ask:
        yield LIKELY
    yield from _extras(draft, city)
    if "contact" in asked:
        yield CONTACT


def _extras(draft: Draft, city: CityProfile) -> Iterator[Question]:
    category = city.categories.get(draft.category.code) if draft.category else None
    for own in category.questions if category else ():
        if own.required:
            yield extra(own)
