"""A citizen's rights over what we keep of them: see it, have it corrected, have it erased.

The rule: what is ours alone goes at once; a filed matter is the city's duty to handle, so it is
restricted and told why (PIPL 47). Nothing is erased on one word: it is asked first.
"""

from intake import form
from intake.conversation import Conversation, EraseCitizen, Errand, OwnData, OwnTicket, Side, Turn
from intake.messages import Choice, Reply
from intake.moment import Moment, pick, snippet
from intake.ticket import Consent

ERASE = "erase"
MOST_TOLD = 10
"""Tickets told of one by one in a chat."""
LONGEST_DOCUMENT = 6000
"""Characters of JSON a chat is sent; more is handed out by the hotline."""


def mine(moment: Moment) -> Reply:
    """All that is kept, in words."""
    own = moment.situation.own or OwnData()
    as_json = moment.choices(mydata_json="rights.as_json")
    return Reply("\n".join(_lines(moment, own)), as_json, step="menu", durable=True)


def mine_as_json(moment: Moment) -> Reply:
    """The same for a machine."""
    own = moment.situation.own or OwnData()
    if len(own.document) > LONGEST_DOCUMENT:
        return Reply(moment.say("rights.too_much"))
    return Reply(own.document, durable=True)


def ask_to_erase(moment: Moment) -> Turn:
    """Shall it all go?"""
    return moment.turn(erase_question(moment), errand=Errand(Side.ERASE, ERASE))


def erase_question(moment: Moment) -> Reply:
    """What goes at once, what stays and why."""
    key = "rights.erase_ask_filed" if moment.situation.tickets else "rights.erase_ask"
    return Reply(moment.say(key), _erase_choices(moment), step=ERASE, durable=True)


def question(moment: Moment) -> Reply | None:
    """The one that waits."""
    errand = moment.conversation.errand
    return erase_question(moment) if errand is not None and errand.side is Side.ERASE else None


def go_on(moment: Moment) -> Turn | None:
    """The answer to that; other words are about something else."""
    if question(moment) is None:
        return None
    option = pick(_erase_choices(moment), ERASE, moment)
    command = moment.reading.command
    if option == "erase_yes" or command in ("yes", "erase", "submit"):
        return _erased(moment)
    if option == "erase_no" or command in ("no", "back"):
        return _kept(moment)
    return None


def _erase_choices(moment: Moment) -> tuple[Choice, ...]:
    return moment.choices(erase_yes="rights.erase_yes", erase_no="rights.erase_no")


def _erased(moment: Moment) -> Turn:
    filed = [view.reference for view in moment.situation.tickets]
    key = "rights.erased_filed" if filed else "rights.erased"
    told = moment.say(key, references="\n".join(filed)) if filed else moment.say(key)
    return Turn(Conversation(), (Reply(told),), (EraseCitizen(),))


def _kept(moment: Moment) -> Turn:
    moment = moment.changed(errand=None)
    told = Reply(moment.say("rights.erase_kept"))
    return form.repeat(moment, told) if moment.conversation.draft else moment.turn(told)


def _lines(moment: Moment, own: OwnData) -> list[str]:
    conversation = moment.conversation
    lines = [moment.say("rights.mine")]
    lines += _consents(moment)
    if conversation.draft is not None:
        draft = conversation.draft
        parts = (snippet(draft.content), draft.place.text if draft.place else None, draft.name, draft.phone)
        lines.append(moment.say("rights.draft", what=_joined(parts, moment)))
    newest = own.tickets[::-1][:MOST_TOLD]
    lines += [_ticket(one, moment) for one in newest]
    if len(own.tickets) > MOST_TOLD:
        lines.append(moment.say("rights.more", count=len(own.tickets) - MOST_TOLD))
    lines += [moment.say("rights.bound", phone=one.phone, day=moment.day(one.bound_at)) for one in own.phones]
    if own.files:
        lines.append(moment.say("rights.files", count=own.files))
    if conversation.do_not_survey:
        lines.append(moment.say("rights.no_survey"))
    if len(lines) == 1:
        lines.append(moment.say("rights.nothing"))
    kept = moment.city.retention
    lines.append(
        moment.say(
            "rights.kept",
            drafts=moment.city.drafts.purge_days,
            hours=kept.replies_hours,
            media=kept.media_days,
            years=f"{kept.ticket_days / 365:.1f}".removesuffix(".0"),
        )
    )
    return lines


def _consents(moment: Moment) -> list[str]:
    given = (
        ("rights.consent", moment.conversation.consent),
        ("rights.abroad", moment.conversation.abroad),
    )
    return [_consent(key, consent, moment) for key, consent in given if consent is not None]


def _consent(key: str, consent: Consent, moment: Moment) -> str:
    if key == "rights.abroad":
        return moment.say("rights.abroad", version=consent.notice_version, day=moment.day(consent.at))
    return moment.say("rights.consent", version=consent.notice_version, day=moment.day(consent.at))


def _ticket(one: OwnTicket, moment: Moment) -> str:
    ticket = one.ticket
    parts = (
        snippet(ticket.title, 60),
        ticket.place.text if ticket.place else None,
        ticket.name,
        ticket.phone,
        ticket.enterprise,
        moment.say(f"status.{one.status}"),
    )
    return moment.say("rights.ticket", reference=ticket.reference, what=_joined(parts, moment))


def _joined(parts: tuple[str | None, ...], moment: Moment) -> str:
    return moment.say("list.comma").join(part for part in parts if part)
