"""What a citizen says to the form: the first words, an answer, or more about the matter.

Free words first: whatever a message says fills its slot, and only what is empty is asked.
"""

from dataclasses import replace

from intake import summary
from intake.conversation import Side, Turn
from intake.filling import beside, figures, with_words
from intake.form import MANY_TRIES, ask, ask_again, asked_now, go_on, menu, repeat, shown
from intake.messages import Reply
from intake.moment import Moment, pick
from intake.questions.order import question
from intake.questions.question import Question, Unclear
from intake.questions.words import CONTENT, has_words, joined
from intake.ticket import Draft

LONG_REST = 12
LONG_ANSWER = 100  # characters; what an answer may have at most


def begin(moment: Moment) -> Turn:
    """The first words of a new matter, or a file, a pin, a card before any word."""
    draft, told = beside(moment.conversation.draft or Draft(), moment)
    moment = moment.changed(asking="", tries=0, editing=False, trail=())
    if not _tells(moment):
        return _ask_first(with_words(draft, moment), moment, *told)
    read = CONTENT.read(draft, moment)
    known = with_words((read.kept or draft) if isinstance(read, Unclear) else read, moment)
    known = replace(known, first_slots=figures(known))
    if isinstance(read, Unclear):
        return ask_again(read, CONTENT, moment.changed(draft=known, tries=1), *told)
    return go_on(known, moment, *told)


def _tells(moment: Moment) -> bool:
    """Whether there is something told, and not a hello, a number or a global word."""
    reading = moment.reading
    small = reading.greeting or reading.command is not None or reading.number is not None
    return has_words(moment.inbound.text) and not small


def _ask_first(draft: Draft, moment: Moment, *before: Reply) -> Turn:
    if draft != Draft():
        return ask(CONTENT, moment.changed(draft=draft), *before)
    again = () if before else (Reply(moment.say("welcome.again"), menu(moment), step="menu"),)
    return moment.turn(*before, *again)


def answer(moment: Moment) -> Turn:
    """An answer to the question that waits."""
    draft = moment.conversation.draft or Draft()
    asked = asked_now(moment)
    if asked is None:  # no question waits, or one this release no longer has
        return more(draft, moment)
    if asked.slot != _answered_by(moment) and not has_words(moment.inbound.text):
        return _set_beside(draft, moment)
    if _tells_more(asked, moment):
        return more(draft, moment)
    return _read(draft, asked, moment)


def _answered_by(moment: Moment) -> str | None:
    """The slot that what came without words is for; None for words, taps and the like."""
    if moment.inbound.location is not None:
        return "place"
    if moment.inbound.contact is not None:
        return "contact"
    return "photos" if moment.situation.attachments else moment.conversation.asking


def _set_beside(draft: Draft, moment: Moment) -> Turn:
    """A file, pin or card that was not asked for: kept, and the question once more."""
    kept, told = beside(draft, moment)
    thanks = "hint.photo_taken" if moment.situation.attachments else "hint.more_kept"
    word = told or (Reply(moment.say(thanks)),)
    return repeat(moment.changed(draft=kept, draft_at=moment.now), *word)


def _tells_more(asked: Question, moment: Moment) -> bool:
    """A threat, or longer than any answer: the app has cut the story into several messages."""
    if asked.slot in ("content", "wish"):
        return False
    goes_on = not moment.conversation.editing and len(moment.inbound.text) > LONG_ANSWER
    return goes_on or moment.reading.safety is not None


def more(draft: Draft, moment: Moment, *before: Reply) -> Turn:
    """Words that answer no question belong to the matter."""
    text = moment.inbound.text.strip()
    added = replace(draft, content=joined(draft.content, text)) if _tells(moment) else draft
    kept, told = beside(with_words(added, moment), moment)
    return go_on(kept, moment.changed(asking=""), *before, *told)


def _read(draft: Draft, asked: Question, moment: Moment) -> Turn:
    option = pick(shown(asked, moment).choices, asked.slot, moment)
    if option == "later":
        return go_on(_without(asked, draft), moment)
    confirms = asked.slot in draft.doubtful and moment.reading.command in ("yes", "no")
    if option is None and moment.reading.command is not None and not confirms:
        return _no_answer(draft, asked, moment)
    read = asked.read(draft, moment)
    if isinstance(read, Unclear):
        return _unclear(read, asked, draft, moment)
    return _took(read, asked, moment)


def _no_answer(draft: Draft, asked: Question, moment: Moment) -> Turn:
    """A global word is never an answer: "no" to what may stay open leaves it open."""
    if moment.reading.command == "submit":
        return repeat(moment, Reply(moment.say("hint.not_yet")))
    if moment.reading.command == "no" and not asked.required:
        return skip(moment)
    return _unclear(Unclear(_example(asked)), asked, draft, moment)


def _example(asked: Question) -> str:
    return f"hint.{asked.slot}" if asked.slot in ("content", "place", "contact") else "hint.choose"


def _without(asked: Question, draft: Draft) -> Draft:
    return replace(draft, unknown=draft.unknown | {asked.slot})


def _took(draft: Draft, asked: Question, moment: Moment) -> Turn:
    draft = replace(draft, unknown=draft.unknown - {asked.slot})
    if moment.conversation.editing:
        return _edited(draft, asked, moment)
    return go_on(_with_rest(with_words(draft, moment), asked, moment), moment)


def _edited(draft: Draft, asked: Question, moment: Moment) -> Turn:
    """Back to the summary, over what the change makes necessary."""
    guess = draft.category
    if asked.slot.startswith("category") and guess is not None and guess.confidence < 1.0:
        deeper = question(f"category:{guess.code}", draft, moment.city)
        if deeper is not None:
            return moment.turn(deeper.ask(draft, moment), draft=draft, asking=deeper.slot, tries=0)
    return go_on(draft, moment.changed(asking=""))


def _with_rest(draft: Draft, asked: Question, moment: Moment) -> Draft:
    """Words beyond the answer itself belong to the matter: keep them."""
    text = moment.inbound.text.strip()
    rest = len(text) - _answer_length(draft, asked, moment)
    if asked.slot in ("place", "contact", "subject", "occurred") and rest > LONG_REST:
        return replace(draft, content=joined(draft.content, text))
    return draft


def _answer_length(draft: Draft, asked: Question, moment: Moment) -> int:
    """How many characters of the message stand in slots."""
    reading = moment.reading
    if asked.slot == "subject":
        return len(draft.subject or "")
    if asked.slot == "place" and draft.place is not None and not (reading.phone or reading.name):
        return len(draft.place.text)
    spans = [found for found in (reading.phone, reading.name, reading.place, reading.occurred) if found]
    return sum(found.end - found.start for found in spans) or len(moment.inbound.text)


def _unclear(why: Unclear, asked: Question, draft: Draft, moment: Moment, *before: Reply) -> Turn:
    """Say why and ask again; an optional slot is left unknown at the second time."""
    tries = moment.conversation.tries + 1
    draft = with_words(why.kept, moment) if why.kept else _with_unread(draft, asked, moment)
    if tries >= MANY_TRIES and moment.conversation.editing:
        return summary.show(moment)  # the old value stays
    if tries >= MANY_TRIES and not asked.required:
        return go_on(_without(asked, draft), moment)
    return ask_again(why, asked, moment.changed(tries=tries, draft=draft), *before)


def offered(moment: Moment) -> str | None:
    """The global word that a choice of the waiting question stands for, if that was taken."""
    errand, asked = moment.conversation.errand, asked_now(moment)
    if asked is None or (errand is not None and errand.side is not Side.PROGRESS):
        return None
    option = pick(shown(asked, moment).choices, asked.slot, moment)
    return option if option in ("skip", "person") else None


def _with_unread(draft: Draft, asked: Question, moment: Moment) -> Draft:
    """A sentence where name and phone were asked for is about the matter: keep it."""
    text = moment.inbound.text.strip()
    if asked.slot != "contact" or moment.conversation.editing or moment.reading.command is not None:
        return draft
    return replace(draft, content=joined(draft.content, text)) if len(text) > LONG_REST else draft


def skip(moment: Moment) -> Turn:
    """ "Not known": an optional slot stays empty, a required one is explained, a filled one stays."""
    draft, asked = moment.conversation.draft or Draft(), asked_now(moment)
    if asked is None:
        return repeat(moment)
    if moment.conversation.editing:
        return summary.show(moment)
    if not asked.empty(draft):
        return go_on(draft, moment)
    if not asked.required or (asked.slot == "place" and moment.conversation.tries >= 1):
        return go_on(_without(asked, draft), moment)
    return _unclear(Unclear(_example(asked)), asked, draft, moment)
