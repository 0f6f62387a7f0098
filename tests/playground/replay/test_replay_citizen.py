"""The scripted citizen, alone with a hotline that says what a test wants it to say."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from intake.city import CityProfile
from intake.phrases import FALLBACK
from playground.chat import Chat
from playground.phones import Button, Phone
from playground.replay.citizen import Ending, ReplayCitizen, ReplayStory
from playground.replay.ear import GOES_ON, Ear
from playground.replay.rows import RecordedComplaint
from playground.replay.script import Script

NOW = datetime(2026, 4, 26, 9, 30, tzinfo=UTC)
ROW = RecordedComplaint(7, "u1", "路灯坏了三天")
Says = tuple[str, tuple[str, ...]]


class OddPhone:
    """Answers each message with the next of `lines` (phrase and buttons), then with silence."""

    user = "odd"

    def __init__(self, lines: list[Says]) -> None:
        self.chat = Chat()
        self.said: list[str] = []
        self._lines = iter(lines)
        self._ids = count(1)

    def bubbles(self, after: int):
        return self.chat.since(after)

    async def changed(self, after: int) -> None:
        await self.chat.changed(after)

    async def open(self) -> None:
        self._answer()

    async def say(self, text: str) -> None:
        self.said.append(text)
        self._answer()

    async def tap(self, bubble_id: str, button_id: str) -> None:
        self.said.append(f"[{button_id}]")
        self.chat.edit(bubble_id, buttons=())
        self._answer()

    def _answer(self) -> None:
        line = next(self._lines, None)
        if line is not None:
            buttons = tuple(Button(label, label) for label in line[1])
            self.chat.add(str(next(self._ids)), "bot", line[0], NOW, buttons=buttons)


Told = Callable[[list[Says]], "object"]


@pytest.fixture
def words(city: CityProfile) -> Callable[[str], str]:
    return lambda key: (
        city.wording[FALLBACK][key].replace("{city}", city.name).replace("{hotline}", city.hotline)
    )


async def told(city: CityProfile, phone: Phone, patience: float = 0.05) -> ReplayStory:
    script = Script(city)
    return await ReplayCitizen(phone, script.person(3), Ear(city), script, patience).tell(ROW, (ROW.text,))


async def test_who_gets_no_answer_is_stuck(city: CityProfile) -> None:
    story = await told(city, OddPhone([]))
    assert (story.ending, story.stuck_at, story.turns) == (
        Ending.STUCK,
        "silence after the first message",
        (),
    )


async def test_talk_that_asks_nothing_is_waited_out(city: CityProfile) -> None:
    story = await told(city, OddPhone([("今天天气不错", ())]))
    assert story.stuck_at == "silence after the first message"
    assert len(story.turns) == 1


async def test_the_same_question_again_and_again_is_given_up(
    city: CityProfile, words: Callable[[str], str]
) -> None:
    phone = OddPhone([(words("ask.place"), ())] * 9)
    story = await told(city, phone)
    assert (story.ending, story.stuck_at) == (Ending.STUCK, "place again and again")
    assert phone.said[1] != phone.said[2], "asked again, a person says it another way"
    assert len(phone.said) == 4


async def test_a_choice_is_tapped_where_there_is_a_button_and_typed_where_not(
    city: CityProfile, words: Callable[[str], str]
) -> None:
    agree, submit = words("notice.agree"), words("choice.submit")
    phone = OddPhone(
        [
            (words("notice.text"), (agree, words("notice.decline"))),
            (f"请核对：\n事情：{words('ask.place')}\n{words('summary.foot')}", ()),
            (words("errand.supplement_done").replace("{tail}", "1234"), ()),
        ]
    )
    story = await told(city, phone)
    assert phone.said == [ROW.text, f"[{agree}]", submit]
    assert (story.ending, story.reference) == (Ending.SUPPLEMENT, "1234")
    assert story.asked == ("notice", "summary")


def test_every_card_and_receipt_is_known_by_its_words(city: CityProfile) -> None:
    ear = Ear(city)
    for key, text in city.wording[FALLBACK].items():
        if key.startswith("safety.") and key != GOES_ON:
            heard = ear.hear(text.format(city=city.name, hotline=city.hotline, number="火警119"))
            assert heard is not None, key
            assert heard.step == "safety", key
    receipt = city.wording[FALLBACK]["receipt.text"].format(
        city=city.name, hotline=city.hotline, reference="WX1", code="ABC", category="路灯", due="5月1日"
    )
    heard = ear.hear(receipt)
    assert heard is not None
    assert (heard.step, heard.values["reference"]) == ("receipt", "WX1")
