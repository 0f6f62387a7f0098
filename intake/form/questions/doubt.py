"""What was read without being sure is confirmed with one tap, not assumed and not asked from the start."""

from collections.abc import Callable
from dataclasses import replace

from intake.context import Context, pick, snippet
from intake.form.questions.question import Question, Unclear
from intake.model.messages import Choice, Reply
from intake.model.ticket import Draft
from intake.understand.speech.acts import says_nothing_of_it

_VALUES: dict[str, Callable[[Draft], str]] = {
    "place": lambda draft: draft.place.text if draft.place else "",
    "occurred": lambda draft: draft.occurred.text if draft.occurred else "",
    "subject": lambda draft: draft.subject or "",
    "wish": lambda draft: draft.wish or "",
}


def confirming(asked: Question) -> Question:
    """The question whether the value read is meant; any other answer is one to `asked` itself."""

    def ask(draft: Draft, context: Context) -> Reply:
        value = snippet(_VALUES[asked.slot](draft), 40)
        text = context.say("ask.confirm", line=context.say(f"slot.{asked.slot}"), value=value)
        return Reply(text, _choices(context), step=asked.slot)

    def read(draft: Draft, context: Context) -> Draft | Unclear:
        option = pick(_choices(context), asked.slot, context)
        if option == "yes" or context.reading.command == "yes":
            return settled(draft, asked.slot)
        empty = settled(asked.clear(draft), asked.slot)
        if option == "no" or context.reading.command == "no":
            return empty
        if _tells_who(context) and asked.slot == "place":
            return Unclear("hint.more_kept", kept=draft)
        if says_nothing_of_it(context.reading.text):
            return Unclear("hint.choose", kept=draft)
        return asked.read(empty, context)

    return replace(asked, ask=ask, read=read, empty=lambda draft: asked.slot in draft.doubtful)


def _tells_who(context: Context) -> bool:
    """Whether the answer says who they are, and nothing of a place."""
    reading = context.reading
    return reading.place is None and bool(reading.phone or reading.sure_name or reading.bad_phone)


def settled(draft: Draft, slot: str) -> Draft:
    """The draft without a doubt about this slot."""
    return replace(draft, doubtful=draft.doubtful - {slot})


def _choices(context: Context) -> tuple[Choice, ...]:
    return context.choices(yes="choice.confirmed", no="choice.unconfirmed")
