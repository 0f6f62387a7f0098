"""What was read without being sure is confirmed with one tap, not assumed and not asked from the start."""

from collections.abc import Callable
from dataclasses import replace

from intake.context import Context, pick, snippet
from intake.form.questions.question import Question, Unclear
from intake.model.messages import Choice, Reply
from intake.model.ticket import Draft

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
        return asked.read(empty, context)

    return replace(asked, ask=ask, read=read, empty=lambda draft: asked.slot in draft.doubtful)


def settled(draft: Draft, slot: str) -> Draft:
    """The draft without a doubt about this slot."""
    return replace(draft, doubtful=draft.doubtful - {slot})


def _choices(context: Context) -> tuple[Choice, ...]:
    return context.choices(yes="choice.confirmed", no="choice.unconfirmed")
