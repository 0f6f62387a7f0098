"""The notice about personal data, before anything is kept; version, hash and time are stored.

The rule: where the app itself keeps what is written abroad (Telegram), that is a consent of its
own: asked separately, given separately, stored separately. Health, home and children stand on the
button itself: one press agrees to them by name. Who is under 14 is shown a notice for their guardian.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from intake.context import Context, pick
from intake.dialog.consent import details, given_up_files, without_consent
from intake.dialog.routing import held, resume_held
from intake.form.form import menu
from intake.form.questions.words import has_words
from intake.model.channels import traits_of
from intake.model.conversation import Conversation, Turn
from intake.model.messages import ChannelName, Choice, Reply
from intake.model.ticket import Consent

STEP = "notice"
ABROAD = "abroad"
STEPS = (STEP, ABROAD)
_GUARDIAN = "guardian"
_TEXTS: Mapping[str, str] = {STEP: "notice.text", ABROAD: "notice.abroad", _GUARDIAN: "notice.under_14"}
_SHORT: Mapping[str, str] = {
    STEP: "notice.short",
    ABROAD: "notice.abroad",
    _GUARDIAN: "notice.under_14_short",
}
_CHOICES: Mapping[str, Mapping[str, str]] = {
    STEP: {"agree": "notice.agree", "decline": "notice.decline", "details": "notice.more"},
    ABROAD: {"agree": "notice.agree_abroad", "decline": "notice.decline"},
    _GUARDIAN: {"guardian": "notice.guardian", "decline": "notice.decline", "details": "notice.more"},
}
_AGREED = ("agree", "guardian")


def given(context: Context) -> bool:
    """Whether the citizen agreed to all they must agree to, as it stands now."""
    return _missing(context) is None


def agreed(conversation: Conversation, channel: ChannelName, version: str) -> bool:
    """The same, where there is no message to look at."""
    return _first_missing(conversation, channel, version) is None


def ask_first(context: Context) -> Turn | None:
    """The notice that is still to be agreed to, for what begins without a matter; None when all is."""
    step = _missing(context)
    return None if step is None else _show(step, context)


def gate(context: Context) -> Turn | None:
    """Nothing personal passes without consent: the words are set aside, the notice is shown.

    Who has said nothing of a matter is not shown it; who declined is not shown it for a "thanks", nor for
    what needs no consent (`intake.dialog.consent.without_consent`).
    """
    step = _missing(context)
    if step is None or without_consent.goes_on(context):
        return None
    if context.conversation.asking == step:
        return _answer(step, context)
    if context.conversation.refused and _changed_mind(step, context):
        return _agreed(step, context)
    without = without_consent.answered(context)
    if without is not None:
        return without
    if not _has_matter(context):
        return context.turn(Reply(context.say("welcome.again"), menu(context), step="menu"))
    return _show(step, context.changed(held=held(context), refused=False))


def _changed_mind(step: str, context: Context) -> bool:
    """Only the notice's own words count after a decline: "fine" answers the decline."""
    tapped = context.inbound.tap is not None and pick(_choices(step, context), step, context) in _AGREED
    return tapped or (context.reading.command == "agree" and not context.conversation.under_14)


def _has_matter(context: Context) -> bool:
    """Whether there is something to file: said now, or set aside before."""
    inbound, reading = context.inbound, context.reading
    if inbound.media or inbound.location or inbound.contact or reading.phone:
        return True
    if reading.command is not None:
        return context.conversation.held is not None and reading.command in ("yes", "agree", "resume")
    return has_words(inbound.text) and not reading.greeting


def notice(step: str, context: Context) -> Reply:
    """One of the two notices in full."""
    return Reply(text(step, context), _choices(step, context), step=step, durable=True)


def again(context: Context) -> Reply:
    """The consent that is waited for, in short."""
    step = context.conversation.asking
    words = _SHORT[_kind(step, context)]
    return Reply(context.say(words), _choices(step, context), step=step, durable=step == ABROAD)


def text(step: str, context: Context) -> str:
    """The words the citizen agrees to."""
    return context.say(_TEXTS[_kind(step, context)], handler=details.handler(context))


def _kind(step: str, context: Context) -> str:
    return _GUARDIAN if step == STEP and context.conversation.under_14 else step


def _missing(context: Context) -> str | None:
    """The step of the first consent that is not given to today's notice."""
    channel, version = context.inbound.address.channel, context.city.notice_version
    return _first_missing(context.conversation, channel, version)


def _first_missing(conversation: Conversation, channel: ChannelName, version: str) -> str | None:
    if not _is(conversation.consent, version):
        return STEP
    if traits_of(channel).stored_abroad and not _is(conversation.abroad, version):
        return ABROAD
    return None


def _is(consent: Consent | None, version: str) -> bool:
    return consent is not None and consent.notice_version == version


def _choices(step: str, context: Context) -> tuple[Choice, ...]:
    return context.choices(**_CHOICES[_kind(step, context)])


def _show(step: str, context: Context) -> Turn:
    group = context.inbound.group or context.conversation.last_group
    return context.turn(notice(step, context), asking=step, last_group=group)


def _answer(step: str, context: Context) -> Turn:
    option = pick(_choices(step, context), step, context)
    by_word = context.reading.command in ("agree", "yes") and not context.conversation.under_14
    if option in _AGREED or by_word:
        return _agreed(step, context)
    if option == "details":
        return context.turn(Reply(details.text(context), _choices(step, context), step=step))
    if option == "decline" or context.reading.command in ("decline", "unconsent", "no", "cancel"):
        return _declined(context)
    if _more_of_the_album(context):
        return _show(step, context.changed(held=held(context)))
    return waiting_still(context)


def _declined(context: Context) -> Turn:
    texts = (
        context.say("notice.declined"),
        context.say("notice.unnamed") if without_consent.is_open(context) else "",
    )
    return context.turn(
        Reply("\n".join(filter(None, texts))), **given_up_files.changes(context, refused=True)
    )


def _more_of_the_album(context: Context) -> bool:
    """Of an album's answers only the last is sent, so each must be the whole notice."""
    return bool(context.inbound.group) and context.inbound.group == context.conversation.last_group


def waiting_still(context: Context) -> Turn:
    """The words go to those set aside; the consent is still waited for."""
    context = context.changed(held=held(context))
    return context.turn(again(context))


def withdraw(context: Context) -> Turn:
    """Consent taken back: what was unfinished goes; what is filed is the backend's."""
    gone = given_up_files.changes(context, consent=None, abroad=None, refused=True)
    return context.turn(Reply(context.say("notice.withdrawn")), **gone)


def _agreed(step: str, context: Context) -> Turn:
    agreed_to = f"{text(step, context)}\n{_choices(step, context)[0].label}"
    digest = hashlib.sha256(agreed_to.encode()).hexdigest()
    consent = Consent(context.city.notice_version, digest, context.now)
    given_now = {"consent": consent} if step == STEP else {"abroad": consent}
    back = (Reply(context.say("notice.changed_mind")),) if context.conversation.refused else ()
    context = context.changed(**given_now, refused=False, asking="")
    missing = _missing(context)
    turn = resume_held(context) if missing is None else _show(missing, context)
    return replace(turn, replies=(*back, *turn.replies))
