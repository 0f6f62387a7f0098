"""Our reply in Telegram's words. Pure.

Text goes out without a parse mode: citizens' words stand in it, and no character of theirs may
become markup. A reply longer than a message becomes several; its keyboard hangs under the last.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from aiogram.methods import SendMessage
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bots.telegram import buttons
from bots.telegram.outgoing.text import pieces
from bots.telegram.phrases import Labels
from intake.model.messages import FLOW, Ask, Choice, Reply, Tap

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove

_NARROW = 12
"""UTF-8 bytes of a label that leaves room for a second one beside it on a small phone."""


def render(chat_id: int, reply: Reply, ask: Labels) -> list[SendMessage]:
    """The messages that make up one reply. `ask`: what stands on a button that asks for a card or a pin."""
    texts = [text for text in pieces(reply.text) if text.strip()] or [reply.text]
    messages = [_message(chat_id, text) for text in texts]
    messages[-1] = _message(chat_id, texts[-1], _markup(reply, ask))
    return messages


def webhook_answer(chat_id: int, reply: Reply, ask: Labels) -> dict[str, Any] | None:
    """The same as the body of a webhook's answer, or None for what takes more than one message."""
    messages = render(chat_id, reply, ask)
    return as_answer(messages[0]) if len(messages) == 1 else None


def as_answer(message: SendMessage) -> dict[str, Any]:
    """One call as a webhook's answer carries it."""
    return {"method": "sendMessage", **message.model_dump(mode="json", exclude_none=True, exclude_unset=True)}


def _message(chat_id: int, text: str, markup: Markup | None = None) -> SendMessage:
    return SendMessage(
        chat_id=chat_id,
        text=text,
        parse_mode=None,
        reply_markup=markup,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )


def _markup(reply: Reply, ask: Labels) -> Markup:
    """A card or a pin can only be asked for below the field of entry; choices alone hang under the text."""
    if reply.ask is not None:
        return _below(reply.ask, reply.choices, ask[reply.ask])
    if reply.choices:
        return InlineKeyboardMarkup(inline_keyboard=list(_rows(reply)))
    return ReplyKeyboardRemove(remove_keyboard=True)


def _below(ask: Ask, choices: Sequence[Choice], label: str) -> ReplyKeyboardMarkup:
    control = KeyboardButton(
        text=label, request_contact=ask is Ask.CONTACT or None, request_location=ask is Ask.LOCATION or None
    )
    rows = [[control], *([KeyboardButton(text=choice.label)] for choice in choices)]
    return ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, one_time_keyboard=True)


def _rows(reply: Reply) -> Iterator[list[InlineKeyboardButton]]:
    """Two narrow choices side by side, a wide one alone."""
    row: list[InlineKeyboardButton] = []
    for choice in reply.choices:
        button = InlineKeyboardButton(text=choice.label, callback_data=_data(reply.step, choice))
        if row and (_wide(row[0].text) or _wide(choice.label) or len(row) == 2):
            yield row
            row = []
        row.append(button)
    if row:
        yield row


def _data(step: str, choice: Choice) -> str:
    return buttons.encode(Tap(flow=FLOW, step=step, option=choice.option))


def _wide(label: str) -> bool:
    return len(label.encode()) > _NARROW
