"""Talks that stand in files, on both channels: what each leaves behind, field by field, and nothing else."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from intake.dialog.focus.deeds import DEEDS
from intake.dialog.focus.page import PAGE, written
from intake.dialog.focus.table import TABLE, Deed
from intake.model.acts import Act, Focus
from intake.model.messages import Event

TALKS = [
    (path.stem, talk)
    for path in sorted(Path(__file__).parent.glob("talks/*.toml"))
    for talk in tomllib.loads(path.read_text("utf-8"))["dialogue"]
]


def _agreed(chat: Any) -> Any:
    chat.says("路灯坏了")
    while chat.conversation.asking in ("notice", "abroad"):
        chat.presses(chat.conversation.asking, "agree")
    chat.says("取消").taps("确定取消")
    chat.effects.clear()
    return chat


def _begun(chat: Any, at: str, story: str) -> Any:
    _agreed(chat)
    if at != "known":
        chat.says(story)
    if at in ("filed", "two filed"):
        chat.taps("提交")
    if at == "two filed":
        chat.says("新华中路路灯坏了一个月了，我叫王芳，电话13912345678").taps("提交")
    chat.effects.clear()
    return chat


_MEANWHILE: dict[str, Callable[[Any, int], object]] = {
    "completed": lambda chat, at: chat.is_told("completed", at, status="completed"),
    "dispatched": lambda chat, at: chat.is_told("dispatched", at, status="dispatched"),
    "contacted": lambda chat, at: chat.is_told("contacted", at, status="processing"),
    "need_info": lambda chat, at: chat.is_told("need_info", at, status="need_info"),
    "survey planned": lambda chat, at: chat.will_be_asked_to_rate(at),
    "night": lambda chat, _: chat.passes(hours=12),
    "later": lambda chat, _: chat.passes(minutes=3),
    "a week": lambda chat, _: chat.passes(days=7),
    "photo": lambda chat, _: chat.sends_photo(),
    "sticker": lambda chat, _: chat._send(event=Event.UNSUPPORTED),
}


def _goes_on(chat: Any, line: str) -> None:
    if line.startswith("<! "):
        chat.hears_not(line[3:])
    elif line.startswith("< "):
        chat.hears(line[2:])
    elif line.startswith("["):
        chat.taps(line[1:-1])
    elif line.startswith("{"):
        what, _, number = line[1:-1].rpartition(" ")
        numbered = number.isdigit()
        _MEANWHILE[what if numbered else line[1:-1]](chat, int(number) if numbered else 0)
    else:
        chat.says(line)


def _value(ticket: Any, field: str) -> object:
    found = getattr(ticket, field)
    return found.text if field in ("place", "occurred") and found is not None else found


@pytest.mark.parametrize("channel", ["wechat", "telegram"])
@pytest.mark.parametrize(
    ("file", "talk"), TALKS, ids=lambda one: one["name"] if isinstance(one, dict) else one
)
def test_a_talk_leaves_behind_what_was_meant(
    chats: Any, story: str, channel: str, file: str, talk: dict[str, Any]
) -> None:
    chat = _begun(chats(channel=channel), talk["from"], story)
    before = {view.reference for view in chat.tickets}
    for line in talk["talk"]:
        _goes_on(chat, line)
    _leaves(chat, talk, before)


def _leaves(chat: Any, talk: dict[str, Any], before: set[str]) -> None:
    expected = talk.get("ticket")
    assert len(chat.filed) == (expected is not None)
    if expected is not None:
        assert {field: _value(chat.filed[0], field) for field in expected} == expected
    if "draft" in talk:
        draft = talk["draft"]
        assert chat.has_draft == bool(draft)
        assert not draft or {field: _value(chat.draft, field) for field in draft} == draft
    told = [" ".join((one.type, *([] if one.text is None else [one.text]))) for one in chat.told]
    assert [one.strip() for one in told] == [one.strip() for one in talk.get("told", [])]
    named = {one.reference for one in chat.told}
    assert named <= before, "nothing is told of a ticket that was not talked of"
    assert len(named) <= 1, "every other ticket is unchanged"
    assert chat.alerts == []
    (*_, survey) = (
        (*chat.conversation.surveys, None) if not chat.conversation.surveys else chat.conversation.surveys
    )
    answers = talk.get("survey", {})
    assert {slot: getattr(survey, slot) for slot in answers} == answers


def test_the_table_of_the_documentation_is_the_codes() -> None:
    page = PAGE.read_text("utf-8")
    assert written(page) == page


def test_no_cell_of_the_table_is_empty_and_every_deed_can_be_done() -> None:
    cells = [TABLE[focus][act] for focus in Focus for act in Act]
    assert len(cells) == len(Focus) * len(Act)
    assert set(cells) == set(Deed) == set(DEEDS)


def test_whatever_a_message_may_be_its_last_act_is_carried_out() -> None:
    assert TABLE[Focus.IDLE][Act.ANSWERS] is not Deed.NEXT


def test_a_correction_changes_what_is_filed_and_no_word_as_it_was_said(known: Any) -> None:
    known._send(text="五一路幸福小区3号楼楼道灯坏了三天了", source="1")
    known._send(text="不是3号楼是6号楼", source="2")
    assert known.draft.content == "五一路幸福小区6号楼楼道灯坏了三天了"
    assert [one.text for one in known.draft.said] == [
        "五一路幸福小区3号楼楼道灯坏了三天了",
        "不是3号楼是6号楼",
    ]
    known._send(text="不是3号楼是8号楼", source="2", edits=True)
    assert known.draft.content == "五一路幸福小区6号楼楼道灯坏了三天了", (
        "an edited correction is asked for anew"
    )
    known.hears("再发一遍")
