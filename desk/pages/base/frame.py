"""What stands around every page: who is logged in, and how much waits for somebody to take it."""

from dataclasses import dataclass

from desk.app import Desk
from desk.pages.base.session import Visit
from desk.tickets import notices
from desk.wording import Words
from desk.workflow.states import Role
from intake.city import CityProfile

_NOTICED = frozenset({Role.CENTRE, Role.UNIT, Role.LEADER})


@dataclass(frozen=True, slots=True)
class Frame:
    """The head of a page. `alerts` and `talks` count what nobody took, `notices` what nobody saw."""

    name: str
    role: str
    token: str
    sees_alerts: bool
    alerts: int
    talks: int
    notices: int
    sees_notices: bool
    manages: bool
    of_unit: bool

    @property
    def waiting(self) -> int:
        return self.alerts + self.talks


async def framed(desk: Desk, words: Words, visit: Visit) -> Frame:
    """The frame for this person; only the centre hears of alerts."""
    sees_alerts = visit.actor.role is Role.CENTRE
    waiting = await desk.waiting() if sees_alerts else None
    return Frame(
        name=visit.actor.name,
        role=_role(desk.city, words, visit),
        token=visit.token,
        sees_alerts=sees_alerts,
        alerts=waiting.alerts if waiting else 0,
        talks=waiting.handoffs if waiting else 0,
        notices=await _notices(desk, visit),
        sees_notices=visit.actor.role in _NOTICED,
        manages=sees_alerts,
        of_unit=visit.actor.role is Role.UNIT,
    )


async def _notices(desk: Desk, visit: Visit) -> int:
    async with desk.database.read() as tx:
        return await notices.count(tx, visit.actor)


def _role(city: CityProfile, words: Words, visit: Visit) -> str:
    return city.unit_name(visit.actor.unit) or words.say(f"role.{visit.actor.role}")
