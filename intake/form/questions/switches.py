"""What stands on the summary with its default and is changed by one choice."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from intake.context import Context
from intake.form.questions.question import Question, Unclear
from intake.form.questions.words import picked
from intake.model.messages import Choice, Reply
from intake.model.ticket import AppealType, Draft

Options = Callable[[Context], tuple[Choice, ...]]


def _switch(slot: str, options: Options, apply: Callable[[Draft, str], Draft | Unclear]) -> Question:
    def ask(_: Draft, context: Context) -> Reply:
        return Reply(context.say(f"ask.{slot}"), options(context), step=slot)

    def read(draft: Draft, context: Context) -> Draft | Unclear:
        option = picked(options(context), slot, context)
        return option if isinstance(option, Unclear) else apply(draft, option)

    return Question(slot, ask, read, lambda _: False, lambda draft: draft, required=True)


def _types(context: Context) -> tuple[Choice, ...]:
    return tuple(Choice(kind.value, context.say(f"type.{kind.value}")) for kind in AppealType)


def _yes_no(yes: str, no: str) -> Options:
    return lambda context: context.choices(yes=yes, no=no)


TYPE = _switch("type", _types, lambda draft, option: replace(draft, appeal_type=AppealType(option)))
CONFIDENTIAL = _switch(
    "confidential",
    _yes_no("choice.yes", "choice.no"),
    lambda draft, option: replace(draft, confidential=option == "yes"),
)
PUBLIC = _switch(
    "public",
    _yes_no("choice.can", "choice.cannot"),
    lambda draft, option: replace(draft, is_public=option == "yes"),
)
SWITCHES: Mapping[str, Question] = {q.slot: q for q in (TYPE, CONFIDENTIAL, PUBLIC)}
