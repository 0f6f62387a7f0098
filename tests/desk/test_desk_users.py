"""Accounts: wrong passwords, lock-out, sessions that end."""

import asyncio
import time
from typing import Any
from unittest.mock import patch

import argon2
import pytest
from sqlalchemy import select

from desk.accounts import passwords, sign_on_bindings, users
from desk.accounts.login_attempts import Asker
from desk.accounts.oidc import Vouched
from desk.accounts.users import FIRST_USER, BadAccount, LockedOut, WrongPassword
from desk.app import Desk
from desk.db.tables import sessions
from desk.db.tables import users as user_rows
from desk.workflow.states import Role

PASSWORD = "correct horse battery"


@pytest.fixture
async def first_user(desk: Desk) -> str:
    assert await desk.ensure_first_user(PASSWORD)
    return FIRST_USER


async def wrong(desk: Desk, name: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(WrongPassword):
            await desk.log_in(name, "guess")


async def test_five_wrong_passwords_lock_the_name_for_a_quarter_of_an_hour(
    desk: Desk, first_user: str, clock: Any
) -> None:
    await wrong(desk, first_user, 5)
    with pytest.raises(LockedOut):
        await desk.log_in(first_user, PASSWORD)
    clock.on(minutes=14, seconds=59)
    with pytest.raises(LockedOut):
        await desk.log_in(f" {first_user.upper()} ", PASSWORD)
    clock.on(seconds=2)
    assert await desk.log_in(first_user, PASSWORD)


STRANGER, OWNER = Asker("203.0.113.9"), Asker("198.51.100.7")


async def guesses(desk: Desk, name: str, asker: Asker, times: int) -> None:
    for _ in range(times):
        with pytest.raises(WrongPassword):
            await desk.log_in(name, "guess", asker=asker)


async def test_a_stranger_who_guesses_locks_nobody_but_themselves(desk: Desk, first_user: str) -> None:
    await guesses(desk, first_user, STRANGER, 5)
    with pytest.raises(LockedOut):
        await desk.log_in(first_user, PASSWORD, asker=STRANGER)
    assert await desk.log_in(first_user, PASSWORD, asker=OWNER)


async def test_another_address_of_the_same_network_is_the_same_stranger(desk: Desk, first_user: str) -> None:
    for n in range(5):
        await guesses(desk, first_user, Asker(f"2001:db8:7:1::{n + 1}"), 1)
    with pytest.raises(LockedOut):
        await desk.log_in(first_user, PASSWORD, asker=Asker("2001:db8:7:1:ffff::9"))
    assert await desk.log_in(first_user, PASSWORD, asker=Asker("2001:db8:7:2::1"))


async def test_many_addresses_close_the_name_to_all_but_known_devices(desk: Desk, first_user: str) -> None:
    known = await desk.asker(first_user, OWNER.address, await desk.device_mark(first_user))
    for n in range(10):
        await guesses(desk, first_user, Asker(f"203.0.113.{n}"), 5)
    with pytest.raises(LockedOut):
        await desk.log_in(first_user, PASSWORD, asker=OWNER)
    assert await desk.log_in(first_user, PASSWORD, asker=known)


async def test_a_known_device_guesses_no_more_than_others(desk: Desk, first_user: str) -> None:
    known = await desk.asker(first_user, "", await desk.device_mark(first_user))
    await guesses(desk, first_user, known, 5)
    with pytest.raises(LockedOut):
        await desk.log_in(first_user, PASSWORD, asker=known)


@pytest.mark.parametrize("made_for", ["li", "", "wan", "first"])
async def test_a_device_is_known_for_the_name_that_was_inside_alone(
    desk: Desk, first_user: str, made_for: str
) -> None:
    cookie = await desk.device_mark("zhang")
    assert (await desk.asker("zhang", "", cookie)).device
    assert not (await desk.asker(made_for, "", cookie)).device
    for forged in ("", ".", "x.y", cookie + "0", cookie.partition(".")[0], "é." + cookie.partition(".")[2]):
        assert not (await desk.asker("zhang", "", forged)).device


async def test_a_stranger_at_the_door_does_not_keep_the_owner_from_a_new_password(
    desk: Desk, first_user: str
) -> None:
    session = await desk.log_in(first_user, PASSWORD, asker=OWNER)
    user = await desk.whose(session)
    assert user is not None
    for n in range(9):
        await guesses(desk, first_user, Asker(f"203.0.113.{n}"), 5)
    await desk.change_password(user.actor, PASSWORD, "another good one", session)


async def test_passwords_are_weighed_two_at_a_time_by_threads_of_their_own() -> None:
    """Each takes 64 MiB: a hundred log-ins at once take no more than two."""
    at_once = 0
    most = 0

    def slow(*_: str) -> bool:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.01)
        at_once -= 1
        return False

    with patch.object(passwords, "_fits", slow):
        await asyncio.gather(*[passwords.fits("", "") for _ in range(20)])
    assert most <= passwords.AT_ONCE


async def test_guessing_all_at_once_does_not_get_around_the_lock(desk: Desk, first_user: str) -> None:
    guesses = [desk.log_in(first_user, f"guess {n}") for n in range(12)]
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(WrongPassword) == 5
    assert [type(outcome) for outcome in outcomes].count(LockedOut) == 7


async def test_an_unknown_name_is_refused_and_locked_like_any_other(desk: Desk, first_user: str) -> None:
    await wrong(desk, "nobody", 5)
    with pytest.raises(LockedOut):
        await desk.log_in("nobody", "guess")


@pytest.mark.parametrize("name", ["", " ", "a\x00b", "n" * 65])
async def test_a_name_nobody_can_have_is_just_a_wrong_one(desk: Desk, name: str) -> None:
    with pytest.raises(WrongPassword):
        await desk.log_in(name, PASSWORD)


async def test_a_good_password_forgets_the_wrong_ones(desk: Desk, first_user: str) -> None:
    await wrong(desk, first_user, 4)
    await desk.log_in(first_user, PASSWORD)
    await wrong(desk, first_user, 4)
    assert await desk.log_in(first_user, PASSWORD)


async def test_a_session_ends_after_twelve_hours_or_by_logging_out(
    desk: Desk, first_user: str, clock: Any
) -> None:
    first, second = await desk.log_in(first_user, PASSWORD), await desk.log_in(first_user, PASSWORD)
    user = await desk.whose(first)
    assert user is not None
    assert (user.role, user.actor.name) == (Role.CENTRE, FIRST_USER)
    await desk.log_out(first)
    assert await desk.whose(first) is None
    clock.on(hours=11, minutes=59)
    assert await desk.whose(second) is not None
    clock.on(minutes=1)
    assert await desk.whose(second) is None
    assert await desk.whose("made up") is None


async def test_neither_password_nor_token_is_kept(desk: Desk, first_user: str) -> None:
    token = await desk.log_in(first_user, PASSWORD)
    async with desk.database.read() as tx:
        kept = str((await tx.execute(select(user_rows))).all()) + str(
            (await tx.execute(select(sessions))).all()
        )
    assert "$argon2id$" in kept
    assert PASSWORD not in kept
    assert token not in kept


def test_a_password_costs_whoever_guesses_it_as_much_as_the_library_advises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "PasswordHasher", argon2.PasswordHasher)  # the tests' own is light
    kept = passwords.hashed(PASSWORD, "li")
    assert argon2.extract_parameters(kept) == argon2.profiles.get_default_parameters()


async def test_a_new_password_ends_sessions_and_lock(desk: Desk, first_user: str) -> None:
    token = await desk.log_in(first_user, PASSWORD)
    await wrong(desk, first_user, 5)
    async with desk.database.write() as tx:
        await users.reset(tx, first_user, "another good one")
    assert await desk.whose(token) is None
    assert await desk.log_in(first_user, "another good one")


async def test_the_first_user_is_made_once(desk: Desk, first_user: str) -> None:
    assert not await desk.ensure_first_user("some other password")
    assert await desk.log_in(first_user, PASSWORD)


@pytest.mark.parametrize(
    ("name", "password", "role", "unit"),
    [
        ("li", "short", Role.CENTRE, None),
        ("li", PASSWORD, Role.UNIT, None),
        ("li", PASSWORD, Role.CENTRE, "housing"),
        ("li", PASSWORD, Role.CITIZEN, None),
        ("DESK", PASSWORD, Role.CENTRE, None),
        ("", PASSWORD, Role.CENTRE, None),
    ],
)
async def test_an_account_that_cannot_be(
    desk: Desk, first_user: str, clock: Any, name: str, password: str, role: Role, unit: str | None
) -> None:
    async with desk.database.write() as tx:
        with pytest.raises(BadAccount):
            await users.add(tx, name, password, role, unit, clock())


async def test_nobody_resets_an_account_that_is_not_there(desk: Desk) -> None:
    async with desk.database.write() as tx:
        with pytest.raises(BadAccount):
            await users.reset(tx, "nobody", PASSWORD)


async def test_a_unit_has_its_own_people(desk: Desk, clock: Any) -> None:
    async with desk.database.write() as tx:
        await users.add(tx, "Li", PASSWORD, Role.UNIT, "housing", clock())
        assert [(user.name, user.unit) for user in await users.everybody(tx)] == [("li", "housing")]
    user = await desk.whose(await desk.log_in("li", PASSWORD))
    assert user is not None
    assert (user.actor.role, user.actor.unit) == (Role.UNIT, "housing")


@pytest.mark.parametrize(
    "bad",
    [
        "elevenchars",
        "x" * 129,
        "aaaaaaaaaaaa",
        "abababababab",
        "123456789012",
        "abcdefghijklmn",
        "password2026!",
        "PasswordPassword",
        "qwertyuiop12",
        "woaini520520",
        "wangwei123456",
        "zhanglaosan1",
    ],
)
def test_what_is_tried_first_is_no_password(bad: str) -> None:
    with pytest.raises(passwords.BadPassword):
        passwords.hashed(bad, "zhanglaosan")


@pytest.mark.parametrize(
    "good", [PASSWORD, "路灯坏了三天没人修啊真是", "correct horse 🐴 battery", "x7#kQ" * 25]
)
async def test_any_sign_may_stand_in_a_password(good: str) -> None:
    assert await passwords.fits(passwords.hashed(good, "li"), good)


async def test_who_waits_for_an_account_is_bound_and_unbound(desk: Desk, first_user: str, clock: Any) -> None:
    person = Vouched("https://id.city.example", "7f3c-9a21", first_user)
    async with desk.database.write() as tx:
        assert await sign_on_bindings.entered(tx, person, clock()) is None
        (waits,) = await sign_on_bindings.waiting(tx)
        await sign_on_bindings.bind(tx, first_user, first_user, waits.digest, clock())
    async with desk.database.write() as tx:
        assert await sign_on_bindings.waiting(tx) == ()
        assert await sign_on_bindings.entered(tx, person, clock()) is not None
        await sign_on_bindings.unbind(tx, first_user, first_user, clock())
        assert await sign_on_bindings.waiting(tx) == ()  # what was before is over
        assert await sign_on_bindings.entered(tx, person, clock()) is None
        assert len(await sign_on_bindings.waiting(tx)) == 1
