"""Every path of the desk as each role, and as nobody: made from the router, so that no path is forgotten."""

from typing import Any

import pytest
from fastapi.routing import APIRoute

from desk.app import Desk
from desk.pages.router import desk_pages
from desk.workflow.states import Role
from tests.desk.pages.conftest import STAFF

EVERYBODY = frozenset({Role.CENTRE, Role.UNIT, Role.CALLBACK, Role.LEADER, Role.AUDITOR})
CENTRE = frozenset({Role.CENTRE})
NO_UNIT = EVERYBODY - {Role.UNIT}

MAY: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/desk"): EVERYBODY,
    ("GET", "/desk/search"): EVERYBODY,
    ("GET", "/desk/notices"): EVERYBODY,  # each sees those meant for them, which may be none
    ("POST", "/desk/notices"): EVERYBODY,
    ("GET", "/desk/units"): EVERYBODY,
    ("GET", "/desk/me"): EVERYBODY,
    ("POST", "/desk/me/password"): EVERYBODY,
    ("POST", "/desk/me/factor"): EVERYBODY,
    ("POST", "/desk/logout"): EVERYBODY,
    ("POST", "/desk/views"): EVERYBODY,
    ("POST", "/desk/views/{view_id}/drop"): EVERYBODY,  # of their own
    ("GET", "/desk/tickets/{hotline_ref}"): NO_UNIT,  # the ticket is another unit's
    ("POST", "/desk/tickets/{hotline_ref}/{action}"): NO_UNIT,
    ("GET", "/desk/overview"): NO_UNIT,
    ("GET", "/desk/digest"): NO_UNIT,
    ("GET", "/desk/bulletin"): NO_UNIT,
    ("GET", "/desk/survey"): NO_UNIT,
    ("GET", "/desk/lists/{which}"): NO_UNIT,
    ("GET", "/desk/canned"): frozenset({Role.CENTRE, Role.UNIT}),
    ("POST", "/desk/canned"): frozenset({Role.CENTRE, Role.UNIT}),
    ("POST", "/desk/canned/{canned_id}/drop"): frozenset({Role.CENTRE, Role.UNIT}),
    ("GET", "/desk/users"): CENTRE,
    ("POST", "/desk/users/{what}"): CENTRE,
    ("GET", "/desk/outbox"): CENTRE,
    ("POST", "/desk/outbox/{origin}/{entry_id}/retry"): CENTRE,
    ("POST", "/desk/outbox/{origin}/{entry_id}/bury"): CENTRE,
    ("POST", "/desk/bulk"): CENTRE,
    ("POST", "/desk/bulk/dispatch"): CENTRE,
    ("GET", "/desk/alerts"): CENTRE,
    ("POST", "/desk/alerts/{alert_id}/take"): CENTRE,
    ("GET", "/desk/talks/{conversation:path}"): CENTRE,
    ("POST", "/desk/talks/{conversation:path}/write"): CENTRE,
    ("POST", "/desk/talks/{conversation:path}/close"): CENTRE,
}
OPEN = {
    ("GET", "/desk/login"),
    ("POST", "/desk/login"),
    ("GET", "/desk/login/sign-on"),
    ("GET", "/desk/login/sign-on/back"),
    ("GET", "/desk/static/{name}"),
}
"""What stands before the door."""

FORBIDDEN = {403, 404}
WHO = {Role.CENTRE: "wang", Role.UNIT: "zhao", Role.CALLBACK: "he", Role.LEADER: "sun", Role.AUDITOR: "xu"}
FILLED = {
    "action": "note",
    "which": "overdue",
    "what": "block",
    "origin": "desk",
    "entry_id": "1",
    "canned_id": "1",
    "view_id": "1",
    "alert_id": "1",
    "conversation:path": "WX-1",
}


def paths(desk: Desk) -> list[tuple[str, str]]:
    """Every method and path the pages answer to."""
    router = desk_pages(desk, new_secret=str, attachment_url=str, secure=False)
    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    return sorted((method, route.path) for route in routes for method in route.methods)


def filled(path: str, hotline_ref: str) -> str:
    for name, value in (FILLED | {"hotline_ref": hotline_ref}).items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, path
    return path


@pytest.fixture(autouse=True)
def _all_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STAFF, "he", (Role.CALLBACK, None))
    monkeypatch.setitem(STAFF, "xu", (Role.AUDITOR, None))


def test_every_path_says_who_may(desk: Desk) -> None:
    assert set(paths(desk)) == set(MAY) | OPEN


async def test_nobody_gets_further_than_the_door(stranger: Any, hotline_ref: str) -> None:
    for method, path in sorted(MAY):
        answer = await stranger.http.request(method, filled(path, hotline_ref))
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/login"), path
        assert "frame-ancestors" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("role", sorted(EVERYBODY))
async def test_a_wrong_role_is_turned_away_everywhere(arrives: Any, hotline_ref: str, role: Role) -> None:
    person = await arrives(WHO[role])
    token = await person.token()
    ours = 0
    for method, path in sorted(MAY):
        where = filled(path, hotline_ref)
        if "logout" in path:
            continue
        sent = {"data": {"token": token}} if method == "POST" else {}
        answer = await person.http.request(method, where, **sent)
        if role in MAY[method, path]:
            told = "没有这个页面" in answer.text and "{" not in path
            assert answer.status_code != 403, (role, method, where)
            assert not told, (role, method, where)
            ours += 1
        else:
            assert answer.status_code in FORBIDDEN, (role, method, where, answer.status_code)
    assert ours


@pytest.mark.parametrize("role", sorted(EVERYBODY))
async def test_a_form_without_its_proof_moves_nothing(arrives: Any, hotline_ref: str, role: Role) -> None:
    person = await arrives(WHO[role])
    for method, path in sorted(MAY):
        if method == "POST":
            where = filled(path, hotline_ref)
            answer = await person.http.post(where, data={"token": "guessed"})
            assert answer.status_code == 403, (role, where)
            other = {"sec-fetch-site": "cross-site"}
            assert (await person.http.post(where, headers=other)).status_code == 403, (role, where)


async def test_a_number_no_row_can_have_is_no_such_page(wang: Any, hotline_ref: str) -> None:
    """One larger than the databases count was an error of ours on SQLite."""
    numbered = [path for _, path in sorted(MAY) if "_id}" in path]
    assert len(numbered) == 5
    for path in numbered:
        for number in (10**30, 2**63, 0, -1, "x"):
            where = filled(path, hotline_ref).replace("/1/", f"/{number}/")
            answer = await wang.press(where)
            assert (answer.status_code, "没有这个页面" in answer.text) == (404, True), where
