"""Whatever is sent, in whatever order: an answer, no exception, and no ticket without consent and submit."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.form.content.long_text import MAX_TOLD
from intake.model.conversation import FileTicket, RaiseAlert
from intake.model.messages import FLOW, MediaKind

COMMANDS = (
    "返回",
    "修改",
    "修改地点",
    "修改3",
    "修改电话13900000001",
    "取消",
    "重新开始",
    "跳过",
    "不清楚",
    "人工",
    "帮助",
    "查进度",
    "补充",
    "催办",
    "撤单",
    "我的诉求",
    "继续",
    "提交",
    "同意",
    "不同意",
    "撤回同意",
    "好的",
    "是的",
    "没有",
    "谢谢",
    "你好",
    "评价",
    "免打扰",
    "长辈模式",
    "英文",
    "中文",
    "繁体",
    "我的数据",
    "开始",
    "菜单",
    "语言",
)
TEXTS = (
    "我家暖气不热三天了，整栋楼都这样，五一路幸福小区3号楼2单元，我叫王芳，电话13912345678",
    "我要投诉乱收停车费",
    "我要匿名举报新华路15号鑫鑫餐馆无证经营",
    "建议在迎宾湖公园多装几盏路灯",
    "新华中路15号院",
    "王女士",
    "13912345678",
    "1391234",
    "兰州市城关区东方红广场",
    "今天还是不热，家里老人受不了",
    "着火了！楼下电动车烧起来了",
    "我不想活了",
    "再不解决我们就去堵路",
    "匿名",
    "有问题",
    "The street lamp is broken",
    "WX261123100000006 7K3M9Q",
    "补充 今天还是不热",
    "不太满意",
    "部分解决",
    "2月30日",
)
JUNK = (
    "",
    " ",
    "🙂",
    "？",
    "。",
    "1",
    "２",
    "③",
    "99",
    "0",
    "<b & 😀",
    "哈" * 4096,
    "\u202e\x00",
    "/nonsense",
    "a",
)
STEPS = (
    "menu",
    "notice",
    "summary",
    "change",
    "place",
    "subject",
    "cancel",
    "resume",
    "pick",
    "withdraw",
    "photos",
    "same",
)
OPTIONS = (
    "submit",
    "agree",
    "decline",
    "change",
    "cancel",
    "skip",
    "person",
    "later",
    "cancel_yes",
    "supplement",
    "x",
    "",
)

words = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=30)
buttons = st.tuples(st.sampled_from(STEPS), st.sampled_from(OPTIONS), st.sampled_from([FLOW, "0"]))
photos = st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["", "新华中路15号院", "补充"]))
pins = st.sampled_from([(39.775, 98.282), (31.2, 121.4), (39.7, 98.55)])
cards = st.tuples(st.sampled_from(["+8613912345678", "123", ""]), st.booleans())
events = st.sampled_from(["sends_sticker", "starts", "leaves", "returns"])
action = st.one_of(
    st.tuples(st.just("says"), st.sampled_from(COMMANDS)),
    st.tuples(st.just("says"), st.sampled_from(TEXTS)),
    st.tuples(st.just("says"), st.sampled_from(JUNK)),
    st.tuples(st.just("says"), words),
    st.tuples(st.just("chooses"), st.integers(0, 20)),
    st.tuples(st.just("chooses"), st.integers(0, 3)),
    st.tuples(st.just("presses"), buttons),
    st.tuples(st.just("photo"), photos),
    st.tuples(st.just("pin"), pins),
    st.tuples(st.just("card"), cards),
    st.tuples(st.just("event"), events),
    st.tuples(st.just("edits"), st.sampled_from([*TEXTS, ""])),
    st.tuples(st.just("passes"), st.sampled_from([1, 40, 60 * 25, 60 * 24 * 9])),
    st.tuples(st.just("backend"), st.sampled_from(["completed", "closed", "need_info", "survey"])),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(action, min_size=1, max_size=25),
    where=st.sampled_from(["jiayuguan", "xinghe"]),
    channel=st.sampled_from(["wechat", "telegram"]),
    language=st.sampled_from(["zh-hans", "zh-hant", "en"]),
    agreed=st.booleans(),
)
def test_any_sequence_of_messages_is_answered(
    chats: Any, steps: list[tuple[str, Any]], where: str, channel: str, language: str, agreed: bool
) -> None:
    chat = chats(where, channel, language)
    if agreed:
        chat.says("路灯坏了，新华中路15号", "同意", "同意")
    for name, what in steps:
        before = chat.conversation
        if act(chat, name, what):
            check(chat, before, name, what)


def act(chat: Any, name: str, what: Any) -> bool:
    """Do it; False for what is no message."""
    DOES[name](chat, what)
    return name not in ("passes", "backend")


def _chooses(chat: Any, number: int) -> None:
    taps = [(reply.step, choice.option) for reply in chat.replies for choice in reply.choices]
    chat.presses(*taps[number % len(taps)]) if taps else chat.says(str(number))


def _backend(chat: Any, what: str) -> None:
    if chat.tickets and what == "survey":
        chat.is_asked_to_rate()
    elif chat.tickets:
        chat.turn_ticket(status=what)


DOES: dict[str, Callable[[Any, Any], Any]] = {
    "says": lambda chat, text: chat.says(text),
    "edits": lambda chat, text: chat.edits(text),
    "chooses": _chooses,
    "presses": lambda chat, button: chat.presses(*button),
    "photo": lambda chat, photo: chat.sends_photo(photo[1], group=photo[0], kind=MediaKind.PHOTO),
    "pin": lambda chat, at: chat.sends_pin(*at),
    "card": lambda chat, card: chat.shares_card(card[0], "王芳", card[1]),
    "event": lambda chat, event: getattr(chat, event)(),
    "passes": lambda chat, minutes: chat.passes(minutes=minutes),
    "backend": _backend,
}


def is_a_document(text: str) -> bool:
    """The citizen's own data, which is handed out as JSON; nothing else may show a brace."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def names_nobody(conversation: Any, kept: Any) -> bool:
    """What may be kept of who declined: a report without its citizen."""
    return conversation.refused and (kept.name, kept.phone) == (None, None)


def check(chat: Any, before: Any, name: str, what: Any) -> None:
    silent = what in ("leaves", "returns")
    assert chat.replies or silent
    for reply in chat.replies:
        assert reply.text.strip()
        assert "{" not in reply.text.replace(str(what), "") or is_a_document(reply.text)
        assert bool(reply.step) or not reply.choices
        assert len(reply.choices) <= (4 if chat.conversation.elder else 40)
        for choice in reply.choices:
            assert choice.label
            assert len(f"{FLOW}|{reply.step}|{choice.option}".encode()) <= 64
    tickets = [effect for effect in chat.new if isinstance(effect, FileTicket)]
    assert len(tickets) <= 1
    if tickets:
        assert before.consent is not None or names_nobody(before, tickets[0].ticket)
        assert before.draft is not None
        assert before.asking in ("summary", "change", "photos")
        assert chat.conversation.draft is None
    assert len([effect for effect in chat.new if isinstance(effect, RaiseAlert)]) <= 1
    draft = chat.conversation.draft
    assert draft is None or chat.conversation.consent is not None or names_nobody(chat.conversation, draft)
    assert draft is None or len(draft.attachments) <= chat.city.drafts.max_attachments
    assert draft is None or len(draft.content) <= MAX_TOLD


@pytest.mark.parametrize("junk", ["🙂", "？", "嗯？", "77", "随便说说"])
def test_nobody_turns_in_a_circle_without_a_hint(known: Any, junk: str) -> None:
    """The same useless answer again and again ends in another question, the summary or a way out."""
    for story in (
        ["有点事情"],
        ["路灯坏了一个月了"],
        ["新华中路15号院门口井盖没了"],
        ["我要投诉乱收停车费，新华中路15号，王芳13912345678"],
    ):
        known.says("取消", "确定取消", *story)
        first = known.conversation.asking
        known.says(junk, junk, junk)
        moved = known.conversation.asking != first
        assert moved or "人工" in known.text or "转人工" in known.labels


def test_a_burst_in_any_order_loses_nothing(chats: Any, story: str) -> None:
    parts = ["我家暖气不热三天了，整栋楼都这样", "五一路幸福小区3号楼2单元", "我叫王芳", "13912345678"]
    for seed in range(24):
        chat = chats()
        random.Random(seed).shuffle(parts)
        chat.says(*parts).says("同意")
        chat.hears("请核对") if chat.asked == "summary" else None
        draft = chat.draft
        assert (draft.phone, draft.name) == ("13912345678", "王芳")
        assert draft.place is not None
        assert "暖气不热" in draft.content


def test_stored_conversations_of_older_releases_are_read(known: Any) -> None:
    known.conversation = replace(known.conversation, handoff=True, last_group="a", trail=("gone",))
    known.says("新华中路的路灯坏了").hears("称呼和电话")
