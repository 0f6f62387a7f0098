"""The summary's answers: submit, change a line, add to it, or cancel."""

from dataclasses import replace

from intake import answers, form, summary
from intake.alike import matter_of
from intake.chapters import chapters
from intake.conversation import NO_DRAFT, Errand, FileTicket, Side, TellHotline, Turn
from intake.filing import file, receipt
from intake.filling import beside, with_words
from intake.lines import corrected, named
from intake.messages import Reply
from intake.moment import Moment, pick
from intake.questions.doubt import settled
from intake.questions.order import next_question, question
from intake.questions.words import has_words, joined
from intake.ticket import Draft
from intake.understand.reader import read

CANCEL = "cancel"
SHORT = 30
"""Characters up to which a message that names a phone or place gives nothing else."""


def at_summary(moment: Moment) -> Turn:
    """Submit, change, cancel; anything else is more about the matter."""
    option = pick(summary.choices(moment), summary.STEP, moment)
    if option == "submit" or moment.reading.command in ("submit", "yes", "agree"):
        return submit(moment)
    if option == "change" or moment.reading.command == "no":
        return moment.turn(summary.change_menu(moment), asking=summary.CHANGE)
    if option == "cancel":
        return ask_cancel(moment)
    return _words(moment)


def _words(moment: Moment) -> Turn:
    """Something new at the summary: a line's name or value, more facts, a file, a pin, a card."""
    draft, told = beside(moment.conversation.draft or Draft(), moment)
    moment = moment.changed(draft=draft, draft_at=moment.now)
    text = moment.inbound.text.strip()
    if not has_words(text) or moment.reading.command is not None:
        came = moment.situation.attachments or moment.inbound.location or moment.inbound.contact
        return summary.show(moment, *told) if came else summary.show(moment, Reply(moment.say("hint.choose")))
    if len(text) <= SHORT and corrected(moment.reading.text, draft, moment):
        return change(moment, moment.reading.text)
    return _more(draft, moment)


def _more(draft: Draft, moment: Moment) -> Turn:
    text, reading = moment.inbound.text.strip(), moment.reading
    if reading.phone is not None and len(text) <= SHORT:
        return summary.show(moment.changed(draft=replace(draft, phone=reading.phone.value, anonymous=False)))
    added = with_words(replace(draft, content=joined(draft.content, text)), moment)
    return summary.show(moment.changed(draft=added))


def ask_cancel(moment: Moment) -> Turn:
    """Nothing is thrown away without asking; the question that waits goes on waiting."""
    return moment.turn(cancel_question(moment), errand=Errand(Side.CANCEL, CANCEL))


def cancel_question(moment: Moment) -> Reply:
    options = moment.choices(cancel_yes="choice.cancel_yes", cancel_no="choice.cancel_no")
    return Reply(moment.say("cancel.ask"), options, step=CANCEL)


def change(moment: Moment, said: str) -> Turn:
    """Change the line that is named, at once where its new value is said too; else ask which.

    The old value stays until a good answer comes.
    """
    draft = moment.conversation.draft or Draft()
    line, value = named(said, draft, moment)
    if line == summary.PHOTOS:
        return moment.turn(summary.photos_menu(moment), asking=summary.PHOTOS, errand=None)
    draft = settled(draft, line or "")  # a new value is wanted, not a word about the old one
    asked = question(line, draft, moment.city) if line else None
    if asked is None:
        return moment.turn(summary.change_menu(moment), asking=summary.CHANGE, errand=None)
    moment = moment.changed(draft=draft, asking=asked.slot, editing=bool(draft.content), tries=0, errand=None)
    return answers.answer(_saying(value, moment)) if value else moment.turn(asked.ask(draft, moment))


def _saying(value: str, moment: Moment) -> Moment:
    """The moment as if only the new value had been said."""
    reading = read(value, moment.city, moment.now)
    inbound = replace(moment.inbound, text=value, tap=None)
    return replace(moment, inbound=inbound, situation=replace(moment.situation, reading=reading))


def choose_line(moment: Moment) -> Turn:
    """Which line to change: by number, label or another word for it, with or without the new value."""
    if moment.reading.command == "submit":
        return submit(moment)
    line = pick(summary.change_choices(moment), summary.CHANGE, moment)
    if line:
        return _change_line(line, moment)
    if moment.inbound.text and named(moment.reading.text, moment.conversation.draft or Draft(), moment)[0]:
        return change(moment, moment.reading.text)
    again = form.repeat if moment.conversation.tries == 0 else summary.show
    return again(moment.changed(tries=moment.conversation.tries + 1), Reply(moment.say("hint.choose")))


def _change_line(line: str, moment: Moment) -> Turn:
    numbers = {choice.option: n for n, choice in enumerate(summary.change_choices(moment), 1)}
    return change(moment, str(numbers[line]))


def more_photos(moment: Moment) -> Turn:
    """Photos come until a word ends them; other words are about the matter."""
    draft = moment.conversation.draft or Draft()
    if moment.reading.command == "submit":
        return submit(moment)
    if moment.situation.attachments and not has_words(moment.inbound.text):
        text = moment.say("ask.photos_more", count=len(draft.attachments))
        return moment.turn(replace(summary.photos_menu(moment), text=text))
    done = pick(moment.choices(done="choice.done"), summary.PHOTOS, moment) or moment.reading.command
    return summary.show(moment) if done else _words(moment)


def submit(moment: Moment) -> Turn:
    """File it, once: the draft is gone in the same step."""
    draft = moment.conversation.draft or Draft()
    if next_question(draft, moment.city) is not None:
        return form.go_on(draft, moment.changed(asking=""))
    draft = replace(draft, related_to=draft.related_to or None)  # "" = asked, nothing related
    ticket = file(draft, moment)
    code = moment.situation.ids.query_code
    matter = matter_of(ticket.place.text, moment.city) if ticket.place else None
    rest = (TellHotline(ticket.reference, "supplement", part) for part in chapters(draft.content)[1:])
    return moment.turn(
        receipt(ticket, code, moment),
        effects=(FileTicket(ticket, code, matter), *rest),
        given_up=None,
        **NO_DRAFT,
    )
