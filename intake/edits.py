"""A message changed after it was sent: it takes the old one's place, or becomes a supplement.

The rule: until the ticket is filed, the new words replace what the old ones said, in the text and
in every slot they had filled; a correction that cannot be read leaves the old value. What is
filed is the backend's: then the new words are offered as a supplement.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from intake import form
from intake.conversation import Errand, FileTicket, Side, Turn
from intake.errands import OFFER, offer, open_tickets
from intake.filling import SLOTS, absorb
from intake.messages import Reply
from intake.moment import Moment
from intake.questions.order import question
from intake.questions.question import Unclear
from intake.questions.words import has_words
from intake.ticket import Draft, Said, Urgency
from intake.understand.reader import read
from intake.understand.reading import Reading

REMEMBERED = 20
"""Messages of one draft that can still be changed."""


def corrected(moment: Moment) -> Turn | None:
    """What a changed message does; None if this message is not one, or changes nothing we know."""
    if not moment.inbound.edits or not has_words(moment.inbound.text):
        return None
    held, draft = moment.conversation.held, moment.conversation.draft
    if held is not None and (said := _find(held.said, moment)) is not None:
        words = held.text.replace(said.text, moment.inbound.text.strip(), 1)
        kept = replace(held, text=words, said=_changed(held.said, said, moment))
        return moment.turn(Reply(moment.say("edit.corrected")), held=kept)
    if draft is not None and (said := _find(draft.said, moment)) is not None:
        return _in_draft(draft, said, moment)
    return _offer(moment)


def remembered(turn: Turn, moment: Moment, step: str, earlier: tuple[Said, ...] = ()) -> Turn:
    """The turn with its message noted in the draft, so that it can be changed later."""
    draft, text = turn.conversation.draft, moment.inbound.text.strip()
    if draft is None or any(isinstance(effect, FileTicket) for effect in turn.effects):
        return turn
    said = (Said(moment.inbound.source, step, text),) if moment.inbound.source and has_words(text) else ()
    if not said and not earlier:
        return turn
    noted = replace(draft, said=(*draft.said, *earlier, *said)[-REMEMBERED:])
    return replace(turn, conversation=replace(turn.conversation, draft=noted))


def _in_draft(draft: Draft, said: Said, moment: Moment) -> Turn:
    asked = question(said.step, draft, moment.city)
    if asked is None or said.step == "content":
        new = _reread(draft, said, moment)
    else:
        answer = asked.read(asked.clear(draft), moment)
        if isinstance(answer, Unclear):
            word = f"{moment.say('edit.unclear')}\n{moment.say(answer.hint, **answer.values)}"
            return form.repeat(moment, Reply(word))
        new = answer
    new = replace(new, said=_changed(draft.said, said, moment))
    return form.go_on(new, moment.changed(asking=""), Reply(moment.say("edit.corrected")))


def _reread(draft: Draft, said: Said, moment: Moment) -> Draft:
    """The draft as if the new words had been said instead of the old."""
    old, new = read(said.text, moment.city, moment.now), moment.inbound.text.strip()
    content = draft.content.replace(said.text, new, 1)
    emptied: dict[str, Any] = {slot: None for slot in SLOTS if _came_from(old, slot, draft)}
    if draft.category is not None and draft.category == old.category:
        emptied["category"] = None
    if old.urgency.rule is not None and draft.urgency == old.urgency:
        emptied["urgency"] = Urgency()
    return absorb(replace(draft, content=content, **emptied), moment.reading)


def _came_from(old: Reading, slot: str, draft: Draft) -> bool:
    """Whether the slot holds what the old words said. A time is known by its words, not its instant."""
    found, value = getattr(old, slot), getattr(draft, slot)
    if found is None or value is None:
        return False
    if slot == "occurred":
        return bool(found.value.text == value.text)
    return bool(found.value == value)


def _offer(moment: Moment) -> Turn | None:
    """The matter is with the backend: shall the new words follow it there?"""
    views = open_tickets(moment)
    if not views:
        return None
    errand = Errand(Side.SUPPLEMENT, OFFER, views[0].reference, moment.inbound.text.strip())
    return moment.turn(offer(views[0], moment), errand=errand)


def _find(said: Iterable[Said], moment: Moment) -> Said | None:
    source = moment.inbound.source
    return next((one for one in said if one.source == source), None) if source else None


def _changed(all_said: tuple[Said, ...], one: Said, moment: Moment) -> tuple[Said, ...]:
    new = replace(one, text=moment.inbound.text.strip())
    return tuple(new if said is one else said for said in all_said)
