"""The citizen's own open tickets on what looks like the same matter."""

from intake.context import Context
from intake.model.status import ENDED
from intake.model.ticket import Draft, TicketView

SAME_WITHIN_DAYS = 30


def open_twins(draft: Draft, context: Context) -> tuple[TicketView, ...]:
    """All of them, newest first: of the same branch of categories, in the same area, not yet over."""
    if draft.category is None or draft.category.code == context.city.fallback_category:
        return ()
    branch, area = draft.category.code[:4], draft.place.area_code if draft.place else None
    return tuple(
        view
        for view in context.situation.tickets
        if (context.now - view.submitted_at).days < SAME_WITHIN_DAYS
        and (view.category_code[:4], view.area_code) == (branch, area)
        and view.status not in ENDED
    )
