"""The summary's answers: submit, change a line, add to it, or cancel."""

from dataclasses import replace

from intake import summary
from intake.conversation import NO_DRAFT, FileTicket, Turn
from intake.filing import file, receipt
from intake.form import absorb, go_on, pinned, repeat
from intake.messages import Reply
from intake.moment import Moment, pick
from intake.questions.order import next_question, question
from intake.questions.words import has_words, joined
from intake.ticket import Draft


def at_summary(moment: Moment) -> Turn:
    """Submit, change, cancel; anything else is more about the matter."""
    option = pick(summary.choices(moment), summary.STEP, moment)
    if option == "submit" or moment.reading.command in ("submit", "yes", "agree"):
        return submit(moment)
    if option == "change":
        return moment.turn(summary.change_menu(moment), asking="change")
    if option == "cancel":
        return ask_cancel(moment)
    if moment.situation.attachments and not has_words(moment.inbound.text):
        return summary.show(moment)
    return _words(moment)


def _words(moment: Moment) -> Turn:
    """Something new at the summary: a slot's value, more facts, or nothing to read."""
    draft = moment.conversation.draft or Draft()
    text = moment.inbound.text.strip()
    with_place = pinned(draft, moment)
    if with_place is not draft:
        return summary.show(moment.changed(draft=with_place, draft_at=moment.now))
    if not has_words(text) or moment.reading.command is not None:
        return summary.show(moment, Reply(moment.say("hint.choose")))
    added = absorb(replace(draft, content=joined(draft.content, text)), moment.reading)
    return summary.show(moment.changed(draft=added, draft_at=moment.now))


def ask_cancel(moment: Moment) -> Turn:
    """Nothing is thrown away without asking."""
    options = moment.choices(cancel_yes="choice.cancel_yes", cancel_no="choice.cancel_no")
    return moment.turn(Reply(moment.say("cancel.ask"), options, step="cancel"), asking="cancel")


def change(moment: Moment, line: str) -> Turn:
    """Ask for one line anew; its old value stays until a good answer comes."""
    draft = moment.conversation.draft or Draft()
    if line == "photos":
        return moment.turn(
            Reply(moment.say("ask.photos"), moment.choices(done="choice.done"), step="photos"),
            asking="photos",
            editing=True,
        )
    asked = question(line, draft, moment.city)
    if asked is None:
        return moment.turn(summary.change_menu(moment), asking="change")
    moment = moment.changed(asking=asked.slot, editing=bool(draft.content), tries=0)
    return moment.turn(asked.ask(draft, moment))


def choose_line(moment: Moment) -> Turn:
    """Which line to change."""
    line = pick(summary.change_choices(moment), "change", moment)
    return change(moment, line) if line else repeat(moment, Reply(moment.say("hint.choose")))


def more_photos(moment: Moment) -> Turn:
    """Photos come until a word ends them."""
    if moment.situation.attachments and not has_words(moment.inbound.text):
        return moment.turn(draft_at=moment.now)
    return summary.show(moment)


def submit(moment: Moment) -> Turn:
    """File it, once: the draft is gone in the same step."""
    draft = moment.conversation.draft or Draft()
    if next_question(draft, moment.city) is not None:
        return go_on(draft, moment.changed(asking=""))
    draft = replace(draft, related_to=draft.related_to or None)  # "" = asked, nothing related
    ticket = file(draft, moment)
    code = moment.situation.ids.query_code
    return moment.turn(receipt(ticket, code, moment), effects=(FileTicket(ticket, code),), **NO_DRAFT)
