"""People before the desk's pages: each with a browser that keeps cookies and reads forms."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from html import unescape
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from desk.accounts import users
from desk.app import Desk
from desk.pages.router import desk_pages
from desk.workflow.states import Role

PASSWORD = "a long password"
STAFF: dict[str, tuple[Role, str | None]] = {
    "wang": (Role.CENTRE, None),
    "li": (Role.UNIT, "housing"),
    "zhao": (Role.UNIT, "street"),
    "sun": (Role.LEADER, None),
}
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


class Person:
    """A browser without a screen."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def look(self, path: str) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return unescape(answer.text)

    async def token(self, path: str = "/desk") -> str:
        found = _TOKEN.search((await self.http.get(path)).text)
        assert found is not None
        return found[1]

    async def press(self, path: str, **fields: Any) -> httpx.Response:
        """Post a form of the desk, with its proof."""
        return await self.http.post(path, data={"token": await self.token(), **fields})

    async def log_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        token = await self.token("/desk/login")
        return await self.http.post("/desk/login", data={"token": token, "name": name, "password": password})

    async def act(self, hotline_ref: str, action: str, **fields: Any) -> httpx.Response:
        """Take a step with the version the page shows."""
        page = await self.look(f"/desk/tickets/{hotline_ref}")
        version = re.search(r'data-key="(\d+)"', page)
        assert version is not None
        return await self.press(f"/desk/tickets/{hotline_ref}/{action}", version=version[1], **fields)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here: what pages ask of it is tested on both."""
    return sqlite_url


@pytest.fixture
async def pages(desk: Desk) -> FastAPI:
    """The desk's pages."""
    app = FastAPI()
    app.include_router(
        desk_pages(
            desk, new_secret=lambda: "a secret of the door", attachment_url=lambda _: "/file", secure=False
        )
    )
    return app


@pytest.fixture
async def stranger(pages: FastAPI) -> AsyncIterator[Person]:
    """Somebody who has not logged in."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://desk") as http:
        yield Person(http)


@pytest.fixture
async def account(desk: Desk) -> Callable[[str], Awaitable[None]]:
    """Give one of `STAFF` an account. Hashing a password is slow, so only whoever comes gets one."""

    async def give(name: str) -> None:
        role, unit = STAFF[name]
        async with desk.database.write() as tx:
            if name not in {user.name for user in await users.everybody(tx)}:
                await users.add(tx, name, PASSWORD, role, unit, desk.clock(), given=False)

    return give


@pytest.fixture
async def arrives(
    pages: FastAPI, account: Callable[[str], Awaitable[None]]
) -> AsyncIterator[Callable[[str], Awaitable[Person]]]:
    """Log somebody in on a browser of their own."""
    browsers: list[httpx.AsyncClient] = []

    async def arrive(name: str) -> Person:
        await account(name)
        browsers.append(httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://desk"))
        person = Person(browsers[-1])
        assert (await person.log_in(name)).status_code == 303
        return person

    yield arrive
    for browser in browsers:
        await browser.aclose()


@pytest.fixture
async def wang(arrives: Callable[[str], Awaitable[Person]]) -> Person:
    """Of the centre."""
    return await arrives("wang")


@pytest.fixture
async def li(arrives: Callable[[str], Awaitable[Person]]) -> Person:
    """Of the housing unit, which will lead."""
    return await arrives("li")


@pytest.fixture
async def zhao(arrives: Callable[[str], Awaitable[Person]]) -> Person:
    """Of the street unit, which will help."""
    return await arrives("zhao")
