"""The desk's Open311 face: what a stranger is refused, what may be told to whom, what is filed once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from desk.app import Desk
from desk.open311.form import LARGEST, LARGEST_WORDS
from desk.tickets import ticket_events
from desk.workflow.states import Actor, Role
from hotline.contract import TicketDocument

CENTRE = Actor(Role.CENTRE, "wang")
HEATING = Actor(Role.UNIT, "li", "heating")
KEY = "a-writers-key"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(40)


def posted(**more: str) -> dict[str, str]:
    return {
        "api_key": KEY,
        "service_code": "0101",
        "address_string": "新华路15号院3号楼",
        "description": "家里暖气不热三天了，我的电话13912345678",
        "first_name": "李",
        "last_name": "女士",
        "phone": "13912345678",
        **more,
    }


async def filed(client: httpx.AsyncClient, headers: dict[str, str] | None = None, **more: str) -> str:
    answer = await client.post("/requests.json", data=posted(**more), headers=headers)
    assert answer.status_code in (200, 201), answer.text
    number: str = answer.json()[0]["service_request_id"]
    return number


def is_refused(answer: httpx.Response, status: int, words: str) -> bool:
    told = answer.json()
    return (
        answer.status_code == status
        and all(one["code"] == status for one in told)
        and any(words in one["description"] for one in told)
    )


async def tickets(desk: Desk) -> int:
    return len(await desk.queue(CENTRE))


class Sent:
    """A body that comes in pieces, and how much of it was taken."""

    def __init__(self, head: bytes, size: int) -> None:
        self.taken = 0
        self._pieces = [head, *[bytes(16 * 1024)] * (size // (16 * 1024))]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.taken += len(piece)
            yield piece


FILE = b'--x\r\nContent-Disposition: form-data; name="media"; filename="a.png"\r\n\r\n'
FIELD = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'


@pytest.mark.parametrize(
    ("kind", "head", "asked"),
    [
        ("multipart/form-data; boundary=x", FILE, ""),
        ("multipart/form-data; boundary=x", FIELD % (b"api_key", b"wrong") + FILE, ""),
        ("multipart/form-data; boundary=x", FIELD % (b"description", b"x") + FILE, "?api_key=wrong"),
        ("multipart/form-data; boundary=x", FIELD[:60], ""),
        ("application/x-www-form-urlencoded", b"description=", ""),
        ("application/x-www-form-urlencoded", b"description=", f"?api_key={KEY}x"),
    ],
)
async def test_little_is_read_of_who_has_shown_no_key(
    client: httpx.AsyncClient, desk: Desk, kind: str, head: bytes, asked: str
) -> None:
    body = Sent(head, 8 * 1024 * 1024)
    answer = await client.post(f"/requests.json{asked}", content=body, headers={"content-type": kind})
    assert answer.status_code in (400, 403, 413)
    assert body.taken <= 2 * LARGEST_WORDS
    assert await tickets(desk) == 0


@pytest.mark.parametrize("key", ["", "wrong", "a-writers-ke"])
async def test_nobody_writes_without_the_key(client: httpx.AsyncClient, desk: Desk, key: str) -> None:
    assert is_refused(await client.post("/requests.json", data=posted(api_key=key)), 403, "api_key")
    assert await tickets(desk) == 0


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"service_code": ""}, 400, "service_code was not provided"),
        ({"service_code": "01"}, 404, "service_code was not found"),
        ({"address_string": ""}, 400, "location"),
        ({"lat": "91", "long": "98.2"}, 400, "lat and long"),
        ({"lat": "nan", "long": "98.2"}, 400, "lat and long"),
        ({"lat": "39.7"}, 400, "lat and long"),
        ({"description": "长" * 4001}, 400, "description is longer"),
        ({"attribute[extent]": "整个城市"}, 400, "attribute extent is none of its values"),
        ({"attribute[colour]": "red"}, 400, "none of the service's"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
        ({"jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
    ],
)
async def test_what_cannot_be_filed_is_told_why(
    client: httpx.AsyncClient, desk: Desk, form: dict[str, str], status: int, words: str
) -> None:
    assert is_refused(await client.post("/requests.json", data=posted(**form)), status, words)
    assert await tickets(desk) == 0


async def test_all_mistakes_are_told_at_once_in_xml_too(client: httpx.AsyncClient) -> None:
    wrong = posted(address_string="", media_url="ftp://x", **{"attribute[colour]": "red"})
    answer = await client.post("/requests.xml", data=wrong)
    told = ET.fromstring(answer.text)  # noqa: S314  our own answer
    assert (answer.status_code, told.tag, len(told.findall("error/description"))) == (400, "errors", 3)
    assert {code.text for code in told.findall("error/code")} == {"400"}


async def test_what_is_no_form_and_what_is_too_large(client: httpx.AsyncClient) -> None:
    assert is_refused(await client.post("/requests.json", json=posted()), 400, "body must be")
    huge = await client.post("/requests.json", data=posted(), files={"media": ("a.png", bytes(LARGEST + 1))})
    assert is_refused(huge, 413, "too large")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert is_refused(await client.post("/requests.json", content=b"--y", headers=broken), 400, "form")
    assert is_refused(await client.get("/services.csv"), 400, "format")


async def test_a_file_that_is_no_picture_is_not_kept(
    client: httpx.AsyncClient, kept: dict[str, bytes]
) -> None:
    for content in (
        PNG + b"eicar",
        b"MZ\x90\x00 a program",
        b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        b"%PDF-1.4",
    ):
        answer = await client.post(
            "/requests.json", data=posted(), files={"media": ("holiday.jpg", content, "image/jpeg")}
        )
        assert is_refused(answer, 400, "media m")
    assert kept == {}


async def test_services_and_what_they_ask_for(client: httpx.AsyncClient) -> None:
    services = (await client.get("/services.json")).json()
    assert [one["service_code"] for one in services] == ["0101", "0201", "99"]
    assert (services[0]["group"], services[0]["metadata"], services[0]["type"]) == ("供热", True, "realtime")
    asked = (await client.get("/services/0101.json")).json()
    assert [one["code"] for one in asked["attributes"]] == ["extent", "appeal_type"]
    assert asked["attributes"][0]["values"][1] == {"key": "整栋楼", "name": "整栋楼"}
    tree = ET.fromstring((await client.get("/services/0101.xml")).text)  # noqa: S314  our own answer
    assert tree.tag == "service_definition"
    assert tree.findtext("attributes/attribute/values/value/name") == "只有我家"
    assert is_refused(await client.get("/services/01.json"), 404, "service_code")


async def test_a_filed_request_is_a_ticket_like_any_other(
    client: httpx.AsyncClient, desk: Desk, kept: dict[str, bytes]
) -> None:
    answer = await client.post(
        "/requests.json",
        data=posted(
            lat="39.77", long="98.28", **{"attribute[extent]": "整栋楼", "attribute[appeal_type]": "TS"}
        ),
        files={"media": ("a.png", PNG, "application/octet-stream")},
    )
    ticket = await desk.ticket(answer.json()[0]["service_request_id"], CENTRE)
    document = ticket.document
    assert document.content == "家里暖气不热三天了，我的电话13912345678\n影响范围：整栋楼"
    assert (document.appeal_type, document.channel, document.category.path) == ("TS", "APP", "供热-暖气不热")
    assert (document.person.name, document.person.phone) == ("李 女士", "13912345678")
    assert document.place
    assert (document.place.area_code, document.place.coord_sys) == ("620201", "WGS84")
    assert document.suggested.lead_unit == "heating"
    assert list(kept) == [part.sha256 for part in document.attachments]
    assert document.attachments[0].media_type == "image/png"


async def test_the_number_of_an_identity_card_is_not_kept(client: httpx.AsyncClient, desk: Desk) -> None:
    number = await filed(client, description="低保没发，身份证11010519491231002X")
    update = {"api_key": KEY, "service_request_id": number, "description": "补充：11010519491231002X"}
    assert (await client.post("/servicerequestupdates.json", data=update)).status_code == 200
    ticket = await desk.ticket(number, CENTRE)
    async with desk.database.read() as tx:
        history = str([event.detail for event in await ticket_events.history(tx, ticket.id)])
    assert "110****002X" in ticket.document.content
    assert "11010519491231002X" not in ticket.document.content + history


async def test_danger_is_read_from_the_words(client: httpx.AsyncClient, desk: Desk) -> None:
    number = await filed(client, description="楼道里煤气泄漏，味道很大，快来人")
    assert (await desk.ticket(number, CENTRE)).document.urgency.level == "critical"


async def test_the_same_key_twice_is_one_request_and_is_found_again(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    key = {"Idempotency-Key": '"6f1f3a52"'}
    numbers = await asyncio.gather(*(filed(client, key) for _ in range(4)))
    assert len({*numbers}) == 1 == await tickets(desk)
    assert (await client.get("/tokens/6f1f3a52.json")).json()[0]["service_request_id"] == numbers[0]
    other = await client.post("/requests.json", data=posted(description="另一件事"), headers=key)
    assert is_refused(other, 422, "Idempotency-Key")
    assert is_refused(await client.get("/tokens/unknown.json"), 404, "token")


async def test_a_stranger_learns_how_it_stands_and_nothing_of_the_matter(client: httpx.AsyncClient) -> None:
    number = await filed(client)
    told = (await client.get(f"/requests/{number}.json")).json()[0]
    assert (told["status"], told["service_code"], told["status_notes"]) == (
        "open",
        "0101",
        "已提交，等待受理",
    )
    assert [told[name] for name in ("description", "address", "lat", "media_url")] == [None] * 4
    assert (await client.get("/requests.json")).json() == []
    with_key = (await client.get("/requests.json", params={"api_key": KEY})).json()
    assert [one["service_request_id"] for one in with_key] == [number]
    assert with_key[0]["description"] == "家里暖气不热三天了，我的电话＊＊"
    assert is_refused(await client.get("/requests.json", params={"api_key": "guessed"}), 403, "api_key")


async def test_a_ticket_of_the_chat_is_not_shown_unless_its_citizen_made_it_public(
    client: httpx.AsyncClient, caller: Any, document: dict[str, Any]
) -> None:
    quiet = await caller.file(document)
    public = await caller.file(document | {"idempotency_key": "2", "is_public": True})
    report = await caller.file(document | {"idempotency_key": "3", "is_public": True, "appeal_type": "JB"})
    for number, status in ((quiet, 404), (public, 200), (report, 404)):
        assert (await client.get(f"/requests/{number}.json")).status_code == status
    listed = (await client.get("/requests.json")).json()
    assert [one["service_request_id"] for one in listed] == [public]
    assert listed[0]["description"] == document["content"]


async def test_a_report_tells_nobody_what_was_answered(
    client: httpx.AsyncClient, walk: Callable[[str], Any]
) -> None:
    number = await filed(client, is_public="true", **{"attribute[appeal_type]": "JB"})
    lead = walk(number)
    await lead("accept")
    await lead("direct_answer", public_text="查处了某某公司。")
    told = (await client.get(f"/requests/{number}.json")).json()[0]
    assert (told["status"], told["description"]) == ("closed", None)
    assert "某某" not in told["status_notes"]
    updates = (await client.get("/servicerequestupdates.json", params={"service_request_id": number})).json()
    assert updates
    assert not any("某某" in one["description"] for one in updates)


async def test_a_request_is_followed_to_its_end(
    client: httpx.AsyncClient, walk: Callable[[str], Any]
) -> None:
    number = await filed(client)
    lead = walk(number)
    await lead("accept")
    await lead("dispatch", lead_unit="heating")
    told = (await client.get(f"/requests/{number}.json")).json()[0]
    assert (told["status"], told["agency_responsible"]) == ("open", "Heating")
    assert told["expected_datetime"]
    await lead("sign", HEATING)
    await lead("contact", HEATING)
    await lead("answer", HEATING, public_text="已更换阀门，温度正常。", internal_text="阀门老化。")
    assert (await client.get(f"/requests/{number}.json")).json()[0]["status"] == "open"
    await lead("complete")
    tree = ET.fromstring((await client.get(f"/requests/{number}.xml")).text)  # noqa: S314  our own answer
    assert (tree.tag, tree.findtext("request/status")) == ("service_requests", "closed")
    assert tree.findtext("request/status_notes") == "已更换阀门，温度正常。"
    updates = (await client.get("/servicerequestupdates.json", params={"service_request_id": number})).json()
    assert [one["status"] for one in updates] == ["CLOSED"]
    assert updates[-1]["description"] == "已更换阀门，温度正常。"
    assert not any("阀门老化" in one["description"] for one in updates)


async def test_lists_are_filtered_and_come_in_pages(
    client: httpx.AsyncClient, clock: Any, walk: Callable[[str], Any]
) -> None:
    numbers = []
    for n in range(5):
        clock.on(days=1)
        numbers.append(await filed(client, is_public="true", service_code="0101" if n % 2 else "0201"))
    await walk(numbers[0])("accept")
    await walk(numbers[0])("direct_answer", public_text="好了。")

    async def asked(**query: str) -> list[int]:
        found = (await client.get("/requests.json", params=query)).json()
        return [numbers.index(one["service_request_id"]) for one in found]

    assert await asked() == [4, 3, 2, 1, 0]
    assert await asked(page_size="2", page="2") == [2, 1]
    assert await asked(service_code="0101") == [3, 1]
    assert await asked(status="closed") == [0]
    assert await asked(status="open,closed", service_code="0101,0201") == [4, 3, 2, 1, 0]
    since = (clock() - timedelta(days=1, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert await asked(start_date=since) == [4, 3]
    assert await asked(end_date=since) == [2, 1, 0]
    assert await asked(service_request_id=f"{numbers[1]},{numbers[3]},nobody", status="closed") == [3, 1]
    clock.on(days=100)
    assert await asked() == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"start_date": "2023-01-01T00:00:00Z", "end_date": "2023-04-02T00:00:00Z"}, "90 days"),
        ({"start_date": "yesterday"}, "must look like"),
        ({"status": "lost"}, "open or closed"),
        ({"page": "0"}, "page"),
        ({"page_size": "-5"}, "page_size"),
        ({"service_request_id": ",".join(str(n) for n in range(200))}, "more than"),
    ],
)
async def test_filters_that_make_no_sense_are_refused(
    client: httpx.AsyncClient, query: dict[str, str], words: str
) -> None:
    assert is_refused(await client.get("/requests.json", params=query), 400, words)


async def test_words_can_be_added_once(client: httpx.AsyncClient, desk: Desk) -> None:
    number = await filed(client)
    form = {"api_key": KEY, "service_request_id": number, "description": "今天还是不热", "update_id": "u1"}
    for _ in range(2):
        answer = await client.post("/servicerequestupdates.json", data=form)
        assert answer.json() == [{"update_id": "u1"}]
    history = await desk.events(await desk.ticket(number, CENTRE))
    assert [one.detail["text"] for one in history if one.action == "supplement"] == ["今天还是不热"]
    assert is_refused(
        await client.post("/servicerequestupdates.json", data=form | {"service_request_id": "1"}),
        404,
        "not found",
    )
    assert is_refused(
        await client.post("/servicerequestupdates.json", data=form | {"api_key": ""}), 403, "key"
    )


async def test_nothing_a_client_writes_breaks_the_answers(client: httpx.AsyncClient, desk: Desk) -> None:
    number = await filed(
        client, is_public="1", description="<b>&]]>\x0b\x00\ufffe火</b>", address_string="\x1b[0m"
    )
    tree = ET.fromstring((await client.get(f"/requests/{number}.xml")).text)  # noqa: S314  our own answer
    assert tree.findtext("request/description") == "<b>&]]>火</b>"
    document = (await desk.ticket(number, CENTRE)).document
    assert TicketDocument.model_validate(document.model_dump()) == document
    for odd in ("%00", "..%2f..", "a" * 3000):
        answer = await client.get(f"/requests/{odd}.json")
        assert answer.status_code == 404
