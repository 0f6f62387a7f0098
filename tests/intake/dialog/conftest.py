"""A citizen's chat with the pure core: no database, no network, and time that moves when told to.

What the service would gather is gathered here in memory: the reading, the citizen's own tickets,
what was set aside. Everything remembered goes through JSON between two messages, as it does in
the database.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from bots.telegram import buttons
from bots.wechat.menu import menu_id, read_menu_id
from intake.city import CityProfile, load
from intake.context import Context
from intake.dialog.advance import advance
from intake.dialog.focus.own_words import own
from intake.filed.progress import asked_for
from intake.model.channels import traits_of
from intake.model.conversation import (
    AskForPerson,
    Conversation,
    Effect,
    FileTicket,
    Ids,
    Lookup,
    RaiseAlert,
    TellHotline,
    Told,
)
from intake.model.messages import (
    FLOW,
    Address,
    ChannelName,
    Contact,
    Event,
    FileNews,
    Inbound,
    Location,
    Media,
    MediaKind,
    Reply,
    Tap,
)
from intake.model.reading import Reading
from intake.model.survey import Survey
from intake.model.ticket import Draft, Ticket, TicketView
from intake.phrases import pick_language, say, worded
from intake.situation import Situation
from intake.survey.dialog import invite
from intake.understand.reader import read
from intake.understand.same_event import SimilarReport

MONDAY_TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in the city, on a working day."""

STORED = TypeAdapter(Conversation)


@dataclass
class Chat:
    """One citizen, one channel, one city."""

    city: CityProfile
    channel: ChannelName = ChannelName.WECHAT
    language: str = ""
    now: datetime = MONDAY_TEN
    conversation: Conversation = field(default_factory=Conversation)
    replies: tuple[Reply, ...] = ()
    effects: list[Effect] = field(default_factory=list)
    tickets: list[TicketView] = field(default_factory=list)
    codes: dict[tuple[str, str], TicketView] = field(default_factory=dict)
    locked: bool = False
    messages: int = 0
    shown: dict[str, Tap] = field(default_factory=dict)
    new: tuple[Effect, ...] = ()
    echoes: tuple[SimilarReport, ...] = ()

    # --- what the citizen does ---

    def says(self, *texts: str) -> "Chat":
        for text in texts:
            self._send(text=text)
        return self

    def taps(self, label: str) -> "Chat":
        """The button of that label, shown last under it; what it includes may stand behind."""
        whole = next((one for one in self.shown if one.startswith((f"{label}（", f"{label} ("))), label)
        return self._send(tap=self.shown.get(label) or self.shown[whole])

    def presses(self, step: str, option: str, flow: str = FLOW) -> "Chat":
        """A button from anywhere: an older message, an older release."""
        return self._send(tap=Tap(flow, step, option))

    def sends_photo(
        self, caption: str = "", group: str = "", kind: MediaKind = MediaKind.PHOTO, seconds_ago: int = 0
    ) -> "Chat":
        """`seconds_ago`: how long it was on its way."""
        media = (Media(kind, f"media-{self.messages}"),)
        return self._send(
            text=caption, group=group, media=media, at=self.now - timedelta(seconds=seconds_ago)
        )

    def is_told_of(self, attachment: str, place: Location | None = None, refused: str = "") -> "Chat":
        """What looking at a file showed, some seconds after it came."""
        return self._send(file=FileNews(attachment, place, refused))

    def sends_pin(self, lat: float = 39.775, lng: float = 98.282, label: str = "") -> "Chat":
        return self._send(location=Location(lat, lng, "GCJ02", label))

    def shares_card(self, phone: str = "+8613912345678", name: str = "王芳", own: bool = True) -> "Chat":
        return self._send(contact=Contact(phone, name, own))

    def sends_sticker(self) -> "Chat":
        return self._send(event=Event.UNSUPPORTED)

    def starts(self) -> "Chat":
        return self._send(event=Event.START)

    def leaves(self) -> "Chat":
        return self._send(event=Event.LEFT)

    def returns(self) -> "Chat":
        return self._send(event=Event.RETURNED)

    def edits(self, text: str) -> "Chat":
        return self._send(text=text, edits=True)

    # --- what happens meanwhile ---

    def passes(self, **time: float) -> "Chat":
        self.now += timedelta(**time)
        return self

    def is_told(self, type_: str, index: int = 0, **changes: Any) -> "Chat":
        """The backend told something of a ticket, and its citizen heard it."""
        self.turn_ticket(index, **changes)
        told = Told(self.tickets[index].reference, type_, self.now)
        self._keep(replace(self.conversation, told=told))
        return self

    def will_be_asked_to_rate(self, index: int = 0, unit: str = "heating") -> "Chat":
        """A survey is planned for the morning."""
        view = self.tickets[index]
        ends = self.now + timedelta(days=7)
        survey = Survey(view.reference, "H-1", "暖气不热", unit, 1, self.now, ends, completed_at=self.now)
        self._keep(replace(self.conversation, planned=(*self.conversation.planned, survey)))
        return self

    def is_asked_to_rate(
        self,
        reference: str = "",
        unit: str = "heating",
        number: int = 1,
        title: str = "暖气不热",
        elsewhere: bool = False,
    ) -> "Chat":
        """The backend asks for a survey."""
        reference = reference or self.tickets[0].reference
        survey = Survey(
            reference,
            "H-1",
            title,
            unit,
            number,
            self.now,
            self.now + timedelta(days=7),
            elsewhere=elsewhere,
            completed_at=self.now,
        )
        context = Context(
            self.conversation, self._inbound(), self._situation(self._inbound()), self.city, self.now
        )
        turn = invite(survey, context)
        self._keep(turn.conversation)
        self._hear(turn.replies)
        return self

    # --- what is heard ---

    @property
    def text(self) -> str:
        return "\n".join(reply.text for reply in self.replies)

    @property
    def labels(self) -> list[str]:
        return [choice.label for reply in self.replies for choice in reply.choices]

    def hears(self, *words: str) -> "Chat":
        for word in words:
            assert word in self.text, f"{word!r} not in:\n{self.text}"
        return self

    def hears_not(self, *words: str) -> "Chat":
        for word in words:
            assert word not in self.text, f"{word!r} in:\n{self.text}"
        return self

    def hears_nothing(self) -> "Chat":
        assert self.replies == ()
        return self

    def word(self, key: str, **values: object) -> str:
        """A phrase as this citizen reads it."""
        language = self.conversation.language or pick_language(self.language)
        return say(self.city, language, key, **values)

    @property
    def asked(self) -> str:
        """The step of the last thing asked."""
        return next((reply.step for reply in reversed(self.replies) if reply.step), "")

    # --- what came of it ---

    @property
    def draft(self) -> Draft:
        assert self.conversation.draft is not None, f"nothing is being filled in; heard:\n{self.text}"
        return self.conversation.draft

    @property
    def has_draft(self) -> bool:
        return self.conversation.draft is not None

    @property
    def filed(self) -> list[Ticket]:
        return [effect.ticket for effect in self.effects if isinstance(effect, FileTicket)]

    @property
    def told(self) -> list[TellHotline]:
        return [effect for effect in self.effects if isinstance(effect, TellHotline)]

    @property
    def alerts(self) -> list[RaiseAlert]:
        return [effect for effect in self.effects if isinstance(effect, RaiseAlert)]

    @property
    def handed(self) -> list[AskForPerson]:
        return [effect for effect in self.effects if isinstance(effect, AskForPerson)]

    def turn_ticket(self, index: int = 0, **changes: Any) -> "Chat":
        """The backend changed a ticket."""
        self.tickets[index] = replace(self.tickets[index], **changes)
        return self

    # --- inside ---

    def _send(self, **what: Any) -> "Chat":
        inbound = self._inbound(**what)
        turn = advance(self.conversation, inbound, self._situation(inbound), self.city, self.now)
        self._keep(turn.conversation)
        self._hear(turn.replies)
        self.new = turn.effects
        for effect in turn.effects:
            self._carry_out(effect)
        return self

    def _inbound(self, **what: Any) -> Inbound:
        self.messages += 1
        address = Address(self.channel, "citizen")
        told = {"at": self.now, "language": self.language} | what
        return own(Inbound(id=str(self.messages), address=address, **told))

    def _situation(self, inbound: Inbound) -> Situation:
        number, held = self.messages, self.conversation.held
        reading = read(inbound.text, self.city, self.now)
        lookup, view = self._look_up(inbound, reading)
        return Situation(
            ids=Ids(f"{traits_of(self.channel).code}2611231000{number:05d}", UUID(int=number), "7K3M9Q"),
            language=self.conversation.language or pick_language(self.language),
            reading=reading,
            held_reading=read(held.text, self.city, self.now) if held else None,
            tickets=tuple(self.tickets),
            attachments=tuple(f"file-{number}-{n}" for n, _ in enumerate(inbound.media)),
            lookup=lookup,
            looked_up=view,
            echoes=self.echoes,
        )

    def _look_up(self, inbound: Inbound, reading: Reading) -> tuple[Lookup | None, TicketView | None]:
        asked = asked_for(inbound.text)
        if asked is None or not (reading.command == "progress" or self.conversation.errand):
            return None, None
        if self.locked:
            return Lookup.LOCKED, None
        view = next(
            (v for (n, code), v in self.codes.items() if n.endswith(asked[0]) and code == asked[1]), None
        )
        return (Lookup.FOUND, view) if view else (Lookup.WRONG, None)

    def _keep(self, conversation: Conversation) -> None:
        self.conversation = STORED.validate_json(STORED.dump_json(conversation))
        assert self.conversation == conversation

    def _hear(self, replies: tuple[Reply, ...]) -> None:
        self.replies = replies
        for reply in replies:
            for choice in reply.choices:
                tap = Tap(FLOW, reply.step, choice.option)
                assert buttons.decode(buttons.encode(tap)) == tap, "Telegram cannot carry it"
                assert read_menu_id(menu_id(tap.step, tap.option)) == tap, "WeChat cannot carry it"
            self.shown |= {c.label: Tap(FLOW, reply.step, c.option) for c in reply.choices}

    def _carry_out(self, effect: Effect) -> None:
        self.effects.append(effect)
        if isinstance(effect, FileTicket):
            ticket = effect.ticket
            area = ticket.place.area_code if ticket.place else None
            view = TicketView(
                ticket.reference, ticket.title, "submitted", self.now, ticket.category.code, area
            )
            self.tickets.insert(0, view)
            self.codes[ticket.reference, effect.query_code] = view
        if isinstance(effect, TellHotline) and effect.type == "urge":
            at = next(n for n, view in enumerate(self.tickets) if view.reference == effect.reference)
            self.turn_ticket(at, last_urged=self.now)


@pytest.fixture(scope="session")
def jiayuguan() -> CityProfile:
    return worded(load("jiayuguan"))


@pytest.fixture(scope="session")
def xinghe() -> CityProfile:
    return worded(load("xinghe"))


@pytest.fixture
def chat(jiayuguan: CityProfile) -> Chat:
    """A stranger's chat on WeChat, in Chinese."""
    return Chat(jiayuguan)


STORY = "我家暖气不热三天了，整栋楼都这样，五一路幸福小区3号楼2单元，我叫王芳，电话13912345678"
"""A complete first message."""


@pytest.fixture
def known(chat: Chat) -> Chat:
    """A citizen who agreed to the notice before, and has nothing open."""
    chat.says("路灯坏了").taps("同意").says("取消").taps("确定取消")
    assert not chat.has_draft
    chat.effects.clear()
    return chat


@pytest.fixture
def at_summary(known: Chat) -> Chat:
    """Everything is said; the summary waits."""
    return known.says(STORY).hears("请核对")


@pytest.fixture
def filed(at_summary: Chat) -> Chat:
    """One ticket is filed."""
    return at_summary.taps("提交").hears("您的诉求已登记")


@pytest.fixture
def two_filed(filed: Chat) -> Chat:
    return filed.says("新华中路路灯坏了一个月了，我叫王芳，电话13912345678").taps("提交")


ChatMaker = Callable[..., Chat]


@pytest.fixture
def chats(jiayuguan: CityProfile, xinghe: CityProfile) -> ChatMaker:
    """A chat in either city, on either channel, in any language."""

    def make(city: str = "jiayuguan", channel: str = "wechat", language: str = "") -> Chat:
        profile = {"jiayuguan": jiayuguan, "xinghe": xinghe}[city]
        return Chat(profile, ChannelName(channel), language)

    return make


@pytest.fixture
def story() -> str:
    return STORY
