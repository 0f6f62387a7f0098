"""A sealed ticket shows what is on a list: what must not be seen, by whom and where; what still is."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import Field
from sqlalchemy import insert, select, text

from desk.app import Desk
from desk.db.tables import index_anew
from desk.open311 import request_view
from desk.search import search
from desk.statistics import satisfaction
from desk.tickets import confidentiality, store
from desk.workflow.states import Actor, Result, Role
from hotline.contract import PersonPart, PlacePart, TicketDocument

CENTRE = Actor(Role.CENTRE, "wang")
HOUSING = Actor(Role.UNIT, "li", "housing")
AUDITOR = Actor(Role.AUDITOR, "xu")
OTHERS = (CENTRE, HOUSING, AUDITOR, Actor(Role.LEADER, "sun"), Actor(Role.CALLBACK, "he"))
VOICE, FILM, PAPER, PHOTO = ("b" * 64, "c" * 64, "d" * 64, "e" * 64)
SECRETS = (
    "502",
    "3单元",
    "12号楼",
    "王建国",
    "13900001111",
    "老王家",
    "值夜班",
    "39.77",
    "98.27",
    "old_employee",
)
HIDDEN = (*SECRETS, "WX230401000000001", VOICE, FILM, PAPER)


def file_part(kind: str, sha256: str, media_type: str) -> dict[str, Any]:
    url = f"http://front.door/attachments/{sha256}?expires=1"
    return {"kind": kind, "sha256": sha256, "media_type": media_type, "size": 10, "url": url}


@pytest.fixture
def told(document: dict[str, Any]) -> dict[str, Any]:
    """What a whistle-blower tells."""
    return document | {
        "appeal_type": "JB",
        "title": "关于市民举报新华南路12号楼3单元502室楼下锅炉房倒卖燃煤的问题",
        "content": "锅炉房夜里倒卖燃煤，我住12号楼3单元502室，就在老王家门口看得见。",
        "expectation": "请查处，王建国 13900001111，请保密",
        "subject": "锅炉房班长",
        "occurred": {"text": "上周三我在502值夜班时", "at": "2023-04-19T23:00:00+08:00", "ongoing": True},
        "place": {
            "text": "新华南路12号楼3单元502室，老王家",
            "area_code": "620201",
            "lat": 39.7712345,
            "lng": 98.2712345,
            "coord_sys": "WGS84",
        },
        "person": {"kind": "individual", "name": "王建国", "phone": "13900001111", "confidential": False},
        "attachments": [
            file_part("voice", VOICE, "audio/amr"),
            file_part("video", FILM, "video/mp4"),
            file_part("document", PAPER, "application/pdf"),
            file_part("photo", PHOTO, "image/jpeg"),
        ],
        "related_to": "WX230401000000001",
        "labels": ["old_employee"],
    }


SEALED = (
    {},
    {"person": {"kind": "anonymous", "anonymous": True}},
    {
        "appeal_type": "TS",
        "person": {"kind": "individual", "name": "王建国", "phone": "13900001111", "confidential": True},
    },
)


@pytest.fixture
async def dispatched(caller: Any, walk: Any, told: dict[str, Any]) -> str:
    """The report, at the unit that looks into it."""
    hotline_ref: str = await caller.file(told)
    await walk(hotline_ref)("accept")
    await walk(hotline_ref)("dispatch", lead_unit="housing")
    return hotline_ref


def everything(ticket: Any, events: Any = ()) -> str:
    """All that a page, an answer or an export could take from it."""
    life = {name: str(getattr(ticket.life, name)) for name in type(ticket.life).__dataclass_fields__}
    history = [event.detail for event in events]
    return ticket.document.model_dump_json() + json.dumps([life, history], ensure_ascii=False, default=str)


@pytest.mark.parametrize("actor", OTHERS)
@pytest.mark.parametrize("kind", SEALED)
async def test_nothing_that_tells_who_it_was_leaves_the_seal(
    desk: Desk, caller: Any, walk: Any, told: dict[str, Any], kind: dict[str, Any], actor: Actor
) -> None:
    hotline_ref = await caller.file(told | kind)
    await walk(hotline_ref)("accept")
    await walk(hotline_ref)("dispatch", lead_unit="housing")
    await caller.tell(
        hotline_ref,
        "supplement",
        text="还是502，我住3单元",
        attachments=[file_part("voice", VOICE, "audio/ogg"), file_part("photo", PHOTO, "image/png")],
    )
    ticket = await desk.ticket(hotline_ref, actor)
    seen = everything(ticket, await desk.events(ticket))
    assert [secret for secret in HIDDEN if secret in seen] == []
    listed = "".join(everything(one) for one in await desk.queue(actor))
    assert [secret for secret in HIDDEN if secret in listed] == []


async def test_a_field_of_tomorrow_is_hidden_until_it_is_put_on_the_list(desk: Desk, dispatched: str) -> None:
    class Place(PlacePart):
        floor: str | None = None

    class Person(PersonPart):
        employer: str = "nobody"

    class Document(TicketDocument):
        witness: str | None = None
        neighbours: tuple[str, ...] = Field(default_factory=tuple)
        alibi: str
        place: Place | None = None
        person: Person

    async with desk.database.read() as tx:
        whole = await store.load(tx, dispatched)
    assert whole is not None
    new = whole.document.model_dump() | {"witness": "SECRET", "neighbours": ("SECRET",), "alibi": "SECRET"}
    new["place"] |= {"floor": "SECRET"}
    new["person"] |= {"employer": "SECRET"}
    ticket = replace(whole, document=Document.model_validate(new))
    assert "SECRET" not in confidentiality.closed(ticket).document.model_dump_json()
    assert "SECRET" in confidentiality.closed(ticket, opened=True).document.model_dump_json()


async def test_a_detail_of_tomorrow_is_hidden_too(desk: Desk, dispatched: str) -> None:
    ticket = await desk.ticket(dispatched, CENTRE)
    [event, *_] = await desk.events(ticket)
    later = replace(event, detail={"text": "fine", "said_by_whom": "SECRET", "result": {"voice": "SECRET"}})
    [seen] = confidentiality.events_as_seen((later,), ticket.document)
    assert seen.detail == {"text": "fine", "result": {}}


@pytest.mark.parametrize("actor", OTHERS)
@pytest.mark.parametrize("query", ["502", "3单元", "12号楼", "老王家", "王建国", "13900001111", "1390"])
async def test_nobody_finds_it_by_what_is_sealed(
    desk: Desk, dispatched: str, actor: Actor, query: str
) -> None:
    async with desk.database.read() as tx:
        assert await search.find(tx, actor, query) == ()


async def test_sealed_words_do_not_stand_in_the_index(desk: Desk, dispatched: str, keyring: Any) -> None:
    async with desk.database.read() as tx:
        entries = (await tx.execute(text("SELECT grams FROM deskwords"))).scalar_one()
    assert search.blind(keyring, "锅炉") in entries
    for piece in ("502", "单元", "王建", "建国", "1390", "老王"):
        assert search.blind(keyring, piece) not in entries, piece


async def test_an_entry_of_an_earlier_release_is_made_anew(desk: Desk, dispatched: str, keyring: Any) -> None:
    async with desk.database.write() as tx:
        whole = await store.load(tx, dispatched)
        assert whole is not None
        old = search.marks(keyring, whole.id, search.words_of(whole.document), ())
        if tx.dialect.name == "postgresql":
            entered = "UPDATE deskwords SET grams = array_to_tsvector(string_to_array(:old, ' '))"
        else:
            entered = "UPDATE deskwords SET grams = :old"
        await tx.execute(text(entered), {"old": " ".join(old)})
        await tx.execute(insert(index_anew).values(ticket_id=whole.id))
    await desk.tidy()
    async with desk.database.read() as tx:
        entries = (await tx.execute(text("SELECT grams FROM deskwords"))).scalar_one()
        assert (await tx.execute(select(index_anew))).all() == []
    assert search.blind(keyring, "502") not in entries


async def test_a_client_with_a_key_is_told_no_more(desk: Desk, dispatched: str) -> None:
    async with desk.database.read() as tx:
        whole = await store.load(tx, dispatched)
    assert whole is not None
    told = request_view.request(whole, desk.city, known=True, media_url=lambda part: part.url)
    assert [secret for secret in HIDDEN if secret in json.dumps(told, ensure_ascii=False, default=str)] == []
    assert (told["lat"], told["long"], told["address"]) == (None, None, "新华南路")


async def test_what_they_say_of_the_answer_tells_no_door_in_the_figures(
    desk: Desk, walk: Any, dispatched: str
) -> None:
    said = Result(True, 1, True, "no", "dissatisfied", comment="502楼下还在卖，我住12号楼3单元")
    async with desk.database.write() as tx:
        whole = await store.load(tx, dispatched)
        assert whole is not None
        await store.add_survey(tx, whole.id, said, 1, desk.clock(), late=False)
        found = await satisfaction._words(tx, [1])
    words = str(found)
    assert "还在卖" in words
    assert [secret for secret in SECRETS if secret in words] == []


# --- what everybody needs for the work


async def test_the_unit_knows_what_it_is_about_and_where_to_go(desk: Desk, dispatched: str) -> None:
    document = (await desk.ticket(dispatched, HOUSING)).document
    assert "锅炉房夜里倒卖燃煤" in document.content
    assert "锅炉房" in document.title
    assert document.subject == "锅炉房班长"
    assert document.place is not None
    assert (document.place.text, document.place.area_code) == ("新华南路", "620201")
    assert document.occurred is not None
    assert document.occurred.at is not None
    assert document.occurred.ongoing
    assert [part.sha256 for part in document.attachments] == [PHOTO]
    async with desk.database.read() as tx:
        for query in ("倒卖燃煤", "新华南路", "锅炉房"):
            assert len(await search.find(tx, HOUSING, query)) == 1


@pytest.mark.parametrize("actor", OTHERS)
async def test_every_role_reads_the_matter_its_state_and_its_units(
    desk: Desk, dispatched: str, actor: Actor
) -> None:
    ticket = await desk.ticket(dispatched, actor)
    assert ticket.life.lead_unit == "housing"
    assert ticket.document.category.code == "0301"
    assert ticket.document.appeal_type == "JB"
    assert "倒卖燃煤" in ticket.document.content
    assert [event.action for event in await desk.events(ticket)] == ["submit", "accept", "dispatch"]


async def test_whoever_opens_it_sees_all_and_it_stands_in_the_history(
    desk: Desk, walk: Any, caller: Any, dispatched: str, told: dict[str, Any]
) -> None:
    await caller.tell(dispatched, "supplement", attachments=[file_part("voice", VOICE, "audio/ogg")])
    await walk(dispatched)("unseal", CENTRE, reason="回访核实")
    ticket = await desk.ticket(dispatched, CENTRE)
    assert ticket.document == TicketDocument.model_validate(told)
    events = await desk.events(ticket)
    assert VOICE in str(events[-2].detail)
    assert (events[-1].action, events[-1].name) == ("unseal", "wang")
    assert "502" not in everything(await desk.ticket(dispatched, HOUSING))


async def test_an_ordinary_ticket_is_shown_as_it_was_told(
    desk: Desk, caller: Any, walk: Any, told: dict[str, Any]
) -> None:
    hotline_ref = await caller.file(told | {"appeal_type": "TS"})
    await walk(hotline_ref)("accept")
    await walk(hotline_ref)("dispatch", lead_unit="housing")
    document = (await desk.ticket(hotline_ref, HOUSING)).document
    assert document == TicketDocument.model_validate(told | {"appeal_type": "TS"})
    async with desk.database.write() as tx:
        assert len(await search.find(tx, HOUSING, "502")) == 1
