"""What a story only seems to say is confirmed with one word, never assumed."""

from typing import Any

STORY = (
    "我去儿童医院看病回来，开车路过，发现锦绣花园附近的路上到处都是垃圾，臭得很，"
    "已经很久没有人打扫，麻烦处理一下"
)
"""The place is merely spoken of beside another one."""


def test_a_doubtful_place_is_confirmed(known: Any) -> None:
    known.says(STORY).hears("地点是“").says("对").hears("请留下称呼和电话")
    assert known.draft.place is not None
    assert "place" not in known.draft.doubtful


def test_yes_in_other_words_and_a_number_do_as_well(known: Any) -> None:
    known.says(STORY).says("是的").hears("请留下称呼和电话")


def test_no_asks_from_the_start(known: Any) -> None:
    known.says(STORY).says("不对").hears("事情发生在哪里")
    known.says("锦绣花园3号楼").hears("请留下称呼和电话")
    assert known.draft.place.text == "锦绣花园3号楼"


def test_the_right_place_may_be_written_at_once(known: Any) -> None:
    known.says(STORY).says("五一南路嘉禾小区3号楼").hears("请留下称呼和电话")
    assert known.draft.place.text == "五一南路嘉禾小区3号楼"
    assert not known.draft.doubtful & {"place"}


def test_a_pin_settles_it(known: Any) -> None:
    known.says(STORY).sends_pin().hears("请留下称呼和电话")
    assert known.draft.place.area_code == "xiongguan"
    assert "锦绣" not in known.draft.place.text


def test_what_is_not_asked_for_is_marked_in_the_summary(known: Any) -> None:
    long = (
        "家住雄关街道五一南路嘉禾小区3号楼，小区里的流动摊贩国庆以后越来越多，到处摆摊，把消防车都挡住了，"
        "找城管也不来，请管一管。我姓王，电话13900000000"
    )
    known.says(long).hears("请核对", "我猜的，请核对")
    known.says("改时间").hears("什么时候").says("上周三晚上10点").hears("请核对")
    assert "时间：上周三晚上10点\n" in known.text


def test_the_ticket_is_filed_with_what_the_summary_showed(known: Any) -> None:
    known.says(STORY).says("对").says("王女士，13900000000").hears("请核对").says("提交").hears("已登记")
    assert known.filed[0].place is not None


BY_EAR = "五一楠路12号楼门前路灯不亮，我叫王芳，电话13912345678"


def test_a_name_typed_by_ear_is_confirmed_as_the_citys_own(known: Any) -> None:
    known.says(BY_EAR).hears("五一南路12号楼").hears_not("请核对").says("是的").hears("请核对")
    assert known.draft.place.text.startswith("五一南路12号楼")


def test_who_insists_on_another_name_keeps_it(known: Any) -> None:
    known.says(BY_EAR).says("不是").says("五一楠路12号楼3单元").hears("请核对")
    assert known.draft.place.text == "五一楠路12号楼3单元"
