"""aiogram's errors as ours, which say what to do next.

The rule: nothing of a request stands in a reason, for its address holds the token; and the causes
are cut off (`from None`), for their texts do too.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError, InvalidURL

from intake.model.ports import Paused, Rejected, Unavailable, Unreachable, Unsure

_NEVER_LEFT = (ClientConnectorError, ConnectionTimeoutError, InvalidURL)
"""No connection was made, so nothing can have been carried out."""

TOKEN_REFUSED = 60.0
"""Seconds. A refused token is an operator's mistake: what waits must outlive it."""


LONGEST_PAUSE = 3600.0
"""Seconds, however long Telegram asks for: somebody waits at the end of every message."""

_NO_SUCH_CHAT = re.compile(
    r"(?<!button[ _])(chat|user|peer)[ _](id[ _])?(is[ _])?(not[ _]found|invalid|deactivated|deleted)"
    r"|(is[ _]|was[ _])blocked|chat[ _]write[ _]forbidden|(can't|cannot) initiate"
    r"|no rights to send",
    re.IGNORECASE,
)
"""What judges the chat, not the message: a deleted account is told by 400 too."""


@contextmanager
def ours() -> Iterator[None]:
    """Turns what aiogram and its HTTP client raise into the errors of `intake.model.ports`."""
    try:
        yield
    except AiogramError as error:
        raise translated(error) from None
    except TimeoutError:
        raise Unsure("Telegram did not answer in time") from None
    except ClientError as error:
        raise _broken_line(error) from None


@contextmanager
def asking() -> Iterator[None]:
    """The same for what may always be asked again: nothing stays unsure."""
    try:
        with ours():
            yield
    except Unsure as error:
        raise Unavailable(error.reason) from None


def translated(error: AiogramError) -> Exception:  # noqa: PLR0911  one line per kind of error
    """Our error for one of aiogram's."""
    match error:
        case TelegramRetryAfter():
            return Paused("Telegram asks us to wait", wanted_pause(error))
        case TelegramForbiddenError():
            return Unreachable(_said(error))
        case TelegramBadRequest() | TelegramMigrateToChat() | TelegramEntityTooLarge():
            return _judged(error)
        case TelegramUnauthorizedError() | TelegramNotFound():
            return Unavailable("Telegram does not know our token", TOKEN_REFUSED)
        case TelegramConflictError():
            return Unavailable("another process reads this bot's messages")
        case TelegramNetworkError():
            return _broken_line(error.__cause__)
        case TelegramAPIError():
            return Unavailable(_said(error))
        case ClientDecodeError():
            return Unsure("Telegram's answer could not be read")
        case _:
            return Unsure(type(error).__name__)


def _judged(error: TelegramAPIError) -> Rejected:
    """What was said of the chat, or of the message."""
    return Unreachable(_said(error)) if _NO_SUCH_CHAT.search(error.message) else Rejected(_said(error))


def wanted_pause(error: TelegramRetryAfter) -> float:
    """Seconds to wait, as far as we do."""
    return min(float(error.retry_after), LONGEST_PAUSE)


def _broken_line(cause: BaseException | None) -> Unavailable | Unsure:
    name = type(cause).__name__
    if isinstance(cause, _NEVER_LEFT):
        return Unavailable(f"Telegram cannot be reached ({name})")
    return Unsure(f"the line to Telegram broke ({name})")


def _said(error: TelegramAPIError) -> str:
    """Telegram's own words, shortened; aiogram's additions (which name the chat) are left out."""
    said = error.message.rpartition("Original description: ")[2]
    return f"Telegram says: {said[:200]}"
