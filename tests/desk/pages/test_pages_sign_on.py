"""The city's own sign-on: off unless configured; nobody gets in whom it does not vouch for just now, nor
whom no administrator has bound to an account."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select, update

from desk.accounts import sign_on_bindings, users
from desk.accounts.oidc import OidcLogIn, OidcRules, is_safe
from desk.app import Desk
from desk.db.tables import journal as lines
from desk.db.tables import users as rows
from desk.history import journal
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


async def is_bound(desk: Desk, name: str = "wang") -> None:
    """An administrator binds the one who waits for this account."""
    async with desk.database.write() as tx:
        (one,) = [one for one in await sign_on_bindings.waiting(tx) if one.account == name]
        await sign_on_bindings.bind(tx, "wang", name, one.digest, desk.clock())


async def comes_first(stranger: Any, provider: Provider, desk: Desk) -> None:
    """Wang was refused once, and bound."""
    await refused(stranger, await sent_back(stranger, provider))
    await is_bound(desk)


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
    stranger: Any, provider: Provider, desk: Desk
) -> None:
    assert 'href="/desk/login/sign-on"' in await stranger.look("/desk/login")
    await comes_first(stranger, provider, desk)
    back = await sent_back(stranger, provider)
    entered = await stranger.http.get(back)
    assert (entered.status_code, entered.headers["location"]) == (303, "/desk")
    page = await stranger.look("/desk")
    assert ">wang</a>" in page
    assert "用户" in page  # the role is the desk's: the centre's menu
    assert len(stranger.http.cookies) == 1  # nothing is left of the way there


async def test_an_answer_is_good_once_and_in_the_browser_that_asked_only(
    stranger: Any, provider: Provider, pages: Any, desk: Desk
) -> None:
    await comes_first(stranger, provider, desk)
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
    "name", ["WANG", "Wang", "ｗａｎｇ", "waⁿg", "wang ", " wang", "wаng", "wang\u200b", "ｗang", "wáng"]
)
async def test_a_look_alike_of_an_accounts_name_is_nobody(
    stranger: Any, provider: Provider, desk: Desk, name: str
) -> None:
    await comes_first(stranger, provider, desk)
    provider.person = {"sub": "u-17", "preferred_username": name}
    await refused(stranger, await sent_back(stranger, provider))
    async with desk.database.write() as tx:
        await sign_on_bindings.unbind(tx, "wang", "wang", desk.clock())
    await refused(stranger, await sent_back(stranger, provider))
    async with desk.database.read() as tx:
        assert await sign_on_bindings.waiting(tx) == ()


async def test_a_first_sign_on_opens_nothing_and_stands_before_the_centre(
    stranger: Any, provider: Provider, wang: Any, desk: Desk
) -> None:
    provider.person = {"sub": "7f3c-secret-9a21", "preferred_username": "wang"}
    await refused(stranger, await sent_back(stranger, provider))
    page = await wang.look("/desk/users")
    assert "等待绑定的统一身份" in page
    assert "7f…21" in page
    assert ISSUER in page
    assert "04-26 09:30" in page
    assert "secret-9a21" not in page
    async with desk.database.read() as tx:
        kept = (await tx.execute(select(lines).where(lines.c.action == "sign_on_waiting"))).one()
    assert (kept.name, "secret" in kept.about) == ("wang", False)


async def test_the_centre_binds_by_one_press_and_ends_it_by_another(
    stranger: Any, provider: Provider, wang: Any, desk: Desk
) -> None:
    await refused(stranger, await sent_back(stranger, provider))
    async with desk.database.read() as tx:
        (one,) = await sign_on_bindings.waiting(tx)
    bound = await wang.press("/desk/users/bind", name="wang", digest=one.digest)
    assert bound.status_code == 200
    assert "等待绑定" not in bound.text
    assert "已绑定统一身份" in bound.text
    assert (await stranger.http.get(await sent_back(stranger, provider))).status_code == 303
    await wang.press("/desk/users/unbind", name="wang")
    assert (await stranger.http.get("/desk")).headers["location"] == "/desk/login"
    await refused(stranger, await sent_back(stranger, provider))


async def test_of_two_who_wait_for_one_account_one_is_bound(
    stranger: Any, provider: Provider, wang: Any, desk: Desk
) -> None:
    for subject in ("u-17", "u-99", "u-17"):
        provider.person = {"sub": subject, "preferred_username": "wang"}
        await refused(stranger, await sent_back(stranger, provider))
    async with desk.database.read() as tx:
        first, second = await sign_on_bindings.waiting(tx)
    assert (await wang.press("/desk/users/bind", name="wang", digest=first.digest)).status_code == 200
    late = await wang.press("/desk/users/bind", name="wang", digest=second.digest)
    assert late.status_code == 409
    assert "没有绑定" in late.text
    assert (await stranger.http.get(await sent_back(stranger, provider))).status_code == 303


@pytest.mark.parametrize("digest", ["", "0" * 64, "nonsense"])
async def test_nobody_is_bound_who_did_not_come(wang: Any, provider: Provider, digest: str) -> None:
    answer = await wang.press("/desk/users/bind", name="wang", digest=digest)
    assert answer.status_code == 409
    assert "没有绑定" in answer.text
    assert (await wang.press("/desk/users/unbind", name="wang")).status_code == 409


async def test_whom_the_release_before_bound_stays_bound(
    stranger: Any, provider: Provider, desk: Desk
) -> None:
    digest = hashlib.sha256(f"{ISSUER}\0u-17".encode()).hexdigest()
    async with desk.database.write() as tx:
        await tx.execute(update(rows).where(rows.c.name == "wang").values(subject=digest))
    assert (await stranger.http.get(await sent_back(stranger, provider))).status_code == 303


@pytest.mark.parametrize(
    ("methods", "is_basic"),
    [
        (None, True),
        (["client_secret_basic"], True),
        (["client_secret_post"], False),
        (["client_secret_post", "client_secret_basic"], True),
        (["private_key_jwt", "client_secret_post"], False),
    ],
)
async def test_the_secret_goes_as_the_providers_document_says(
    stranger: Any, provider: Provider, desk: Desk, methods: list[str] | None, is_basic: bool
) -> None:
    provider.document, provider.basic = {"token_endpoint_auth_methods_supported": methods}, is_basic
    await comes_first(stranger, provider, desk)
    assert (await stranger.http.get(await sent_back(stranger, provider))).status_code == 303


@pytest.mark.parametrize(
    "document",
    [
        {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
        {"token_endpoint_auth_methods_supported": []},
        {"token_endpoint_auth_methods_supported": "client_secret_post"},
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


async def test_who_was_bound_to_an_account_stays_the_only_one(
    stranger: Any, provider: Provider, desk: Desk
) -> None:
    await comes_first(stranger, provider, desk)
    assert (await stranger.http.get(await sent_back(stranger, provider))).status_code == 303
    await stranger.press("/desk/logout")
    provider.person = {"sub": "u-99", "preferred_username": "wang"}
    await refused(stranger, await sent_back(stranger, provider))
    async with desk.database.write() as tx:
        assert await sign_on_bindings.waiting(tx) == ()  # the place is taken
        await users.reset(tx, "wang", "another password")  # the centre says: this is somebody else now
        await journal.write(tx, "wang", "user_reset", "wang", desk.clock())
        assert await sign_on_bindings.waiting(tx) == ()
    await comes_first(stranger, provider, desk)
    assert (await stranger.http.get(await sent_back(stranger, provider))).status_code == 303


async def test_a_blocked_account_stays_blocked(stranger: Any, provider: Provider, desk: Desk) -> None:
    await comes_first(stranger, provider, desk)
    async with desk.database.write() as tx:
        await users.block(tx, "wang", blocked=True)
    await refused(stranger, await sent_back(stranger, provider))


def test_secrets_go_by_tls_or_stay_on_this_machine() -> None:
    good = ("https://id.example", "http://127.0.0.1:8080/realm", "http://localhost/x")
    bad = ("http://id.example", "ftp://localhost", "https://", "javascript:alert(1)", "", "//id.example")
    assert all(map(is_safe, good))
    assert not any(map(is_safe, bad))
