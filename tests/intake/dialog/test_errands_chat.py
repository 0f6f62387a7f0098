"""Tickets already filed: progress, supplement, urge, withdraw; with none, one and many of them."""

from typing import Any

import pytest


@pytest.mark.parametrize("word", ["补充", "催办", "撤单"])
def test_without_a_ticket(known: Any, word: str) -> None:
    known.says(word).hears("没有正在办理的诉求")
    assert not known.effects


def test_progress_of_ones_own(filed: Any) -> None:
    filed.turn_ticket(status="dispatched", lead_unit="housing_construction", co_units=("heating",))
    filed.taps("查进度").hears("已转给单位办理", "住建局", "供热公司", filed.tickets[0].reference[-4:])


def test_progress_by_number_and_code(filed: Any) -> None:
    number, code = filed.filed[0].reference, "7K3M9Q"
    filed.tickets.clear()
    filed.says("查进度").hears("编号和查询码").says(f"{number} {code}").hears("已收到，等待受理")


@pytest.mark.parametrize(
    "form",
    ["{n} {c}", "{n}，{c}", "编号：{n}\n查询码：{c}（请勿告诉他人）", "查进度 {n} {c}", "编号{n}查询码{c}"],
)
def test_progress_asked_for_at_once(filed: Any, form: str) -> None:
    number, code = filed.filed[0].reference, "7K3M9Q"
    filed.tickets.clear()
    filed.says("查进度").says(form.format(n=number, c=code)).hears("已收到，等待受理")


@pytest.mark.parametrize("form", ["{n} 7K3M9Q", "编号：{n}\n查询码：7K3M9Q（请勿告诉他人）"])
def test_number_and_code_alone_are_understood_and_never_filed(filed: Any, form: str) -> None:
    filed.tickets.clear()
    filed.says(form.format(n=filed.filed[0].reference)).hears("已收到，等待受理")
    assert not filed.has_draft


def test_a_wrong_code_may_be_tried_again(filed: Any) -> None:
    number = filed.filed[0].reference
    filed.tickets.clear()
    filed.says("查进度", f"{number} 222222").hears("不对")
    filed.says(f"{number} 7K3M9Q").hears("已收到，等待受理")


def test_too_many_tries(filed: Any) -> None:
    filed.locked = True
    filed.says("查进度", "015004 222222").hears("15分钟")


@pytest.mark.parametrize("number", ["015004", "WX230426093015004", "编号015004"])
def test_a_number_without_its_code(known: Any, number: str) -> None:
    known.says("查进度", number).hears("编号", "查询码")
    assert not known.has_draft


def test_ones_own_number_needs_no_code(two_filed: Any) -> None:
    tail = two_filed.tickets[1].reference[-4:]
    two_filed.says(f"查进度 {tail}").hears(tail).hears_not(two_filed.tickets[0].reference[-4:])


def test_a_new_matter_after_progress(filed: Any) -> None:
    filed.says("查进度").says("迎宾湖公园的椅子坏了，王芳13912345678").hears("请核对")
    assert filed.conversation.errand is None


def test_skip_and_back_after_progress_belong_to_the_form(known: Any) -> None:
    known.says("我要投诉乱收停车费，新华中路15号，王芳13912345678").hears("涉及").says(
        "查进度", "跳过"
    ).hears("请核对")
    known.says("查进度", "取消").hears("要取消这次填写吗")


def test_supplement_in_two_steps(filed: Any) -> None:
    filed.says("补充").hears("请说要补充什么").says("今天连热水也没有了").hears("已补充")
    (told,) = filed.told
    assert (told.type, told.text, told.reference) == (
        "supplement",
        "今天连热水也没有了",
        filed.tickets[0].reference,
    )
    assert filed.conversation.errand is None


def test_supplement_in_one_message(filed: Any) -> None:
    filed.says("补充：今天连热水也没有了").hears("已补充")
    assert filed.told[0].text == "今天连热水也没有了"


def test_supplement_to_one_of_two_keeps_the_words(two_filed: Any) -> None:
    two_filed.says("补充 今天连热水也没有了").hears("是哪一件").says("2").hears("已补充")
    assert two_filed.told[0].text == "今天连热水也没有了"
    assert two_filed.told[0].reference == two_filed.tickets[1].reference


def test_supplement_with_photos_until_done(filed: Any) -> None:
    filed.says("补充").sends_photo().hears("已补充").sends_photo().hears("已补充").says("好了")
    assert [len(told.attachments) for told in filed.told] == [1, 1]
    assert filed.conversation.errand is None
    assert not filed.has_draft


def test_supplement_with_a_pin(filed: Any) -> None:
    filed.says("补充").sends_pin(39.775, 98.282, "雄关广场").hears("已补充")
    assert "雄关广场" in filed.told[0].text


@pytest.mark.parametrize("word", ["好的", "🙂", "3"])
def test_nothing_said_is_no_supplement(filed: Any, word: str) -> None:
    filed.says("补充", word)
    assert not filed.told


@pytest.mark.parametrize("word", ["取消", "返回", "没有了"])
def test_a_supplement_is_left(filed: Any, word: str) -> None:
    filed.says("补充", word)
    assert filed.conversation.errand is None
    assert not filed.told
    assert filed.replies


def test_a_supplement_beside_a_form(filed: Any) -> None:
    filed.says("迎宾湖公园的椅子坏了").hears("称呼和电话").says("补充", "热水也没有了").hears(
        "已补充", "称呼和电话"
    )
    filed.says("王芳13912345678").hears("请核对", "椅子")


def test_urge_once_a_day(filed: Any) -> None:
    filed.says("催办").hears("已为尾号").says("催办").hears("今天已经催过")
    assert [told.type for told in filed.told] == ["urge"]
    filed.passes(days=1).says("催办").hears("已为尾号")


def test_urge_one_of_two_by_tail(two_filed: Any) -> None:
    tail = two_filed.tickets[1].reference[-4:]
    two_filed.says("催办").hears("是哪一件").says(tail).hears("已为尾号", tail)


def test_what_is_answered_needs_no_urging(filed: Any) -> None:
    filed.turn_ticket(status="completed").says("催办").hears("没有正在办理")


def test_withdraw_asks_first(filed: Any) -> None:
    filed.says("撤单").hears("要撤回").taps("不撤回").hears("没有撤回")
    assert not filed.told
    filed.says("撤单").taps("确定撤回").hears("已申请撤回")
    assert [told.type for told in filed.told] == ["withdraw"]


@pytest.mark.parametrize("word", ["是的", "1", "确定撤回", "确定"])
def test_withdraw_in_words(filed: Any, word: str) -> None:
    filed.says("撤单", word).hears("已申请撤回")


@pytest.mark.parametrize("word", ["不要", "取消", "返回", "2", "算了"])
def test_withdraw_taken_back(filed: Any, word: str) -> None:
    filed.says("撤单", word).hears("没有撤回")
    assert not filed.told
    assert filed.conversation.errand is None


def test_withdraw_pressed_twice(filed: Any) -> None:
    filed.says("撤单").taps("确定撤回").taps("确定撤回").hears("已经过期")
    assert len(filed.told) == 1


def test_another_matter_at_the_withdraw_question(filed: Any) -> None:
    filed.says("撤单").says("迎宾湖公园的椅子坏了，王芳13912345678").hears("请核对")
    assert not filed.told


@pytest.mark.parametrize("answer", ["9", "🙂", "好的"])
def test_an_unclear_pick_is_asked_again(two_filed: Any, answer: str) -> None:
    two_filed.says("撤单", answer).hears("是哪一件")
    two_filed.says("1").hears("要撤回")


def test_a_ticket_that_ended_while_it_was_being_picked(two_filed: Any) -> None:
    two_filed.says("撤单").hears("是哪一件")
    two_filed.turn_ticket(0, status="closed").turn_ticket(1, status="closed")
    two_filed.says("1")
    assert two_filed.replies
    assert not two_filed.told


def test_the_same_matter_again_is_offered_as_a_supplement(filed: Any, story: str) -> None:
    filed.says(story).hears("类似的事").taps("补充到原诉求").hears("已补充")
    assert len(filed.filed) == 1
    assert filed.told[0].text == story
    assert not filed.has_draft


@pytest.mark.parametrize("word", ["补充", "是的", "1", "补充到原诉求"])
def test_the_same_matter_added_in_words(filed: Any, story: str, word: str) -> None:
    filed.says(story, word).hears("已补充")


@pytest.mark.parametrize("word", ["这是另一件事", "2", "不是", "另一件事"])
def test_the_same_matter_is_another_one(filed: Any, story: str, word: str) -> None:
    filed.says(story, word).hears("请核对").taps("提交")
    assert len(filed.filed) == 2
    assert filed.filed[1].related_to == filed.filed[0].reference


@pytest.mark.parametrize("word", ["补充并催办", "催办", "3"])
def test_the_same_matter_again_is_pressed_for_with_the_new_words(filed: Any, story: str, word: str) -> None:
    filed.says(story, word).hears("已补充", "催办")
    assert [told.type for told in filed.told] == ["supplement", "urge"]
    assert filed.told[0].text == story
    assert not filed.has_draft


def test_pressed_for_twice_a_day_the_words_are_added_all_the_same(filed: Any, story: str, now: Any) -> None:
    filed.turn_ticket(last_urged=now).says(story, "催办").hears("已补充", "今天已经催过了")
    assert [told.type for told in filed.told] == ["supplement"]


def test_nobody_presses_for_what_is_answered(filed: Any, story: str) -> None:
    filed.turn_ticket(status="completed").says(story).hears("类似的事").hears_not("催办")
    filed.says("催办")
    assert not [told for told in filed.told if told.type == "urge"]


def test_more_words_at_the_question_are_kept(filed: Any, story: str) -> None:
    filed.says(story, "今天又来人看了还是没修好").hears("类似的事").taps("补充到原诉求")
    assert "还是没修好" in filed.told[0].text


def test_an_old_or_ended_ticket_is_no_twin(filed: Any, story: str) -> None:
    filed.turn_ticket(status="closed").says(story).hears("请核对")
