"""What was asked last and is not answered yet, whoever asked it: said once more after a digression."""

from intake import aside, errands, form, notice, rights, survey
from intake.conversation import Side, Turn
from intake.messages import Reply
from intake.moment import Moment


def again(moment: Moment, *before: Reply) -> Turn:
    """`before`, and then the question that waits; `before` alone where none does."""
    asking, errand = moment.conversation.asking, moment.conversation.errand
    if errand is not None and errand.side is not Side.PROGRESS:
        return moment.turn(*before, *_of_errand(moment))
    if asking in notice.STEPS:
        return moment.turn(*before, notice.again(moment))
    if asking.startswith(survey.PREFIX):
        return survey.begin(moment, *before)
    if moment.conversation.draft is not None:
        return form.repeat(moment, *before)
    return moment.turn(*before)


def _of_errand(moment: Moment) -> tuple[Reply, ...]:
    question = aside.question(moment) or rights.question(moment) or errands.question(moment)
    return (question,) if question else ()
