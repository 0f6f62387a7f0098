"""The page's JSON doors: strangers and floods first, then a chat as the page leads it."""

import asyncio
import itertools

import httpx
import pytest

from playground.access import FORM_BYTES, JSON_BYTES

API = "/playground/api"
PNG = b"\x89PNG\r\n\x1a\n"


async def new_phone(page: httpx.AsyncClient, app: str = "telegram") -> str:
    created = await page.post(f"{API}/{app}/phones")
    assert created.status_code == 201
    return f"{API}/{app}/phones/{created.json()['user']}"


async def bubbles(page: httpx.AsyncClient, phone: str, after: int = 0, wait: float = 0) -> list[dict]:
    answer = await page.get(f"{phone}/bubbles", params={"after": after, "wait": wait})
    assert answer.status_code == 200
    return answer.json()["bubbles"]


def is_problem(answer: httpx.Response, status: int) -> bool:
    told = answer.headers["content-type"] == "application/problem+json" and answer.json()["status"] == status
    return told and answer.status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/qq/phones/wechat-1/bubbles",
        "/wechat/phones/nobody/bubbles",
        "/wechat/phones/%3Cscript%3E/bubbles",
        "/qq/media/1",
        "/wechat/media/none",
    ],
)
async def test_what_is_not_there_is_404(page: httpx.AsyncClient, path: str) -> None:
    await new_phone(page, "wechat")
    assert is_problem(await page.get(API + path), 404)


@pytest.mark.parametrize("act", ["open", "say", "tap", "location", "contact"])
async def test_an_unknown_phone_can_do_nothing(page: httpx.AsyncClient, act: str) -> None:
    form = {
        "text": "在吗",
        "bubble_id": "1",
        "button_id": "yes",
        "lat": 39.8,
        "lng": 98.3,
        "phone": "13800138000",
    }
    assert is_problem(await page.post(f"{API}/wechat/phones/nobody/{act}", json=form), 404)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://page"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://page.evil.example"},
        {"Origin": "null"},
        {},
    ],
)
async def test_another_site_cannot_press_a_button(page: httpx.AsyncClient, headers: dict[str, str]) -> None:
    phone = await new_phone(page)
    del page.headers["Sec-Fetch-Site"]
    for path in (f"{API}/telegram/phones", f"{phone}/open"):
        assert is_problem(await page.post(path, headers=headers), 403)
    assert await bubbles(page, phone) == []


async def test_a_browser_without_fetch_metadata_shows_its_origin(page: httpx.AsyncClient) -> None:
    del page.headers["Sec-Fetch-Site"]
    created = await page.post(f"{API}/wechat/phones", headers={"Origin": "http://page"})
    assert created.status_code == 201


async def test_too_much_at_once_is_413(page: httpx.AsyncClient) -> None:
    phone = await new_phone(page)
    large = {"file": ("long.ogg", b"0" * FORM_BYTES, "audio/ogg")}
    assert is_problem(await page.post(f"{phone}/voice", files=large), 413)
    assert is_problem(await page.post(f"{phone}/say", json={"text": "长" * JSON_BYTES}), 413)
    eleven = [("files", (f"{n}.png", PNG, "image/png")) for n in range(11)]
    assert is_problem(await page.post(f"{phone}/photos", files=eleven), 413)
    assert await bubbles(page, phone) == []


async def test_a_body_that_hides_its_length_is_not_read(page: httpx.AsyncClient) -> None:
    phone = await new_phone(page)

    async def endless():
        yield b'{"text": "'
        for _ in itertools.repeat(None):
            yield b"x" * 1024

    assert is_problem(await page.post(f"{phone}/say", content=endless()), 411)


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("say", {"text": ""}),
        ("say", {"text": "长" * 20_001}),
        ("say", {"words": "?"}),
        ("tap", {"bubble_id": "1"}),
        ("location", {"lat": 91, "lng": 0}),
        ("location", {"lat": "nan", "lng": 0}),
        ("contact", {"phone": ""}),
        ("photos", {}),
        ("voice", {}),
    ],
)
async def test_a_wrong_form_is_422(page: httpx.AsyncClient, act: str, form: dict) -> None:
    phone = await new_phone(page)
    assert is_problem(await page.post(f"{phone}/{act}", json=form), 422)


async def test_a_button_that_is_gone_is_404(page: httpx.AsyncClient) -> None:
    phone = await new_phone(page)
    await page.post(f"{phone}/say", json={"text": "菜单"})
    menu = (await bubbles(page, phone))[-1]
    for bubble, button in ((menu["id"], "nonsense"), ("99", "yes")):
        pressed = await page.post(f"{phone}/tap", json={"bubble_id": bubble, "button_id": button})
        assert is_problem(pressed, 404)


async def test_wechat_has_no_contact_card(page: httpx.AsyncClient) -> None:
    card = {"phone": "13800138000", "name": "王女士"}
    assert is_problem(await page.post(f"{await new_phone(page, 'wechat')}/contact", json=card), 409)


async def test_new_and_edited_bubbles_come_once(page: httpx.AsyncClient) -> None:
    phone = await new_phone(page)
    await page.post(f"{phone}/say", json={"text": "菜单"})
    first = (await page.get(f"{phone}/bubbles")).json()
    said, menu = first["bubbles"]
    assert (said["side"], said["text"], menu["side"]) == ("citizen", "菜单", "bot")
    assert [button["row"] for button in menu["buttons"]] == [0, 1, 1, 2]
    assert await bubbles(page, phone, first["version"]) == []

    await page.post(f"{phone}/tap", json={"bubble_id": menu["id"], "button_id": "yes"})
    (edited,) = await bubbles(page, phone, first["version"])
    assert (edited["id"], edited["text"], edited["buttons"]) == (menu["id"], "是的，提交 ✓", [])


async def test_a_question_that_waits_is_woken_by_the_first_bubble(page: httpx.AsyncClient) -> None:
    phone = await new_phone(page)
    waiting = asyncio.create_task(bubbles(page, phone, wait=5))
    await page.post(f"{phone}/open")
    assert next(bubble["side"] for bubble in await waiting) == "platform"


async def test_a_question_that_waited_in_vain_is_empty(page: httpx.AsyncClient) -> None:
    phone = await new_phone(page)
    assert await bubbles(page, phone, wait=0.01) == []


async def test_an_album_a_voice_and_a_place_arrive(page: httpx.AsyncClient) -> None:
    phone = await new_phone(page)
    album = [("files", (f"{n}.png", PNG + bytes([n]), "image/png")) for n in range(2)]
    await page.post(f"{phone}/photos", files=album, data={"caption": "楼道积水"})
    await page.post(f"{phone}/voice", files={"file": ("say.ogg", b"OggS", "audio/ogg")})
    await page.post(f"{phone}/location", json={"lat": 39.8, "lng": 98.3, "label": "雄关广场"})
    await page.post(f"{phone}/contact", json={"phone": "13800138000", "name": "王女士"})
    one, two, voice, place, card = await bubbles(page, phone)
    assert [bubble["text"] for bubble in (one, two)] == ["楼道积水", "楼道积水"]
    assert (await page.get(two["attached"]["url"])).content == PNG + b"\x01"
    assert (await page.get(voice["attached"]["url"])).headers["content-type"] == "audio/ogg"
    assert place["pin"] == {"lat": 39.8, "lng": 98.3, "label": "雄关广场"}
    assert card["text"] == "王女士 13800138000"


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xhtml+xml", ""])
async def test_a_page_sent_as_a_photo_does_not_run(page: httpx.AsyncClient, media_type: str) -> None:
    phone = await new_phone(page)
    evil = {"files": ("<img src=x onerror=alert(1)>.png", b"<script>alert(1)</script>", media_type)}
    await page.post(f"{phone}/photos", files=evil)
    (bubble,) = await bubbles(page, phone)
    sent = await page.get(bubble["attached"]["url"])
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["content-disposition"] == "attachment"
    assert "sandbox" in sent.headers["content-security-policy"]
    assert sent.headers["x-content-type-options"] == "nosniff"
