"""What one message holds, in our words. Pure."""

from functools import cache
from typing import TypedDict

from aiogram import types
from aiogram.enums import ContentType
from aiogram.types import Message

from bots.telegram.phrases import built_in
from intake.model.messages import Contact, Event, Location, Media, MediaKind


class Content(TypedDict, total=False):
    """The fields of an `Inbound` that a message's body fills."""

    text: str
    location: Location
    media: tuple[Media, ...]
    contact: Contact
    event: Event


_SENT_AS_FILES = {"image": MediaKind.PHOTO, "video": MediaKind.VIDEO, "audio": MediaKind.VOICE}

_TELLS_NOTHING = frozenset(
    {"application/octet-stream", "binary/octet-stream", "application/binary", "application/unknown", "*/*"}
)
_ENDINGS = {
    **dict.fromkeys(
        ("jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "bmp", "heic", "heif"), MediaKind.PHOTO
    ),
    **dict.fromkeys(("mp4", "m4v", "mov", "3gp", "3g2", "webm", "avi", "mkv"), MediaKind.VIDEO),
    **dict.fromkeys(
        ("amr", "awb", "silk", "ogg", "oga", "opus", "mp3", "m4a", "aac", "wav", "weba"), MediaKind.VOICE
    ),
}

_OWED_A_WORD = frozenset(
    {
        ContentType.STICKER,
        ContentType.DICE,
        ContentType.POLL,
        ContentType.GAME,
        ContentType.STORY,
        ContentType.PAID_MEDIA,
        ContentType.CHECKLIST,
        ContentType.INVOICE,
        ContentType.GIFT,
        ContentType.UNIQUE_GIFT,
        ContentType.GIVEAWAY,
        ContentType.LIVE_PHOTO,
        ContentType.RICH_MESSAGE,
        ContentType.UNKNOWN,  # what the server itself calls an "unsupported message"
    }
)
"""Sent by a person, though we cannot use it; every other kind is a service note of Telegram's."""


def content(message: Message) -> Content | None:
    """What the message says; None for a service note."""
    if message.text:
        return {"event": Event.UNSUPPORTED} if message.text in _control_labels() else {"text": message.text}
    if message.location is not None:
        return {"location": _place(message.location, message.venue)}
    if message.contact is not None:
        return {"contact": _card(message.contact, message.from_user)}
    if message.animation is None and _is_paper(message.document):
        return {"event": Event.REFUSED, "text": ""}
    media = _media(message)
    if media is not None:
        return {"text": message.caption or "", "media": (media,)}
    return {"event": Event.UNSUPPORTED} if message.content_type in _OWED_A_WORD else None


@cache
def _control_labels() -> frozenset[str]:
    """What apps that cannot give a card or a pin write instead: the button's own words, which say nothing."""
    return frozenset(label for labels in built_in().asks.values() for label in labels.values())


def _place(pin: types.Location, venue: types.Venue | None) -> Location:
    """A pin, named when it is a venue. Telegram's coordinates are WGS84 everywhere, China included."""
    label = f"{venue.title} {venue.address}".strip() if venue else ""
    return Location(lat=pin.latitude, lng=pin.longitude, coord_sys="WGS84", label=label)


def _card(card: types.Contact, sender: types.User | None) -> Contact:
    """A phone card: the sender's own only if Telegram itself ties it to their account."""
    own = sender is not None and card.user_id == sender.id
    name = f"{card.first_name} {card.last_name or ''}".strip()
    return Contact(phone=_international(card.phone_number) if own else card.phone_number, name=name, own=own)


def _international(phone: str) -> str:
    """An account's number always carries its country code, but some apps leave out the plus."""
    return f"+{phone}" if phone.isdecimal() else phone


def _media(message: Message) -> Media | None:
    """The file; of a photo's sizes the last, which is the largest."""
    if message.photo:
        return Media(MediaKind.PHOTO, message.photo[-1].file_id)
    if message.voice:
        return Media(MediaKind.VOICE, message.voice.file_id)
    video = message.video or message.video_note or message.animation
    if video:
        return Media(MediaKind.VIDEO, video.file_id)
    if message.audio:
        return Media(MediaKind.VOICE, message.audio.file_id)
    return _picture(message.document)


def _is_paper(document: types.Document | None) -> bool:
    """A file that is no picture, film or sound: papers may not be sent abroad."""
    return document is not None and _kind(document) is None


def _picture(document: types.Document | None) -> Media | None:
    kind = _kind(document) if document else None
    return Media(kind, document.file_id) if document and kind else None


def _kind(document: types.Document) -> MediaKind | None:
    """What a photo, film or sound sent "as a file" is; its bytes are looked at once it is here.

    Some apps name no type, or one that says nothing: then its name tells. One that is called
    nothing but bytes is fetched, and no further than its bytes allow; one that is called nothing is not.
    """
    told = (document.mime_type or "").partition(";")[0].strip().lower()
    if told and told not in _TELLS_NOTHING:
        return _SENT_AS_FILES.get(told.partition("/")[0])
    _, dot, ending = (document.file_name or "").lower().rpartition(".")
    if not dot:
        return MediaKind.PHOTO if told else None
    return _ENDINGS.get(ending.strip())
