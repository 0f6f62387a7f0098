"""One citizen's standing with us on one channel, and what a message can change in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from intake.model.messages import Contact, Location, Reply
from intake.model.reading import SafetySignal
from intake.model.survey import Survey
from intake.model.ticket import Consent, Draft, Said, Ticket


class Side(StrEnum):
    """A short errand beside the draft."""

    SUPPLEMENT = "supplement"
    URGE = "urge"
    WITHDRAW = "withdraw"
    PROGRESS = "progress"
    RESUME = "resume"
    CANCEL = "cancel"
    CORRECT = "correct"
    ERASE = "erase"
    BIND = "bind"


@dataclass(frozen=True, slots=True)
class Errand:
    """What a side errand still needs: `step` is what it waits for, `reference` its ticket once known.

    `text` and `attachments` are what would be added once the citizen says to which, or that it shall be.
    """

    side: Side
    step: str
    reference: str = ""
    text: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """Words and files set aside: said before the notice was accepted, or while asked whether to resume."""

    text: str = ""
    attachments: tuple[str, ...] = ()
    location: Location | None = None
    contact: Contact | None = None
    said: tuple[Said, ...] = ()  # the messages the words came in
    photo_place: Location | None = None  # as in `Draft`


@dataclass(frozen=True, slots=True)
class Alarm:
    """Staff were called: to which kind of danger (the lexicon's rule id), and when."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DoubtedDanger:
    """What may be a danger: asked about `at`, with the message that waits for the answer, "" once it came."""

    signal: SafetySignal
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """The ticket last spoken of: by which event (`filed` for its receipt), and when."""

    reference: str
    type: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that is remembered between two messages. Stored encrypted, as JSON."""

    draft: Draft | None = None
    draft_at: datetime | None = None
    asking: str = ""  # the step of the last question, "" when none waits
    tries: int = 0  # unclear answers to it
    editing: bool = False  # the question came from the summary and goes back to it
    trail: tuple[str, ...] = ()  # the questions answered, for "back"
    held: Held | None = None
    errand: Errand | None = None
    consent: Consent | None = None
    abroad: Consent | None = None  # the separate one, where the app keeps what is written abroad
    refused: bool = False
    under_14: bool = False  # they said so: a guardian agrees, or nothing is kept
    surveys: tuple[Survey, ...] = ()
    do_not_survey: bool = False
    language: str = ""  # chosen by the citizen; "" = the platform's hint
    elder: bool = False
    handoff: bool = False  # a person at the desk is writing with them
    handoff_at: datetime | None = None  # when the citizen last said something to that person
    offered: tuple[str, ...] = ()  # the options of the menu shown last, which may be taken by number
    called: bool = False  # staff were called to it: the backend keeps words of it under its name
    last_group: str = ""  # the album that was last acknowledged
    album: str = ""  # the one whose photos are in the draft, or went with the ticket filed last
    given_up: datetime | None = None  # when the citizen last declined, cancelled or withdrew
    heard: tuple[tuple[str, str], ...] = ()  # of the last messages: the platform's id, and their digest
    alarm: Alarm | None = None  # the last danger staff were called to
    doubted: DoubtedDanger | None = None  # the last danger asked about
    told: Told | None = None  # the ticket last spoken of to the citizen
    planned: tuple[Survey, ...] = ()  # surveys that will be asked: they open when the citizen speaks to them

    @property
    def files(self) -> frozenset[str]:
        """The ids of all files that something unfinished here holds."""
        return self.written.union(*(survey.attachments for survey in self.surveys))

    @property
    def written(self) -> frozenset[str]:
        """Those of what the citizen is writing: none of them was passed on yet."""
        parts = (self.draft, self.held, self.errand)
        return frozenset(one for part in parts if part is not None for one in part.attachments)


NO_DRAFT: Mapping[str, Any] = {
    "draft": None,
    "draft_at": None,
    "asking": "",
    "tries": 0,
    "editing": False,
    "trail": (),
    "held": None,
    "errand": None,
    "last_group": "",
    "doubted": None,
}
"""The changes that leave a conversation without a draft."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Fresh identifiers for whatever this turn may file; chance comes in from outside."""

    reference: str
    key: UUID
    query_code: str


class Lookup(StrEnum):
    FOUND = "found"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class OwnTicket:
    """A ticket of the citizen's with all that is kept of it; `status` as in `TicketView`."""

    ticket: Ticket
    status: str


@dataclass(frozen=True, slots=True)
class OwnPhone:
    """A phone bound to this chat."""

    phone: str
    bound_at: datetime


@dataclass(frozen=True, slots=True)
class OwnData:
    """All that is kept of this citizen beside the conversation; `document` is all as JSON."""

    tickets: tuple[OwnTicket, ...] = ()
    phones: tuple[OwnPhone, ...] = ()
    files: int = 0
    document: str = "{}"


@dataclass(frozen=True, slots=True)
class FileTicket:
    """A new ticket; the code is stored as a salted hash only."""

    ticket: Ticket
    query_code: str
    matter: str | None = None  # the name by which others find it (`intake.understand.same_event`)


@dataclass(frozen=True, slots=True)
class TellHotline:
    """An event for the backend about one ticket: supplement, urge, withdraw, erase, survey_result."""

    reference: str
    type: str
    text: str | None = None
    attachments: tuple[str, ...] = ()
    survey: dict[str, object] | None = None
    hotline_ref: str | None = None  # for a ticket that was not born here


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    """For staff at once: a safety signal. `kind` is the lexicon's rule id.

    `again`: they were called to it a moment ago; it belongs to the same alarm, and may wait a little.
    """

    kind: str
    text: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class AskForPerson:
    """The citizen wants a person, or goes on writing with one."""

    text: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class ForgetCitizen:
    """They left the channel: profile, draft and binding go; the case stays without the account."""


@dataclass(frozen=True, slots=True)
class CorrectTicket:
    """Our own copy of a ticket gets the number the citizen says is right."""

    reference: str
    phone: str


@dataclass(frozen=True, slots=True)
class EraseCitizen:
    """They want to be forgotten: all that is ours goes, their tickets lose them, the backend is told."""


@dataclass(frozen=True, slots=True)
class AnswerRated:
    """An answer of the city's own was offered, and whether it solved the matter; for the figures."""

    question: str
    solved: bool


@dataclass(frozen=True, slots=True)
class RefuseSurveys:
    """They want no survey any more: those under way end as refused."""


@dataclass(frozen=True, slots=True)
class BindPhone:
    """This phone has been proved to be theirs: `how` is card or code."""

    phone: str
    how: str


@dataclass(frozen=True, slots=True)
class UnbindPhone:
    """No phone shall lead to this chat."""


Effect = (
    FileTicket
    | TellHotline
    | RaiseAlert
    | AskForPerson
    | ForgetCitizen
    | CorrectTicket
    | EraseCitizen
    | AnswerRated
    | RefuseSurveys
    | BindPhone
    | UnbindPhone
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message's result: what to remember, what to answer, what else to do."""

    conversation: Conversation
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
