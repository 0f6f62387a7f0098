"""What the notice leaves to a second look: handler and contact, who reads, how long, which rights."""

from intake.context import Context


def text(context: Context) -> str:
    """All of it."""
    kept = context.city.retention
    return context.say(
        "notice.details",
        handler=handler(context),
        contact=context.city.handler.contact or context.city.hotline,
        recipients=_recipients(context),
        drafts=context.city.drafts.purge_days,
        media=kept.media_days,
        years=f"{kept.ticket_days / 365:.1f}".removesuffix(".0"),
    )


def handler(context: Context) -> str:
    """Who answers for the data; where the profile does not say so, the city's body that sorts the matters."""
    city = context.city
    if city.handler.name:
        return context.called(city.handler.name)
    name, body = context.called(city.name), context.unit(city.triage_unit)
    return body if body.startswith(name) else context.say("notice.body", body=body)


def _recipients(context: Context) -> str:
    """Whoever reads along beside the units; the hotline's platform at least."""
    named = [context.called(one) for one in context.city.handler.recipients]
    return context.say("list.comma").join(named or [context.say("notice.platform")])
