"""A reply as the city's app shows it: its text, and a button for each choice."""

from typing import Any

from intake.model.messages import FLOW, Reply


def shown(reply: Reply) -> dict[str, Any]:
    """One message in JSON."""
    buttons = [
        {"label": choice.label, "pressed": {"flow": FLOW, "step": reply.step, "option": choice.option}}
        for choice in reply.choices
    ]
    return {"text": reply.text, "buttons": buttons}
