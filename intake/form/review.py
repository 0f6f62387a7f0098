"""The summary's answers: submit, change a line, add to it, or cancel."""

from dataclasses import replace

from intake.context import Context, pick
from intake.form import answers, form, summary
from intake.form.content.long_text import chapters
from intake.form.corrections.draft import of_line
from intake.form.filing import file, receipt
from intake.form.questions.doubt import settled
from intake.form.questions.order import next_question, question
from intake.form.questions.words import has_words, joined
from intake.form.slot_filling import beside, with_words
from intake.form.summary_lines import corrected, named
from intake.model.conversation import NO_DRAFT, Errand, FileTicket, Side, TellHotline, Told, Turn
from intake.model.messages import Reply
from intake.model.ticket import Draft
from intake.understand.reader import read
from intake.understand.same_event import matter_of
from intake.understand.speech import acts
from intake.understand.speech.correction import Correction

CANCEL = "cancel"
FOLLOWED = ("place", "contact")
"""The lines whose new value takes the old one's place in the words of the matter."""
SHORT = 30
"""Characters up to which a message that names a phone or place gives nothing else."""


def at_summary(context: Context) -> Turn:
    """Submit, change, cancel; anything else is more about the matter."""
    option = pick(summary.choices(context), summary.STEP, context)
    if option == "submit" or context.reading.command in ("submit", "yes", "agree"):
        return submit(context)
    if option == "change" or context.reading.command == "no":
        return context.turn(summary.change_menu(context), asking=summary.CHANGE)
    if option == "cancel":
        return ask_cancel(context)
    return _words(context)


def _words(context: Context) -> Turn:
    """Something new at the summary: a line's name or value, more facts, a file, a pin, a card."""
    draft, told = beside(context.conversation.draft or Draft(), context)
    context = context.changed(draft=draft, draft_at=context.now)
    text = context.inbound.text.strip()
    if not has_words(text) or context.reading.command is not None:
        came = context.situation.attachments or context.inbound.location or context.inbound.contact
        return (
            summary.show(context, *told) if came else summary.show(context, Reply(context.say("hint.choose")))
        )
    if len(text) <= SHORT and corrected(context.reading.text, draft, context):
        return change(context, context.reading.text)
    if acts.agrees(context.reading.text):
        return submit(context)
    if acts.waits(context.reading.text):
        return summary.show(context, Reply(context.say("hint.no_hurry")))
    return _more(draft, context)


def _more(draft: Draft, context: Context) -> Turn:
    text, reading = context.inbound.text.strip(), context.reading
    if reading.phone is not None and len(text) <= SHORT:
        return summary.show(context.changed(draft=replace(draft, phone=reading.phone.value, anonymous=False)))
    added = with_words(replace(draft, content=joined(draft.content, text)), context)
    return summary.show(context.changed(draft=added))


def ask_cancel(context: Context) -> Turn:
    """Nothing is thrown away without asking; the question that waits goes on waiting."""
    return context.turn(cancel_question(context), errand=Errand(Side.CANCEL, CANCEL))


def cancel_question(context: Context) -> Reply:
    options = context.choices(cancel_yes="choice.cancel_yes", cancel_no="choice.cancel_no")
    return Reply(context.say("cancel.ask"), options, step=CANCEL)


def change(context: Context, said: str) -> Turn:
    """Change the line that is named, at once where its new value is said too; else ask which.

    The old value stays until a good answer comes.
    """
    draft = context.conversation.draft or Draft()
    line, value = named(said, draft, context)
    if line == summary.PHOTOS:
        return context.turn(summary.photos_menu(context), asking=summary.PHOTOS, errand=None)
    draft = settled(draft, line or "")  # a new value is wanted, not a word about the old one
    asked = question(line, draft, context.city) if line else None
    if asked is None:
        return context.turn(summary.change_menu(context), asking=summary.CHANGE, errand=None)
    new = of_line(line, draft, Correction("", value), context) if value and line in FOLLOWED else None
    if new is not None:
        return summary.show(
            context.changed(draft=new, errand=None), Reply(context.say("hint.fixed", value=value))
        )
    context = context.changed(
        draft=draft, asking=asked.slot, editing=bool(draft.content), tries=0, errand=None
    )
    return answers.answer(_saying(value, context)) if value else context.turn(asked.ask(draft, context))


def _saying(value: str, context: Context) -> Context:
    """The moment as if only the new value had been said."""
    reading = read(value, context.city, context.now)
    inbound = replace(context.inbound, text=value, tap=None)
    return replace(context, inbound=inbound, situation=replace(context.situation, reading=reading))


def choose_line(context: Context) -> Turn:
    """Which line to change: by number, label or another word for it, with or without the new value."""
    if context.reading.command == "submit":
        return submit(context)
    line = pick(summary.change_choices(context), summary.CHANGE, context)
    if line:
        return _change_line(line, context)
    if (
        context.inbound.text
        and named(context.reading.text, context.conversation.draft or Draft(), context)[0]
    ):
        return change(context, context.reading.text)
    again = form.repeat if context.conversation.tries == 0 else summary.show
    return again(context.changed(tries=context.conversation.tries + 1), Reply(context.say("hint.choose")))


def _change_line(line: str, context: Context) -> Turn:
    numbers = {choice.option: n for n, choice in enumerate(summary.change_choices(context), 1)}
    return change(context, str(numbers[line]))


def more_photos(context: Context) -> Turn:
    """Photos come until a word ends them; other words are about the matter."""
    draft = context.conversation.draft or Draft()
    if context.reading.command == "submit":
        return submit(context)
    if context.situation.attachments and not has_words(context.inbound.text):
        text = context.say("ask.photos_more", count=len(draft.attachments))
        return context.turn(replace(summary.photos_menu(context), text=text))
    done = pick(context.choices(done="choice.done"), summary.PHOTOS, context) or context.reading.command
    return summary.show(context) if done else _words(context)


def submit(context: Context) -> Turn:
    """File it, once: the draft is gone in the same step."""
    draft = context.conversation.draft or Draft()
    if next_question(draft, context.city) is not None:
        return form.go_on(draft, context.changed(asking=""))
    draft = replace(draft, related_to=draft.related_to or None)  # "" = asked, nothing related
    ticket = file(draft, context)
    code = context.situation.ids.query_code
    matter = matter_of(ticket.place.text, context.city) if ticket.place else None
    rest = (TellHotline(ticket.reference, "supplement", part) for part in chapters(draft.content)[1:])
    return context.turn(
        receipt(ticket, code, context),
        effects=(FileTicket(ticket, code, matter), *rest),
        given_up=None,
        told=Told(ticket.reference, "filed", context.now),
        **NO_DRAFT,
    )
