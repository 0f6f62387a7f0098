"""Which ways lead to a citizen now, best first: a message, a notification they allowed, a form.

The rule: a message says everything and costs one of few; what it cannot bring, a template announces;
what neither brings is kept for the citizen's next contact (`NotNow`). The decision is pure; what it
rests on is the `QuotaStore`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from intake.city import Template
from intake.model.messages import Address


class MessageType(StrEnum):
    """A way to write to a citizen. The value names the right in notes about the account."""

    MESSAGE = "message"  # customer-service message
    SUBSCRIPTION = "subscription"  # notification the citizen allowed, once or for good
    TEMPLATE = "template"  # template message of the account's categories


@dataclass(frozen=True, slots=True)
class SendWay:
    """One try. `template` is None for a message."""

    message_type: MessageType
    template: Template | None = None


@dataclass(frozen=True, slots=True)
class SendRights:
    """What may be sent to one citizen: messages left, templates they allow, rights the account lacks."""

    left: int = 0
    allowed: frozenset[str] = frozenset()
    lacks: frozenset[MessageType] = frozenset()


class QuotaStore(Protocol):
    """What is known of what may be sent. All of it raises Unavailable without a database."""

    async def standing(self, address: Address) -> SendRights:
        """What may be sent to this citizen now."""
        ...

    async def spend(self, address: Address) -> str | None:
        """Take one message of the budget; which one, None if there is none."""
        ...

    async def give_back(self, address: Address, trigger: str) -> None:
        """The message paid for from this budget never left."""
        ...

    async def close(self, address: Address) -> None:
        """WeChat takes no message for this citizen until they act again."""
        ...

    async def use(self, address: Address, template: str) -> None:
        """A permission that was for one time is used."""
        ...

    async def withdraw(self, address: Address, template: str) -> None:
        """The citizen does not allow this template."""
        ...

    async def lacks(self, address: Address, message_type: MessageType, errcode: int) -> None:
        """The account has no right to messages of this type, whoever they are for."""
        ...


def steps(standing: SendRights, pieces: int, templates: Sequence[Template]) -> tuple[SendWay, ...]:
    """What to try, in order, for a text of so many messages; empty = nothing leads to them now.

    A text goes whole or not at all: half of it would come a second time with the next contact.
    """
    found = [SendWay(MessageType.MESSAGE)] if 0 < pieces <= standing.left else []
    found += [
        SendWay(MessageType.SUBSCRIPTION, t)
        for t in templates
        if t.by_permission and t.id in standing.allowed
    ]
    found += [SendWay(MessageType.TEMPLATE, t) for t in templates if not t.by_permission]
    return tuple(step for step in found if step.message_type not in standing.lacks)
