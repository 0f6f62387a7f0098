"""The notice about personal data, before anything is kept; version, hash and time are stored.

The rule: where the app itself keeps what is written abroad (Telegram), that is a consent of its
own: asked separately, given separately, stored separately.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from intake import given_up, unnamed
from intake.conversation import Conversation, Turn
from intake.form import menu
from intake.messages import ChannelName, Choice, Reply
from intake.moment import Moment, pick
from intake.questions.words import has_words
from intake.route import held, resume_held
from intake.ticket import Consent

STEP = "notice"
ABROAD = "abroad"
STEPS = (STEP, ABROAD)
_TEXTS: Mapping[str, str] = {STEP: "notice.text", ABROAD: "notice.abroad"}
_AGREE: Mapping[str, str] = {STEP: "notice.agree", ABROAD: "notice.agree_abroad"}


def given(moment: Moment) -> bool:
    """Whether the citizen agreed to all they must agree to, as it stands now."""
    return _missing(moment) is None


def agreed(conversation: Conversation, channel: ChannelName, version: str) -> bool:
    """The same, where there is no message to look at."""
    return _first_missing(conversation, channel, version) is None


def ask_first(moment: Moment) -> Turn | None:
    """The notice that is still to be agreed to, for what begins without a matter; None when all is."""
    step = _missing(moment)
    return None if step is None else _show(step, moment)


def gate(moment: Moment) -> Turn | None:
    """Nothing personal passes without consent: the words are set aside, the notice is shown.

    Who has said nothing of a matter is not shown it; who declined is not shown it for a "thanks", nor for
    what needs no consent (`intake.unnamed`).
    """
    step = _missing(moment)
    if step is None or unnamed.goes_on(moment):
        return None
    if moment.conversation.asking == step:
        return _answer(step, moment)
    if moment.conversation.refused and _changed_mind(step, moment):
        return _agreed(step, moment)
    without = unnamed.answered(moment)
    if without is not None:
        return without
    if not _has_matter(moment):
        return moment.turn(Reply(moment.say("welcome.again"), menu(moment), step="menu"))
    return _show(step, moment.changed(held=held(moment), refused=False))


def _changed_mind(step: str, moment: Moment) -> bool:
    """Only the notice's own words count after a decline: "fine" answers the decline."""
    tapped = moment.inbound.tap is not None and pick(_choices(step, moment), step, moment) == "agree"
    return tapped or moment.reading.command == "agree"


def _has_matter(moment: Moment) -> bool:
    """Whether there is something to file: said now, or set aside before."""
    inbound, reading = moment.inbound, moment.reading
    if inbound.media or inbound.location or inbound.contact or reading.phone:
        return True
    if reading.command is not None:
        return moment.conversation.held is not None and reading.command in ("yes", "agree", "resume")
    return has_words(inbound.text) and not reading.greeting


def notice(step: str, moment: Moment) -> Reply:
    """One of the two notices in full."""
    return Reply(text(step, moment), _choices(step, moment), step=step, durable=True)


def again(moment: Moment) -> Reply:
    """The consent that is waited for, in short."""
    step = moment.conversation.asking
    if step == ABROAD:
        return notice(ABROAD, moment)
    return Reply(moment.say("notice.short"), _choices(STEP, moment), step=STEP)


def text(step: str, moment: Moment) -> str:
    """The words the citizen agrees to."""
    return moment.say(_TEXTS[step])


def _missing(moment: Moment) -> str | None:
    """The step of the first consent that is not given to today's notice."""
    channel, version = moment.inbound.address.channel, moment.city.notice_version
    return _first_missing(moment.conversation, channel, version)


def _first_missing(conversation: Conversation, channel: ChannelName, version: str) -> str | None:
    if not _is(conversation.consent, version):
        return STEP
    if channel is ChannelName.TELEGRAM and not _is(conversation.abroad, version):
        return ABROAD
    return None


def _is(consent: Consent | None, version: str) -> bool:
    return consent is not None and consent.notice_version == version


def _choices(step: str, moment: Moment) -> tuple[Choice, ...]:
    return moment.choices(agree=_AGREE[step], decline="notice.decline")


def _show(step: str, moment: Moment) -> Turn:
    group = moment.inbound.group or moment.conversation.last_group
    return moment.turn(notice(step, moment), asking=step, last_group=group)


def _answer(step: str, moment: Moment) -> Turn:
    option = pick(_choices(step, moment), step, moment)
    if option == "agree" or moment.reading.command in ("agree", "yes"):
        return _agreed(step, moment)
    if option == "decline" or moment.reading.command in ("decline", "unconsent", "no", "cancel"):
        return _declined(moment)
    if _more_of_the_album(moment):
        return _show(step, moment.changed(held=held(moment)))
    return waiting_still(moment)


def _declined(moment: Moment) -> Turn:
    texts = (moment.say("notice.declined"), moment.say("notice.unnamed") if unnamed.is_open(moment) else "")
    return moment.turn(Reply("\n".join(filter(None, texts))), **given_up.changes(moment, refused=True))


def _more_of_the_album(moment: Moment) -> bool:
    """Of an album's answers only the last is sent, so each must be the whole notice."""
    return bool(moment.inbound.group) and moment.inbound.group == moment.conversation.last_group


def waiting_still(moment: Moment) -> Turn:
    """The words go to those set aside; the consent is still waited for."""
    moment = moment.changed(held=held(moment))
    return moment.turn(again(moment))


def withdraw(moment: Moment) -> Turn:
    """Consent taken back: what was unfinished goes; what is filed is the backend's."""
    gone = given_up.changes(moment, consent=None, abroad=None, refused=True)
    return moment.turn(Reply(moment.say("notice.withdrawn")), **gone)


def _agreed(step: str, moment: Moment) -> Turn:
    digest = hashlib.sha256(text(step, moment).encode()).hexdigest()
    consent = Consent(moment.city.notice_version, digest, moment.now)
    given_now = {"consent": consent} if step == STEP else {"abroad": consent}
    back = (Reply(moment.say("notice.changed_mind")),) if moment.conversation.refused else ()
    moment = moment.changed(**given_now, refused=False, asking="")
    missing = _missing(moment)
    turn = resume_held(moment) if missing is None else _show(missing, moment)
    return replace(turn, replies=(*back, *turn.replies))
