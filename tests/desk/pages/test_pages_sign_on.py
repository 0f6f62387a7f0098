"""The city's own sign-on: off unless configured, and nobody gets in whom it does not vouch for just now."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import OctKey, RSAKey

from desk.accounts import users
from desk.accounts.oidc import OidcLogIn, OidcRules, is_safe
from desk.app import Desk
from desk.pages.router import desk_pages
from tests.desk.pages.provider import BACK, CLIENT, ISSUER, SECRET, Provider


@pytest.fixture
async def pages(desk: Desk) -> FastAPI:
    """The desk's pages, with a secret of its own for every browser."""
    app, numbers = FastAPI(), count()
    secrets = partial(lambda n: f"secret {next(n)}", numbers)
    app.include_router(desk_pages(desk, new_secret=secrets, attachment_url=str, secure=False))
    return app


@pytest.fixture
async def provider(
    desk: Desk, clock: Any, account: Callable[[str], Awaitable[None]]
) -> AsyncIterator[Provider]:
    """One that knows wang, whom the desk knows, too."""
    one = Provider(clock)
    await account("wang")
    rules = OidcRules(ISSUER, CLIENT, SECRET, BACK)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(one.app())) as http:
        desk.sign_on = OidcLogIn(rules, http, clock)
        yield one


async def sent_back(stranger: Any, provider: Provider) -> str:
    """Leave by the desk's button, be let in there; the address the browser is sent back to."""
    gone = await stranger.http.get("/desk/login/sign-on")
    assert gone.status_code == 303, gone.text
    async with httpx.AsyncClient(transport=httpx.ASGITransport(provider.app())) as browser:
        answer = await browser.get(gone.headers["location"])
    back: str = answer.headers["location"]
    assert back.startswith(BACK)
    return back.removeprefix("https://desk.example")


async def refused(stranger: Any, path: str) -> None:
    answer = await stranger.http.get(path)
    assert answer.status_code == 401
    assert "没有通过" in answer.text
    assert (await stranger.http.get("/desk")).status_code == 303


async def test_without_a_provider_there_is_no_such_door(stranger: Any) -> None:
    for path in ("/desk/login/sign-on", "/desk/login/sign-on/back?code=1&state=2"):
        assert (await stranger.http.get(path)).status_code == 404
    assert "sign-on" not in await stranger.look("/desk/login")


async def test_whom_the_city_vouches_for_works_under_the_desks_own_name(
    stranger: Any, provider: Provider
) -> None:
    assert 'href="/desk/login/sign-on"' in await stranger.look("/desk/login")
    back = await sent_back(stranger, provider)
    entered = await stranger.http.get(back)
    assert (entered.status_code, entered.headers["location"]) == (303, "/desk")
    page = await stranger.look("/desk")
    assert ">wang</a>" in page
    assert "用户" in page  # the role is the desk's: the centre's menu
    assert len(stranger.http.cookies) == 1  # nothing is left of the way there


async def test_an_answer_is_good_once_and_in_the_browser_that_asked_only(
    stranger: Any, provider: Provider, pages: Any
) -> None:
    back = await sent_back(stranger, provider)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://desk") as other:
        assert (await other.get(back)).status_code == 401
        await other.get("/desk/login/sign-on")
        assert (await other.get(back)).status_code == 401  # asked, but not this
    assert (await stranger.http.get(back)).status_code == 303
    await stranger.press("/desk/logout")
    await refused(stranger, back)


async def test_a_stolen_code_opens_nothing_without_its_verifier(stranger: Any, provider: Provider) -> None:
    stolen = parse_qs(urlsplit(await sent_back(stranger, provider)).query)["code"][0]
    own = parse_qs(urlsplit(await sent_back(stranger, provider)).query)["state"][0]
    await refused(stranger, f"/desk/login/sign-on/back?code={stolen}&state={own}&iss={ISSUER}")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": [CLIENT, "another"]},  # and no azp that says it was meant for us
        {"azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"nbf": 9_999_999_999},
        {"at_hash": "AAAA"},
        {"sub": None},
        {"sub": 17},
        {"sub": ""},
        {"preferred_username": None},
        {"preferred_username": ["wang"]},
        {"preferred_username": "x" * 9999},
        {"preferred_username": "\u0000"},
        {"preferred_username": "nobody"},
    ],
)
async def test_a_token_that_does_not_hold_lets_nobody_in(
    stranger: Any, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    await refused(stranger, await sent_back(stranger, provider))


async def test_a_token_signed_by_anybody_else_lets_nobody_in(stranger: Any, provider: Provider) -> None:
    other = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    shared = OctKey.import_key(SECRET * 9)
    for header, key in (
        ({"alg": "RS256", "kid": "one"}, other),
        ({"alg": "RS256", "kid": "two"}, other),
        ({"alg": "HS256", "kid": "one"}, shared),
    ):
        provider.header, provider.key = header, key
        await refused(stranger, await sent_back(stranger, provider))
    provider.unsigned = True
    await refused(stranger, await sent_back(stranger, provider))


async def test_an_answer_that_names_another_provider_or_a_refusal(stranger: Any, provider: Provider) -> None:
    back = await sent_back(stranger, provider)
    await refused(stranger, back.replace("id.city.example", "evil.example"))
    back = await sent_back(stranger, provider)
    await refused(stranger, back.partition("&iss=")[0])
    state = parse_qs(urlsplit(await sent_back(stranger, provider)).query)["state"][0]
    await refused(stranger, f"/desk/login/sign-on/back?error=access_denied&state={state}&iss={ISSUER}")


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://id.city.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
async def test_a_document_that_cannot_be_trusted_leads_nowhere(
    stranger: Any, provider: Provider, document: dict[str, Any]
) -> None:
    provider.document = document
    answer = await stranger.http.get("/desk/login/sign-on")
    assert answer.status_code == 503
    assert "用密码登录" in answer.text


async def test_while_the_provider_is_away_the_password_opens(stranger: Any, provider: Provider) -> None:
    back = await sent_back(stranger, provider)
    provider.down = True
    assert (await stranger.http.get("/desk/login/sign-on")).status_code == 503
    assert (await stranger.http.get(back)).status_code == 503
    assert (await stranger.log_in("wang")).status_code == 303


async def test_who_came_first_under_a_name_stays_the_only_one(
    stranger: Any, provider: Provider, desk: Desk
) -> None:
    assert (await stranger.http.get(await sent_back(stranger, provider))).status_code == 303
    await stranger.press("/desk/logout")
    provider.person = {"sub": "u-99", "preferred_username": "WANG"}
    await refused(stranger, await sent_back(stranger, provider))
    async with desk.database.write() as tx:
        await users.reset(tx, "wang", "another password")  # the centre says: this is somebody else now
    assert (await stranger.http.get(await sent_back(stranger, provider))).status_code == 303


async def test_a_blocked_account_stays_blocked(stranger: Any, provider: Provider, desk: Desk) -> None:
    async with desk.database.write() as tx:
        await users.block(tx, "wang", blocked=True)
    await refused(stranger, await sent_back(stranger, provider))


def test_secrets_go_by_tls_or_stay_on_this_machine() -> None:
    good = ("https://id.example", "http://127.0.0.1:8080/realm", "http://localhost/x")
    bad = ("http://id.example", "ftp://localhost", "https://", "javascript:alert(1)", "", "//id.example")
    assert all(map(is_safe, good))
    assert not any(map(is_safe, bad))
