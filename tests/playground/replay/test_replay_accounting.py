"""The account: what citizens were told, held against what the backend has."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from hotline.contract import CategoryPart, PersonPart, SuggestedPart, TicketDocument, UrgencyPart
from intake.city import CityProfile
from playground.replay.accounting import account
from playground.replay.books import Books
from playground.replay.citizen import Ending, ReplayStory
from playground.replay.report import lines, report

NOTHING = Books({}, {}, Counter())
WORDS = "路灯坏了三天"


def story(row: int, ending: Ending, reference: str = "", asked: tuple[str, ...] = ()) -> ReplayStory:
    return ReplayStory(row, "u1", "13900000001", ending, reference, (WORDS,), WORDS, asked, (0.1, 0.3))


def ticket(reference: str, key: str, content: str = WORDS, **more: object) -> TicketDocument:
    return TicketDocument(
        reference=reference,
        idempotency_key=key,
        channel="WX",
        submitted_at=datetime(2026, 4, 26, tzinfo=UTC),
        appeal_type="QZ",
        category=CategoryPart(code="020301"),
        urgency=UrgencyPart(),
        title="路灯",
        content=content,
        person=PersonPart(kind="individual", phone="13900000001"),
        reply_wanted=True,
        is_public=False,
        suggested=SuggestedPart(),
        language="zh-Hans",
        **more,
    )


def books(*tickets: TicketDocument, added: tuple[str, ...] = (), alerts: tuple[str, ...] = ()) -> Books:
    by_key = {one.idempotency_key: one for one in tickets}
    return Books(by_key, {one.reference: added for one in tickets}, Counter(alerts))


def test_what_the_backend_never_got_is_lost() -> None:
    stories = [
        story(1, Ending.TICKET, "WX0001"),
        story(2, Ending.STOP),
        story(3, Ending.SUPPLEMENT, "0001"),
        story(4, Ending.STUCK),
    ]
    assert [one.row for one in account(stories, NOTHING).lost] == [1, 2, 3, 4]


def test_a_receipt_given_twice_loses_the_second_conversation() -> None:
    stories = [story(1, Ending.TICKET, "WX0001"), story(2, Ending.TICKET, "WX0001")]
    found = account(stories, books(ticket("WX0001", "a")))
    assert ([one.row for one in found.lost], found.doubled) == ([2], 0)


def test_a_ticket_nobody_was_told_of_is_doubled() -> None:
    found = account([story(1, Ending.TICKET, "WX0001")], books(ticket("WX0001", "a"), ticket("WX0002", "b")))
    assert (found.lost, found.doubled) == ((), 1)


def test_a_ticket_filed_again_under_another_key_is_doubled() -> None:
    found = account([story(1, Ending.TICKET, "WX0001")], books(ticket("WX0001", "a"), ticket("WX0001", "b")))
    assert (found.lost, found.doubled) == ((), 1)


def test_one_alert_stands_for_one_stop_only() -> None:
    found = account([story(1, Ending.STOP), story(2, Ending.STOP)], books(alerts=(WORDS,)))
    assert [one.row for one in found.lost] == [2]


def test_a_supplement_belongs_to_a_ticket_of_the_same_citizen() -> None:
    first, second = story(1, Ending.TICKET, "WX0001"), story(2, Ending.SUPPLEMENT, "0001")
    stranger = replace(second, row=3, phone="13900000002")
    found = account([first, second, stranger], books(ticket("WX0001", "a"), added=(WORDS, WORDS)))
    assert [one.row for one in found.lost] == [3]


def test_words_that_did_not_arrive_are_noted() -> None:
    stories = [story(1, Ending.TICKET, "WX0001"), story(2, Ending.TICKET, "WX0002")]
    found = account(
        stories, books(ticket("WX0001", "a", "路灯坏了"), ticket("WX0002", "b", f"急！\n{WORDS}"))
    )
    assert found.shortened == (1,)


def test_a_story_that_goes_on_in_a_supplement_arrived_whole() -> None:
    told = replace(story(1, Ending.TICKET, "WX0001"), told=(WORDS * 400,))
    cut = ticket("WX0001", "a", WORDS * 333 + WORDS[:2], subject="物业")
    rest = WORDS[2:] + WORDS * 66
    assert account([told], books(cut, added=(rest,))).shortened == ()
    added = replace(told, row=2, ending=Ending.SUPPLEMENT, reference="0001")
    both = books(cut, added=(rest, cut.content, rest))
    assert account([told, added], both).shortened == ()


def test_the_report_counts_questions_and_what_nobody_had_to_ask(city: CityProfile) -> None:
    stories = [
        story(1, Ending.TICKET, "WX0001", ("notice", "place", "contact", "summary")),
        story(2, Ending.TICKET, "WX0002", ("summary",)),
    ]
    filed = [ticket(one.reference, one.reference, place={"text": "新华南路"}) for one in stories]
    found = report(account(stories, books(*filed)), stories, city, 2.0)
    assert (found.conversations, found.tickets, found.lost, found.doubled, found.clean) == (2, 2, 0, 0, True)
    assert (found.questions_median, found.questions_p90) == (0, 2)
    assert found.asked == {"place": 1, "contact": 1}
    assert found.filled_from_first["place"] == 0.5
    assert found.filled_from_first["phone"] == 0.5
    assert found.filled_from_first["type"] == 0.0, "the default's type was not said by anybody"
    assert (found.turn_median, found.turn_p99) == (0.1, 0.3)


def test_the_report_repeats_no_words(city: CityProfile) -> None:
    stuck = replace(story(5, Ending.STUCK), stuck_at="silence after contact")
    found = report(account([stuck], NOTHING), [stuck], city, 1.0)
    said = "\n".join(lines(found)) + str(found.as_json())
    assert "row 5: silence after contact" in said
    assert not found.clean
    assert WORDS not in said
    assert stuck.phone not in said
