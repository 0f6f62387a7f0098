"""What another channel is for is explained once, as advice; nothing is refused, and people decide."""

from dataclasses import replace
from typing import Any

import pytest

from intake.form.other_channel import special_case

WHO = "。在雄关街道锦绣花园3号楼。我要求助。我姓王，电话13900000000"


@pytest.mark.parametrize(
    ("said", "case"),
    [
        ("我和公司的劳动纠纷正在仲裁，公司一直拖着不给工资", "N1_court"),
        ("法院判了开发商赔钱，强制执行不了", "N1_court"),
        ("我要举报村支书收受贿赂，挪用公款", "N1_discipline"),
        ("我要申请政府信息公开，请给征地批文", "N1_review"),
        ("这件事信访局已经受理了，三个月没有结果", "N2_petition"),
        ("朋友借了我三万块钱不还，人也找不到", "N5_private"),
        ("我要投诉法院的法官态度恶劣", "N8_other_body"),
        ("我和公司的勞動糾紛正在仲裁", "N1_court"),
        ("我手里有一份绝密文件，发给你们看看", "N4_secret"),
        ("请帮我查一下前妻的开房记录", "N4_secret"),
        ("能不能帮我办个假证", "N6_unlawful"),
        ("我想找人收拾他一顿，你们管不管", "N6_unlawful"),
        ("你们这群王八蛋，路灯坏了不修，狗东西", "N9_abuse"),
    ],
)
def test_the_case_is_recognised(said: str, case: str) -> None:
    assert special_case(said) == case


@pytest.mark.parametrize(
    "said",
    [
        "楼上漏水，物业不管",
        "信访局电话是多少",
        "请问怎么仲裁",
        "法院门口的路灯坏了",
        "老板欠我们工资三个月了",
        "想咨询一下想起诉要什么材料",
        "部队大院旁边的垃圾没人清",
        "学校泄露了学生的身份证号和家长的手机号码",
        "物业在业主群里公开我的隐私照片",
        "物业以商业秘密为由不公开账目",
        "举报有人在校门口卖假证",
        "收到短信说可以代开发票，是不是诈骗",
        "物业保安骂我傻逼，还骂我妈是畜生",
        "这破路灯他妈的坏了半年了",
    ],
)
def test_who_only_mentions_it_is_not_sent_away(said: str) -> None:
    assert special_case(said) is None


def test_the_channel_is_told_once_and_the_ticket_can_be_filed_all_the_same(known: Any) -> None:
    known.says(f"公司拖欠我的工资，现在正在仲裁{WHO}").hears("12368", "这只是提醒", "请核对")
    known.says("补充一下，老板姓李，人在外地").hears_not("12368").hears("请核对")
    known.says("提交").hears("已登记")
    assert "N1" in known.filed[0].labels


def test_an_ordinary_matter_hears_nothing_of_it(known: Any) -> None:
    known.says(f"楼道里的灯坏了半个月没人修{WHO}").hears_not("这只是提醒").says("提交")
    assert not {label for label in known.filed[0].labels if label.startswith("N")}


def test_who_tells_nothing_is_asked_for_more_and_may_file_all_the_same(known: Any) -> None:
    known.says("管一管", "你们管一管吧").says("在雄关街道锦绣花园3号楼，我姓王，电话13900000000")
    known.hears("还不够具体", "修改", "这只是提醒", "请核对").says("提交")
    assert "N7" in known.filed[0].labels


def test_the_same_matter_a_fourth_time_is_told_and_marked_for_people(filed: Any, story: str) -> None:
    filed.tickets[:] = [replace(filed.tickets[0], reference=f"WX{number:04}") for number in range(3)]
    filed.says(story).hears("已经登记了3次", "催办", "这只是提醒").says("这是另一件事", "提交")
    assert "N9" in filed.filed[1].labels


def test_twice_is_no_repetition_yet(filed: Any, story: str) -> None:
    filed.tickets.append(replace(filed.tickets[0], reference="WX0002"))
    filed.says(story).hears_not("这只是提醒")
