"""The ticket being filled in: ask for what is missing, one thing at a time; show it when nothing is."""

from dataclasses import replace

from intake import crowd, knowledge, summary, triage, twin
from intake.conversation import Turn
from intake.filling import may_be_anonymous
from intake.messages import Choice, Reply
from intake.moment import Moment
from intake.questions.order import next_question, question
from intake.questions.question import Question, Unclear
from intake.sorting import sorted_by_story
from intake.ticket import Draft

MANY_TRIES = 2


def menu(moment: Moment) -> tuple[Choice, ...]:
    """The few things to tap before anything was said."""
    return moment.choices(progress="menu.progress", person="menu.person", help="menu.help")


def go_on(draft: Draft, moment: Moment, *before: Reply) -> Turn:
    """Ask the next question, or show the summary when nothing is missing."""
    draft, refused = _named(sorted_by_story(draft, moment.city), moment)
    before = (*before, *refused)
    changes = {"draft": draft, "draft_at": moment.now, "tries": 0, "editing": False, "errand": None}
    moment = moment.changed(**changes, trail=_trail(draft, moment))
    answer = knowledge.found(draft, moment)
    if answer is not None:
        return moment.turn(*before, knowledge.ask(answer, moment), asking=knowledge.STEP)
    coming = next_question(draft, moment.city)
    if coming is not None:
        return ask(coming, moment, *before)
    draft, advice = triage.advised(draft, moment)
    before, moment = (*before, *advice), moment.changed(draft=draft)
    same = twin.open_twin(draft, moment)
    if same is not None:
        return moment.turn(*before, twin.ask(same, moment), asking=twin.STEP)
    others = crowd.around(draft, moment)
    if others is not None:
        return moment.turn(*before, crowd.ask(draft, others, moment), asking=crowd.STEP)
    return summary.show(moment, *before)


def _named(draft: Draft, moment: Moment) -> tuple[Draft, tuple[Reply, ...]]:
    """Nobody stays anonymous where the type does not allow it."""
    if not draft.anonymous or may_be_anonymous(draft, moment):
        return draft, ()
    return replace(draft, anonymous=False), (Reply(moment.say("hint.anonymous_refused")),)


def _trail(draft: Draft, moment: Moment) -> tuple[str, ...]:
    asking, trail = moment.conversation.asking, moment.conversation.trail
    new = asking and asking not in trail and question(asking, draft, moment.city)
    return (*trail, asking) if new else trail


def ask(coming: Question, moment: Moment, *before: Reply) -> Turn:
    """Ask this one; from now on it waits."""
    draft = moment.conversation.draft or Draft()
    counted = replace(draft, asked=draft.asked + 1)
    return moment.turn(
        *before, coming.ask(counted, moment), draft=counted, draft_at=moment.now, asking=coming.slot
    )


def ask_again(why: Unclear, asked: Question, moment: Moment, *before: Reply) -> Turn:
    """Say why the answer was no use, and ask once more; after two tries with a way to a person."""
    again = shown(asked, moment)
    texts = [moment.say(why.hint, **why.values)]
    if moment.conversation.tries >= MANY_TRIES:
        texts.append(moment.say("hint.person"))
    if why.hint not in ("ask.content_more", "hint.content"):
        texts.append(again.text)
    said = replace(again, text="\n".join(texts))
    return moment.turn(*before, said, asking=asked.slot, draft_at=moment.now)


def asked_now(moment: Moment) -> Question | None:
    """The question that waits, if this release knows it."""
    asking, draft = moment.conversation.asking, moment.conversation.draft or Draft()
    return question(asking, draft, moment.city) if asking else None


def shown(asked: Question, moment: Moment) -> Reply:
    """The question as it stands now: after two unclear answers a person is offered."""
    reply = asked.ask(moment.conversation.draft or Draft(), moment)
    if moment.conversation.tries < MANY_TRIES:
        return reply
    return replace(reply, choices=(*reply.choices, *moment.choices(person="choice.person")))


def back(moment: Moment) -> Turn:
    """To the question before, whose value stays until a new one comes; from an edit to the summary."""
    draft = moment.conversation.draft or Draft()
    if moment.conversation.editing or moment.conversation.asking in (summary.CHANGE, summary.PHOTOS):
        return summary.show(moment)
    if not moment.conversation.trail:
        return repeat(moment)
    *trail, last = moment.conversation.trail
    earlier = question(last, draft, moment.city)
    moment = moment.changed(trail=tuple(trail), tries=0)
    if earlier is None:
        return go_on(draft, moment.changed(asking=""))
    return ask(earlier, moment.changed(draft=replace(draft, unknown=draft.unknown - {last})))


def repeat(moment: Moment, *before: Reply) -> Turn:
    """The question that waits, once more."""
    if moment.conversation.draft is None:
        again = Reply(moment.say("welcome.again"), menu(moment), step="menu")
        return moment.turn(*before, again)
    asked = asked_now(moment)
    if asked is not None:
        return moment.turn(*before, shown(asked, moment))
    if moment.conversation.asking == summary.STEP:
        return summary.show(moment, *before)
    menu_of = summary.MENUS.get(moment.conversation.asking)
    if menu_of is not None:
        return moment.turn(*before, menu_of(moment))
    return go_on(moment.conversation.draft, moment.changed(asking=""), *before)
