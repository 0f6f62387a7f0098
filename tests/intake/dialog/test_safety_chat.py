"""Red signals: the right numbers at once, at every step, and one alert each."""

from typing import Any

import pytest

FIRE = "着火了！楼下电动车烧起来了"


def test_before_consent(chat: Any) -> None:
    chat.says(FIRE).hears("119", "120", "110").hears_not("登记前")
    assert len(chat.alerts) == 1
    chat.says("继续").hears("登记前请看一眼").taps("同意")
    assert chat.draft.content == FIRE
    assert len(chat.alerts) == 1


def test_at_the_notice(chat: Any) -> None:
    chat.says("路灯坏了").says(FIRE).hears("119").says("继续").hears("登记前").taps("同意")
    assert chat.draft.content == f"路灯坏了\n{FIRE}"
    assert len(chat.alerts) == 1


@pytest.mark.parametrize(
    "before",
    [
        ["有点事情"],
        ["路灯坏了一个月了"],
        ["新华中路15号院门口井盖没了"],
        ["新华中路15号院门口井盖没了，王芳13912345678"],
        ["新华中路15号院门口井盖没了，王芳13912345678", "修改"],
        ["新华中路15号院门口井盖没了，王芳13912345678", "修改地点"],
        ["路灯坏了一个月了", "取消"],
        ["查进度"],
        ["人工"],
    ],
)
def test_at_any_step_and_on_again(known: Any, before: list[str]) -> None:
    known.says(*before, FIRE).hears("119")
    assert len(known.alerts) == 1
    known.says("继续")
    assert FIRE in known.draft.content
    assert len(known.alerts) == 1
    assert known.asked


def test_during_a_survey(filed: Any) -> None:
    filed.turn_ticket(status="completed").is_asked_to_rate().hears("联系过您吗")
    filed.says(FIRE).hears("119")
    filed.says("评价").hears("联系过您吗")


def test_words_after_the_card_join_the_matter(known: Any) -> None:
    known.says(FIRE).says("现在没事了，五一路幸福小区3号楼，王芳13912345678").hears("请核对")
    assert FIRE in known.draft.content


def test_an_old_alarm_does_not_join_a_new_matter(known: Any) -> None:
    known.says(FIRE).passes(days=2).says("新华中路的路灯坏了，王芳13912345678").hears("请核对")
    assert FIRE not in known.draft.content


def test_an_ok_after_the_card_takes_it_up(known: Any) -> None:
    known.says(FIRE).says("好的").hears("在哪里")


def test_gas_has_a_card_of_its_own(known: Any) -> None:
    known.says("家里有很浓的煤气味").hears("关阀", "119")


def test_self_harm_is_met_with_people_and_no_form(known: Any) -> None:
    known.says("我不想活了").hears("12356", "不是一个人")
    assert known.alerts[0].kind == "suicide"
    known.says("没有人管我").hears("已转给工作人员").hears_not("在哪里", "登记前")
    assert known.handed[-1].text == "没有人管我"


def test_self_harm_figuratively_can_be_filed(known: Any) -> None:
    known.says("暖气不热冻得我不想活了，五一路幸福小区3号楼，王芳13912345678，整栋楼都这样").says(
        "继续"
    ).hears("请核对")


def test_self_harm_is_followed_by_no_survey(filed: Any) -> None:
    filed.says("我不想活了")
    assert filed.conversation.do_not_survey


def test_a_threat_is_told_to_staff_and_recorded(known: Any) -> None:
    known.says("物业再不处理我就去放火烧了物业，新华中路15号，王芳13912345678").hears("值班人员", "请核对")
    assert len(known.alerts) == 1
    known.taps("提交")
    assert known.filed[0].urgency.level == "critical"


def test_a_threat_before_consent(chat: Any) -> None:
    chat.says("再不发工资我们就去堵路").hears("值班人员", "登记前请看一眼").taps("同意")
    assert "堵路" in chat.draft.content
    assert len(chat.alerts) == 1


def test_an_edited_message_can_cry_for_help(known: Any) -> None:
    known.says("路灯坏了一个月了").edits(FIRE).hears("119")


def test_the_alert_says_what_was_said(known: Any) -> None:
    known.says(FIRE)
    assert known.alerts[0].text == FIRE
    assert known.alerts[0].kind == "fire"


def test_english(chats: Any) -> None:
    chat = chats(language="en")
    chat.says("Help, my house is on fire").hears("119")
    assert len(chat.alerts) == 1
