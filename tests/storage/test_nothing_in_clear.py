"""Whoever takes the database file away reads nothing a citizen said."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from intake.model.conversation import Conversation
from intake.model.messages import Address, Reply
from intake.model.status import Standing, StatusUpdate
from intake.model.ticket import Draft, Ticket
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.messages import conversations, inbox
from storage.outbox import outbox
from storage.tickets import tickets

PHONE, NAME, STREET, TROUBLE, CODE = "13893712345", "王秀兰", "雄关路88号3单元402", "暖气一直不热", "7K3M9Q"
ANSWER = "已安排师傅上门"


async def test_a_stolen_file_gives_away_neither_words_nor_codes(
    sqlite_url: str, keyring: KeyRing, citizen: Address, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with Database.open(sqlite_url, keyring) as database:
        said = f"{NAME} {PHONE} {STREET} {TROUBLE} {CODE}"
        draft = Draft(content=TROUBLE, name=NAME, phone=PHONE)
        update = StatusUpdate("e1", "replied", now, reference="WX1", public_text=ANSWER)
        async with database.write() as tx:
            stored = await conversations.lock(tx, citizen, now)
            await conversations.save(tx, stored.id, Conversation(draft=draft, draft_at=now), now)
            await inbox.record(tx, citizen.channel, "m1", stored.id, (Reply(said),), now)
            await inbox.put_aside(tx, citizen.channel, "m2", said.encode(), "broken", now)
            ticket_id = await tickets.add(tx, make_ticket("WX1"), stored.id, CODE, now)
            await tickets.add_update(tx, ticket_id, update, False, now)
            await tickets.save_standing(tx, ticket_id, Standing(public_text=ANSWER), now)
            await outbox.queue(tx, destination="wechat", kind="reply", lane="1", body={"text": said}, now=now)
            await tickets.look_up(tx, "WX1", CODE, now)
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    stolen = b"".join(path.read_bytes() for path in folder.glob("jiesu.db*"))
    assert citizen.user.encode() in stolen  # we do look at the right bytes
    for secret in (PHONE, NAME, STREET, TROUBLE, CODE, ANSWER):
        assert secret.encode() not in stolen
        assert ascii(secret)[1:-1].encode() not in stolen
