"""What a message about a ticket says, in short: for channels that may send only forms.

The rule: the ticket's tail, the unit and the date, as in the message itself; nothing personal.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from intake.city import CityProfile
from intake.context import tail
from intake.model.status import StatusUpdate
from intake.model.survey import Survey
from intake.model.ticket import TicketView
from intake.phrases import say, unit_called

Facts = tuple[tuple[str, str], ...]
NONE: Facts = ()


def of_update(update: StatusUpdate, view: TicketView, city: CityProfile, language: str) -> Facts:
    """The facts of a backend's event; what it does not tell is left out."""
    due = update.due_at or view.due_at
    return _known(
        tail=tail(view.reference),
        status=say(city, language, f"fact.{update.type}"),
        unit=unit_called(city, update.unit or update.lead_unit or view.lead_unit, language),
        due=day(due, city, language),
        text=update.public_text or update.reason or "",
    )


def of_survey(survey: Survey, city: CityProfile, language: str) -> Facts:
    """The facts of an invitation to rate."""
    return _known(
        tail=tail(survey.reference),
        status=say(city, language, "fact.survey_requested"),
        unit=unit_called(city, survey.unit or None, language),
    )


def day(at: datetime | None, city: CityProfile, language: str) -> str:
    """A date as the citizen reads it, in the city's time; nothing for none."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(city.timezone))
    return say(city, language, "receipt.date", month=local.month, day=local.day)


def _known(**facts: str) -> Facts:
    return tuple((name, value) for name, value in facts.items() if value)
