"""Whoever was in the middle of something when the release changed goes on where they were."""

from typing import Any

from pydantic import TypeAdapter

from app.privacy import erasure
from intake.model.messages import Address, ChannelName, Inbound, Reply
from storage.messages import attachments, conversations
from storage.surveys import surveys
from storage.tickets import query_codes, tickets
from tests.upgrade.conftest import Installation
from tests.upgrade.restoring import codes, lines, rows

INBOUND = TypeAdapter(Inbound)


NEW = {("notice", "details")}
"""What may be answered since, beside what could be before."""


UNDERSTOOD = {"今天连热水也没有了": "place"}
"""What the release before asked to be told again, and what is asked of it now."""


def shown(replies: tuple[Reply, ...]) -> list[Any]:
    """What was asked, and what may be answered."""
    return [
        [reply.step, [one for one in _options(reply) if (reply.step, one) not in NEW]] for reply in replies
    ]


def _options(reply: Reply) -> list[str]:
    return [choice.option for choice in reply.choices]


async def test_each_hears_next_what_the_release_before_would_have_said(house: Installation) -> None:
    unlike = {}
    for story in lines("stories"):
        inbound = INBOUND.validate_python(story["next"])
        replies = await house.service.receive(inbound)
        async with house.database.read() as tx:
            stored = await conversations.find(tx, inbound.address)
        asking = stored.conversation.asking if stored else None
        if asking == UNDERSTOOD.get(inbound.text):
            continue
        if (shown(replies), asking) != (story["answers"], story["asking"]):
            unlike[story["story"]] = (
                story["next"]["text"],
                (story["answers"], story["asking"], story["texts"]),
                (shown(replies), asking, [r.text[:40] for r in replies]),
            )
    assert unlike == {}


async def test_each_survey_that_was_asked_is_answered(house: Installation) -> None:
    """Three taps, wherever the citizen had stopped; the backend gets one result of each."""
    await house.drain()
    asked = [row for row in rows("surveys") if row["state"] == "asked"]
    users = {row["id"]: (row["channel"], row["user"]) for row in rows("conversations")}
    for row in asked:
        channel, user = users[row["conversation_id"]]
        await rates(house, Address(ChannelName(channel), user))
    house.clock.tick(hours=3)
    await house.drain()
    async with house.database.read() as tx:
        for row in asked:
            found = await surveys.of(tx, row["subject"], row["round"])
            assert found is not None
            assert found.state == "answered", row["subject"]
    results = [event for _, event, _ in house.backend.events if event["type"] == "survey_result"]
    assert len(results) >= len(asked)


async def rates(house: Installation, who: Address) -> None:
    words = ("评价", "1", "1", "1", "提交")
    for number, text in enumerate(words):
        async with house.database.read() as tx:
            stored = await conversations.find(tx, who)
        assert stored is not None
        if number and not stored.conversation.asking.startswith("survey:"):
            return
        await house.service.receive(Inbound(f"{who.user}:rates:{number}", who, house.clock(), text))


async def test_planned_surveys_are_asked_and_those_at_their_end_stay(house: Installation) -> None:
    for _ in range(40):
        await house.worker.survey_scheduler.once()
    async with house.database.read() as tx:
        for row in rows("surveys"):
            found = await surveys.of(tx, row["subject"], row["round"])
            assert found is not None
            if row["state"] == "planned":
                assert found.state == "asked"
            if row["state"] in ("answered", "refused", "no_answer", "unreachable", "stopped"):
                assert found.state == row["state"]


async def test_each_ticket_is_found_by_its_number_and_its_code(house: Installation) -> None:
    """Those, too, whose code was hashed with a secret that was replaced since."""
    assert len(codes()) >= 25
    for reference, code in codes().items():
        async with house.database.write() as tx:
            outcome, view = await query_codes.look_up(tx, reference, code, house.clock())
        assert (outcome.value, view and view.reference) == ("found", reference)


async def test_each_ticket_is_found_by_its_phone_and_its_backends_number(house: Installation) -> None:
    async with house.database.read() as tx:
        for row in rows("tickets"):
            found = await tickets.find(tx, reference=row["reference"])
            assert found is not None
            assert str(found.ticket.key) == row["key"]
            if row["hotline_ref"]:
                by_ref = await tickets.find(tx, hotline_ref=row["hotline_ref"])
                assert by_ref is not None
                assert by_ref.ticket.reference == row["reference"]
            if found.ticket.phone:
                same = await tickets.of_phone(tx, found.ticket.phone)
                assert row["reference"] in {one.ticket.reference for one in same}


async def test_whoever_is_to_be_erased_is(house: Installation) -> None:
    """Wherever they had stopped: who they are goes, what they were writing, and the tickets lose them."""
    people = [row["id"] for row in rows("conversations") if row["user"]]
    for number in people:
        async with house.database.write() as tx:
            stored = await conversations.lock_by_id(tx, number)
            assert stored is not None
            await erasure.erase(tx, stored, "operator", house.clock())
            await conversations.forget(tx, number, house.clock())
    async with house.database.read() as tx:
        for number in people:
            assert await conversations.by_id(tx, number) is None
            assert await attachments.unfiled(tx, number) == []
            for found in await tickets.of_conversation(tx, number):
                assert (found.ticket.name, found.ticket.phone) == (None, None)
