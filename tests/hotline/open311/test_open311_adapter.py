"""The adapter against a server written from the specification: what is sent, what is asked before it is sent
again, and what of the server's words becomes news."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from hotline.open311.client import Open311Hotline
from hotline.open311.response_parser import UnreadableAnswer, rows
from intake.model.ports import Followed, NeedsOperator, Postponed, Rejected, Unavailable, Unsure
from intake.model.status import standing

Make = Callable[..., dict[str, Any]]
KEY = "6f1f3a52-3f2a-4c8e-9a69-0d9f6b3c1a11"


def followed(number: str = "R1", status: str = "submitted", round_: int = 1) -> Followed:
    return Followed("WX230426093015004", number, status, round_)


async def test_a_ticket_is_filed_with_all_the_protocol_has_room_for(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    assert await hotline.submit(document(), KEY) == "R1"
    sent = server.filed[0]
    assert (sent["service_code"], sent["attribute[extent]"]) == ("H-7", "2")
    assert (sent["first_name"], sent["phone"]) == ("Ms Li", "13900000000")
    assert sent["media_url"] == "http://us/attachments/a?signature=1"
    assert sent["description"].endswith("受理编号：WX230426093015004")
    assert "Repair it" in sent["description"]
    assert (sent["address_string"], sent["lat"][:5], sent["long"][:5]) == ("Xinhua Road 1", "39.76", "98.27")


@pytest.mark.parametrize("how", ["confidential", "anonymous"])
async def test_nobody_who_asked_for_secrecy_is_named(
    hotline: Open311Hotline, server: Any, document: Make, how: str
) -> None:
    person = document()["person"] | {how: True}
    await hotline.submit(document(person=person), KEY)
    assert not {"first_name", "phone"} & server.filed[0].keys()
    assert "Li" not in server.filed[0]["description"]


@pytest.mark.parametrize(
    "sealed", [{"appeal_type": "JB"}, {"person": {"kind": "individual", "confidential": True}}]
)
async def test_of_a_sealed_document_only_what_everybody_may_read_is_sent(
    hotline: Open311Hotline, server: Any, document: Make, sealed: dict[str, Any]
) -> None:
    url = "http://us/attachments/"
    files = [
        {"kind": "photo", "media_type": "image/jpeg", "url": f"{url}photo"},
        {"kind": "voice", "media_type": "audio/ogg", "url": f"{url}voice"},
    ]
    told = {
        "content": "锅炉房倒卖燃煤，我住12号楼3单元502室\n影响范围: The building",
        "occurred": {"text": "我值夜班时"},
        "place": {"text": "新华南路12号楼3单元502室", "lat": 39.77, "lng": 98.28, "coord_sys": "WGS84"},
        "attachments": files,
    }
    await hotline.submit(document(**told, **sealed), KEY)
    sent = server.filed[0]
    assert [one for one in ("502", "12号楼", "值夜班", "39.77", "98.28", "voice") if one in str(sent)] == []
    assert "锅炉房倒卖燃煤" in sent["description"]
    assert (sent["address_string"], sent["media_url"]) == ("新华南路", f"{url}photo")


async def test_a_long_story_keeps_our_number(hotline: Open311Hotline, server: Any, document: Make) -> None:
    await hotline.submit(document(content="冷" * 5000 + "\n影响范围: Only mine"), KEY)
    sent = server.filed[0]["description"]
    assert len(sent) <= 4000
    assert sent.endswith("受理编号：WX230426093015004")


async def test_what_the_server_has_no_service_for_is_for_a_person(
    hotline: Open311Hotline, server: Any, document: Make, city: Any
) -> None:
    with pytest.raises(Rejected, match="no service for category 09"):
        await hotline.submit(document(category={"code": "09"}), KEY)
    city.open311["*"] = "X"
    assert await hotline.submit(document(category={"code": "09"}), KEY) == "R1"
    with pytest.raises(Rejected, match="asks for attribute extent"):
        await hotline.submit(document(content="no answer"), KEY)


async def test_a_lost_answer_is_found_by_our_number_on_whatever_page(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    for number in range(5):
        await hotline.submit(document(reference=f"WX{number}"), str(number))
    server.lose = 1
    with pytest.raises(Unsure):
        await hotline.submit(document(), KEY)
    assert await hotline.find(KEY, document()) == "R6"
    assert await hotline.find(KEY, document(reference="WX-never-filed")) is None
    assert len(server.filed) == 6


async def test_where_nothing_is_shown_nothing_is_found(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    """The limit of the promise: such a server may be given the same request twice."""
    server.shows_descriptions, server.lose = False, 1
    with pytest.raises(Unsure):
        await hotline.submit(document(), KEY)
    assert await hotline.find(KEY, document()) is None


async def test_a_server_with_tokens_is_asked_until_it_has_a_number(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    server.tokens, server.patience = True, 3
    ref = await hotline.submit(document(), KEY)
    assert (ref, hotline.is_provisional(ref)) == ("token:R1", True)
    assert await hotline.number(ref) is None
    assert await hotline.number(ref) == "R1"
    server.asked = server.patience = 0
    assert await hotline.submit(document(), KEY) == "R2"


@pytest.mark.parametrize(
    ("status", "error"), [(400, Rejected), (403, Unavailable), (429, Unavailable), (500, Unavailable)]
)
async def test_a_refusal_says_what_to_do_next(
    hotline: Open311Hotline, server: Any, document: Make, status: int, error: type[Exception]
) -> None:
    await hotline.probe()
    body = [{"code": status, "description": "no 13900000000"}]
    await hotline.submit(document(), KEY)  # the definition is known to be there
    server.answer = None
    wire = hotline._wire

    async def refused(*_: Any, **__: Any) -> httpx.Response:
        return httpx.Response(status, json=body, headers={"retry-after": "7"})

    wire._http.post = refused  # type: ignore[method-assign]
    with pytest.raises(error) as raised:
        await hotline.submit(document(), KEY)
    assert "13900000000" not in str(raised.value)
    assert getattr(raised.value, "retry_after", 7) == 7


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (302, "address"),
        (401, "key"),
        (402, "other"),
        (403, "key"),
        (404, "address"),
        (405, "method"),
        (407, "proxy"),
        (418, "other"),
        (421, "host"),
    ],
)
@pytest.mark.parametrize("words", ["", "jurisdiction_id provided was not found"])
async def test_what_judges_the_way_to_the_server_is_for_an_operator(
    hotline: Open311Hotline, server: Any, document: Make, status: int, trouble: str, words: str
) -> None:
    server.has_updates = True
    await hotline.submit(document(), KEY)
    server.answer = server._wrong(status, words) if words else httpx.Response(status)
    for call in (
        hotline.submit(document(), KEY),
        hotline.send_event("R1", {"event_id": "e1", "type": "supplement", "text": "x"}, "e1"),
    ):
        with pytest.raises(NeedsOperator) as raised:
            await call
        assert raised.value.trouble == trouble
    assert len(server.filed) == 1


async def test_a_server_that_lists_nothing_any_more_has_refused_no_category(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    """Its list is read anew every ten minutes, and the page of a gateway is no list."""
    await hotline.submit(document(), KEY)
    hotline._listed_at = None
    server.answer = httpx.Response(404, text="no such path")
    with pytest.raises(NeedsOperator):
        await hotline.submit(document(), KEY)
    server.answer = httpx.Response(200, text="<services></services>")
    with pytest.raises(NeedsOperator):
        await hotline.submit(document(), KEY)


async def test_a_request_the_server_has_lost_is_told_apart_from_a_wrong_address(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    server.has_updates = True
    await hotline.submit(document(), KEY)
    event = {"event_id": "e1", "type": "supplement", "text": "x"}

    def lost(_name: str, _form: dict[str, str]) -> httpx.Response:
        return server._wrong(404, "service_request_id was not found")  # type: ignore[no-any-return]

    server.post_servicerequestupdates = lost
    with pytest.raises(Postponed) as raised:
        await hotline.send_event("R1", event, "e1")
    assert raised.value.trouble == "unknown"


async def test_the_servers_clock_is_read_from_its_answers(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    await hotline.submit(document(), KEY)
    server.answer = httpx.Response(403, headers={"date": "Wed, 26 Apr 2023 01:50:00 GMT"})
    with pytest.raises(NeedsOperator) as raised:
        await hotline.submit(document(), KEY)
    assert raised.value.trouble == "clock"
    assert "600 s ahead of" in raised.value.reason


async def test_progress_is_told_once_and_in_order(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    await hotline.submit(document(), KEY)
    said = list(await hotline.news([followed()]))
    assert [one.type for one in said] == ["accepted"]
    server.changes("R1", agency="HEAT", expected="2023-05-06T10:00:00Z")
    said += await hotline.news([followed()])
    server.changes("R1", status="closed", notes="A valve was replaced.")
    said += await hotline.news([followed()])
    once = {one.event_id: one for one in said}
    assert sorted(one.type for one in once.values()) == ["accepted", "completed", "dispatched"]
    now = standing(once.values())
    assert (now.status, now.lead_unit, now.public_text) == ("completed", "heat", "A valve was replaced.")
    assert now.due_at
    server.changes("R1", status="open")
    again = await hotline.news([followed(status="completed")])
    assert [one.round for one in again if one.type == "rework"] == [2]
    server.changes("R1", status="closed", notes="Now it is warm.")
    last = await hotline.news([followed(status="rework", round_=2)])
    now = standing({one.event_id: one for one in (*said, *again, *last)}.values())
    assert (now.status, now.public_text, now.round) == ("completed", "Now it is warm.", 2)


async def test_one_that_was_handled_between_two_looks_is_told_in_order(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    await hotline.submit(document(), KEY)
    server.changes("R1", agency="Heat Ltd", status="closed", notes="Done.")
    now = standing(await hotline.news([followed()]))
    assert (now.status, now.lead_unit, now.public_text) == ("completed", "heat", "Done.")


async def test_words_are_written_where_the_server_takes_them(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    await hotline.submit(document(), KEY)
    event = {"event_id": "e1", "type": "supplement", "text": "Still cold"}
    with pytest.raises(Rejected, match="takes no updates"):
        await hotline.send_event("R1", event, "e1")
    server.has_updates = True
    for _ in range(2):
        await hotline.send_event("R1", event, "e1")
    result = {"contacted": True, "solved": "no", "satisfied": "dissatisfied", "comment": "冷"}
    await hotline.send_event("R1", {"event_id": "e2", "type": "survey_result", "survey": result}, "e2")
    assert [one["description"] for one in server.written] == [
        "诉求人补充：Still cold",
        "回访结果：是否联系是，是否解决未解决，是否满意不满意。冷",
    ]
    for ref, type_ in ((None, "handoff"), ("R1", "erase")):
        with pytest.raises(Rejected, match="no place"):
            await hotline.send_event(ref, {"event_id": "e3", "type": type_}, "e3")


async def test_a_servers_updates_are_news_if_they_have_words(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    server.has_updates = True
    await hotline.submit(document(), KEY)
    update = {"service_request_id": "R1", "updated_datetime": "2023-04-26T12:00:00Z", "status": "OPEN"}
    server.written = [update | {"update_id": "1", "description": "Parts ordered"}]
    server.written.append(update | {"update_id": "2", "description": ""})
    server.written.append(
        update
        | {
            "update_id": "3",
            "status": "CLOSED",
            "description": "Done",
            "updated_datetime": "2023-04-26T13:00:00Z",
        }
    )
    said = await hotline.news([followed()])
    told = [(one.type, one.public_text) for one in said if one.public_text]
    assert told == [("contacted", "Parts ordered"), ("completed", "Done")]


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY x "xx">]><services><service>&x;</service></services>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        b"<services><service>",
        b"{" * 100_000,
        b"[" * 100_000,
        b"\xff\xfe",
        b"<a>" * 50 + b"</a>" * 50,
    ],
)
def test_a_hostile_answer_is_not_read(content: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        rows(content)


async def test_an_answer_that_is_none_of_the_protocol_is_for_later(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    for answer in (
        httpx.Response(200, text="<html><p>hello</html>"),
        httpx.Response(302),
        httpx.Response(200),
    ):
        server.answer = answer
        with pytest.raises(Unavailable):
            await hotline.probe()
