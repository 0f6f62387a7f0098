"""One message, one step: `advance` is pure, and everything it may know comes in.

What the message does is decided by what is talked about and what it may do to it (`intake.dialog.focus`);
here stands what is added to every turn, whatever it does.
"""

from datetime import datetime

from intake.city import CityProfile
from intake.context import Context
from intake.dialog import emergency, handoff, id_numbers, numbered_menu, qr_codes
from intake.dialog.consent import under_age
from intake.dialog.danger import doubt
from intake.dialog.focus.decide import decide
from intake.filed import edits
from intake.form import simple_mode, voice
from intake.form.content import albums
from intake.model.conversation import Conversation, Turn
from intake.model.messages import Inbound
from intake.situation import Situation


def advance(
    conversation: Conversation, inbound: Inbound, situation: Situation, city: CityProfile, now: datetime
) -> Turn:
    """The turn that `inbound` makes of `conversation`. No I/O, no clock, no chance."""
    context = under_age.noted(qr_codes.forgotten(Context(conversation, inbound, situation, city, now)))
    context = doubt.resolved(context)
    turn = doubt.lined(id_numbers.told(decide(context), context), context)
    turn = emergency.warned(turn, context)
    turn = edits.traced(handoff.noted(voice.asked_to_type(turn, context)), context)
    return numbered_menu.remembered(simple_mode.few_choices(albums.remembered(turn, context), context))
