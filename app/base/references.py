"""Numbers a citizen keeps (reference, query code), and what a backend calls their conversation.

Chance and clock come in as arguments.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from intake.model.channels import traits_of
from intake.model.conversation import Ids
from storage.messages.conversations import StoredConversation

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without the characters people mistake for one another."""


def fresh(code: str, now: datetime, zone: str, below: Callable[[int], int] = secrets.randbelow) -> Ids:
    """Identifiers for a ticket that may be filed now: `WX230426093015004`, a uuid, six characters.

    The last three digits are drawn, not counted: a clash in the same second shows in the
    database, and the service draws again.
    """
    local = now.astimezone(ZoneInfo(zone))
    reference = f"{code}{local:%y%m%d%H%M%S}{below(1000):03d}"
    query_code = "".join(ALPHABET[below(len(ALPHABET))] for _ in range(6))
    return Ids(reference, _uuid(below), query_code)


def conversation_name(stored: StoredConversation) -> str:
    """What the backend calls this conversation; says nothing about who it is."""
    return f"{traits_of(stored.address.channel).code}-{stored.id}"


def _uuid(below: Callable[[int], int]) -> UUID:
    return uuid4() if below is secrets.randbelow else UUID(int=below(2**128), version=4)
