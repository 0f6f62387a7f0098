"""The global words are known in every dress, and never inside somebody's story."""

import pytest

from intake.understand.commands import find, number
from intake.understand.normalise import normalise

COMMANDS = [
    ("返回", "back"),
    ("返回吧", "back"),
    ("上一步", "back"),
    ("/back", "back"),
    ("go back", "back"),
    ("修改", "change"),
    ("填错了", "change"),
    ("取消", "cancel"),
    ("取消吧，谢谢", "cancel"),
    ("算了", "cancel"),
    ("/cancel", "cancel"),
    ("/cancel@jiesu_bot", "cancel"),
    ("Cancel please", "cancel"),
    ("重新开始", "restart"),
    ("從新開始", "restart"),
    ("跳过", "skip"),
    ("不清楚", "skip"),
    ("不知道", "skip"),
    ("don't know", "skip"),
    ("人工", "person"),
    ("请帮我转人工", "person"),
    ("人工客服。", "person"),
    ("帮助", "help"),
    ("/help", "help"),
    ("查进度", "progress"),
    ("查询进渡", "progress"),
    ("補充", "supplement"),
    ("催办", "urge"),
    ("催一下", "urge"),
    ("撤单", "withdraw"),
    ("我的訴求", "mine"),
    ("長輩模式", "elder"),
    ("评价", "rate"),
    ("同意", "agree"),
    ("我不同意", "decline"),
    ("提交", "submit"),
    ("确认提交", "submit"),
    ("繼續", "resume"),
    ("我的数据", "mydata"),
    ("我的数椐", "mydata"),
    ("删除", "erase"),
    ("更正", "correct"),
    ("免打扰", "nosurvey"),
    ("好的", "yes"),
    ("是的！", "yes"),
    ("ＯＫ", "yes"),
    ("嗯", "yes"),
    ("可以", "yes"),
    ("没有", "no"),
    ("不用了", "no"),
    ("不是", "no"),
    ("/start", "start"),
    ("开始", "start"),
    ("English", "language_en"),
    ("中文", "language_zh"),
    ("菜单", "menu"),
    ("【人工】", "person"),
    ("“查进度”", "progress"),
]

STORIES = [
    "我要投诉物业公司",
    "取消订单不给退款",
    "人工降雨什么时候",
    "进度太慢了，一直没人来",
    "进度 太慢了",
    "没有人管",
    "不是我家的问题",
    "好的，我家住五一南路",
    "我不同意你们的处理",
    "改造小区太吵",
    "取肖",
    "帮助残疾人的政策有哪些",
    "需要多久才能修好",
    "有人乱倒垃圾",
    "跳过去的围栏坏了",
    "",
    "？？？",
    "👍",
]


@pytest.mark.parametrize(("text", "command"), COMMANDS)
def test_a_global_word_is_known(text: str, command: str) -> None:
    assert find(normalise(text)) == (command, "")


@pytest.mark.parametrize("text", STORIES)
def test_a_story_is_no_command(text: str) -> None:
    assert find(normalise(text)) == (None, "")


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("修改地点", "change", "地点"),
        ("改电话", "change", "电话"),
        ("修改第3项", "change", "第3项"),
        ("我想修改一下电话", "change", "电话"),
        ("修改地点为五一南路5号", "change", "地点为五一南路5号"),
        ("change phone", "change", "phone"),
        ("查进度 1234", "progress", "1234"),
        ("查进度WX261123093015004", "progress", "WX261123093015004"),
        ("查进度 1234 7K3M9Q", "progress", "1234 7K3M9Q"),
        ("补充：楼道灯也坏了", "supplement", "楼道灯也坏了"),
        ("撤单 已经修好了", "withdraw", "已经修好了"),
        ("评价 5", "rate", "5"),
        ("/start bind-1234", "start", "bind-1234"),
    ],
)
def test_some_words_take_more(text: str, command: str, rest: str) -> None:
    assert find(normalise(text)) == (command, rest)


def test_an_unknown_slash_command_is_none() -> None:
    assert find("/frobnicate now") == (None, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("１", 1),
        ("12", 12),
        ("1.", 1),
        ("2、", 2),
        ("(3)", 3),
        ("（３）", 3),
        ("②", 2),
        ("1️⃣", 1),
        ("第一个", 1),
        ("第二项", 2),
        ("选2", 2),
        ("我选3", 3),
        ("2号", 2),
        ("三", 3),
        ("两个", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("三十一", 31),
        ("99", 99),
    ],
)
def test_a_choice_by_number(text: str, expected: int) -> None:
    assert number(normalise(text)) == expected


@pytest.mark.parametrize(
    "text", ["0", "100", "007", "第", "个", "2栋", "一样", "3楼漏水", "12345", "", "十十", "1 2"]
)
def test_not_a_choice(text: str) -> None:
    assert number(normalise(text)) is None
