"""The same questions over the wire: `jiesu replay` of recorded complaints through WeChat's own protocol.

Confirmations aside, the issue's goal is two questions after the first message, for place and contact.
"""

import asyncio
import logging
from collections.abc import Iterator

from app.base.logs import set_up
from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from cli.integrator.replay import replay_rows
from intake.model.messages import ChannelName
from playground.replay.rows import read_rows

COMPLAINTS = 1_000


def goals(asked: Asked) -> Iterator[Goal]:
    """In a temporary database against the stand-ins; minutes."""
    assert asked.stream is not None
    set_up(level=logging.ERROR)  # thousands of turns would bury the table
    rows = read_rows(asked.stream, COMPLAINTS)
    found = asyncio.run(replay_rows(rows, ChannelName.WECHAT, lambda _: None))
    yield Goal(
        f"questions a ticket of {found.conversations:,}, median", 2, found.questions_median, at_most=True
    )
    yield Goal("questions a ticket, nine in ten", None, found.questions_p90)
    yield Goal("slots filled without asking", None, found.filled_overall)
    for slot, share in found.filled_from_first.items():
        yield Goal(f"{slot} filled without asking", None, share)
    yield Goal("tickets lost", 0, found.lost, at_most=True)
    yield Goal("tickets doubled", 0, found.doubled, at_most=True)
    yield Goal("stopped by a danger", None, found.safety_stops)
    yield Goal("a turn, median", None, found.turn_median * 1000, " ms")


SECTION = Section("replay", "Questions in a replay", goals, needs=("stream",))
