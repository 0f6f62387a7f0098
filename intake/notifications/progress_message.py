"""A backend's event in plain words for the citizen: unit and the ticket's tail only, nothing personal."""

from intake.city import CityProfile
from intake.context import tail
from intake.model.messages import Choice, Reply
from intake.model.status import Standing, Status, StatusUpdate, adds_words
from intake.model.ticket import TicketView
from intake.notifications.template_fields import day
from intake.phrases import say, unit_called

SILENT = frozenset({"survey_requested", "message"})
_WITH_DATE = frozenset({"extended", "committed"})
_WITH_REASON = frozenset({"closed", "rework"})


def news(
    update: StatusUpdate, view: TicketView, city: CityProfile, language: str, *, rated: bool = False
) -> Reply | None:
    """The message for one allowed event; None where the citizen hears of it in another way.

    `rated`: a new round follows what the citizen said of the last one.
    """
    if update.type in SILENT:
        return None
    unit_id = update.unit or update.lead_unit or view.lead_unit
    unit = unit_called(city, unit_id, language) or say(city, language, "news.no_unit")
    lead = unit_called(city, update.lead_unit or view.lead_unit, language) or unit
    text = say(
        city,
        language,
        f"news.{_kind(update, view, rated=rated)}",
        tail=tail(view.reference),
        unit=unit,
        lead=lead,
        text=update.public_text or say(city, language, "news.no_text"),
        reason=update.reason or update.public_text or say(city, language, "news.no_reason"),
        channel=update.redirect_channel or city.hotline,
        due=day(update.due_at or view.due_at, city, language),
    )
    return Reply(
        text + _more(update, city, language), _choices(update, city, language), step="menu", durable=True
    )


def rejected(reference: str, city: CityProfile, language: str) -> Reply:
    """The backend refused the document itself: the citizen is told that people see to it."""
    return Reply(say(city, language, "news.rejected", tail=tail(reference)), durable=True)


def person_says(text: str, city: CityProfile, language: str) -> Reply:
    """A person at the desk writes to the citizen."""
    return Reply(say(city, language, "person.message", text=text), durable=True)


def _kind(update: StatusUpdate, view: TicketView, *, rated: bool) -> str:
    """An end and a new round that come with a reason are told with it; no date is told as none."""
    if update.type in _WITH_DATE and not (update.due_at or view.due_at):
        return f"{update.type}_undated"
    if update.type == "accepted" and view.status == Status.MERGED:
        return "accepted_alone"
    if update.public_text and adds_words(Standing(Status(view.status), public_text=view.public_text), update):
        return "words_later"
    if update.type == "contacted" and update.public_text:
        return "contacted_told"
    if update.type in _WITH_REASON and update.reason:
        return f"{update.type}_why"
    return "rework_rated" if update.type == "rework" and rated else update.type


def _more(update: StatusUpdate, city: CityProfile, language: str) -> str:
    if update.type not in ("dispatched", "reassigned", "rework"):
        return ""
    more = ""
    if update.co_units:
        names = say(city, language, "list.comma").join(
            unit_called(city, unit, language) for unit in update.co_units
        )
        more += say(city, language, "news.co", co=names)
    if update.due_at:
        more += say(city, language, "news.due", due=day(update.due_at, city, language))
    return more


def _choices(update: StatusUpdate, city: CityProfile, language: str) -> tuple[Choice, ...]:
    if update.type == "need_info":
        return (Choice("supplement", say(city, language, "menu.supplement")),)
    return ()
