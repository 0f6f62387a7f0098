"""The queue's filters as they stand in its address: read leniently, written back in one order."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from desk.tickets.filters import LIGHTS, TicketFilters
from desk.workflow.states import Actor, Role, State
from intake.city import CityProfile

_URGENCIES = ("normal", "urgent", "critical")


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What was chosen; "" and False: everything. `mine`: led by the person's own unit."""

    unit: str = ""
    light: str = ""
    urgency: str = ""
    supervised: bool = False
    mine: bool = False

    @property
    def any(self) -> bool:
        return self != QueueFilters()

    def sieve(
        self, states: frozenset[State] | None, actor: Actor, *, requests: bool = False
    ) -> TicketFilters:
        """The filters together with the chosen states."""
        return TicketFilters(
            states=states,
            unit=self.unit or None,
            lead=actor.unit if self.mine and actor.role is Role.UNIT else None,
            light=self.light or None,
            urgency=self.urgency or None,
            supervised=self.supervised,
            requests=requests,
        )

    def address(self, state: str) -> str:
        """The address's query for another state with the same filters."""
        given = {
            "unit": self.unit,
            "light": self.light,
            "urgency": self.urgency,
            "supervised": "1" if self.supervised else "",
            "mine": "1" if self.mine else "",
        }
        return urlencode({"state": state} | {name: value for name, value in given.items() if value})


def read_filters(query: Mapping[str, str], city: CityProfile) -> QueueFilters:
    """The filters in an address; what is none of ours is left out."""

    def one_of(name: str, known: object) -> str:
        value = query.get(name, "")
        return value if isinstance(known, (tuple, Mapping)) and value in known else ""

    return QueueFilters(
        unit=one_of("unit", city.units),
        light=one_of("light", LIGHTS),
        urgency=one_of("urgency", _URGENCIES),
        supervised=query.get("supervised") == "1",
        mine=query.get("mine") == "1",
    )


def tidy(query: str, city: CityProfile, states: tuple[str, ...]) -> str:
    """An address's query with nothing in it but one of these states and filters we know."""
    try:
        given = dict(parse_qsl(query, max_num_fields=20))
    except ValueError:
        given = {}
    chosen = given.get("state", "")
    return read_filters(given, city).address(chosen if chosen in states else states[0])
