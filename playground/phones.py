"""A phone on the page: what a platform's stand-in shows its citizen, and what they can do.

Both stand-ins (WeChat's and Telegram's) implement `Phone`; the page knows only this.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap under a bubble; `id` is what `tap` wants back."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One line of the chat. `side` is `citizen`, `bot` or `platform` (grey service notices).

