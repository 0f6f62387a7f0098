"""Did the city's answer solve it? Then nothing is filed; else the ticket goes on as if none had been."""

from dataclasses import replace

from intake.context import Context, pick
from intake.form import form
from intake.form.offers import knowledge
from intake.form.questions.words import has_words, joined
from intake.model.conversation import NO_DRAFT, AnswerRated, Turn
from intake.model.messages import Reply
from intake.model.ticket import Draft


def answer(context: Context) -> Turn:
    """Yes, no, or more words about the matter, which no answer fits any more."""
    draft = context.conversation.draft or Draft()
    offered = knowledge.found(draft, context)
    if offered is None:  # the city has changed its answers meanwhile
        return form.go_on(replace(draft, told=""), context.changed(asking=""))
    option, text = pick(knowledge.choices(context), knowledge.STEP, context), context.inbound.text.strip()
    if option == "yes":
        thanks = Reply(context.say("answer.done"))
        return context.turn(thanks, effects=(AnswerRated(offered.question, solved=True),), **NO_DRAFT)
    if option is None and not has_words(text):
        return context.turn(knowledge.ask(offered, context), draft=draft)
    if option is None and context.reading.command is None:
        draft = replace(draft, content=joined(draft.content, text))
    turn = form.go_on(replace(draft, told=offered.question), context.changed(asking=""))
    return replace(turn, effects=(*turn.effects, AnswerRated(offered.question, solved=False)))
