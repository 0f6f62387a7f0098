"""The notice about personal data: shown once, before anything is kept; version, hash and time are stored."""

import hashlib

from intake.conversation import NO_DRAFT, Turn
from intake.messages import ChannelName, Choice, Reply
from intake.moment import Moment, pick
from intake.route import held, resume_held
from intake.ticket import Consent

STEP = "notice"


def given(moment: Moment) -> bool:
    """Whether the citizen agreed to the notice as it stands now."""
    consent = moment.conversation.consent
    return consent is not None and consent.notice_version == moment.city.notice_version


def gate(moment: Moment) -> Turn | None:
    """Nothing passes without consent: the words are set aside, the notice is shown."""
    if given(moment):
        return None
    if moment.conversation.asking == STEP or moment.conversation.refused:
        return _answer(moment)
    return moment.turn(notice(moment), held=held(moment), asking=STEP)


def notice(moment: Moment) -> Reply:
    """The notice in full, with the separate one where the channel keeps data abroad."""
    return Reply(text(moment), _choices(moment), step=STEP, durable=True)


def text(moment: Moment) -> str:
    """The words the citizen agrees to."""
    parts = [moment.say("notice.text")]
    if moment.inbound.address.channel is ChannelName.TELEGRAM:
        parts.append(moment.say("notice.telegram"))
    return "\n".join(parts)


def _choices(moment: Moment) -> tuple[Choice, ...]:
    return moment.choices(agree="notice.agree", decline="notice.decline")


def _answer(moment: Moment) -> Turn:
    option = pick(_choices(moment), STEP, moment)
    if option == "agree" or moment.reading.command in ("agree", "yes"):
        return _agreed(moment)
    if option == "decline" or moment.reading.command in ("decline", "no", "cancel"):
        declined = {**NO_DRAFT, "refused": True}
        return moment.turn(Reply(moment.say("notice.declined")), **declined)
    if moment.conversation.refused:
        again = Reply(moment.say("notice.short"), _choices(moment), step=STEP)
        return moment.turn(again, held=held(moment), asking=STEP, refused=False)
    short = Reply(moment.say("notice.short"), _choices(moment), step=STEP)
    return moment.turn(short, held=held(moment))


def _agreed(moment: Moment) -> Turn:
    digest = hashlib.sha256(text(moment).encode()).hexdigest()
    consent = Consent(moment.city.notice_version, digest, moment.now)
    return resume_held(moment.changed(consent=consent, refused=False, asking=""))
