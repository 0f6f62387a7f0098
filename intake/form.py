"""The ticket being filled in: take what was said, ask for what is missing.

Free words first: whatever a message says fills its slot, and only what is empty is asked.
"""

from dataclasses import replace

from intake import summary, twin
from intake.conversation import Turn
from intake.messages import Choice, Reply
from intake.moment import Moment, pick
from intake.questions.order import next_question, question
from intake.questions.place import with_pin
from intake.questions.question import Question, Unclear
from intake.questions.words import has_words, joined
from intake.ticket import Draft
from intake.understand.reading import SURE, Reading

LONG_REST = 12
LONG_ANSWER = 100  # characters; what an answer may have at most
SLOTS = ("place", "occurred", "subject", "wish", "name", "phone", "enterprise", "appeal_type")
"""What a reading may fill, by the same name in both."""


def begin(moment: Moment) -> Turn:
    """The first words of a new matter, or a file before any word."""
    draft = moment.conversation.draft or Draft()
    text = moment.inbound.text.strip()
    if not has_words(text) or moment.reading.greeting:
        draft = pinned(draft, moment)
        return _ask_first(draft, moment)
    filled = absorb(replace(draft, content=joined(draft.content, text)), moment.reading)
    filled = pinned(filled, moment)
    filled = replace(filled, first_slots=_filled(filled))
    return go_on(filled, moment)


def _ask_first(draft: Draft, moment: Moment) -> Turn:
    started = bool(draft.attachments or draft.place)
    ask = question("content", draft, moment.city)
    reply = (
        ask.ask(draft, moment)
        if ask and started
        else Reply(moment.say("welcome.again"), menu(moment), step="menu")
    )
    changes = {"draft": draft, "draft_at": moment.now, "asking": "content"} if started else {"asking": ""}
    return moment.turn(reply, **changes)


def menu(moment: Moment) -> tuple[Choice, ...]:
    """The few things to tap before anything was said."""
    return moment.choices(progress="menu.progress", person="menu.person", help="menu.help")


def absorb(draft: Draft, reading: Reading) -> Draft:
    """The draft with every empty slot filled that the reading is sure of."""
    changes: dict[str, object] = {}
    for slot in SLOTS:
        found = getattr(reading, slot)
        if getattr(draft, slot) is None and found is not None and found.confidence >= SURE:
            changes[slot] = found.value
    if draft.category is None and reading.category is not None:
        changes["category"] = reading.category
    if reading.urgency.rule is not None and draft.urgency.rule is None:
        changes["urgency"] = reading.urgency
    return replace(draft, **changes)  # type: ignore[arg-type]  # names and types follow Reading


def _filled(draft: Draft) -> frozenset[str]:
    slots = ("place", "occurred", "subject", "wish", "name", "phone", "appeal_type", "category")
    return frozenset(slot for slot in slots if getattr(draft, slot) is not None)


def pinned(draft: Draft, moment: Moment) -> Draft:
    """The draft with the place of a pin in the city, if this message is one."""
    if moment.inbound.location is None:
        return draft
    read = with_pin(draft, moment.inbound.location, moment)
    return draft if isinstance(read, Unclear) else read


def go_on(draft: Draft, moment: Moment, *before: Reply) -> Turn:
    """Ask the next question, or show the summary when nothing is missing."""
    conversation = moment.conversation
    trail = (
        (*conversation.trail, conversation.asking)
        if conversation.asking in _asked_slots(draft, moment)
        else conversation.trail
    )
    moment = moment.changed(
        draft=draft, draft_at=moment.now, tries=0, editing=False, errand=None, trail=trail
    )
    coming = next_question(draft, moment.city)
    if coming is not None:
        return _ask(coming, moment, *before)
    same = twin.open_twin(draft, moment)
    if same is not None:
        return moment.turn(*before, twin.ask(same, moment), asking=twin.STEP)
    return summary.show(moment, *before)


def _asked_slots(draft: Draft, moment: Moment) -> tuple[str, ...]:
    asking = moment.conversation.asking
    return (
        (asking,)
        if asking and question(asking, draft, moment.city) and asking not in moment.conversation.trail
        else ()
    )


def _ask(coming: Question, moment: Moment, *before: Reply) -> Turn:
    draft = moment.conversation.draft or Draft()
    counted = replace(draft, asked=draft.asked + 1)
    return moment.turn(
        *before, coming.ask(counted, moment), draft=counted, draft_at=moment.now, asking=coming.slot
    )


def answer(moment: Moment) -> Turn:
    """An answer to the question that waits."""
    draft = moment.conversation.draft or Draft()
    asked = question(moment.conversation.asking, draft, moment.city)
    if asked is None:  # no question waits, or one this release no longer has
        return _more(draft, moment)
    if moment.situation.attachments and not has_words(moment.inbound.text):
        return _files_only(draft, asked, moment)
    if _tells_more(asked, moment):
        return _more(draft, moment)
    if moment.conversation.asking == "place" and _tapped_later(moment):
        return go_on(replace(draft, unknown=draft.unknown | {"place"}), moment)
    read = asked.read(draft, moment)
    if isinstance(read, Unclear):
        return _unclear(read, asked, draft, moment)
    return _took(read, asked, moment)


def _tells_more(asked: Question, moment: Moment) -> bool:
    """Longer than any answer: the story goes on, as when the app has cut it into several messages."""
    free = asked.slot in ("content", "wish")
    return not free and not moment.conversation.editing and len(moment.inbound.text) > LONG_ANSWER


def _more(draft: Draft, moment: Moment) -> Turn:
    """Words that answer no question belong to the matter."""
    text = moment.inbound.text.strip()
    added = replace(draft, content=joined(draft.content, text)) if has_words(text) else draft
    return go_on(pinned(absorb(added, moment.reading), moment), moment.changed(asking=""))


def _files_only(draft: Draft, asked: Question, moment: Moment) -> Turn:
    return moment.turn(asked.ask(draft, moment))


def _tapped_later(moment: Moment) -> bool:
    return pick(moment.choices(later="choice.later"), "place", moment) == "later"


def _took(draft: Draft, asked: Question, moment: Moment) -> Turn:
    if moment.conversation.editing:
        return _back_to_summary(draft, asked, moment)
    draft = _with_rest(absorb(draft, moment.reading), asked, moment)
    return go_on(draft, moment)


def _back_to_summary(draft: Draft, asked: Question, moment: Moment) -> Turn:
    deeper = (
        question(f"category:{draft.category.code}", draft, moment.city)
        if asked.slot == "category" and draft.category
        else None
    )
    if deeper is not None and draft.category is not None and draft.category.confidence < 1.0:
        return moment.changed(draft=draft).turn(deeper.ask(draft, moment), asking=deeper.slot, tries=0)
    if asked.slot in ("category", "type") or asked.slot.startswith("category:"):
        return go_on(draft, moment.changed(asking=""))
    return summary.show(moment.changed(draft=draft, draft_at=moment.now))


def _with_rest(draft: Draft, asked: Question, moment: Moment) -> Draft:
    """Words beyond the answer itself belong to the matter: keep them."""
    text = moment.inbound.text.strip()
    spans = [f for f in (moment.reading.phone, moment.reading.name, moment.reading.place) if f]
    rest = len(text) - sum(found.end - found.start for found in spans)
    if asked.slot in ("place", "contact") and spans and rest > LONG_REST:
        return replace(draft, content=joined(draft.content, text))
    return draft


def _unclear(why: Unclear, asked: Question, draft: Draft, moment: Moment) -> Turn:
    """Say why and ask again; an optional slot is left unknown at the second time."""
    tries = moment.conversation.tries + 1
    draft = _with_unread(draft, asked, moment)
    if tries >= 2 and moment.conversation.editing:
        return summary.show(moment)  # the old value stays
    if tries >= 2 and not asked.required:
        return go_on(replace(draft, unknown=draft.unknown | {asked.slot}), moment)
    moment = moment.changed(tries=tries)
    again = asked.ask(draft, moment)
    texts = [moment.say(why.hint, **why.values), moment.say("hint.person") if tries >= 2 else ""]
    if why.hint not in ("ask.content_more", "hint.content"):
        texts.append(again.text)
    options = (*again.choices, *(moment.choices(person="choice.person") if tries >= 2 else ()))
    return moment.turn(replace(again, text="\n".join(t for t in texts if t), choices=options), draft=draft)


def _with_unread(draft: Draft, asked: Question, moment: Moment) -> Draft:
    """A sentence where name and phone were asked for is about the matter: keep it."""
    text = moment.inbound.text.strip()
    if asked.slot != "contact" or moment.conversation.editing or moment.reading.command is not None:
        return draft
    return replace(draft, content=joined(draft.content, text)) if len(text) > LONG_REST else draft


def skip(moment: Moment) -> Turn:
    """ "Not known": an optional slot stays empty, a required one is explained."""
    draft = moment.conversation.draft or Draft()
    asked = question(moment.conversation.asking, draft, moment.city)
    if asked is None:
        return repeat(moment)
    if moment.conversation.editing:
        return summary.show(moment)
    if not asked.required or (asked.slot == "place" and moment.conversation.tries >= 1):
        return go_on(replace(draft, unknown=draft.unknown | {asked.slot}), moment)
    return _unclear(Unclear(f"hint.{asked.slot}"), asked, draft, moment)


def back(moment: Moment) -> Turn:
    """To the question before; from an edit to the summary."""
    draft = moment.conversation.draft or Draft()
    if moment.conversation.editing or moment.conversation.asking == "change":
        return summary.show(moment)
    if not moment.conversation.trail:
        return repeat(moment)
    *trail, last = moment.conversation.trail
    earlier = question(last, draft, moment.city)
    moment = moment.changed(trail=tuple(trail), asking="", tries=0)
    if earlier is None:
        return go_on(draft, moment)
    cleared = replace(earlier.clear(draft), unknown=draft.unknown - {last})
    return _ask(earlier, moment.changed(draft=cleared))


def repeat(moment: Moment, *before: Reply) -> Turn:
    """The question that waits, once more."""
    draft = moment.conversation.draft
    if draft is None:
        return moment.turn(*before, Reply(moment.say("welcome.again"), menu(moment), step="menu"))
    asking = moment.conversation.asking
    waiting = question(asking, draft, moment.city) if asking else None
    if waiting is not None:
        return moment.turn(*before, waiting.ask(draft, moment))
    return go_on(draft, moment.changed(asking=""), *before)
