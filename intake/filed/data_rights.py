"""A citizen's rights over what we keep of them: see it, have it corrected, have it erased.

The rule: what is ours alone goes at once; a filed matter is the city's duty to handle, so it is
restricted and told why (PIPL 47). Nothing is erased on one word: it is asked first.
"""

from intake.context import Context, pick, snippet
from intake.form import form
from intake.model.conversation import Conversation, EraseCitizen, Errand, OwnData, OwnTicket, Side, Turn
from intake.model.messages import Choice, Reply
from intake.model.ticket import Consent

ERASE = "erase"
MOST_TOLD = 10
"""Tickets told of one by one in a chat."""
LONGEST_DOCUMENT = 6000
"""Characters of JSON a chat is sent; more is handed out by the hotline."""


def mine(context: Context) -> Reply:
    """All that is kept, in words."""
    own = context.situation.own or OwnData()
    as_json = context.choices(mydata_json="rights.as_json")
    return Reply("\n".join(_lines(context, own)), as_json, step="menu", durable=True)


def mine_as_json(context: Context) -> Reply:
    """The same for a machine."""
    own = context.situation.own or OwnData()
    if len(own.document) > LONGEST_DOCUMENT:
        return Reply(context.say("rights.too_much"))
    return Reply(own.document, durable=True)


def ask_to_erase(context: Context) -> Turn:
    """Shall it all go?"""
    return context.turn(erase_question(context), errand=Errand(Side.ERASE, ERASE))


def erase_question(context: Context) -> Reply:
    """What goes at once, what stays and why."""
    key = "rights.erase_ask_filed" if context.situation.tickets else "rights.erase_ask"
    return Reply(context.say(key), _erase_choices(context), step=ERASE, durable=True)


def question(context: Context) -> Reply | None:
    """The one that waits."""
    errand = context.conversation.errand
    return erase_question(context) if errand is not None and errand.side is Side.ERASE else None


def go_on(context: Context) -> Turn | None:
    """The answer to that; other words are about something else."""
    if question(context) is None:
        return None
    option = pick(_erase_choices(context), ERASE, context)
    command = context.reading.command
    if option == "erase_yes" or command in ("yes", "erase", "submit"):
        return _erased(context)
    if option == "erase_no" or command in ("no", "back"):
        return _kept(context)
    return None


def _erase_choices(context: Context) -> tuple[Choice, ...]:
    return context.choices(erase_yes="rights.erase_yes", erase_no="rights.erase_no")


def _erased(context: Context) -> Turn:
    filed = [view.reference for view in context.situation.tickets]
    key = "rights.erased_filed" if filed else "rights.erased"
    told = context.say(key, references="\n".join(filed)) if filed else context.say(key)
    return Turn(Conversation(), (Reply(told),), (EraseCitizen(),))


def _kept(context: Context) -> Turn:
    context = context.changed(errand=None)
    told = Reply(context.say("rights.erase_kept"))
    return form.repeat(context, told) if context.conversation.draft else context.turn(told)


def _lines(context: Context, own: OwnData) -> list[str]:
    conversation = context.conversation
    lines = [context.say("rights.mine")]
    lines += _consents(context)
    if conversation.draft is not None:
        draft = conversation.draft
        parts = (snippet(draft.content), draft.place.text if draft.place else None, draft.name, draft.phone)
        lines.append(context.say("rights.draft", what=_joined(parts, context)))
    newest = own.tickets[::-1][:MOST_TOLD]
    lines += [_ticket(one, context) for one in newest]
    if len(own.tickets) > MOST_TOLD:
        lines.append(context.say("rights.more", count=len(own.tickets) - MOST_TOLD))
    lines += [
        context.say("rights.bound", phone=one.phone, day=context.day(one.bound_at)) for one in own.phones
    ]
    if own.files:
        lines.append(context.say("rights.files", count=own.files))
    if conversation.do_not_survey:
        lines.append(context.say("rights.no_survey"))
    if len(lines) == 1:
        lines.append(context.say("rights.nothing"))
    kept = context.city.retention
    lines.append(
        context.say(
            "rights.kept",
            drafts=context.city.drafts.purge_days,
            hours=kept.replies_hours,
            media=kept.media_days,
            years=f"{kept.ticket_days / 365:.1f}".removesuffix(".0"),
        )
    )
    return lines


def _consents(context: Context) -> list[str]:
    given = (
        ("rights.consent", context.conversation.consent),
        ("rights.abroad", context.conversation.abroad),
    )
    return [_consent(key, consent, context) for key, consent in given if consent is not None]


def _consent(key: str, consent: Consent, context: Context) -> str:
    if key == "rights.abroad":
        return context.say("rights.abroad", version=consent.notice_version, day=context.day(consent.at))
    return context.say("rights.consent", version=consent.notice_version, day=context.day(consent.at))


def _ticket(one: OwnTicket, context: Context) -> str:
    ticket = one.ticket
    parts = (
        snippet(ticket.title, 60),
        ticket.place.text if ticket.place else None,
        ticket.name,
        ticket.phone,
        ticket.enterprise,
        context.say(f"status.{one.status}"),
    )
    return context.say("rights.ticket", reference=ticket.reference, what=_joined(parts, context))


def _joined(parts: tuple[str | None, ...], context: Context) -> str:
    return context.say("list.comma").join(part for part in parts if part)
