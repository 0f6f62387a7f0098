"""Who declined the notice still has a way: a question is answered, a report that names nobody is filed."""

from typing import Any

import pytest

from intake.model.messages import ChannelName

QUESTION = "请问社保卡丢了怎么补办？"
REPORT = "我要匿名举报鑫鑫餐馆无证经营，新华中路15号"


@pytest.fixture
def declined(chat: Any, story: str) -> Any:
    return chat.says(story).taps("不同意").hears("不登记", "不留姓名电话也可以")


@pytest.mark.parametrize("more", ["我叫王芳，电话13912345678", "我姓王", "电话1391234567"])
def test_who_says_who_they_are_meets_the_notice_again(declined: Any, more: str) -> None:
    declined.says(f"{REPORT}，{more}").hears("登记前请看一眼")
    assert not declined.has_draft
    declined.taps("不同意").says("提交")
    assert not declined.filed


def test_a_phone_in_the_middle_of_it_is_not_kept_without_consent(declined: Any) -> None:
    declined.says(REPORT).hears("请核对").says("电话13912345678").hears("登记前请看一眼")
    assert declined.draft.phone is None
    declined.taps("不同意")
    assert not declined.has_draft
    assert not declined.filed


@pytest.mark.parametrize(
    "said", ["暖气不热三天了，五一路幸福小区", "我要投诉鑫鑫餐馆，匿名", "要举报鑫鑫餐馆无证经营"]
)
def test_whatever_needs_a_name_needs_the_notice(declined: Any, said: str) -> None:
    declined.says(said).hears("登记前请看一眼")
    assert not declined.has_draft


def test_before_the_notice_was_ever_seen_it_comes_first(chat: Any) -> None:
    chat.says(REPORT).hears("登记前请看一眼")
    assert not chat.has_draft


def test_on_telegram_there_is_no_such_way(chats: Any) -> None:
    chat = chats(channel=ChannelName.TELEGRAM)
    chat.says("路灯坏了").taps("不同意").hears_not("不留姓名电话")
    chat.says(REPORT).hears("登记前请看一眼")
    assert not chat.has_draft
    chat.taps("不同意").says(QUESTION).hears_not("先挂失")


def test_an_anonymous_report_is_filed_without_consent_and_without_its_citizen(declined: Any) -> None:
    declined.says(REPORT).hears("请核对", "联系人：匿名").taps("提交")
    (ticket,) = declined.filed
    assert (ticket.appeal_type, ticket.anonymous, ticket.consent) == ("JB", True, None)
    assert (ticket.name, ticket.phone) == (None, None)
    assert declined.conversation.consent is None


def test_its_open_questions_are_asked_without_the_notice(declined: Any) -> None:
    declined.says("我要匿名举报鑫鑫餐馆无证经营").hears_not("登记前请看一眼")
    assert declined.asked == "place"
    declined.says("新华中路15号").hears("请核对", "联系人：匿名")


def test_a_question_is_answered_and_nothing_of_it_is_kept(declined: Any) -> None:
    declined.says(QUESTION).hears("先挂失", "12333").hears_not("解决了吗", "登记前")
    assert declined.conversation.held is None
    assert not declined.has_draft
    declined.says("谢谢").hears_not("登记前")


def test_whoever_took_consent_back_has_the_same_way(at_summary: Any) -> None:
    at_summary.says("撤回同意").says(REPORT).hears("请核对", "联系人：匿名")


def test_in_english_the_words_that_are_told_open_it(chats: Any) -> None:
    chat = chats(language="en")
    chat.says("The street lamp is broken").says("I do not agree").hears('send "anonymous report"')
    chat.says("Anonymous report: Xinxin Diner trades without a licence, Xinhua Road 15").hears("Where is it")
    assert chat.draft.anonymous
