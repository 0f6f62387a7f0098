"""What was read without being sure is confirmed with one tap, not assumed and not asked from the start."""

from collections.abc import Callable
from dataclasses import replace

from intake.messages import Choice, Reply
from intake.moment import Moment, pick, snippet
from intake.questions.question import Question, Unclear
from intake.ticket import Draft

_VALUES: dict[str, Callable[[Draft], str]] = {
    "place": lambda draft: draft.place.text if draft.place else "",
    "occurred": lambda draft: draft.occurred.text if draft.occurred else "",
    "subject": lambda draft: draft.subject or "",
    "wish": lambda draft: draft.wish or "",
}


def confirming(asked: Question) -> Question:
    """The question whether the value read is meant; any other answer is one to `asked` itself."""

    def ask(draft: Draft, moment: Moment) -> Reply:
        value = snippet(_VALUES[asked.slot](draft), 40)
        text = moment.say("ask.confirm", line=moment.say(f"slot.{asked.slot}"), value=value)
        return Reply(text, _choices(moment), step=asked.slot)

    def read(draft: Draft, moment: Moment) -> Draft | Unclear:
        option = pick(_choices(moment), asked.slot, moment)
        if option == "yes" or moment.reading.command == "yes":
            return settled(draft, asked.slot)
        empty = settled(asked.clear(draft), asked.slot)
        if option == "no" or moment.reading.command == "no":
            return empty
        return asked.read(empty, moment)

    return replace(asked, ask=ask, read=read, empty=lambda draft: asked.slot in draft.doubtful)


def settled(draft: Draft, slot: str) -> Draft:
    """The draft without a doubt about this slot."""
    return replace(draft, doubtful=draft.doubtful - {slot})


def _choices(moment: Moment) -> tuple[Choice, ...]:
    return moment.choices(yes="choice.confirmed", no="choice.unconfirmed")
