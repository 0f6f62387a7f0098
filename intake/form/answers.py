"""What a citizen says to the form: the first words, an answer, or more about the matter.

Free words first: whatever a message says fills its slot, and only what is empty is asked.
"""

from dataclasses import replace

from intake.context import Context, pick
from intake.form import summary
from intake.form.form import MANY_TRIES, ask, ask_again, asked_now, go_on, menu, repeat, shown
from intake.form.questions.order import question
from intake.form.questions.question import Question, Unclear
from intake.form.questions.words import CONTENT, has_words, joined
from intake.form.slot_filling import beside, figures, with_words
from intake.model.conversation import Side, Turn
from intake.model.messages import Reply
from intake.model.ticket import Draft

LONG_REST = 12
LONG_ANSWER = 100  # characters; what an answer may have at most


def begin(context: Context) -> Turn:
    """The first words of a new matter, or a file, a pin, a card before any word."""
    draft, told = beside(context.conversation.draft or Draft(), context)
    context = context.changed(asking="", tries=0, editing=False, trail=())
    if not _tells(context):
        return _ask_first(with_words(draft, context), context, *told)
    read = CONTENT.read(draft, context)
    known = with_words((read.kept or draft) if isinstance(read, Unclear) else read, context)
    known = replace(known, first_slots=figures(known))
    if isinstance(read, Unclear):
        return ask_again(read, CONTENT, context.changed(draft=known, tries=1), *told)
    return go_on(known, context, *told)


def _tells(context: Context) -> bool:
    """Whether there is something told, and not a hello, a number or a global word."""
    reading = context.reading
    small = reading.greeting or reading.command is not None or reading.number is not None
    return has_words(context.inbound.text) and not small


def _ask_first(draft: Draft, context: Context, *before: Reply) -> Turn:
    if draft != Draft():
        return ask(CONTENT, context.changed(draft=draft), *before)
    again = () if before else (Reply(context.say("welcome.again"), menu(context), step="menu"),)
    return context.turn(*before, *again)


def answer(context: Context) -> Turn:
    """An answer to the question that waits."""
    draft = context.conversation.draft or Draft()
    asked = asked_now(context)
    if asked is None:  # no question waits, or one this release no longer has
        return more(draft, context)
    if asked.slot != _answered_by(context) and not has_words(context.inbound.text):
        return _set_beside(draft, context)
    if _tells_more(asked, context):
        return more(draft, context)
    return _read(draft, asked, context)


def _answered_by(context: Context) -> str | None:
    """The slot that what came without words is for; None for words, taps and the like."""
    if context.inbound.location is not None:
        return "place"
    if context.inbound.contact is not None:
        return "contact"
    return "photos" if context.situation.attachments else context.conversation.asking


def _set_beside(draft: Draft, context: Context) -> Turn:
    """A file, pin or card that was not asked for: kept, and the question once more."""
    kept, told = beside(draft, context)
    thanks = "hint.photo_taken" if context.situation.attachments else "hint.more_kept"
    word = told or (Reply(context.say(thanks)),)
    return repeat(context.changed(draft=kept, draft_at=context.now), *word)


def _tells_more(asked: Question, context: Context) -> bool:
    """What may be a danger, or longer than any answer: the app has cut the story into several messages."""
    if asked.slot in ("content", "wish"):
        return False
    goes_on = not context.conversation.editing and len(context.inbound.text) > LONG_ANSWER
    doubt = context.reading.doubt
    return goes_on or context.reading.safety is not None or (doubt is not None and doubt.asks)


def more(draft: Draft, context: Context, *before: Reply) -> Turn:
    """Words that answer no question belong to the matter."""
    text = context.inbound.text.strip()
    added = replace(draft, content=joined(draft.content, text)) if _tells(context) else draft
    kept, told = beside(with_words(added, context), context)
    return go_on(kept, context.changed(asking=""), *before, *told)


def _read(draft: Draft, asked: Question, context: Context) -> Turn:
    option = pick(shown(asked, context).choices, asked.slot, context)
    if option == "later":
        return go_on(_without(asked, draft), context)
    confirms = asked.slot in draft.doubtful and context.reading.command in ("yes", "no")
    if option is None and context.reading.command is not None and not confirms:
        return _no_answer(draft, asked, context)
    read = asked.read(draft, context)
    if isinstance(read, Unclear):
        return _unclear(read, asked, draft, context)
    return _took(read, asked, context)


def _no_answer(draft: Draft, asked: Question, context: Context) -> Turn:
    """A global word is never an answer: "no" to what may stay open leaves it open."""
    if context.reading.command == "submit":
        return repeat(context, Reply(context.say("hint.not_yet")))
    if context.reading.command == "no" and not asked.required:
        return skip(context)
    return _unclear(Unclear(_example(asked)), asked, draft, context)


def _example(asked: Question) -> str:
    return f"hint.{asked.slot}" if asked.slot in ("content", "place", "contact") else "hint.choose"


def _without(asked: Question, draft: Draft) -> Draft:
    return replace(draft, unknown=draft.unknown | {asked.slot})


def _took(draft: Draft, asked: Question, context: Context) -> Turn:
    draft = replace(draft, unknown=draft.unknown - {asked.slot})
    if context.conversation.editing:
        return _edited(draft, asked, context)
    return go_on(_with_rest(with_words(draft, context), asked, context), context)


def _edited(draft: Draft, asked: Question, context: Context) -> Turn:
    """Back to the summary, over what the change makes necessary."""
    guess = draft.category
    if asked.slot.startswith("category") and guess is not None and guess.confidence < 1.0:
        deeper = question(f"category:{guess.code}", draft, context.city)
        if deeper is not None:
            return context.turn(deeper.ask(draft, context), draft=draft, asking=deeper.slot, tries=0)
    return go_on(draft, context.changed(asking=""))


def _with_rest(draft: Draft, asked: Question, context: Context) -> Draft:
    """Words beyond the answer itself belong to the matter: keep them."""
    text = context.inbound.text.strip()
    rest = len(text) - _answer_length(draft, asked, context)
    if asked.slot in ("place", "contact", "subject", "occurred") and rest > LONG_REST:
        return replace(draft, content=joined(draft.content, text))
    return draft


def _answer_length(draft: Draft, asked: Question, context: Context) -> int:
    """How many characters of the message stand in slots."""
    reading = context.reading
    if asked.slot == "subject":
        return len(draft.subject or "")
    if asked.slot == "place" and draft.place is not None and not (reading.phone or reading.sure_name):
        return len(draft.place.text)
    spans = [found for found in (reading.phone, reading.sure_name, reading.place, reading.occurred) if found]
    return sum(found.end - found.start for found in spans) or len(context.inbound.text)


def _unclear(why: Unclear, asked: Question, draft: Draft, context: Context, *before: Reply) -> Turn:
    """Say why and ask again; an optional slot is left unknown at the second time."""
    tries = context.conversation.tries + 1
    draft = with_words(why.kept, context) if why.kept else _with_unread(draft, asked, context)
    if tries >= MANY_TRIES and context.conversation.editing:
        return summary.show(context)  # the old value stays
    if tries >= MANY_TRIES and not asked.required:
        return go_on(_without(asked, draft), context)
    return ask_again(why, asked, context.changed(tries=tries, draft=draft), *before)


def offered(context: Context) -> str | None:
    """The global word that a choice of the waiting question stands for, if that was taken."""
    errand, asked = context.conversation.errand, asked_now(context)
    if asked is None or (errand is not None and errand.side is not Side.PROGRESS):
        return None
    option = pick(shown(asked, context).choices, asked.slot, context)
    return option if option in ("skip", "person") else None


def _with_unread(draft: Draft, asked: Question, context: Context) -> Draft:
    """A sentence where name and phone were asked for is about the matter: keep it."""
    text = context.inbound.text.strip()
    if asked.slot != "contact" or context.conversation.editing or context.reading.command is not None:
        return draft
    return replace(draft, content=joined(draft.content, text)) if len(text) > LONG_REST else draft


def skip(context: Context) -> Turn:
    """ "Not known": an optional slot stays empty, a required one is explained, a filled one stays."""
    draft, asked = context.conversation.draft or Draft(), asked_now(context)
    if asked is None:
        return repeat(context)
    if context.conversation.editing:
        return summary.show(context)
    if not asked.empty(draft):
        return go_on(draft, context)
    if not asked.required or (asked.slot == "place" and context.conversation.tries >= 1):
        return go_on(_without(asked, draft), context)
    return _unclear(Unclear(_example(asked)), asked, draft, context)
