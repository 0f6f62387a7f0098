"""What each act does in each focus. The dialog has no other order of who may answer.

The stack of focuses is walked for each act: the first deed carried out is the message's effect. `pass` leaves
the act to the focus below; a deed whose words turn out not to fit does the same.
"""

from collections.abc import Mapping
from enum import StrEnum

from intake.model.acts import Act, Focus


class Deed(StrEnum):
    """What a message does."""

    NEXT = "pass"
    LEAVE = "leave"
    HEAR_FILE_NEWS = "hear file news"
    STAY_SILENT = "say nothing"
    WARN = "warn and call staff"
    ASK_WHETHER_IN_DANGER = "ask whether somebody is in danger"
    GREET = "greet"
    SAY_UNREADABLE = "say it cannot be read"
    EDIT = "replace what was said"
    CALM = "calm word"
    FRESH_QUESTION = "ask the question anew"
    DO_MENU = "do the menu's word"
    TAKE_LATE_FILE = "put aside a late file"
    DO_COMMAND = "do the word"
    TELL_PERSON = "pass to the person"
    ANSWER_CANCELLING = "keep or throw away"
    ANSWER_RESUMING = "go on or begin anew"
    ANSWER_ERRAND = "go on with the errand"
    ANSWER_SURVEY = "answer the survey"
    ANSWER_CENTRE = "answer the centre"
    NOTE_NEWS = "acknowledge or offer to add"
    DISPUTE = "open its survey or tell the unit"
    OPEN_SURVEY = "open the survey with it"
    TELL_WHERE_IT_STANDS = "tell where it stands"
    TELL_WHERE_ALL_STAND = "tell where all stand"
    ASK_CONSENT = "ask for consent"
    ANSWER_BEFORE_CONSENT = "answer, keeping nothing"
    SET_ASIDE = "set aside, ask to resume"
    OFFER_TO_END = "offer to end"
    PUT_RIGHT = "put it right"
    KEEP_PRIVATE = "keep it confidential"
    EXPLAIN = "say why it is asked"
    ANSWER_ENQUIRY = "answer, and ask again"
    ANSWER_FORM = "answer the form"


_ALWAYS: Mapping[Act, Deed] = {
    Act.LEAVES: Deed.LEAVE,
    Act.REACTS: Deed.STAY_SILENT,
    Act.FILE_NEWS: Deed.HEAR_FILE_NEWS,
    Act.ENDANGERED: Deed.WARN,
    Act.MAY_BE_ENDANGERED: Deed.ASK_WHETHER_IN_DANGER,
    Act.STARTS: Deed.GREET,
    Act.UNREADABLE: Deed.SAY_UNREADABLE,
    Act.EDITS: Deed.EDIT,
    Act.INSULTS: Deed.CALM,
    Act.STALE_BUTTON: Deed.FRESH_QUESTION,
    Act.MENU: Deed.DO_MENU,
    Act.LATE_FILE: Deed.TAKE_LATE_FILE,
}
"""What is certain does the same whatever is talked about."""
_WORDS = tuple(act for act in Act if act not in _ALWAYS)


def _one(deed: Deed) -> Mapping[Act, Deed]:
    """The question shown last has the claim on all words."""
    return dict.fromkeys(_WORDS, deed)


def _some(**deeds: Deed) -> Mapping[Act, Deed]:
    return {act: deeds.get(act.value, Deed.NEXT) for act in _WORDS}


_FORM = {
    "gives_up": Deed.OFFER_TO_END,
    "corrects": Deed.PUT_RIGHT,
    "commands": Deed.PUT_RIGHT,
    "wants_privacy": Deed.KEEP_PRIVATE,
    "answers": Deed.ANSWER_FORM,
}
_BY_FOCUS: Mapping[Focus, Mapping[Act, Deed]] = {
    Focus.PERSON: _one(Deed.TELL_PERSON),
    Focus.CANCELLING: _one(Deed.ANSWER_CANCELLING),
    Focus.RESUMING: _one(Deed.ANSWER_RESUMING),
    Focus.ERRAND: {**_one(Deed.ANSWER_ERRAND), Act.COMMANDS: Deed.NEXT},
    Focus.SURVEY: {**_one(Deed.ANSWER_SURVEY), Act.COMMANDS: Deed.NEXT},
    Focus.NEED_INFO: _some(asks_progress=Deed.TELL_WHERE_IT_STANDS, answers=Deed.ANSWER_CENTRE),
    Focus.NEWS: _some(
        disputes=Deed.DISPUTE,
        asks_progress=Deed.TELL_WHERE_IT_STANDS,
        answers=Deed.NOTE_NEWS,
    ),
    Focus.RATING: _some(disputes=Deed.OPEN_SURVEY, rates=Deed.OPEN_SURVEY),
    Focus.CONSENT: _some(enquires=Deed.ANSWER_BEFORE_CONSENT, answers=Deed.ASK_CONSENT),
    Focus.LYING: _some(
        gives_up=Deed.OFFER_TO_END,
        corrects=Deed.SET_ASIDE,
        wants_privacy=Deed.SET_ASIDE,
        answers=Deed.SET_ASIDE,
    ),
    Focus.SUMMARY: _some(**_FORM, asks_why=Deed.EXPLAIN, enquires=Deed.ANSWER_ENQUIRY),
    Focus.QUESTION: _some(**_FORM, asks_why=Deed.EXPLAIN, enquires=Deed.ANSWER_ENQUIRY),
    Focus.TICKETS: _some(asks_progress=Deed.TELL_WHERE_ALL_STAND),
    Focus.IDLE: _some(commands=Deed.DO_COMMAND, answers=Deed.ANSWER_FORM),
}
TABLE: Mapping[Focus, Mapping[Act, Deed]] = {
    focus: {act: _ALWAYS.get(act) or _BY_FOCUS[focus][act] for act in Act} for focus in Focus
}
