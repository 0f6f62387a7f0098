"""What the service gathered before a step: all the facts the dialog may use beside the message."""

from dataclasses import dataclass

from intake.model.acts import ActReader, no_reader
from intake.model.conversation import Ids, Lookup, OwnData
from intake.model.reading import Reading
from intake.model.ticket import TicketView
from intake.understand.pair_weights import NOTHING_LEARNT, Rarity
from intake.understand.same_event import SimilarReport


@dataclass(frozen=True, slots=True)
class Situation:
    """What the service gathered before the step: all the facts `advance` may use."""

    ids: Ids
    language: str
    reading: Reading
    held_reading: Reading | None = None  # of the words set aside, when there are any
    tickets: tuple[TicketView, ...] = ()  # the citizen's own, newest first
    attachments: tuple[str, ...] = ()  # ids of the files this message brought
    lookup: Lookup | None = None
    looked_up: TicketView | None = None
    echoes: tuple[SimilarReport, ...] | None = ()
    """Other citizens' recent appeals that may be about the same; None: `crowd` asks for them."""
    rarity: Rarity = NOTHING_LEARNT
    """How much each pair of characters tells when they are compared."""
    own: OwnData | None = None  # when the citizen asks to see it
    act_reader: ActReader = no_reader
    """Asked about words in which the rules read no act."""
    code: str | None = None  # right, wrong or none: what became of a code that binds a phone
