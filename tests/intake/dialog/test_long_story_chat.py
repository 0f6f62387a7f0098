"""Nothing a citizen said is lost, however long the story."""

from typing import Any

from intake.form.content.long_text import MAX_CONTENT, MAX_TOLD, chapters

SENTENCE = "锦绣花园小区的物业一直不管事，垃圾没有人清运，路灯也不亮。"
PLACE = "雄关街道锦绣花园3号楼。我姓王，电话13900000000。我要求助。"


def told(at_least: int) -> str:
    return PLACE + SENTENCE * (at_least // len(SENTENCE) + 1)


def dense(*parts: str | None) -> str:
    return "".join("".join(part or "" for part in parts).split())


def test_a_story_longer_than_a_ticket_is_filed_whole_the_rest_as_supplements(known: Any) -> None:
    story = told(2 * MAX_CONTENT)
    known.says(story).hears("其余的作为补充一起转交", "请核对").says("提交").hears("已登记")
    ticket, rest = known.filed[0], [effect for effect in known.told if effect.type == "supplement"]
    assert len(rest) == 2
    assert {effect.reference for effect in rest} == {ticket.reference}
    assert all(len(part) <= MAX_CONTENT for part in (ticket.content, *(effect.text for effect in rest)))
    assert dense(ticket.content, *(effect.text for effect in rest)) == dense(story)


def test_said_in_several_messages_it_is_whole_too(known: Any) -> None:
    first, more = told(MAX_CONTENT - 300), SENTENCE * 40
    known.says(first).hears("请核对").says(more).hears("其余的作为补充一起转交").says("提交")
    assert dense(known.filed[0].content, *(effect.text for effect in known.told)) == dense(first, more)


def test_a_short_story_has_no_supplement(known: Any) -> None:
    known.says(told(200)).says("提交").hears("已登记")
    assert not known.told


def test_what_is_beyond_everything_is_said_not_dropped_in_silence(known: Any) -> None:
    known.says(told(MAX_TOLD + 100)).hears(str(MAX_TOLD), "补充")


def test_parts_end_where_sentences_end_and_a_text_without_any_is_cut_all_the_same() -> None:
    assert all(part[-1] in "。，" for part in chapters(SENTENCE * 200))
    assert [len(part) for part in chapters("长" * 4500)] == [2000, 2000, 500]
    assert chapters("") == ("",)
