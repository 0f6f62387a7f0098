"""Open311 as cities speak it: words that come later, agencies that return, requests opened again.

Whatever the server says is folded as the front door folds it: told once, lost never.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from hotline.open311.client import Open311Hotline
from intake.model.ports import Followed, Unavailable
from intake.model.status import Standing, StatusUpdate, is_news, standing

Make = Callable[..., dict[str, Any]]
KEY = "6f1f3a52-3f2a-4c8e-9a69-0d9f6b3c1a11"


@dataclass
class Follower:
    """What the front door keeps of one request, look by look."""

    hotline: Open311Hotline
    number: str = "R1"
    kept: list[StatusUpdate] = field(default_factory=list)

    @property
    def now(self) -> Standing:
        return standing(self.kept)

    async def looks(self) -> list[tuple[str, str | None]]:
        """The news of this look, each as type and words."""
        stands = self.now
        ticket = Followed(
            "WX230426093015004",
            self.number,
            stands.status.value,
            stands.round,
            stands.lead_unit,
            stands.due_at,
        )
        told = []
        for update in await self.hotline.news([ticket]):
            if update.event_id in {one.event_id for one in self.kept}:
                continue
            if is_news(self.kept, update):
                told.append((update.type, update.public_text))
            self.kept.append(update)
        return told


@pytest.fixture
async def follower(hotline: Open311Hotline, server: Any, document: Make) -> Follower:
    server.has_updates = True
    await hotline.submit(document(), KEY)
    one = Follower(hotline)
    await one.looks()
    return one


async def test_notes_filled_in_after_the_end_are_told_once(follower: Follower, server: Any) -> None:
    server.changes("R1", status="closed")
    assert await follower.looks() == [("completed", None)]
    server.changes("R1", notes="A valve was replaced.")
    assert await follower.looks() == [("completed", "A valve was replaced.")]
    assert await follower.looks() == []
    assert (follower.now.status, follower.now.public_text) == ("completed", "A valve was replaced.")


async def test_an_end_without_notes_and_its_words_elsewhere_in_the_same_second(
    follower: Follower, server: Any
) -> None:
    server.changes("R1", status="closed")
    server.written.append(_said("7", "CLOSED", "Done at noon", server.filed[0]["changed"]))
    assert ("completed", "Done at noon") in await follower.looks()
    assert await follower.looks() == []


async def test_words_of_the_end_that_come_a_look_later_with_an_earlier_time(
    follower: Follower, server: Any
) -> None:
    server.changes("R1", status="closed")
    await follower.looks()
    server.written.append(_said("7", "CLOSED", "Done at noon", "2023-04-26T02:00:00Z"))
    assert await follower.looks() == [("completed", "Done at noon")]


async def test_notes_while_it_is_open_are_told_once(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    await hotline.submit(document(), KEY)
    follower = Follower(hotline)
    server.changes("R1", agency="HEAT", notes="Parts ordered")
    assert ("contacted", "Parts ordered") in await follower.looks()
    assert await follower.looks() == []
    server.changes("R1", status="closed", notes="Parts ordered")
    assert await follower.looks() == [("completed", "Parts ordered")]


async def test_an_agency_that_has_it_again(follower: Follower, server: Any) -> None:
    leads = []
    for agency in ("HEAT", "Street office", "HEAT", "HEAT", "Street office"):
        server.changes("R1", agency=agency)
        leads.append(len(await follower.looks()))
        assert await follower.looks() == []
    assert leads == [1, 1, 1, 0, 1]
    assert follower.now.lead_unit == "Street office"


async def test_opened_again_with_its_old_notes_and_closed_with_new_ones(
    follower: Follower, server: Any
) -> None:
    server.changes("R1", status="closed", notes="Done.")
    await follower.looks()
    server.changes("R1", status="open")
    assert await follower.looks() == [("rework", None)]
    assert await follower.looks() == []
    server.changes("R1", status="closed", notes="Now it is warm.")
    assert await follower.looks() == [("completed", "Now it is warm.")]
    assert (follower.now.status, follower.now.round) == ("completed", 2)


async def test_opened_again_by_a_server_whose_times_stand_still(follower: Follower, server: Any) -> None:
    asked = server.filed[0]["asked"]
    heard = []
    for status in ("closed", "open", "closed", "open"):
        server.changes("R1", status=status)
        server.filed[0]["changed"] = asked
        heard += [type_ for type_, _ in await follower.looks()]
    assert heard == ["completed", "rework", "completed", "rework"]


def followed(number: str) -> Followed:
    return Followed("WX230426093015004", number, "submitted", 1)


async def _two(hotline: Open311Hotline, document: Make) -> list[Followed]:
    for n in range(2):
        await hotline.submit(document(), f"{KEY}{n}")
    return [followed("R1"), followed("R2"), followed("gone")]


async def test_a_server_that_answers_only_the_first_number(
    hotline: Open311Hotline, server: Any, document: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets, whole = await _two(hotline, document), server.get_requests
    first = lambda name, given: whole(  # noqa: E731
        name, given | {"service_request_id": given["service_request_id"].partition(",")[0]}
    )
    monkeypatch.setattr(server, "get_requests", first)
    assert {one.hotline_ref for one in await hotline.news(tickets)} == {"R1", "R2"}


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_a_server_that_fails_on_one_number_it_does_not_know(
    hotline: Open311Hotline, server: Any, document: Make, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    tickets, whole = await _two(hotline, document), server.get_requests

    def strict(name: str, given: dict[str, str]) -> httpx.Response:
        unknown = "gone" in given.get("service_request_id", "")
        return server._wrong(status, "service_request_id was not found") if unknown else whole(name, given)

    monkeypatch.setattr(server, "get_requests", strict)
    assert {one.hotline_ref for one in await hotline.news(tickets[::-1])} == {"R1", "R2"}


async def test_updates_of_the_others_are_read_though_one_request_is_unknown_there(
    hotline: Open311Hotline, server: Any, document: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.has_updates = True
    tickets, whole = await _two(hotline, document), server.get_servicerequestupdates
    server.written.append(_said("1", "OPEN", "On its way", "2023-04-26T12:00:00Z", "R2"))

    def strict(name: str, given: dict[str, str]) -> httpx.Response:
        unknown = given["service_request_id"] in ("R1", "gone")
        return server._wrong(404, "service_request_id was not found") if unknown else whole(name, given)

    monkeypatch.setattr(server, "get_servicerequestupdates", strict)
    for _ in range(2):
        said = [one.public_text for one in await hotline.news(tickets) if one.public_text]
        assert said == ["On its way"]


async def test_a_server_that_is_away_is_not_asked_for_each(
    hotline: Open311Hotline, server: Any, document: Make
) -> None:
    await _two(hotline, document)
    server.answer = httpx.Response(503)
    with pytest.raises(Unavailable):
        await hotline.news([followed(f"R{n}") for n in range(40)])


@pytest.mark.parametrize("sealed", [{"confidential": True}, {"report": True}])
async def test_what_is_written_on_a_sealed_request_names_nobody(
    hotline: Open311Hotline, document: Make, sealed: dict[str, bool]
) -> None:
    known = document()
    known["person"] = known["person"] | {"name": "王小芳", "phone": "13912345678", "confidential": True}
    if sealed.get("report"):
        known["person"]["confidential"], known["appeal_type"] = False, "JB"
    photo = {"kind": "photo", "media_type": "image/jpeg", "url": "http://f/1", "sha256": "a", "size": 1}
    voice = {"kind": "voice", "media_type": "audio/amr", "url": "http://f/2", "sha256": "b", "size": 1}
    event = {
        "event_id": "e1",
        "type": "supplement",
        "text": "我是王小芳，电话13912345678，水管又爆了",
        "attachments": [photo, voice],
    }
    shown = hotline.as_everybody_reads_it(event, known)
    assert "王小芳" not in str(shown)
    assert "13912345678" not in str(shown)
    assert "http://f/2" not in str(shown)
    assert "水管又爆了" in shown["text"]
    assert "http://f/1" in str(shown)
    rated = {"event_id": "e2", "type": "survey_result", "survey": {"solved": "no", "comment": "找王小芳"}}
    shown = hotline.as_everybody_reads_it(rated, known)
    assert "王小芳" not in str(shown)
    assert shown["survey"]["solved"] == "no"


async def test_an_open_request_is_written_on_as_it_was_said(hotline: Open311Hotline, document: Make) -> None:
    event = {"event_id": "e1", "type": "supplement", "text": "I am Ms Li"}
    assert hotline.as_everybody_reads_it(event, document()) == event


def _said(number: str, status: str, words: str, at: str, request: str = "R1") -> dict[str, str]:
    return {
        "update_id": number,
        "service_request_id": request,
        "status": status,
        "updated_datetime": at,
        "description": words,
    }
