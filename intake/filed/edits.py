"""A message changed after it was sent: it takes the old one's place, or becomes a supplement.

The rule: until the ticket is filed, the new words replace what the old ones said, in the text and
in every slot they had filled; a correction that cannot be read leaves the old value. What is
filed is the backend's: then the new words are offered as a supplement.
"""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any

from intake.context import Context
from intake.filed.actions import OFFER, offer, open_tickets
from intake.form import form
from intake.form.questions.order import question
from intake.form.questions.question import Unclear
from intake.form.questions.words import has_words
from intake.form.slot_filling import SLOTS, absorb
from intake.model.conversation import Errand, FileTicket, ForgetCitizen, Side, Turn
from intake.model.messages import Inbound, Reply
from intake.model.reading import Reading
from intake.model.ticket import Draft, Said, Urgency
from intake.understand.reader import read

WISHED = frozenset({"correction", "privacy"})
"""Under which step words stand that changed the draft and are no part of it."""
REMEMBERED = 20
"""Messages of one draft that can still be changed."""


def unchanged(context: Context) -> Turn | None:
    """Telegram tells a reaction to a message as a change of it: nothing was changed, so nothing is said."""
    if not context.inbound.edits or _trace(context.inbound) not in context.conversation.heard:
        return None
    return context.turn()


def traced(turn: Turn, context: Context) -> Turn:
    """The turn with a trace of its message: enough to tell whether it is changed later, and no words."""
    forgotten = any(isinstance(effect, ForgetCitizen) for effect in turn.effects)
    if not context.inbound.source or turn.conversation.refused or forgotten:
        return turn
    trace = _trace(context.inbound)
    others = (one for one in turn.conversation.heard if one[0] != trace[0])
    return replace(turn, conversation=replace(turn.conversation, heard=(*others, trace)[-REMEMBERED:]))


def _trace(inbound: Inbound) -> tuple[str, str]:
    said = "\0".join((inbound.text.strip(), *(media.media_id for media in inbound.media)))
    return inbound.source, sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def corrected(context: Context) -> Turn | None:
    """What a changed message does; None if this message is not one, or changes nothing we know."""
    inbound = context.inbound
    if not inbound.edits or not (has_words(inbound.text) or inbound.media):
        return None
    held, draft = context.conversation.held, context.conversation.draft
    if held is not None and (said := _find(held.said, context)) is not None:
        kept = replace(
            held,
            text=_in_place(held.text, said, context),
            attachments=_files(held.attachments, said, context),
            said=_changed(held.said, said, context),
        )
        return context.turn(Reply(context.say("edit.corrected")), held=kept)
    if draft is not None and (said := _find(draft.said, context)) is not None:
        if said.step in WISHED:
            return None  # what it changed is changed by another word, not taken back by guessing
        return _in_draft(draft, said, context)
    return _offer(context) if has_words(inbound.text) else None


def remembered(turn: Turn, context: Context, step: str, earlier: tuple[Said, ...] = ()) -> Turn:
    """The turn with its message noted in the draft, so that it can be changed later."""
    draft, text = turn.conversation.draft, context.inbound.text.strip()
    if draft is None or any(isinstance(effect, FileTicket) for effect in turn.effects):
        return turn
    source, files = context.inbound.source, context.situation.attachments
    said = (Said(source, step, text, files),) if source and (has_words(text) or files) else ()
    if not said and not earlier:
        return turn
    noted = replace(draft, said=(*draft.said, *earlier, *said)[-REMEMBERED:])
    return replace(turn, conversation=replace(turn.conversation, draft=noted))


def _in_draft(draft: Draft, said: Said, context: Context) -> Turn:
    draft = replace(draft, attachments=_files(draft.attachments, said, context))
    asked = question(said.step, draft, context.city)
    if context.inbound.text.strip() == said.text:
        new = draft
    elif asked is None or said.step == "content" or not said.text:
        new = _reread(draft, said, context)
    else:
        answer = asked.read(asked.clear(draft), context)
        if isinstance(answer, Unclear):
            word = f"{context.say('edit.unclear')}\n{context.say(answer.hint, **answer.values)}"
            return form.repeat(context, Reply(word))
        new = answer
    new = replace(new, said=_changed(draft.said, said, context))
    return form.go_on(new, context.changed(asking=""), Reply(context.say("edit.corrected")))


def _reread(draft: Draft, said: Said, context: Context) -> Draft:
    """The draft as if the new words had been said instead of the old."""
    old, content = read(said.text, context.city, context.now), _in_place(draft.content, said, context)
    emptied: dict[str, Any] = {slot: None for slot in SLOTS if _came_from(old, slot, draft)}
    if draft.category is not None and draft.category == old.category:
        emptied["category"] = None
    if old.urgency.rule is not None and draft.urgency == old.urgency:
        emptied["urgency"] = Urgency()
    return absorb(replace(draft, content=content, **emptied), context.reading)


def _in_place(text: str, said: Said, context: Context) -> str:
    """The new words where the old ones stood; words that a picture got later stand at the end."""
    new = context.inbound.text.strip()
    return text.replace(said.text, new, 1) if said.text else f"{text}\n{new}".strip()


def _files(files: tuple[str, ...], said: Said, context: Context) -> tuple[str, ...]:
    """With the message's files as they are now: a change brings all of them again."""
    fresh = context.situation.attachments
    if not fresh or not said.attachments:
        return files
    return (*(one for one in files if one not in said.attachments), *fresh)


def _came_from(old: Reading, slot: str, draft: Draft) -> bool:
    """Whether the slot holds what the old words said. A time is known by its words, not its instant."""
    found, value = getattr(old, slot), getattr(draft, slot)
    if found is None or value is None:
        return False
    if slot == "occurred":
        return bool(found.value.text == value.text)
    return bool(found.value == value)


def _offer(context: Context) -> Turn | None:
    """The matter is with the backend: shall the new words follow it there?"""
    views = open_tickets(context)
    if not views:
        return None
    errand = Errand(Side.SUPPLEMENT, OFFER, views[0].reference, context.inbound.text.strip())
    return context.turn(offer(views[0], context), errand=errand)


def _find(said: Iterable[Said], context: Context) -> Said | None:
    source = context.inbound.source
    return next((one for one in said if one.source == source), None) if source else None


def _changed(all_said: tuple[Said, ...], one: Said, context: Context) -> tuple[Said, ...]:
    files = context.situation.attachments if one.attachments else ()
    new = replace(one, text=context.inbound.text.strip(), attachments=files or one.attachments)
    return tuple(new if said is one else said for said in all_said)
