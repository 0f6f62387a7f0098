"""The desk in one object: what its pages, its API and whoever starts it hold on to.

It reads no settings; every value comes in. A method is one transaction.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
import structlog
from fastapi import APIRouter

from desk.accounts import known_devices, login_attempts, passwords, second_factor, sign_on_bindings, users
from desk.accounts.first_password import FirstPassword
from desk.accounts.login_attempts import Asker
from desk.accounts.oidc import NotVouchedFor, OidcLogIn
from desk.accounts.users import BadAccount, User, WrongPassword
from desk.actions import derived, tickets
from desk.actions.scheduler import Scheduler
from desk.actions.tickets import UnknownTicket
from desk.api import alerts as alert_rows
from desk.api import erasure, rest
from desk.api import handoffs as talk_rows
from desk.api.alerts import Alert
from desk.api.handoffs import Handoff, Message
from desk.callbacks.sender import Messenger
from desk.history import journal
from desk.search import search
from desk.statistics import state_counts
from desk.tickets import confidentiality, merging, store, ticket_events
from desk.tickets.filters import TicketFilters
from desk.tickets.store import DeskEvent, DeskTicket
from desk.wording import read_words
from desk.workflow import clocks
from desk.workflow.context import DeskContext
from desk.workflow.lifecycle import Transition, possible
from desk.workflow.states import SYSTEM, Actor, Role, State, Step
from hotline.contract import PersonPart
from hotline.harmless import is_sealed
from intake.city import CityProfile
from intake.city.survey_hours import half_day
from storage.batches import until_none
from storage.db.database import Database, Tx
from storage.db.sealed import keyring
from storage.periodic import every

TIDY = timedelta(minutes=10)
ENDED_AT_ONCE = 50
NOBODY = Asker()
INSIDE = Asker(device="inside")
"""Whoever holds the session: a stranger's guesses at the door do not close their own account's forms."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Alerts nobody has taken, and conversations nobody has answered yet."""

    alerts: int
    handoffs: int


_LOOKS = 3
"""So often a page is read anew because of a step in between."""


class Desk:
    """The embedded hotline.

    `secrets` check what the front door calls, `callback_secrets` sign what is posted to
    `{front_door}/webhooks/hotline`; both as in `hotline.signatures`. `clock` gives an aware
    now, `digits(n)` n random decimal digits, `token()` an unguessable name, `chance()` a
    number in [0, 1). `sign_on`: the city's own, where it has one; `first_password`: where that of the first
    account lies until it was used, if it lies anywhere.
    """

    def __init__(
        self,
        database: Database,
        city: CityProfile,
        *,
        secrets: str,
        callback_secrets: str,
        front_door: str,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
        digits: Callable[[int], str],
        token: Callable[[], str],
        chance: Callable[[], float],
        sign_on: OidcLogIn | None = None,
        first_password: FirstPassword | None = None,
    ) -> None:
        self.database = database
        self.sign_on = sign_on
        self.first_password = first_password
        self.city = city
        self.clock = clock
        self.office = DeskContext(city, digits)
        self._secrets = secrets
        self._token = token
        self._woken = asyncio.Event()
        self._terms_ended: datetime | None = None
        words = read_words()
        self.scheduler = Scheduler(database, self.office, clock, words.say("public.no_info"))
        self.messenger = Messenger(
            database, http, front_door, callback_secrets, clock, token, chance, self.office
        )

    def router(self) -> APIRouter:
        """The API under `/desk/api/v1`."""
        return rest.router(self.database, self.office, self._secrets, self.clock, self.wake)

    async def run_callbacks(self, stop: asyncio.Event) -> None:
        """Tell the front door what it has to hear, until `stop`."""
        await self.messenger.run(stop, self._woken)

    async def run_clock(self, stop: asyncio.Event) -> None:
        """Remind, chase, give up and anchor when it is time, until `stop`."""
        await self.scheduler.run(stop, self.wake)

    async def keep_tidy(self, stop: asyncio.Event) -> None:
        """Tidy now and every so often, until `stop`."""
        await every(TIDY, self.tidy, stop, "the desk's tidying")

    async def tidy(self) -> None:
        """Forget what is over (delivered callbacks, old calls, sessions, tries) and add up the ledger."""
        await self.messenger.tidy()
        for purge in (users.purge, login_attempts.purge):
            await until_none(self.database, partial(purge, now=self.clock()))
        await until_none(self.database, state_counts.fold)
        async with self.database.write() as tx:
            await derived.catch_up(tx, self.city)
            await derived.enter_anew(tx)
        await self._end_terms()

    async def _end_terms(self) -> None:
        """Once a day: what was kept as long as the city's terms say loses its citizens."""
        now, kept = self.clock(), self.city.retention
        if self._terms_ended is not None and now - self._terms_ended < timedelta(days=1):
            return
        async with self.database.write() as tx:
            await erasure.talks_before(tx, now - timedelta(days=kept.talk_days))
        while refs := await self._over_term(now - timedelta(days=kept.ticket_days)):
            for hotline_ref in refs:
                await self._erase(hotline_ref, Step("erase", SYSTEM, now))
        async with self.database.write() as tx:
            await search.drop_removed(tx)
        self._terms_ended = now
        await self.database.scrub()

    async def _over_term(self, before: datetime) -> tuple[str, ...]:
        async with self.database.read() as tx:
            return await erasure.over_term(tx, before, ENDED_AT_ONCE)

    async def _erase(self, hotline_ref: str, step: Step) -> None:
        async with self.database.write() as tx:
            ticket = await tickets.opened(tx, hotline_ref, step)
            await erasure.citizen(tx, self.office, ticket, step)

    def wake(self) -> None:
        """Have the callbacks' worker look at once."""
        self._woken.set()

    async def queue(
        self,
        actor: Actor,
        sieve: TicketFilters | None = None,
        *,
        states: frozenset[State] | None = None,
        unit: str | None = None,
        limit: int = 50,
        skip: int = 0,
    ) -> tuple[DeskTicket, ...]:
        """The tickets this person may see but for the first `skip`: the most urgent, then the newest."""
        wanted = sieve or TicketFilters(states=states, unit=unit)
        async with self.database.read() as tx:
            return await store.queue(tx, actor, wanted, now=self.clock(), limit=limit, skip=skip)

    async def counts(self, actor: Actor, sieve: TicketFilters | None = None) -> dict[State, int]:
        """How many tickets this person may see stand in each state."""
        async with self.database.read() as tx:
            wanted = sieve or TicketFilters()
            if wanted == TicketFilters(unit=wanted.unit) and not (wanted.unit and actor.role is Role.UNIT):
                return await state_counts.counts(tx, actor, wanted.unit)
            return await store.counts(tx, actor, wanted, now=self.clock())

    async def ticket(self, hotline_ref: str, actor: Actor) -> DeskTicket:
        """The ticket as this person may see it. Raises UnknownTicket."""
        async with self.database.read() as tx:
            return await self._ticket(tx, hotline_ref, actor)

    async def ticket_with_events(
        self, hotline_ref: str, actor: Actor
    ) -> tuple[DeskTicket, tuple[DeskEvent, ...]]:
        """The ticket and its history as they were at one moment. Raises UnknownTicket.

        Read one after the other, a page would show a step that the ticket's version does not know of,
        and whatever its reader does next would be refused.
        """
        async with self.database.read() as tx:
            ticket = await self._ticket(tx, hotline_ref, actor)
            found: tuple[DeskEvent, ...] = ()
            for _ in range(_LOOKS):
                shown = ticket.version
                found = await _events(tx, ticket)
                ticket = await self._ticket(tx, hotline_ref, actor)
                if ticket.version == shown:
                    break
        return ticket, found

    async def _ticket(self, tx: Tx, hotline_ref: str, actor: Actor) -> DeskTicket:
        ticket = await store.load(tx, hotline_ref)
        if ticket is None or not store.may_see(ticket, actor):
            raise UnknownTicket(hotline_ref)
        sealed = is_sealed(ticket.document)
        opened = sealed and confidentiality.is_open(
            await ticket_events.history(tx, ticket.id), actor, self.clock()
        )
        return confidentiality.closed(ticket, opened=opened)

    async def number(self, written: str) -> str:
        """A ticket's number at the desk, written so or as the number the citizen has; else as it came."""
        async with self.database.read() as tx:
            return await store.number(tx, written) or written

    async def events(self, ticket: DeskTicket) -> tuple[DeskEvent, ...]:
        """The ticket's history, first to last."""
        async with self.database.read() as tx:
            return await _events(tx, ticket)

    async def citizen(self, ticket: DeskTicket, actor: Actor) -> PersonPart:
        """Whom a text for the citizen must not name: the centre's is held against who is hidden, too.

        A unit's is not, or it could try names until one is refused.
        """
        if not ticket.sealed or actor.role is not Role.CENTRE:
            return ticket.document.person
        async with self.database.read() as tx:
            whole = await store.load(tx, ticket.hotline_ref)
        return whole.document.person if whole else ticket.document.person

    def possible(self, ticket: DeskTicket, actor: Actor) -> tuple[Transition, ...]:
        """What this person may do now: `row.action`, and the fields it `needs` and `takes`."""
        now = self.clock()
        rows = possible(
            ticket.life,
            actor,
            now,
            clocks.limits(ticket.life, now, self.city),
            half_day(now, self.city),
        )
        return tuple(row for row in rows if row.action != confidentiality.OPEN or ticket.sealed)

    async def act(
        self, hotline_ref: str, action: str, actor: Actor, version: int, **fields: Any
    ) -> DeskTicket:
        """Take a step with the fields of `Step`. Raises UnknownTicket, Stale or Refused."""
        step = Step(action, actor, self.clock(), **fields)
        async with self.database.write() as tx:
            ticket = await tickets.act(tx, self.office, hotline_ref, step, version=version)
        self.wake()
        return ticket

    async def waiting(self) -> Unanswered:
        """How much waits for somebody to take it."""
        async with self.database.read() as tx:
            return Unanswered(await alert_rows.count(tx), await talk_rows.count(tx))

    async def handoffs(self) -> tuple[Handoff, ...]:
        """The conversations that wait for a person, longest untouched first."""
        async with self.database.read() as tx:
            return await talk_rows.waiting(tx)

    async def said(self, handoff_id: int) -> tuple[Message, ...]:
        """All that was said in a conversation, first to last."""
        async with self.database.read() as tx:
            return await talk_rows.said(tx, handoff_id)

    async def say(self, conversation: str, text: str, actor: Actor) -> None:
        """Write to a citizen who asked for a person. Raises NoHandoff."""
        now, event_id = self.clock(), f"message-{self.office.digits(20)}"
        async with self.database.write() as tx:
            await talk_rows.say(tx, conversation, text, actor, event_id=event_id, now=now)
        self.wake()

    async def close_handoff(self, conversation: str) -> None:
        """End a conversation at the desk. Raises NoHandoff."""
        async with self.database.write() as tx:
            await talk_rows.close(tx, conversation, self.clock())

    async def alerts(self) -> tuple[Alert, ...]:
        """The alerts nobody has taken yet, oldest first."""
        async with self.database.read() as tx:
            return tuple(reversed(await alert_rows.ringing(tx)))

    async def take_alert(self, alert_id: int, actor: Actor) -> bool:
        """Take charge of an alert; False if somebody already has."""
        async with self.database.write() as tx:
            return await alert_rows.take(tx, alert_id, actor, self.clock())

    async def ensure_first_user(self, password: str) -> bool:
        """Where nobody has an account yet, make `users.FIRST_USER`. True if made."""
        async with self.database.write() as tx:
            return await users.ensure_first_user(tx, self.clock(), password)

    async def log_in(self, name: str, password: str, code: str = "", *, asker: Asker = NOBODY) -> str:
        """A new session's token. Raises WrongPassword or LockedOut.

        `code` is the second factor's, where the account asks for one; a wrong one is told like a
        wrong password, and counts like one.
        """
        try:
            name = users.plain(name)
        except BadAccount:
            raise WrongPassword("nobody can have this name") from None
        user = await self._checked(name, password, asker)
        token = self._token()
        async with self.database.write() as tx:
            passed = await second_factor.passes(tx, user.id, code, self.clock())
            await journal.write(tx, name, "log_in" if passed else "wrong_code", "", self.clock())
            if passed:
                await login_attempts.forgive(tx, name, asker)
                await users.open_session(tx, user, token, self.clock())
        if not passed:
            raise WrongPassword("the code does not fit")
        if name == users.FIRST_USER and self.first_password is not None:
            self.first_password.drop()
        return token

    async def log_in_by_sign_on(self, secret: str, answer: Mapping[str, str]) -> str:
        """A new session's token for whom the city's sign-on vouches. Raises NotVouchedFor or Unavailable.

        An administrator has bound them to their account (`desk.accounts.sign_on_bindings`).
        The second factor is the provider's business: an account's own is asked for with its password only.
        """
        if self.sign_on is None:
            raise NotVouchedFor("there is no provider")
        person = await self.sign_on.vouched(secret, answer)
        token = self._token()
        async with self.database.write() as tx:
            user = await sign_on_bindings.entered(tx, person, self.clock())
            if user is not None:
                await users.open_session(tx, user, token, self.clock())
        if user is None:
            raise NotVouchedFor("no account is bound to them")
        return token

    async def change_password(self, actor: Actor, old: str, new: str, session: str) -> None:
        """Raises WrongPassword or BadAccount; wrong tries close this form as they close the door."""
        user = await self._checked(actor.name, old, INSIDE)
        async with self.database.write() as tx:
            await login_attempts.forgive(tx, user.name, INSIDE)
            await users.change_password(tx, user, new, session)
            await journal.write(tx, user.name, "own_password", "", self.clock())

    async def has_factor(self, actor: Actor) -> bool:
        """Whether their account asks for a code."""
        async with self.database.read() as tx:
            user, _ = await users.account(tx, actor.name)
            return user is not None and await second_factor.is_on(tx, user.id)

    async def set_factor(self, actor: Actor, password: str, secret: str, code: str) -> None:
        """Ask for codes from now on. Raises WrongPassword: nothing was changed."""
        user = await self._checked(actor.name, password, INSIDE)
        async with self.database.write() as tx:
            await login_attempts.forgive(tx, user.name, INSIDE)
            if not await second_factor.turn_on(tx, user.id, secret, code, self.clock()):
                raise WrongPassword("the code does not fit the secret")
            await journal.write(tx, user.name, "factor_on", "", self.clock())

    async def drop_factor(self, actor: Actor, password: str) -> None:
        """Ask for no code any more. Raises WrongPassword."""
        user = await self._checked(actor.name, password, INSIDE)
        async with self.database.write() as tx:
            await login_attempts.forgive(tx, user.name, INSIDE)
            await second_factor.turn_off(tx, user.id)
            await journal.write(tx, user.name, "factor_off", "", self.clock())

    async def asker(self, name: str, address: str, cookie: str) -> Asker:
        """Who tries to be `name` from this address, with this cookie of a known device."""
        try:
            name = users.plain(name)
        except BadAccount:
            return Asker(address)
        async with self.database.read() as tx:
            return Asker(address, known_devices.knows(keyring(tx), name, cookie))

    async def device_mark(self, name: str) -> str:
        """A cookie by which this device is known the next time `name` comes from it."""
        async with self.database.read() as tx:
            return known_devices.mark(keyring(tx), users.plain(name), self._token())

    async def _checked(self, name: str, password: str, asker: Asker) -> User:
        async with self.database.write() as tx:
            await login_attempts.count(tx, name, asker, self.clock())
            user, password_hash = await users.account(tx, name)
        fits = await passwords.fits(password_hash, password)
        if user is None or user.blocked or not fits:
            async with self.database.write() as tx:
                known = name if user is not None else "-"  # what a stranger types is nobody's to keep
                await journal.write(tx, known, "wrong_password", "", self.clock())
            raise WrongPassword("name and password do not belong together")
        return user

    async def whose(self, token: str) -> User | None:
        """Who acts with this session's token; None if it is over."""
        async with self.database.read() as tx:
            return await users.whose(tx, token, self.clock())

    async def log_out(self, token: str) -> None:
        """End the session."""
        async with self.database.write() as tx:
            await users.close_session(tx, token)


async def _events(tx: Tx, ticket: DeskTicket) -> tuple[DeskEvent, ...]:
    found = await ticket_events.history(tx, ticket.id)
    whole = await store.load(tx, ticket.hotline_ref) if ticket.sealed else None
    seen = confidentiality.events_as_seen(found, whole.document) if whole else found
    return await merging.with_words(tx, seen)
