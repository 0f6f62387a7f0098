"""Where a ticket stands, in words; and the number and code somebody may ask with."""

from intake.context import Context, snippet, tail
from intake.model.ticket import TicketView
from intake.understand.lexicon import bounded
from intake.understand.normalise import normalise

_NUMBER = r"[A-Za-z]{2}\d{15}|\d{4,15}"
_NUMBER_AND_CODE = bounded(
    rf"(?<![0-9A-Za-z])({_NUMBER})[^0-9A-Za-z]{{1,8}}([0-9A-Za-z]{{6}})(?![0-9A-Za-z])"
)
_ALONE = bounded(rf"\D{{0,4}}(?:{_NUMBER})\D?")


def progress_of(view: TicketView, context: Context) -> str:
    """Status, who is in charge, until when, and the answer if there is one."""
    lines = [
        context.say(
            "progress.one",
            tail=tail(view.reference),
            title=snippet(context.called(view.title), 24),
            status=context.say(f"status.{view.status}"),
        )
    ]
    if view.lead_unit:
        lines.append(context.say("progress.unit", lead=context.unit(view.lead_unit)))
    if view.co_units:
        lines.append(context.say("progress.co", co=units(view.co_units, context)))
    if view.due_at:
        lines.append(context.say("progress.due", due=context.day(view.due_at)))
    if view.public_text:
        lines.append(context.say("progress.answer", text=view.public_text))
    return "\n".join(lines)


def units(ids: tuple[str, ...], context: Context) -> str:
    """Units by name, one after the other."""
    return context.say("list.comma").join(context.unit(unit) for unit in ids)


def asked_for(text: str) -> tuple[str, str] | None:
    """Number (or its last digits) and code, where a message names both."""
    match = _NUMBER_AND_CODE.search(normalise(text))
    return (match.group(1).upper(), match.group(2).upper()) if match else None


def is_number(text: str) -> bool:
    """Whether a message is nothing but a number, with a word before it."""
    return _ALONE.fullmatch(text.strip()) is not None
