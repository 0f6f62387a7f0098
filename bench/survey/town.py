"""The town: completed matters of every kind, written straight into the database, and who lives in it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert

from app.surveys.external_cases import Listed, Matter, put
from intake.city import CityProfile
from intake.model.messages import ChannelName
from intake.model.status import StatusUpdate
from intake.model.ticket import AppealType, CategoryGuess, Ticket, Urgency
from storage.db.database import Database
from storage.db.sealed import Tx, keyring, seal
from storage.db.tables import conversations, permissions, status_updates, tickets
from storage.surveys import phone_links

TEMPLATE = "survey-template"
PHONE_BORN, BOUND, ON_WECHAT, ALLOWED = 0.40, 0.30, 0.60, 0.55
PIECE = 500


@dataclass(frozen=True, slots=True)
class Town:
    """How many of each there are; `allowed` are the WeChat users who take notifications."""

    by_chat: int
    bound: int
    unbound: int
    wechat: int
    allowed: frozenset[str]


async def build(
    database: Database, city: CityProfile, number: int, now: datetime, chance: random.Random
) -> Town:
    """Conversations, tickets and phones for `number` completed matters."""
    phone_born = round(number * PHONE_BORN)
    bound = round(phone_born * BOUND)
    by_chat = number - phone_born
    units = list(city.units)
    allowed: set[str] = set()
    wechat = 0
    for first in range(0, by_chat + bound, PIECE):
        ids = range(first + 1, min(first + PIECE, by_chat + bound) + 1)
        async with database.write() as tx:
            rows = [_citizen(n, now, chance) for n in ids]
            wechat += sum(row["channel"] == "wechat" for row in rows)
            await tx.execute(insert(conversations), rows)
            takes = [row["user"] for row in rows if row["channel"] == "wechat" and chance.random() < ALLOWED]
            allowed.update(takes)
            await _allow(tx, [row for row in rows if row["user"] in allowed], now)
            await _file(tx, city, [row for row in rows if row["id"] <= by_chat], units, now, chance)
    await _phones(database, city, by_chat, bound, phone_born, units, now, chance)
    return Town(by_chat, bound, phone_born - bound, wechat, frozenset(allowed))


def _citizen(number: int, now: datetime, chance: random.Random) -> dict[str, Any]:
    wechat = chance.random() < ON_WECHAT
    return {
        "id": number,
        "channel": "wechat" if wechat else "telegram",
        "user": f"o{number:027}" if wechat else str(100_000_000 + number),
        "reachable": True,
        "created_at": now - timedelta(days=40),
        "updated_at": now - timedelta(days=40),
    }


async def _allow(tx: Tx, rows: list[dict[str, Any]], now: datetime) -> None:
    given = [
        {"conversation_id": row["id"], "template": TEMPLATE, "times": 1, "allowed_at": now} for row in rows
    ]
    if given:
        await tx.execute(insert(permissions), given)


async def _file(
    tx: Tx,
    city: CityProfile,
    rows: list[dict[str, Any]],
    units: list[str],
    now: datetime,
    chance: random.Random,
) -> None:
    filed, said = [], []
    for row in rows:
        number, unit = row["id"], chance.choice(units)
        done = now - timedelta(days=1 + 27 * chance.random())
        ticket = _ticket(number, city, done)
        filed.append(_row(tx, ticket, number, unit, done))
        event = StatusUpdate(f"c{number}", "completed", done, reference=ticket.reference, unit=unit)
        said.append(
            {
                "ticket_id": number,
                "event_id": event.event_id,
                "type": event.type,
                "note": False,
                "update_sealed": seal(tx, StatusUpdate, event),
                "at": done,
                "received_at": done,
            }
        )
    for table, values in _filled(filed, said):
        await tx.execute(insert(table), values)


def _filled(filed: list[dict[str, Any]], said: list[dict[str, Any]]) -> Iterator[tuple[Table, list[Any]]]:
    if filed:
        yield tickets, filed
        yield status_updates, said


def _ticket(number: int, city: CityProfile, done: datetime) -> Ticket:
    category = list(city.categories)[number % len(city.categories)]
    return Ticket(
        key=UUID(int=number),
        reference=f"WX2603{number:013}",
        channel="WX",
        submitted_at=done - timedelta(days=4),
        appeal_type=AppealType.HELP,
        category=CategoryGuess(category, 1.0),
        category_path=city.path(category),
        urgency=Urgency(),
        title="一件事",
        content="一件已经办结的事",
        expectation=None,
        occurred=None,
        place=None,
        subject=None,
        name=None,
        phone=None,
        enterprise=None,
        anonymous=True,
        confidential=False,
        reply_wanted=True,
        is_public=False,
        expected_by=None,
        attachments=(),
        lead_unit=None,
        co_units=(),
        related_to=None,
        labels=(),
        consent=None,
        language="zh-Hans",
    )


def _row(tx: Tx, ticket: Ticket, number: int, unit: str, done: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "key": ticket.key,
        "reference": ticket.reference,
        "reversed_reference": ticket.reference[::-1],
        "conversation_id": number,
        "hotline_ref": f"H{number}",
        "ticket_sealed": seal(tx, Ticket, replace(ticket)),
        "query_code_hash": keyring(tx).hash_query_code("AAAAAA") if number == 1 else "-",
        "status": "completed",
        "lead_unit": unit,
        "co_units": [],
        "due_at": done,
        "round": 1,
        "created_at": done - timedelta(days=4),
        "updated_at": done,
    }


async def _phones(
    database: Database,
    city: CityProfile,
    by_chat: int,
    bound: int,
    phone_born: int,
    units: list[str],
    now: datetime,
    chance: random.Random,
) -> None:
    """Matters told by telephone: some phones are bound, the others are the centre's to ring."""
    for first in range(0, phone_born, PIECE):
        async with database.write() as tx:
            for n in range(first, min(first + PIECE, phone_born)):
                phone = f"1{38_0000_0000 + n:010}"
                if n < bound:
                    await phone_links.bind(tx, by_chat + n + 1, phone, "code", now)
                done = now - timedelta(days=1 + 27 * chance.random())
                listed = await put(tx, city, Matter(f"T{n:09}", chance.choice(units), done, phone), now)
                assert listed is (Listed.CHAT if n < bound else Listed.PHONE)  # the bench's own


def channel_of(user: str) -> ChannelName:
    return ChannelName.WECHAT if user.startswith("o") else ChannelName.TELEGRAM
