"""A danger said where an answer was asked for: it is heard, and its words become no answer."""

from typing import Any

import pytest

from intake.model.conversation import Conversation
from intake.model.survey import Survey

FAREWELL = "别救我了，我先走一步"
FIRES = ("先别问了，楼里着火了", "着火了，快派人，孩子还在里面")
THREAT = "再不管我就砸了你们物业"

READY = "新华中路15号院门口井盖没了，王芳13912345678"
QUESTIONS: dict[str, tuple[str, ...]] = {
    "content": ("有点事情",),
    "place": ("路灯坏了一个月了",),
    "subject": ("我要投诉，新华中路15号院油烟太大三天了",),
    "contact": ("新华中路15号院门口井盖没了",),
    "summary": (READY,),
    "change": (READY, "修改"),
    "place changed": (READY, "修改地点"),
    "occurred changed": (READY, "修改时间"),
    "subject changed": (READY, "修改对象"),
    "contact changed": (READY, "修改电话"),
    "type changed": (READY, "修改类型"),
    "cancel": ("路灯坏了一个月了", "取消"),
}
"""How each question comes to be asked."""


@pytest.fixture(params=["wechat", "telegram"])
def citizen(chats: Any, request: pytest.FixtureRequest) -> Any:
    """Somebody who agreed to the notice, on either channel."""
    chat = chats(channel=request.param).says("路灯坏了").taps("同意")
    if request.param == "telegram":
        chat.taps("单独同意")
    chat.says("取消").taps("确定取消")
    assert not chat.has_draft
    chat.effects.clear()
    return chat


def slots(conversation: Conversation) -> list[str]:
    """Everything that stands in a slot."""
    draft = conversation.draft
    if draft is None:
        return []
    values = (draft.place, draft.occurred, draft.subject, draft.wish, draft.name, draft.phone, draft.answers)
    return [str(value) for value in values if value]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("words", [FAREWELL, *FIRES])
def test_it_stops_the_form_at_every_question(citizen: Any, question: str, words: str) -> None:
    citizen.says(*QUESTIONS[question])
    assert citizen.asked == question.split(maxsplit=1)[0]
    citizen.says(words)
    assert len(citizen.alerts) == 1
    assert citizen.alerts[0].text == words
    assert not any(words[:4] in value for value in slots(citizen.conversation))


@pytest.mark.parametrize("question", QUESTIONS)
def test_its_words_are_no_answer_when_the_form_goes_on(citizen: Any, question: str) -> None:
    citizen.says(*QUESTIONS[question], FIRES[0]).says("继续")
    assert len(citizen.alerts) == 1
    assert FIRES[0] in citizen.draft.content
    assert not any(FIRES[0][:4] in value for value in slots(citizen.conversation))


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q not in ("content", "cancel", "change")])
def test_a_threat_is_no_answer_either(citizen: Any, question: str) -> None:
    citizen.says(*QUESTIONS[question], THREAT)
    assert len(citizen.alerts) == 1
    assert THREAT in citizen.draft.content
    assert not any("砸" in value for value in slots(citizen.conversation))


@pytest.mark.parametrize("channel", ["wechat", "telegram"])
@pytest.mark.parametrize("words", [FAREWELL, *FIRES])
def test_it_is_heard_before_and_without_consent(chats: Any, channel: str, words: str) -> None:
    asked = chats(channel=channel).says("路灯坏了").says(words)
    assert len(asked.alerts) == 1
    refused = chats(channel=channel).says("路灯坏了").taps("不同意").says(words)
    assert len(refused.alerts) == 1


@pytest.mark.parametrize("before", [(), ("1",), ("1", "2"), ("1", "2", "3"), ("1", "2", "3", "1")])
@pytest.mark.parametrize("words", [FAREWELL, *FIRES])
def test_it_is_heard_at_every_question_of_a_survey(filed: Any, before: tuple[str, ...], words: str) -> None:
    filed.turn_ticket(status="completed").is_asked_to_rate().says(*before)
    answered = [_answers(survey) for survey in filed.conversation.surveys]
    filed.effects.clear()
    filed.says(words)
    assert len([alert for alert in filed.alerts if alert.kind != "survey"]) == 1
    assert [_answers(survey) for survey in filed.conversation.surveys] in ([], answered)


def _answers(survey: Survey) -> tuple[object, ...]:
    return (survey.contacted, survey.solved, survey.satisfied, survey.reason_codes, survey.comment)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("不活了", "suicide"),
        ("补充 楼道着火了快来人", "fire"),
        ("催办，我不想活了", "suicide"),
        ("改地点 煤气漏了", "gas"),
    ],
)
def test_it_is_heard_in_what_looks_like_a_global_word(filed: Any, words: str, kind: str) -> None:
    filed.says(words)
    assert [alert.kind for alert in filed.alerts] == [kind]
    assert not filed.told


def test_a_threat_with_a_global_word_is_heard_and_the_word_is_done(filed: Any) -> None:
    filed.says("催办，再不来我就砸了你们物业").hears("值班人员")
    assert len(filed.alerts) == 1
    assert [told.type for told in filed.told] == ["urge"]


@pytest.mark.parametrize(
    "words",
    [
        "我先走了，你们别管了",
        "别找我了",
        "你们别来了",
        "求你们快点吧",
        "别问了行不行",
    ],
)
def test_who_bids_or_leaves_names_no_place(known: Any, words: str) -> None:
    known.says("路灯坏了一个月了").hears("在哪里").says(words)
    assert known.draft.place is None
    assert known.asked == "place"
    known.says("新华中路15号")
    assert known.draft.place is not None


@pytest.mark.parametrize("words", ["不说了不说了", "算了算了不麻烦你们了", "不反映了"])
def test_who_gives_up_names_no_place_and_is_offered_to_end(known: Any, words: str) -> None:
    known.says("路灯坏了一个月了").hears("在哪里").says(words).hears("要取消这次填写吗")
    assert known.draft.place is None
    known.taps("继续填写")
    assert known.asked == "place"
    known.says("新华中路15号")
    assert known.draft.place is not None
    assert known.draft.place.text == "新华中路15号"


def test_nor_whom_it_concerns_or_when(known: Any) -> None:
    known.says(*QUESTIONS["subject"], "你们别问了")
    assert known.draft.subject is None
    assert "你们别问了" in known.draft.content
    known.says("老王饭馆")
    assert known.draft.subject == "老王饭馆"
    known.says("王芳13912345678", "修改时间", "我不想说了")
    assert known.asked == "occurred"


@pytest.mark.parametrize(
    "place", ["我家门口", "我们单位对面", "别墅区北门", "快活岭", "求是巷", "不夜城", "让胡家沟"]
)
def test_a_place_that_begins_like_a_sentence_is_one(known: Any, place: str) -> None:
    known.says("路灯坏了一个月了").hears("在哪里").says(place)
    assert known.draft.place is not None
    assert known.draft.place.text == place
