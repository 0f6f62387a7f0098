"""The ticket being filled in: ask for what is missing, one thing at a time; show it when nothing is."""

from dataclasses import replace

from intake.context import Context
from intake.form import other_channel, summary
from intake.form.categorize import sorted_by_story
from intake.form.offers import join_others, knowledge, own_duplicate
from intake.form.questions.order import next_question, question
from intake.form.questions.question import Question, Unclear
from intake.form.slot_filling import may_be_anonymous
from intake.model.conversation import Turn
from intake.model.messages import Choice, Reply
from intake.model.ticket import Draft

MANY_TRIES = 2


def menu(context: Context) -> tuple[Choice, ...]:
    """The few things to tap before anything was said."""
    return context.choices(progress="menu.progress", person="menu.person", help="menu.help")


def go_on(draft: Draft, context: Context, *before: Reply) -> Turn:
    """Ask the next question, or show the summary when nothing is missing."""
    draft, refused = _named(sorted_by_story(draft, context.city), context)
    before = (*before, *refused)
    changes = {"draft": draft, "draft_at": context.now, "tries": 0, "editing": False, "errand": None}
    context = context.changed(**changes, trail=_trail(draft, context))
    answer = knowledge.found(draft, context)
    if answer is not None:
        return context.turn(*before, knowledge.ask(answer, context), asking=knowledge.STEP)
    coming = next_question(draft, context.city)
    if coming is not None:
        return ask(coming, context, *before)
    draft, advice = other_channel.advised(draft, context)
    before, context = (*before, *advice), context.changed(draft=draft)
    same = own_duplicate.open_twin(draft, context)
    if same is not None:
        return context.turn(*before, own_duplicate.ask(same, context), asking=own_duplicate.STEP)
    others = join_others.around(draft, context)
    if others is not None:
        return context.turn(*before, join_others.ask(draft, others, context), asking=join_others.STEP)
    return summary.show(context, *before)


def _named(draft: Draft, context: Context) -> tuple[Draft, tuple[Reply, ...]]:
    """Nobody stays anonymous where the type does not allow it."""
    if not draft.anonymous or may_be_anonymous(draft, context):
        return draft, ()
    return replace(draft, anonymous=False), (Reply(context.say("hint.anonymous_refused")),)


def _trail(draft: Draft, context: Context) -> tuple[str, ...]:
    asking, trail = context.conversation.asking, context.conversation.trail
    new = asking and asking not in trail and question(asking, draft, context.city)
    return (*trail, asking) if new else trail


def ask(coming: Question, context: Context, *before: Reply) -> Turn:
    """Ask this one; from now on it waits."""
    draft = context.conversation.draft or Draft()
    counted = replace(draft, asked=draft.asked + 1)
    return context.turn(
        *before, coming.ask(counted, context), draft=counted, draft_at=context.now, asking=coming.slot
    )


def ask_again(why: Unclear, asked: Question, context: Context, *before: Reply) -> Turn:
    """Say why the answer was no use, and ask once more; after two tries with a way to a person."""
    again = shown(asked, context)
    texts = [context.say(why.hint, **why.values)]
    if context.conversation.tries >= MANY_TRIES:
        texts.append(context.say("hint.person"))
    if why.hint not in ("ask.content_more", "hint.content"):
        texts.append(again.text)
    said = replace(again, text="\n".join(texts))
    return context.turn(*before, said, asking=asked.slot, draft_at=context.now)


def asked_now(context: Context) -> Question | None:
    """The question that waits, if this release knows it."""
    asking, draft = context.conversation.asking, context.conversation.draft or Draft()
    return question(asking, draft, context.city) if asking else None


def shown(asked: Question, context: Context) -> Reply:
    """The question as it stands now: after two unclear answers a person is offered."""
    reply = asked.ask(context.conversation.draft or Draft(), context)
    if context.conversation.tries < MANY_TRIES:
        return reply
    return replace(reply, choices=(*reply.choices, *context.choices(person="choice.person")))


def back(context: Context) -> Turn:
    """To the question before, whose value stays until a new one comes; from an edit to the summary."""
    draft = context.conversation.draft or Draft()
    if context.conversation.editing or context.conversation.asking in (summary.CHANGE, summary.PHOTOS):
        return summary.show(context)
    if not context.conversation.trail:
        return repeat(context)
    *trail, last = context.conversation.trail
    earlier = question(last, draft, context.city)
    context = context.changed(trail=tuple(trail), tries=0)
    if earlier is None:
        return go_on(draft, context.changed(asking=""))
    return ask(earlier, context.changed(draft=replace(draft, unknown=draft.unknown - {last})))


def repeat(context: Context, *before: Reply) -> Turn:
    """The question that waits, once more."""
    if context.conversation.draft is None:
        again = Reply(context.say("welcome.again"), menu(context), step="menu")
        return context.turn(*before, again)
    asked = asked_now(context)
    if asked is not None:
        return context.turn(*before, shown(asked, context))
    if context.conversation.asking == summary.STEP:
        return summary.show(context, *before)
    menu_of = summary.MENUS.get(context.conversation.asking)
    if menu_of is not None:
        return context.turn(*before, menu_of(context))
    return go_on(context.conversation.draft, context.changed(asking=""), *before)
