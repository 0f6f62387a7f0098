"""The draft's category, judged by the whole story so far whenever that has grown.

What the citizen chose, or a QR code names, stays.
"""

from dataclasses import replace

from intake.city import CityProfile
from intake.model.ticket import Draft
from intake.understand.categories.judge import MOST, judged


def sorted_by_story(draft: Draft, city: CityProfile) -> Draft:
    """The draft as its words are judged by a trained model; without one, as it was."""
    if city.judge is None or not draft.content or _settled(draft):
        return draft
    found = judged(draft.content, city)
    return replace(draft, category=found.category, likely=found.likely)


def _settled(draft: Draft) -> bool:
    return draft.category is not None and (draft.scanned or draft.category.confidence > MOST)
