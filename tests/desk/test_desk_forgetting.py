"""Erasing at the desk: who it was goes from every word, the matter and an honest history stay."""

from typing import Any

import pytest
from sqlalchemy import select, text, update

from desk.app import Desk
from desk.db.tables import alerts, callbacks, events, handoffs, messages, surveys, tickets
from desk.search import search
from desk.search.grams import grams
from desk.tickets import ticket_events
from desk.workflow.states import Actor, Role
from hotline.contract import Callback
from storage.db.sealed import Tx, keyring, seal, unseal

CENTRE = Actor(Role.CENTRE, "wang")
NAME, PHONE, OTHER = "王芳", "13900000000", "13711112222"
WORDS = f"{NAME}说的，电话{PHONE}"


@pytest.fixture
async def told(desk: Desk, caller: Any, document: dict[str, Any]) -> str:
    """A ticket whose citizen is named in every place there is."""
    person = document["person"] | {"name": NAME, "phone": PHONE}
    said = {
        "content": f"井盖坏了，{WORDS}",
        "title": f"关于{NAME}反映井盖的问题",
        "expectation": f"回电{PHONE}",
    }
    place = {
        "text": f"新华路15号，找{NAME}",
        "area_code": None,
        "lat": 39.77,
        "lng": 98.28,
        "coord_sys": "WGS84",
    }
    labels = [f"找{NAME}", "三号楼"]
    ref = await caller.file(document | said | {"person": person, "place": place, "labels": labels})
    await desk.act(ref, "accept", CENTRE, 1)
    await caller.tell(ref, "supplement", text=f"{WORDS}，或{OTHER}")
    return str(ref)


async def words_of(tx: Tx) -> str:
    """All that is sealed at the desk, opened."""
    columns = (
        *(tickets.c.document_sealed, tickets.c.texts_sealed, events.c.detail_sealed),
        *(surveys.c.words_sealed, messages.c.body_sealed, handoffs.c.reach_sealed, alerts.c.body_sealed),
    )
    found = []
    for column in columns:
        rows = await tx.execute(select(column))
        found += [str(unseal(tx, dict[str, Any], sealed)) for (sealed,) in rows]
    return "\n".join(found)


async def test_who_it_was_is_in_no_word_any_more(desk: Desk, caller: Any, told: str) -> None:
    async with desk.database.read() as tx:
        kept = await words_of(tx)
    assert not [one for one in (NAME, PHONE, OTHER) if one not in kept]
    await caller.tell(told, "erase")
    async with desk.database.read() as tx:
        left = await words_of(tx)
    assert not [one for one in (NAME, PHONE, OTHER) if one in left]
    ticket = await desk.ticket(told, CENTRE)
    assert "井盖坏了" in ticket.document.content
    assert "新华路15号" in ticket.document.place.text


async def test_a_pin_may_be_a_home_and_goes_and_labels_are_words_like_any_other(
    desk: Desk, caller: Any, told: str
) -> None:
    await caller.tell(told, "erase")
    document = (await desk.ticket(told, CENTRE)).document
    assert (document.place.lat, document.place.lng, document.place.coord_sys) == (None, None, None)
    assert [NAME in label for label in document.labels] == [False, False]
    assert "三号楼" in document.labels


async def told_to_the_front_door(tx: Tx) -> str:
    rows = await tx.execute(select(callbacks.c.body_sealed))
    return "\n".join(str(unseal(tx, Callback, sealed).wire()) for (sealed,) in rows)


async def test_what_the_front_door_was_told_or_has_still_to_hear_names_nobody(
    desk: Desk, caller: Any, told: str
) -> None:
    other = await caller.file(
        {**(await document_of(desk, told)), "idempotency_key": "k8", "reference": "WX8"}
    )
    await desk.act(other, "request_info", CENTRE, 1, public_text=f"{NAME}您好，是哪个井盖？")
    async with desk.database.read() as tx:
        assert NAME in await told_to_the_front_door(tx)
        before = {row.event_id for row in await tx.execute(select(callbacks.c.event_id))}
    await caller.tell(other, "erase")
    async with desk.database.read() as tx:
        assert NAME not in await told_to_the_front_door(tx)
        after = {row.event_id for row in await tx.execute(select(callbacks.c.event_id))}
    assert before <= after


async def test_staffs_words_to_a_citizen_who_is_gone_are_told_to_nobody(desk: Desk, caller: Any) -> None:
    await talk(caller)
    await desk.say("WX-7", f"{NAME}您好", CENTRE)
    wish = {"event_id": "f1", "type": "erase", "at": "2023-04-26T09:40:00+08:00", "conversation": "WX-7"}
    await caller.post("/events", wish, "f1")
    async with desk.database.read() as tx:
        assert NAME not in await told_to_the_front_door(tx)


async def in_the_index(tx: Tx) -> str:
    """All that the search index holds, as it is stored."""
    table = "deskwords_data" if tx.dialect.name == "sqlite" else "deskwords"
    rows = await tx.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
    return "\n".join(
        one.decode("latin-1") if isinstance(one, bytes) else str(one) for row in rows for one in row
    )


async def test_the_search_index_keeps_nothing_of_the_name(desk: Desk, caller: Any, told: str) -> None:
    async with desk.database.read() as tx:
        marks = [search.blind(keyring(tx), piece)[2:] for piece in grams(PHONE)]
        held = await in_the_index(tx)
        assert [mark for mark in marks if mark in held], "we look at the right bytes"
    await caller.tell(told, "erase")
    async with desk.database.read() as tx:
        held = await in_the_index(tx)
    assert [mark for mark in marks if mark in held] == []


async def test_a_voice_goes_and_a_photo_of_the_matter_stays(
    desk: Desk, caller: Any, document: dict[str, Any]
) -> None:
    photo, voice = (
        {"kind": kind, "sha256": sign * 64, "media_type": "x/y", "size": 1, "url": f"http://us.test/{sign}"}
        for kind, sign in (("photo", "a"), ("voice", "b"))
    )
    ref = await caller.file(document | {"attachments": [photo, voice]})
    await caller.tell(ref, "supplement", text="这里", attachments=[photo, voice])
    await caller.tell(ref, "erase")
    ticket = await desk.ticket(ref, CENTRE)
    assert [part.kind for part in ticket.document.attachments] == ["photo"]
    async with desk.database.read() as tx:
        assert "b" * 64 not in await words_of(tx)
        assert await ticket_events.broken_at(tx, ticket) is None


async def test_the_history_still_holds_and_shows_what_was_done(desk: Desk, caller: Any, told: str) -> None:
    await caller.tell(told, "erase")
    ticket = await desk.ticket(told, CENTRE)
    async with desk.database.read() as tx:
        assert await ticket_events.broken_at(tx, ticket) is None
        history = await ticket_events.history(tx, ticket.id)
    assert [event.action for event in history] == ["submit", "accept", "supplement", "erase"]
    assert list(history[-1].detail["covers"]) == ["3"]


async def test_words_changed_after_the_erasure_still_show(desk: Desk, caller: Any, told: str) -> None:
    await caller.tell(told, "erase")
    ticket = await desk.ticket(told, CENTRE)
    async with desk.database.write() as tx:
        forged = seal(tx, dict[str, Any], {"text": "nothing was said", "salt": "1"})
        await tx.execute(update(events).where(events.c.seq == 3).values(detail_sealed=forged))
        assert await ticket_events.broken_at(tx, ticket) == 3


async def test_twice_is_as_once(desk: Desk, caller: Any, told: str) -> None:
    await caller.tell(told, "erase")
    await caller.tell(told, "erase")
    ticket = await desk.ticket(told, CENTRE)
    async with desk.database.read() as tx:
        assert await ticket_events.broken_at(tx, ticket) is None
        assert "covers" not in (await ticket_events.history(tx, ticket.id))[-1].detail


async def talk(caller: Any, conversation: str = "WX-7") -> None:
    event = {"event_id": f"h{conversation}", "type": "handoff", "at": "2023-04-26T09:31:00+08:00"}
    event |= {"conversation": conversation, "text": WORDS, "phone": PHONE}
    assert (await caller.post("/events", event, event["event_id"])).status_code == 200
    event |= {"event_id": f"a{conversation}", "type": "alert", "kind": "gas", "reach": PHONE}
    assert (await caller.post("/events", event, event["event_id"])).status_code == 200


async def test_a_talk_and_its_alerts_are_forgotten_on_the_front_doors_word(desk: Desk, caller: Any) -> None:
    await talk(caller)
    await talk(caller, "WX-8")
    wish = {"event_id": "f1", "type": "erase", "at": "2023-04-26T09:40:00+08:00", "conversation": "WX-7"}
    assert (await caller.post("/events", wish, "f1")).json()["result"] == "done"
    assert (await caller.post("/events", wish, "f1")).json()["result"] == "repeat"
    assert [one.conversation for one in await desk.handoffs()] == ["WX-8"]
    texts = {one.conversation: one.text for one in await desk.alerts()}
    assert texts == {"WX-7": None, "WX-8": WORDS}


async def test_an_erasure_that_names_no_conversation_is_refused(caller: Any) -> None:
    wish = {"event_id": "f1", "type": "erase", "at": "2023-04-26T09:40:00+08:00"}
    assert (await caller.post("/events", wish, "f1")).status_code == 422


async def test_talks_and_alerts_end_with_their_term(desk: Desk, caller: Any, clock: Any) -> None:
    await talk(caller)
    clock.on(days=desk.city.retention.talk_days - 1)
    await desk.tidy()
    async with desk.database.read() as tx:
        assert WORDS in await words_of(tx)
    clock.on(days=2)
    await desk.tidy()
    async with desk.database.read() as tx:
        assert PHONE not in await words_of(tx)
    assert len(await desk.alerts()) == 1, "what nobody took goes on ringing"


async def test_a_matter_at_its_end_loses_its_citizen_after_the_term(
    desk: Desk, caller: Any, told: str, clock: Any
) -> None:
    other = await caller.file(
        {**(await document_of(desk, told)), "idempotency_key": "k9", "reference": "WX9"}
    )
    async with desk.database.write() as tx:
        await tx.execute(update(tickets).where(tickets.c.hotline_ref == told).values(state="closed"))
    clock.on(days=desk.city.retention.ticket_days + 1)
    await desk.tidy()
    assert (await desk.ticket(told, CENTRE)).document.person.phone is None
    assert (await desk.ticket(other, CENTRE)).document.person.phone == PHONE, "it is still open"
    async with desk.database.read() as tx:
        history = await ticket_events.history(tx, (await desk.ticket(told, CENTRE)).id)
    assert (history[-1].action, history[-1].name) == ("erase", "system")


async def document_of(desk: Desk, ref: str) -> dict[str, Any]:
    return dict((await desk.ticket(ref, CENTRE)).document.model_dump(mode="json"))
