"""The two questions about the draft itself: shall we go on with it, shall it be thrown away.

They stand beside the form's own question, which goes on waiting.
"""

from datetime import timedelta

from intake.context import Context, pick, snippet
from intake.dialog.consent import given_up_files
from intake.dialog.routing import held, resume_held
from intake.form import form, review
from intake.model.conversation import NO_DRAFT, Errand, Side, Turn
from intake.model.messages import Reply
from intake.model.ticket import Draft

RESUME = "resume"
ON = frozenset({"resume", "yes", "back"})
ANEW = frozenset({"restart", "no"})


def question(context: Context) -> Reply | None:
    """The one of the two that waits."""
    errand = context.conversation.errand
    if errand is None:
        return None
    if errand.side is Side.CANCEL:
        return review.cancel_question(context)
    return _resume_question(context) if errand.side is Side.RESUME else None


def left_lying(context: Context) -> Turn | None:
    """A draft left lying is taken up again with a word, never silently; new words wait meanwhile."""
    if not is_idle(context) or context.inbound.tap is not None or context.reading.command == "submit":
        return None
    return context.turn(_resume_question(context), errand=Errand(Side.RESUME, RESUME), held=held(context))


def is_idle(context: Context) -> bool:
    """Whether the draft was left lying so long that it is only taken up with a word."""
    draft, at = context.conversation.draft, context.conversation.draft_at
    if draft is None or at is None or not (draft.content or draft.attachments):
        return False
    return context.now - at >= timedelta(minutes=context.city.drafts.resume_after_minutes)


def _resume_question(context: Context) -> Reply:
    draft = context.conversation.draft or Draft()
    what = snippet(draft.content, 24) or context.say("slot.photos")
    choices = context.choices(resume="choice.resume", restart="choice.restart")
    return Reply(context.say("resume.ask", snippet=what), choices, step=RESUME)


def resumed(context: Context) -> Turn | None:
    """The answer to "go on with it?"; other global words are heard, everything else waits as well."""
    errand, command = context.conversation.errand, context.reading.command
    if errand is None or errand.side is not Side.RESUME:
        return None
    options = context.choices(resume="choice.resume", restart="choice.restart")
    option = pick(options, RESUME, context) or command
    if option in ON:
        return resume_held(context.changed(errand=None, draft_at=context.now))
    if option in ANEW:
        return resume_held(context.changed(**{**NO_DRAFT, "held": context.conversation.held}))
    if command is not None or context.inbound.tap is not None:
        return None
    return context.turn(_resume_question(context), held=held(context))


def cancelled(context: Context) -> Turn | None:
    """The answer to "throw it away?"."""
    errand, command = context.conversation.errand, context.reading.command
    if errand is None or errand.side is not Side.CANCEL:
        return None
    options = context.choices(cancel_yes="choice.cancel_yes", cancel_no="choice.cancel_no")
    option = pick(options, review.CANCEL, context)
    if option == "cancel_yes" or command in ("yes", "cancel", "restart"):
        return thrown_away(context)
    if option == "cancel_no" or command in ("no", "back", "resume"):
        return form.repeat(context.changed(errand=None), Reply(context.say("cancel.kept")))
    return None


def thrown_away(context: Context) -> Turn:
    """Nothing is left of what was being written."""
    return context.turn(Reply(context.say("cancel.done")), **given_up_files.changes(context))
