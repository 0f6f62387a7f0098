"""What is possible without consent, for who declined it: a question answered, a report that names nobody.

The rule: nothing personal is kept. As soon as a message says who writes or how to reach them, the notice is
back. Telegram has no such way: what is written there has gone abroad.
"""

from intake import knowledge
from intake.conversation import Turn
from intake.messages import ChannelName
from intake.moment import Moment
from intake.questions.contact import wants_to_be_unknown
from intake.ticket import AppealType, Draft


def is_open(moment: Moment) -> bool:
    """Whether the app leaves this way open at all."""
    return moment.inbound.address.channel is not ChannelName.TELEGRAM


def goes_on(moment: Moment) -> bool:
    """Whether this message may go to the form without consent."""
    if not (is_open(moment) and moment.conversation.refused) or _says_who(moment):
        return False
    draft = moment.conversation.draft
    if draft is not None:
        return draft.anonymous and draft.phone is None and draft.name is None
    kind = moment.reading.appeal_type.value if moment.reading.appeal_type else AppealType.HELP
    return moment.city.appeals[kind].anonymous_allowed and wants_to_be_unknown(moment)


def answered(moment: Moment) -> Turn | None:
    """The city's answer to what who declined asks; neither is kept for a ticket."""
    if not (is_open(moment) and moment.conversation.refused) or _says_who(moment):
        return None
    answer = knowledge.found(Draft(content=moment.inbound.text.strip()), moment)
    return None if answer is None else moment.turn(knowledge.tell(answer, moment))


def _says_who(moment: Moment) -> bool:
    reading = moment.reading
    return bool(moment.inbound.contact or reading.phone or reading.bad_phone or reading.name)
