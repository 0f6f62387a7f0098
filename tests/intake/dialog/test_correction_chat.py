"""A citizen changes what they said: words, title and slots follow, the transcript keeps every word."""

import pytest

from intake.model.channels import ChannelName
from tests.intake.dialog.conftest import Chat

STORY = "友谊小区5号楼2单元电梯坏了三天没人修，我姓王，电话13912345678"
BOTH = pytest.mark.parametrize("channel", [ChannelName.WECHAT, ChannelName.TELEGRAM])


@pytest.fixture
def shown(chat: Chat, channel: ChannelName) -> Chat:
    """The summary of a lift that is out of order."""
    chat.channel = channel
    chat.says(STORY).taps("同意")
    if channel is ChannelName.TELEGRAM:
        chat.taps("单独同意")
    assert chat.asked == "summary", chat.text
    return chat


@BOTH
@pytest.mark.parametrize(
    "said",
    [
        "不是5号楼是6号楼",
        "不是5号楼，是6号楼",
        "把5号楼改成6号楼",
        "不对，不是5号楼，应该是6号楼",
        "是6号楼不是5号楼",
        "5号楼应该是6号楼",
        "写错了，不是5号楼而是6号楼",
    ],
)
def test_an_old_value_gives_way_to_the_new_one_everywhere(shown: Chat, said: str) -> None:
    shown.says(said).hears("6号楼").says("提交")
    [ticket] = shown.filed
    assert ticket.place is not None
    assert "6号楼" in ticket.place.text
    assert "5号楼" not in ticket.place.text
    assert "6号楼" in ticket.content
    assert "5号楼" not in ticket.content
    assert "不是" not in ticket.content
    assert "改" not in ticket.content
    assert "5号楼" not in ticket.title


@BOTH
@pytest.mark.parametrize(
    "said", ["地点不对，是6号楼", "不对，地点错了，是6号楼", "地点是6号楼", "地址改成6号楼"]
)
def test_a_part_of_the_place_leaves_its_estate(shown: Chat, said: str) -> None:
    shown.says(said).says("提交")
    [ticket] = shown.filed
    assert ticket.place is not None
    assert "友谊小区6号楼" in ticket.place.text
    assert "5号楼" not in ticket.content


@BOTH
@pytest.mark.parametrize(
    "said", ["不对，地点错了，是和谐家园3号楼", "地点不对，是和谐家园3号楼", "地点改为和谐家园3号楼"]
)
def test_another_place_takes_the_olds_in_the_words_too(shown: Chat, said: str) -> None:
    shown.says(said).says("提交")
    [ticket] = shown.filed
    assert ticket.place is not None
    assert "和谐家园3号楼" in ticket.place.text
    assert "友谊小区" not in ticket.place.text
    assert "友谊小区" not in ticket.content


@BOTH
@pytest.mark.parametrize("said", ["我姓黄不姓王", "不姓王，姓黄", "不对，我姓黄，不姓王"])
def test_a_name_is_corrected(shown: Chat, said: str) -> None:
    shown.says(said).says("提交")
    [ticket] = shown.filed
    assert ticket.name is not None
    assert "黄" in ticket.name
    assert "王" not in ticket.name
    assert "姓王" not in ticket.content


@BOTH
def test_a_changed_number_leaves_the_words(shown: Chat) -> None:
    shown.says("电话改成13800001234").says("提交")
    [ticket] = shown.filed
    assert ticket.phone == "13800001234"
    assert "13912345678" not in ticket.content


@BOTH
@pytest.mark.parametrize("said", ["是的没问题", "不用改", "对，没问题", "都对", "好的，就这样"])
def test_who_says_that_all_is_right_files(shown: Chat, said: str) -> None:
    shown.says(said)
    [ticket] = shown.filed
    assert said not in ticket.content


@BOTH
@pytest.mark.parametrize("said", ["等等", "不提交", "先别提交", "写得太长了看不懂", "我看看"])
def test_who_still_looks_adds_nothing_and_files_nothing(shown: Chat, said: str) -> None:
    before = shown.draft.content
    shown.says(said).hears("提交")
    assert shown.filed == []
    assert shown.draft.content == before


@BOTH
def test_a_correction_in_the_middle_of_a_question(chat: Chat, channel: ChannelName) -> None:
    chat.channel = channel
    chat.says("友谊小区5号楼电梯坏了三天没人修").taps("同意")
    if channel is ChannelName.TELEGRAM:
        chat.taps("单独同意")
    asked = chat.asked
    chat.says("不是5号楼，是6号楼")
    assert chat.asked == asked
    assert chat.draft.place is not None
    assert "6号楼" in chat.draft.place.text
    assert "5号楼" not in chat.draft.content


@BOTH
@pytest.mark.parametrize(
    "said",
    [
        "已经打过物业电话，不是没人接就是说等等",
        "楼上还有腿脚不好的老人住",
        "轿厢的灯也坏了",
        "物业说不是他们管",
    ],
)
def test_more_about_the_matter_is_no_correction(shown: Chat, said: str) -> None:
    shown.says(said).says("提交")
    [ticket] = shown.filed
    assert said in ticket.content
    assert "5号楼" in ticket.content
