"""The two questions about the draft itself: shall we go on with it, shall it be thrown away.

They stand beside the form's own question, which goes on waiting.
"""

from datetime import timedelta

from intake import form, given_up, review
from intake.conversation import NO_DRAFT, Errand, Side, Turn
from intake.messages import Reply
from intake.moment import Moment, pick, snippet
from intake.route import held, resume_held
from intake.ticket import Draft

RESUME = "resume"
ON = frozenset({"resume", "yes", "back"})
ANEW = frozenset({"restart", "no"})


def question(moment: Moment) -> Reply | None:
    """The one of the two that waits."""
    errand = moment.conversation.errand
    if errand is None:
        return None
    if errand.side is Side.CANCEL:
        return review.cancel_question(moment)
    return _resume_question(moment) if errand.side is Side.RESUME else None


def left_lying(moment: Moment) -> Turn | None:
    """A draft left lying is taken up again with a word, never silently; new words wait meanwhile."""
    if not _is_idle(moment) or moment.inbound.tap is not None or moment.reading.command == "submit":
        return None
    return moment.turn(_resume_question(moment), errand=Errand(Side.RESUME, RESUME), held=held(moment))


def _is_idle(moment: Moment) -> bool:
    draft, at = moment.conversation.draft, moment.conversation.draft_at
    if draft is None or at is None or not (draft.content or draft.attachments):
        return False
    return moment.now - at >= timedelta(minutes=moment.city.drafts.resume_after_minutes)


def _resume_question(moment: Moment) -> Reply:
    draft = moment.conversation.draft or Draft()
    what = snippet(draft.content, 24) or moment.say("slot.photos")
    choices = moment.choices(resume="choice.resume", restart="choice.restart")
    return Reply(moment.say("resume.ask", snippet=what), choices, step=RESUME)


def resumed(moment: Moment) -> Turn | None:
    """The answer to "go on with it?"; other global words are heard, everything else waits as well."""
    errand, command = moment.conversation.errand, moment.reading.command
    if errand is None or errand.side is not Side.RESUME:
        return None
    options = moment.choices(resume="choice.resume", restart="choice.restart")
    option = pick(options, RESUME, moment) or command
    if option in ON:
        return resume_held(moment.changed(errand=None, draft_at=moment.now))
    if option in ANEW:
        return resume_held(moment.changed(**{**NO_DRAFT, "held": moment.conversation.held}))
    if command is not None or moment.inbound.tap is not None:
        return None
    return moment.turn(_resume_question(moment), held=held(moment))


def cancelled(moment: Moment) -> Turn | None:
    """The answer to "throw it away?"."""
    errand, command = moment.conversation.errand, moment.reading.command
    if errand is None or errand.side is not Side.CANCEL:
        return None
    options = moment.choices(cancel_yes="choice.cancel_yes", cancel_no="choice.cancel_no")
    option = pick(options, review.CANCEL, moment)
    if option == "cancel_yes" or command in ("yes", "cancel", "restart"):
        return thrown_away(moment)
    if option == "cancel_no" or command in ("no", "back", "resume"):
        return form.repeat(moment.changed(errand=None), Reply(moment.say("cancel.kept")))
    return None


def thrown_away(moment: Moment) -> Turn:
    """Nothing is left of what was being written."""
    return moment.turn(Reply(moment.say("cancel.done")), **given_up.changes(moment))
