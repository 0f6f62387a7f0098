"""What was asked last and is not answered yet, whoever asked it: said once more after a digression."""

from intake.context import Context
from intake.dialog import draft_questions
from intake.dialog.consent import privacy_notice
from intake.filed import actions, data_rights, news
from intake.form import form
from intake.model.conversation import Side, Turn
from intake.model.messages import Reply
from intake.survey import dialog


def again(context: Context, *before: Reply) -> Turn:
    """`before`, and then the question that waits; `before` alone where none does."""
    asking, errand = context.conversation.asking, context.conversation.errand
    if errand is not None and errand.side is not Side.PROGRESS:
        return context.turn(*before, *_of_errand(context))
    if asking in privacy_notice.STEPS:
        return context.turn(*before, privacy_notice.again(context))
    if asking.startswith(dialog.PREFIX):
        return dialog.begin(context, *before)
    if context.conversation.draft is not None:
        return form.repeat(context, *before)
    return context.turn(*before)


def _of_errand(context: Context) -> tuple[Reply, ...]:
    question = (
        draft_questions.question(context)
        or data_rights.question(context)
        or news.question(context)
        or actions.question(context)
    )
    return (question,) if question else ()
