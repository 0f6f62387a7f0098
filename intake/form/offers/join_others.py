"""Many citizens on one event: told how many there are, and whether to join them.

Joined or not, the ticket is filed; joined it names the first one as its master, and staff merge them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from intake.context import Context, pick, snippet
from intake.form import summary
from intake.form.questions.words import has_words, joined
from intake.model.conversation import Turn
from intake.model.messages import Choice, Reply
from intake.model.ticket import Draft
from intake.understand.same_event import SimilarReport, is_same, said_of

STEP = "crowd"
WITHIN_DAYS = 14
LEAST = 2
"""Citizens from whom on it is an event and not a chance."""


class OthersUnknown(Exception):
    """What other citizens said was not gathered, and this draft needs it: gather it, and step again."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("other citizens' appeals were not gathered")
        self.draft = draft


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many others there are, and the ticket theirs hang on."""

    citizens: int
    master: str


def around(draft: Draft, context: Context) -> Crowd | None:
    """The others who complain of what this draft is about; None where it was asked, or there are too few.

    Raises OthersUnknown.
    """
    if draft.related_to is not None:
        return None
    if context.situation.echoes is None:
        raise OthersUnknown(draft)
    if not context.situation.echoes:
        return None
    said = said_of(draft.content, _where(draft), context.city, context.situation.rarity)
    alike = [echo for echo in context.situation.echoes if is_same(said, echo, context.city)]
    citizens = len({echo.citizen for echo in alike})
    return Crowd(citizens, _master(alike)) if citizens >= LEAST else None


def _master(alike: Sequence[SimilarReport]) -> str:
    """The ticket most of them hang on already, else the first one filed."""
    hung = Counter(echo.related_to for echo in alike if echo.related_to)
    return hung.most_common(1)[0][0] if hung else alike[-1].reference


def ask(draft: Draft, crowd: Crowd, context: Context) -> Reply:
    """How many there are; nothing of what they said."""
    where = snippet(_where(draft), 30)
    key = "crowd.ask" if where else "crowd.ask_anywhere"
    text = context.say(key, number=crowd.citizens, place=where)
    return Reply(text, _choices(context), step=STEP, durable=True)


def _where(draft: Draft) -> str:
    return draft.place.text if draft.place else ""


def _choices(context: Context) -> tuple[Choice, ...]:
    return context.choices(together="crowd.together", alone="crowd.alone")


def answer(context: Context) -> Turn:
    """Together or alone; anything else is more about the matter."""
    draft = context.conversation.draft or Draft()
    crowd = around(draft, context)
    option = pick(_choices(context), STEP, context)
    if crowd is not None and (option == "together" or context.reading.command == "yes"):
        return summary.show(context.changed(draft=replace(draft, related_to=crowd.master)))
    text = context.inbound.text.strip()
    small = context.reading.command is not None or context.reading.number is not None
    if crowd is not None and option is None and has_words(text) and not small:
        draft = replace(draft, content=joined(draft.content, text))
        return context.turn(ask(draft, crowd, context), draft=draft)
    return summary.show(context.changed(draft=replace(draft, related_to="")))
