"""Nobody gets in without a name and its password, and nobody's forms are made elsewhere."""

from typing import Any

import pytest

from desk.pages.base.session import HEADERS

INSIDE = ["/desk", "/desk/tickets/230426093015000000", "/desk/alerts", "/desk/talks/c1"]
ACTIONS = [
    "/desk/tickets/230426093015000000/accept",
    "/desk/alerts/1/take",
    "/desk/talks/c1/write",
    "/desk/logout",
]


async def test_a_stranger_is_shown_the_door(stranger: Any) -> None:
    for path in INSIDE:
        answer = await stranger.http.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/login")


async def test_a_stranger_cannot_do_anything(stranger: Any) -> None:
    for path in ACTIONS:
        assert (await stranger.http.post(path, data={"token": "x"})).status_code == 303


async def test_a_made_up_session_is_no_session(stranger: Any) -> None:
    stranger.http.cookies.set("jiesu_desk", "made up", path="/desk")
    assert (await stranger.http.get("/desk")).status_code == 303


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("wang", "wrong password"),
        ("nobody", "a long password"),
        ("", ""),
        ("\u200b" * 9, "x"),
        ("x" * 999, "x" * 9999),
    ],
)
async def test_a_wrong_password_is_told_without_saying_what_was_wrong(
    stranger: Any, account: Any, name: str, password: str
) -> None:
    await account("wang")
    answer = await stranger.log_in(name, password)
    assert answer.status_code == 401
    assert "用户名、密码或动态口令不对" in answer.text
    assert "jiesu_desk=" not in answer.headers.get("set-cookie", "")


async def test_too_many_tries_lock_the_name_for_a_while(stranger: Any, clock: Any, account: Any) -> None:
    await account("wang")
    for _ in range(5):
        await stranger.log_in("wang", "wrong password")
    answer = await stranger.log_in("wang")
    assert answer.status_code == 429
    assert "试错太多次" in answer.text
    clock.on(minutes=16)
    assert (await stranger.log_in("wang")).status_code == 303


async def test_the_log_in_form_needs_its_own_proof(stranger: Any, account: Any) -> None:
    await account("wang")
    answer = await stranger.http.post("/desk/login", data={"name": "wang", "password": "a long password"})
    assert answer.status_code == 403
    await stranger.token("/desk/login")
    answer = await stranger.http.post(
        "/desk/login", data={"token": "guessed", "name": "wang", "password": "a long password"}
    )
    assert answer.status_code == 403


async def test_the_cookie_is_kept_from_scripts_and_other_sites(stranger: Any, account: Any) -> None:
    await account("wang")
    answer = await stranger.log_in("wang")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    cookie = answer.headers.get_list("set-cookie")[0].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/desk"))


async def test_logging_out_ends_the_session_for_good(wang: Any) -> None:
    kept = wang.http.cookies["jiesu_desk"]
    assert (await wang.press("/desk/logout")).headers["location"] == "/desk/login"
    wang.http.cookies.set("jiesu_desk", kept, domain="desk.local", path="/desk")
    assert (await wang.http.get("/desk", headers={"cookie": f"jiesu_desk={kept}"})).status_code == 303


async def test_a_session_ends_by_itself(wang: Any, clock: Any) -> None:
    clock.on(hours=13)
    assert (await wang.http.get("/desk")).status_code == 303


@pytest.mark.parametrize("form", [{}, {"token": ""}, {"token": "guessed"}, {"token": "é"}])
async def test_a_form_without_our_proof_does_nothing(wang: Any, form: dict[str, str]) -> None:
    for path in ACTIONS:
        assert (await wang.http.post(path, data=form)).status_code == 403
    assert (await wang.http.get("/desk")).status_code == 200


async def test_anothers_proof_is_not_mine(wang: Any, li: Any) -> None:
    answer = await wang.http.post("/desk/logout", data={"token": await li.token()})
    assert answer.status_code == 403


async def test_a_form_posted_from_another_site_does_nothing(wang: Any) -> None:
    token = await wang.token()
    answer = await wang.http.post(
        "/desk/logout", data={"token": token}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403


async def test_a_broken_form_is_no_form(wang: Any) -> None:
    for body in (b"\xff\xfe=1", b"&" * 9000, b"a=1&" * 9000, b"token", b""):
        assert (await wang.http.post("/desk/logout", content=body)).status_code == 403


async def test_an_endless_form_is_cut_off(wang: Any) -> None:
    answer = await wang.http.post("/desk/logout", content=b"a" * 200_000)
    assert answer.status_code == 413


async def test_every_answer_is_safe_to_show(stranger: Any) -> None:
    for path in ("/desk/login", "/desk", "/desk/tickets/none", "/desk/static/desk.css", "/desk/static/none"):
        headers = (await stranger.http.get(path)).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


async def test_files_are_kept_for_as_long_as_their_mark_holds(stranger: Any) -> None:
    page = (await stranger.http.get("/desk/login")).text
    marked = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in (await stranger.http.get(marked)).headers["cache-control"]
    assert (await stranger.http.get("/desk/static/desk.css?v=old")).headers["cache-control"] == "no-cache"
    for path in ("/desk/static/none", "/desk/static/..%2fapp.py", "/desk/static/%2e%2e/app.py"):
        assert (await stranger.http.get(path)).status_code in (303, 404)
