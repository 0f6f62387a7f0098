"""What a question is, and what an answer that could not be used is."""

from collections.abc import Callable
from dataclasses import dataclass, field

from intake.context import Context
from intake.model.messages import Reply
from intake.model.ticket import Draft


@dataclass(frozen=True, slots=True)
class Unclear:
    """The answer could not be used: the phrase that says why, with its values.

    `kept` is the draft with what the words say all the same; None = they say nothing.
    """

    hint: str
    values: dict[str, object] = field(default_factory=dict)
    kept: Draft | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One slot's question. `required`: two unclear answers do not make it "not known"."""

    slot: str
    ask: Callable[[Draft, Context], Reply]
    read: Callable[[Draft, Context], Draft | Unclear]
    empty: Callable[[Draft], bool]
    clear: Callable[[Draft], Draft]
    required: bool = False
