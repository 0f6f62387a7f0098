"""Numbers of identity cards are never asked for; one sent all the same is masked before anything keeps it.

The rule: this comes before the transaction, the spool and whoever else reads the message.
"""

from dataclasses import replace

from intake.context import Context
from intake.filed.progress import asked_for
from intake.model.conversation import RaiseAlert, Turn
from intake.model.messages import Inbound, Reply
from intake.understand.persons.masking import without_id_numbers


def discreet(inbound: Inbound) -> Inbound:
    """The message without such a number; where a ticket's number and code are named, as it is."""
    bare = without_id_numbers(inbound.text)
    if bare == inbound.text or asked_for(inbound.text) is not None:
        return inbound
    return replace(inbound, text=bare, masked=True)


def told(turn: Turn, context: Context) -> Turn:
    """The turn, with a word that such a number is not needed and was hidden."""
    in_danger = any(isinstance(effect, RaiseAlert) for effect in turn.effects)
    if not context.inbound.masked or not turn.replies or in_danger:
        return turn
    return replace(turn, replies=(Reply(context.say("hint.id_hidden")), *turn.replies))
