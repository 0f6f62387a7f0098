"""Telegram's update as our `Inbound`. Pure: the same update always gives the same value.

Only private chats are taken in. What cannot be read at all is `hear`'s to say (`UnreadableUpdate`);
what can be read and is not for us is a value (`Ignored`), since neither may ever be refused:
Telegram holds back the rest of the chat until an update is acknowledged. What the law keeps off
this channel (numbers of identity cards, documents) is dropped here and goes no further.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update, User

from bots.telegram import buttons
from bots.telegram.incoming.commands import START, Command, in_words, parse
from bots.telegram.incoming.content import content
from bots.telegram.incoming.update import ButtonPress, FromGroup, Ignored, Improper, ParsedUpdate
from intake.model.messages import Address, ChannelName, Event, Inbound
from intake.understand.persons.identity import has_id_number

TAKEN = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update we ask the server for; a kind left out of the list does not come."""

_TELLING: dict[str, Event] = {ChatMemberStatus.KICKED: Event.LEFT, ChatMemberStatus.MEMBER: Event.RETURNED}


def to_inbound(update: Update, bot_id: int, now: datetime) -> Inbound | FromGroup | Ignored:
    """One update in our words. `now`: aware; a tap carries no time of its own."""
    inbound_id = f"{bot_id}:{update.update_id}"
    if update.message:
        return _said(update.message, inbound_id)
    if update.edited_message:
        return _changed(update.edited_message, inbound_id)
    if update.callback_query:
        return _tap(update.callback_query, inbound_id, now)
    if update.my_chat_member:
        return _came_or_went(update.my_chat_member, inbound_id)
    return Ignored("not a kind of update we take")


def heard(update: Update, bot_id: int, now: datetime) -> ParsedUpdate:
    """The update in our words, with the press that waits for an answer, or the message that must go."""
    message = to_inbound(update, bot_id, now)
    query, sent = update.callback_query, update.message or update.edited_message
    refused = sent is not None and isinstance(message, Inbound) and message.event is Event.REFUSED
    return ParsedUpdate(
        message,
        None if query is None else _tapped(query),
        Improper(sent.chat.id, sent.message_id) if refused and sent is not None else None,
    )


def _said(message: Message, inbound_id: str) -> Inbound | FromGroup | Ignored:
    command = parse(message.text or "")
    if message.chat.type != ChatType.PRIVATE:
        return FromGroup(message.chat.id, command.bot) if command else Ignored("said in a group")
    found = content(message)
    if found is None:
        return Ignored("a service note")
    if has_id_number(found.get("text", "")):
        return _inbound(message, inbound_id, event=Event.REFUSED)
    if command:
        return _inbound(message, inbound_id, **_commanded(command, message.text or ""))
    return _inbound(message, inbound_id, **found)


def _changed(message: Message, inbound_id: str) -> Inbound | FromGroup | Ignored:
    if message.chat.type != ChatType.PRIVATE:
        return Ignored("changed in a group")
    if message.location is not None:
        return Ignored("a live location moves")  # pins cannot be edited by hand
    said = _said(message, inbound_id)
    return replace(said, edits=True) if isinstance(said, Inbound) else said


def _tap(query: CallbackQuery, inbound_id: str, now: datetime) -> Inbound | Ignored:
    """A press; data we never made becomes a button of no known version, which is owed a fresh keyboard."""
    if query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return Ignored("a button outside the private chat")
    tap = buttons.decode(query.data or "") or buttons.UNKNOWN
    sender = query.from_user
    return Inbound(inbound_id, _address(query.message.chat.id), now, tap=tap, language=_language(sender))


def _came_or_went(change: ChatMemberUpdated, inbound_id: str) -> Inbound | Ignored:
    event = _TELLING.get(change.new_chat_member.status)
    if change.chat.type != ChatType.PRIVATE or event is None:
        return Ignored("a membership that is not a citizen's")
    language = _language(change.from_user)
    return Inbound(inbound_id, _address(change.chat.id), _utc(change.date), event=event, language=language)


def _commanded(command: Command, text: str) -> dict[str, Any]:
    if command.name == START:
        return {"event": Event.START, "payload": command.rest}
    meant = in_words(command, text)
    return {"text": meant} if meant else {"event": Event.UNSUPPORTED}


def _inbound(message: Message, inbound_id: str, **found: Any) -> Inbound:
    return Inbound(
        id=inbound_id,
        address=_address(message.chat.id),
        at=_utc(message.date),
        group=message.media_group_id or "",
        source=str(message.message_id),
        language=_language(message.from_user),
        **found,
    )


def _tapped(query: CallbackQuery) -> ButtonPress:
    message = query.message
    if message is None:
        return ButtonPress(query.id, query.from_user.id, None)
    return ButtonPress(query.id, message.chat.id, message.message_id)


def _address(chat_id: int) -> Address:
    return Address(ChannelName.TELEGRAM, str(chat_id))


def _language(sender: User | None) -> str:
    return (sender.language_code or "") if sender else ""


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
