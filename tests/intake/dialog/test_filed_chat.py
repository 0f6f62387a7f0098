"""Words about a matter that was filed: what the chat spoke of last is what they belong to."""

import pytest

from intake.model.channels import ChannelName
from tests.intake.dialog.conftest import STORY, Chat

BOTH = pytest.mark.parametrize("channel", [ChannelName.WECHAT, ChannelName.TELEGRAM])


@pytest.fixture
def filed(chat: Chat, channel: ChannelName) -> Chat:
    """A citizen whose heating is cold, filed this morning."""
    chat.channel = channel
    chat.says(STORY).taps("同意")
    if channel is ChannelName.TELEGRAM:
        chat.taps("单独同意")
    chat.says("提交")
    assert len(chat.filed) == 1
    return chat


def nothing_new(chat: Chat) -> None:
    """No second complaint was begun or filed, and the first one is as it was."""
    assert not chat.has_draft
    assert len(chat.filed) == 1


@BOTH
@pytest.mark.parametrize(
    ("said", "solved", "satisfied"),
    [
        ("没有解决", "no", None),
        ("未解决", "no", None),
        ("不满意", None, "dissatisfied"),
        ("还是老样子，没人管", "no", None),
        ("修好了，很满意", "yes", "satisfied"),
    ],
)
def test_who_says_how_it_went_before_being_asked_rates(
    filed: Chat, said: str, solved: str | None, satisfied: str | None
) -> None:
    filed.is_told("completed", status="completed").will_be_asked_to_rate().says(said)
    nothing_new(filed)
    [survey] = filed.conversation.surveys
    assert (survey.solved, survey.satisfied) == (solved, satisfied)
    assert filed.asked.startswith("survey:")


@BOTH
def test_the_survey_opens_when_it_is_asked_for_at_night(filed: Chat) -> None:
    filed.passes(hours=13).is_told("completed", status="completed").will_be_asked_to_rate().says(
        "评价"
    ).hears("联系")
    filed.says("联系过", "没解决")
    nothing_new(filed)
    assert filed.conversation.surveys[0].solved == "no"


@BOTH
@pytest.mark.parametrize("said", ["3单元", "在3单元二楼，靠东边那一户", "是昨天晚上开始的", "就我们这一家"])
def test_the_centres_question_is_answered_by_the_next_message(filed: Chat, said: str) -> None:
    filed.is_told("need_info", status="need_info").says(said).hears("已补充到尾号")
    nothing_new(filed)
    assert [(one.type, one.text) for one in filed.told] == [("supplement", said)]


@BOTH
def test_a_photo_answers_the_centres_question_too(filed: Chat) -> None:
    filed.is_told("need_info", status="need_info").sends_photo()
    nothing_new(filed)
    assert [(one.type, one.attachments != ()) for one in filed.told] == [("supplement", True)]


@BOTH
def test_another_matter_after_the_centres_question_begins_one(filed: Chat) -> None:
    filed.is_told("need_info", status="need_info").says("新华路宏达超市卖过期牛奶，没人管")
    assert "过期牛奶" in filed.draft.content
    assert filed.told == []


@BOTH
@pytest.mark.parametrize(
    "said",
    [
        "什么时候能修好啊",
        "怎么还没人来",
        "我上次说的暖气还没修",
        "查一下我上次反映的事",
        "都三天了还没人管",
        "啥时候有结果",
    ],
)
def test_who_asks_how_it_stands_is_told(filed: Chat, said: str) -> None:
    filed.is_told("dispatched", status="dispatched", lead_unit="heating").says(said)
    nothing_new(filed)
    filed.hears(filed.tickets[0].reference[-4:])
    assert "催办" in "".join(filed.labels)
    assert filed.told == []


@BOTH
def test_what_follows_is_about_the_ticket_just_told_of(filed: Chat) -> None:
    """Two are open; the older one is spoken of."""
    filed.says("路灯坏了，迎宾路口，王芳13912345678").says("提交")
    older, newer = filed.tickets[1], filed.tickets[0]
    filed.says("暖气什么时候修好").hears(older.reference[-4:]).hears_not(newer.reference[-4:])
    filed.says("催办").hears(older.reference[-4:])
    assert [(one.type, one.reference) for one in filed.told] == [("urge", older.reference)]


@BOTH
@pytest.mark.parametrize("said", ["好的", "嗯", "知道了"])
def test_a_short_word_after_the_receipt_opens_nothing(filed: Chat, said: str) -> None:
    filed.says(said).hears_not("请再说详细一点", "遇到了什么事")
    nothing_new(filed)


@BOTH
def test_too_few_words_are_asked_about_and_added_where_they_belong(filed: Chat) -> None:
    filed.is_told("dispatched", status="dispatched").says("楼上也是").hears("补充到尾号")
    filed.taps("补充进去")
    nothing_new(filed)
    assert [(one.type, one.text) for one in filed.told] == [("supplement", "楼上也是")]


@BOTH
@pytest.mark.parametrize(
    "said",
    [
        "迎宾路的路灯坏了好几天没人修",
        "新华路宏达超市卖过期牛奶",
        "我要咨询医保卡怎么办理",
        "有人半夜施工吵得睡不着",
    ],
)
def test_a_matter_of_its_own_is_one(filed: Chat, said: str) -> None:
    filed.is_told("completed", status="completed").will_be_asked_to_rate().says(said)
    assert filed.told == []
    assert filed.conversation.surveys == ()
    assert filed.has_draft or "新的一件事" not in filed.labels


QUOTES = (
    "「{question}」\n- - - - - - - - - - - - - - -\n{answer}",
    "「12345：{question}」\n——————\n{answer}",
    "{question}\n{answer}",
    "{question}\n1. 已解决\n2. 部分解决\n3. 未解决\n{answer}",
)


@BOTH
@pytest.mark.parametrize("quoted", QUOTES)
@pytest.mark.parametrize(("answer", "solved"), [("未解决", "no"), ("没解决好", "no"), ("修好了", "yes")])
def test_our_own_words_are_not_the_citizens(filed: Chat, quoted: str, answer: str, solved: str) -> None:
    filed.is_asked_to_rate().taps("联系过")
    question = filed.replies[-1].text
    filed.says(quoted.format(question=question, answer=answer))
    [survey] = filed.conversation.surveys
    assert (survey.contacted, survey.solved) == (True, solved)
    assert question not in (survey.comment or "")
    nothing_new(filed)
