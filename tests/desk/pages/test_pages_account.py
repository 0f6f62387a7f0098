"""One's own account: wrong passwords, codes used twice, sessions that must end; and the journal of it all."""

from typing import Any

import pyotp
import pytest
from sqlalchemy import update

from desk.app import Desk
from desk.db.tables import journal as lines
from desk.history import audit, journal
from tests.desk.pages.conftest import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(clock: Any, steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(int(clock().timestamp()) + 30 * steps)


async def with_factor(wang: Any, clock: Any) -> None:
    answer = await wang.press("/desk/me/factor", old=PASSWORD, secret=SECRET, code=code(clock))
    assert answer.status_code == 200
    assert "两步验证已开启" in answer.text


async def log_in(stranger: Any, given: str) -> int:
    fields = {
        "token": await stranger.token("/desk/login"),
        "name": "wang",
        "password": PASSWORD,
        "code": given,
    }
    return int((await stranger.http.post("/desk/login", data=fields)).status_code)


@pytest.mark.parametrize(("old", "given"), [("wrong password", ""), (PASSWORD, "000000"), (PASSWORD, "abc")])
async def test_a_factor_is_not_turned_on_by_a_guess(wang: Any, clock: Any, old: str, given: str) -> None:
    answer = await wang.press("/desk/me/factor", old=old, secret=SECRET, code=given or code(clock))
    assert answer.status_code == 409


async def test_with_a_factor_the_password_alone_opens_nothing(
    wang: Any, stranger: Any, clock: Any, desk: Desk
) -> None:
    await with_factor(wang, clock)
    assert await log_in(stranger, "") == 401
    assert await log_in(stranger, code(clock)) == 401, "it was used to turn it on"
    clock.on(seconds=30)
    assert await log_in(stranger, code(clock, 9)) == 401
    assert await log_in(stranger, code(clock)) == 303
    await desk.log_out("token-2")


async def test_wrong_codes_lock_the_account(wang: Any, stranger: Any, clock: Any) -> None:
    await with_factor(wang, clock)
    clock.on(seconds=60)
    assert [await log_in(stranger, "000000") for _ in range(6)][-1] == 429
    assert await log_in(stranger, code(clock)) == 429


@pytest.mark.parametrize("form", ["/desk/me/password", "/desk/me/factor"])
async def test_whoever_guesses_the_password_at_an_open_desk_is_locked_out(wang: Any, form: str) -> None:
    """Found by schemathesis: the sixth wrong password broke the page."""
    answers = [await wang.press(form, old="wrong password", new="another long one") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [409] * 5 + [429]
    assert "试错太多次" in answers[-1].text


async def test_a_new_password_ends_every_other_session(arrives: Any) -> None:
    here, elsewhere = await arrives("wang"), await arrives("wang")
    assert (await here.press("/desk/me/password", old="wrong", new="another password")).status_code == 409
    assert (await here.press("/desk/me/password", old=PASSWORD, new="short")).status_code == 409
    assert (await here.press("/desk/me/password", old=PASSWORD, new="another password")).status_code == 200
    assert (await here.http.get("/desk")).status_code == 200
    assert (await elsewhere.http.get("/desk")).status_code == 303


async def test_the_journal_names_deeds_and_shows_tampering(wang: Any, stranger: Any, desk: Desk) -> None:
    await wang.press("/desk/users/add", name="new", role="leader")
    await stranger.log_in("wang", "not it")
    await stranger.log_in("13912345678", "not it")
    async with desk.database.read() as tx:
        written = [(row.name, row.action, row.about) for row in await tx.execute(lines.select())]
        assert await journal.broken_at(tx) is None
    assert written == [
        ("wang", "log_in", ""),
        ("wang", "user_add", "new"),
        ("wang", "wrong_password", ""),
        ("-", "wrong_password", ""),
    ]
    async with desk.database.write() as tx:
        await tx.execute(update(lines).where(lines.c.action == "user_add").values(about="somebody"))
    assert await audit.broken_line(desk.database) == 2
