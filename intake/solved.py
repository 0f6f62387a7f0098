"""Did the city's answer solve it? Then nothing is filed; else the ticket goes on as if none had been."""

from dataclasses import replace

from intake import form, knowledge
from intake.conversation import NO_DRAFT, Answered, Turn
from intake.messages import Reply
from intake.moment import Moment, pick
from intake.questions.words import has_words, joined
from intake.ticket import Draft


def answer(moment: Moment) -> Turn:
    """Yes, no, or more words about the matter, which no answer fits any more."""
    draft = moment.conversation.draft or Draft()
    offered = knowledge.found(draft, moment)
    if offered is None:  # the city has changed its answers meanwhile
        return form.go_on(replace(draft, told=""), moment.changed(asking=""))
    option, text = pick(knowledge.choices(moment), knowledge.STEP, moment), moment.inbound.text.strip()
    if option == "yes":
        thanks = Reply(moment.say("answer.done"))
        return moment.turn(thanks, effects=(Answered(offered.question, solved=True),), **NO_DRAFT)
    if option is None and not has_words(text):
        return moment.turn(knowledge.ask(offered, moment), draft=draft)
    if option is None and moment.reading.command is None:
        draft = replace(draft, content=joined(draft.content, text))
    turn = form.go_on(replace(draft, told=offered.question), moment.changed(asking=""))
    return replace(turn, effects=(*turn.effects, Answered(offered.question, solved=False)))
