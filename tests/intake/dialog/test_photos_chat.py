"""Photos: at any step, one by one, as an album, too many.

Of the answers to an album only the last is sent, so each must be complete.
"""

from typing import Any


def test_a_photo_at_the_summary_is_counted(at_summary: Any) -> None:
    at_summary.sends_photo().hears("照片：1个").sends_photo().hears("照片：2个").taps("提交")
    assert len(at_summary.filed[0].attachments) == 2


def test_a_photo_while_a_question_waits_brings_it_back(known: Any) -> None:
    known.says("路灯坏了一个月了").sends_photo().hears("收到", "在哪里")
    assert len(known.draft.attachments) == 1


def test_a_photo_with_the_answer(known: Any) -> None:
    known.says("路灯坏了一个月了").sends_photo("五一路幸福小区3号楼").hears("称呼和电话")
    assert len(known.draft.attachments) == 1


def test_every_answer_to_an_album_counts_its_photos(known: Any) -> None:
    known.sends_photo("新华中路15号院门口井盖没了，王芳13912345678", group="a").hears("照片：1个")
    for number in (2, 3, 4):
        known.sends_photo(group="a").hears("请核对", f"照片：{number}个")


def test_every_answer_to_an_album_before_consent_is_the_whole_notice(chat: Any) -> None:
    chat.sends_photo(group="a").hears("登记前请看一眼")
    chat.sends_photo(group="a").hears("登记前请看一眼")
    chat.sends_photo(group="b").hears("同意后我就继续")
    chat.taps("同意").hears("照片收到了")
    assert len(chat.draft.attachments) == 3


def test_photos_are_added_until_done(at_summary: Any) -> None:
    at_summary.says("修改照片").hears("发完回复").sends_photo().hears("1").sends_photo().hears("2")
    at_summary.says("好了").hears("请核对", "照片：2个")


def test_photos_done_by_button(at_summary: Any) -> None:
    at_summary.says("修改照片").sends_photo().taps("好了").hears("照片：1个")


def test_words_instead_of_photos_are_kept(at_summary: Any) -> None:
    at_summary.says("修改照片", "照片我发不出来，楼道里也很冷").hears("请核对")
    assert "楼道里也很冷" in at_summary.draft.content


def test_more_than_nine_are_refused_politely(at_summary: Any) -> None:
    for _ in range(9):
        at_summary.sends_photo()
    at_summary.sends_photo().hears("最多9个", "请核对")
    assert len(at_summary.draft.attachments) == 9


def test_the_last_answer_to_an_album_over_the_limit_says_so(at_summary: Any) -> None:
    for _ in range(9):
        at_summary.sends_photo(group="a").hears_not("最多9个")
    for _ in range(2):
        at_summary.sends_photo(group="a").hears("最多9个", "照片：9个")


def test_the_rest_of_an_album_follows_the_matter_it_belongs_to(at_summary: Any) -> None:
    at_summary.sends_photo(group="a").taps("提交").hears("您的诉求已登记")
    (ticket,) = at_summary.filed
    for _ in range(2):
        at_summary.sends_photo(group="a").hears("已补充到尾号", ticket.reference[-4:])
        assert at_summary.conversation.draft is None
    at_summary.sends_photo(group="b").hears("发生了什么")


def test_a_whole_album_sent_before_the_matter_was_handed_in_follows_it(at_summary: Any) -> None:
    at_summary.taps("提交").hears("您的诉求已登记").passes(seconds=30)
    (ticket,) = at_summary.filed
    for _ in range(2):
        at_summary.sends_photo(group="a", seconds_ago=40).hears("已补充到尾号", ticket.reference[-4:])
        assert at_summary.conversation.draft is None
    at_summary.sends_photo(group="b", seconds_ago=5).hears("发生了什么")


def test_an_album_given_up_with_its_matter_follows_no_other(at_summary: Any) -> None:
    at_summary.taps("提交").says("路灯坏了一个月了").sends_photo(group="a")
    at_summary.says("取消", "确定取消").sends_photo(group="a").hears("发生了什么")


def test_an_album_before_consent_follows_too(chat: Any) -> None:
    chat.sends_photo("新华中路15号院门口井盖没了，王芳13912345678", group="a").taps("同意")
    chat.hears("请核对").taps("提交").sends_photo(group="a").hears("已补充到尾号")
    assert chat.conversation.draft is None


def test_voice_without_words(known: Any) -> None:
    known.sends_photo().hears("发生了什么")
    assert len(known.draft.attachments) == 1


def test_a_photo_at_the_cancel_question_is_kept(at_summary: Any) -> None:
    at_summary.says("取消").sends_photo()
    assert len(at_summary.draft.attachments) == 1
