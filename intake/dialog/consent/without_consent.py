"""What is possible without consent, for who declined it: a question answered, a report that names nobody.

The rule: nothing personal is kept. As soon as a message says who writes or how to reach them, the notice is
back. An app that stores abroad has no such way: what is written there has gone there.
"""

from intake.context import Context
from intake.form.offers import knowledge
from intake.form.questions.contact import wants_to_be_unknown
from intake.model.channels import traits_of
from intake.model.conversation import Turn
from intake.model.ticket import AppealType, Draft


def is_open(context: Context) -> bool:
    """Whether the app leaves this way open at all; to who is under 14 it is closed."""
    return not context.conversation.under_14 and not traits_of(context.inbound.address.channel).stored_abroad


def goes_on(context: Context) -> bool:
    """Whether this message may go to the form without consent."""
    if not (is_open(context) and context.conversation.refused) or says_who(context):
        return False
    draft = context.conversation.draft
    if draft is not None:
        return draft.anonymous and draft.phone is None and draft.name is None
    kind = context.reading.appeal_type.value if context.reading.appeal_type else AppealType.HELP
    return context.city.appeals[kind].anonymous_allowed and wants_to_be_unknown(context)


def answered(context: Context) -> Turn | None:
    """The city's answer to what who declined asks; neither is kept for a ticket."""
    if not (is_open(context) and context.conversation.refused) or says_who(context):
        return None
    answer = knowledge.found(Draft(content=context.inbound.text.strip()), context)
    return None if answer is None else context.turn(knowledge.tell(answer, context))


def says_who(context: Context) -> bool:
    """Whether a message tells who writes or how to reach them."""
    reading = context.reading
    return bool(context.inbound.contact or reading.phone or reading.bad_phone or reading.name)
