"""The ladder for danger: the form stops, one tap is asked for, or a line stands above the usual answer.

What a message weighs is told to the chat by hand here, so that the steps are tried and not the weights.
"""

from dataclasses import replace
from typing import Any

import pytest

from intake.dialog.danger import doubt as asking
from intake.model.reading import DangerDoubt, Reading, SafetySignal
from intake.understand import reader
from intake.understand.danger.ladder import DangerReading

MAYBE = "楼下那家又吵起来了，乒乒乓乓的"
"""Worth a question."""
HARDLY = "楼道里有股说不出来的怪味，一个礼拜了"
"""Worth a line."""
GLOOMY = "这日子过得真没意思"
WHERE = "新华中路15号门口的井"
SIGNALS = {
    WHERE: DangerDoubt(SafetySignal("emergency", "drowning", "119"), asks=True),
    MAYBE: DangerDoubt(SafetySignal("emergency", "violence", "110"), asks=True),
    HARDLY: DangerDoubt(SafetySignal("emergency", "gas", "119"), asks=False),
    GLOOMY: DangerDoubt(SafetySignal("self_harm", "suicide", "12356"), asks=True),
}
QUESTION = "有人正处在危险中吗"
LINE = "如果现在有人有危险"
FIRE = "着火了！楼下电动车烧起来了"


@pytest.fixture(autouse=True)
def weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = reader.safety.signal

    def read_danger(text: str) -> DangerReading:
        red = rules(text)
        found = next((doubt for words, doubt in SIGNALS.items() if words in text), None)
        return DangerReading(red, None if red else found)

    monkeypatch.setattr(reader, "read_danger", read_danger)


@pytest.fixture(params=["wechat", "telegram"])
def citizen(chats: Any, request: pytest.FixtureRequest) -> Any:
    """Somebody who agreed to the notice, on either channel."""
    chat = chats(channel=request.param).says("路灯坏了").taps("同意")
    if request.param == "telegram":
        chat.taps("单独同意")
    chat.says("取消").taps("确定取消")
    chat.effects.clear()
    return chat


@pytest.fixture(params=["wechat", "telegram"])
def stranger(chats: Any, request: pytest.FixtureRequest) -> Any:
    """Somebody who was asked for nothing yet."""
    return chats(channel=request.param)


def test_no_answer_to_the_question_loses_no_word(citizen: Any) -> None:
    citizen.says(MAYBE).hears(QUESTION, "110").says("三楼东户，天天这样").hears_not(QUESTION)
    assert MAYBE in citizen.draft.content
    assert "三楼东户" in citizen.draft.content
    assert not citizen.alerts


def test_yes_is_an_alarm_with_the_words_that_were_said(citizen: Any) -> None:
    citizen.says(MAYBE).taps("是").hears("请马上拨打110")
    assert [(alert.kind, alert.text) for alert in citizen.alerts] == [("violence", MAYBE)]
    citizen.says("继续")
    assert MAYBE in citizen.draft.content


@pytest.mark.parametrize("words", ["是", "是的", "1"])
def test_yes_can_be_said(citizen: Any, words: str) -> None:
    citizen.says(MAYBE, words)
    assert len(citizen.alerts) == 1


@pytest.mark.parametrize("words", ["不是", "2", "没有"])
def test_no_goes_on_as_if_nothing_had_been_asked(citizen: Any, words: str) -> None:
    asked = citizen.says(MAYBE, words).hears_not(QUESTION, LINE)
    assert asked.draft.content == MAYBE
    assert not asked.alerts


def test_before_consent(stranger: Any) -> None:
    stranger.says(MAYBE).hears(QUESTION).hears_not("登记前").taps("不是").hears("登记前请看一眼")
    assert not stranger.alerts


def test_an_alarm_before_consent(stranger: Any) -> None:
    stranger.says(MAYBE).taps("是").hears("110").hears_not("登记前")
    assert len(stranger.alerts) == 1


def test_after_the_notice_was_refused(stranger: Any) -> None:
    stranger.says("路灯坏了").taps("不同意").says(MAYBE).hears(QUESTION).taps("是").hears("110")
    assert [alert.text for alert in stranger.alerts] == [MAYBE]


def test_what_was_asked_in_the_form_waits(citizen: Any) -> None:
    citizen.says("路灯坏了一个月了").hears("在哪里").says(WHERE).hears(QUESTION)
    assert citizen.draft.place is None
    citizen.taps("不是")
    assert citizen.draft.place.text == WHERE


def test_a_survey_waits(filed: Any) -> None:
    filed.turn_ticket(status="completed").is_asked_to_rate().hears("联系过您吗")
    filed.says(GLOOMY).hears("12356").taps("不是").hears("联系过您吗").says("1").hears_not("联系过您吗")
    assert not [alert for alert in filed.alerts if alert.kind != "survey"]


def test_who_says_yes_in_a_survey_is_looked_after(filed: Any) -> None:
    filed.turn_ticket(status="completed").is_asked_to_rate().says(GLOOMY).taps("是").hears("不是一个人")
    assert filed.alerts[-1].kind == "suicide"


def test_nobody_is_asked_twice_in_a_row(citizen: Any) -> None:
    citizen.says(MAYBE).taps("不是").says(MAYBE).hears_not(QUESTION).hears(LINE, "110")
    citizen.passes(minutes=16).says(MAYBE).hears(QUESTION)


def test_a_cry_after_the_question_rings_with_all_that_was_said(citizen: Any) -> None:
    citizen.says(MAYBE, FIRE).hears("119")
    assert [alert.text for alert in citizen.alerts] == [f"{MAYBE}\n{FIRE}"]


def test_a_global_word_is_done_and_the_words_are_kept(citizen: Any) -> None:
    citizen.says(MAYBE, "帮助").hears_not(QUESTION)
    citizen.says("新华中路15号三楼")
    assert MAYBE in citizen.draft.content


def test_the_button_counts_once(citizen: Any) -> None:
    citizen.says(MAYBE)
    yes = citizen.shown["是"]
    citizen.taps("不是").presses(yes.step, yes.option)
    assert not citizen.alerts


def test_a_line_stands_above_the_answer_and_the_form_goes_on(citizen: Any) -> None:
    citizen.says(HARDLY).hears(LINE, "119", "在哪里")
    assert citizen.text.index(LINE) < citizen.text.index("在哪里")
    assert citizen.draft.content == HARDLY
    assert not citizen.alerts


def test_a_line_before_consent(stranger: Any) -> None:
    stranger.says(HARDLY).hears(LINE, "登记前请看一眼")


def test_a_photo_with_such_words_is_not_held_up(citizen: Any) -> None:
    citizen.sends_photo(MAYBE).hears(LINE).hears_not(QUESTION)


def test_who_was_just_given_the_card_is_asked_nothing(citizen: Any) -> None:
    citizen.says(FIRE, MAYBE).hears_not(QUESTION, LINE)


def test_words_to_a_person_are_not_questioned(known: Any) -> None:
    known.says("人工", MAYBE).hears_not(QUESTION, LINE)
    assert known.handed[-1].text == MAYBE


def test_in_english(chats: Any) -> None:
    chats(language="en").says(MAYBE).hears("Is somebody in danger", "110").taps("Yes").hears("Call 110")


def test_what_waits_is_remembered_between_two_messages(citizen: Any) -> None:
    citizen.says(MAYBE)
    waiting = citizen.conversation.doubted
    assert (waiting.text, waiting.signal.number) == (MAYBE, "110")


def test_the_step_is_no_other_questions() -> None:
    assert asking.STEP not in ("notice", "abroad", "menu", "place", "contact")
    assert replace(Reading(), doubt=SIGNALS[MAYBE]).safety is None


def test_what_may_be_a_danger_is_no_place(citizen: Any) -> None:
    citizen.says(GLOOMY).taps("不是").says("路灯坏了一个月了").hears("在哪里").says(MAYBE).hears(LINE)
    assert citizen.draft.place is None
    assert MAYBE in citizen.draft.content
