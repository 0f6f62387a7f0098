"""Which ways lead to a citizen, in which order, and what ends each."""

from dataclasses import replace
from typing import Any

import pytest

from bots.wechat.channel import MessageTemplates, WeChatChannel
from bots.wechat.outgoing.send_ways import MessageType, SendRights, SendWay, steps
from intake.city import Template
from intake.model.messages import Address, ChannelName, Choice, Outgoing, Reply
from intake.model.ports import NotNow, OutcomePending, Unavailable, Unreachable
from playground.wechat.forms import AccountTemplate
from playground.wechat.platform import WeChatPlatform

FIELDS = {"character_string1": "tail", "phrase2": "status", "thing3": "unit"}
FORM = Template("TPL", "template", FIELDS)
ALLOWED = Template("SUB", "subscription", FIELDS)
ONCE = Template("ONE", "once", FIELDS)
SEND, BIZ, TPL = (
    "/cgi-bin/message/custom/send",
    "/cgi-bin/message/subscribe/bizsend",
    "/cgi-bin/message/template/send",
)
FACTS = (("tail", "0012"), ("status", "已转办"), ("unit", "住建局"))


@pytest.fixture
def forms() -> MessageTemplates:
    return MessageTemplates({"progress": (FORM, ALLOWED, ONCE)}, "Asia/Shanghai")


@pytest.fixture
def platform(platform: WeChatPlatform) -> WeChatPlatform:
    names = tuple(FIELDS)
    platform.forms.templates = {
        "TPL": AccountTemplate(names),
        "SUB": AccountTemplate(names, by_permission=True),
        "ONE": AccountTemplate(names, by_permission=True, once=True),
    }
    return platform


async def citizen(platform: WeChatPlatform, *allows: str) -> Any:
    phone = await platform.phone(None)
    await phone.say("你好")
    for name in allows:
        await phone.allow(name)
    await platform.settled()
    return phone


def news(user: str, text: str = "您的诉求已转办", key: str = "news:1", **more: Any) -> Outgoing:
    fields = {"purpose": "progress", "facts": FACTS} | more
    return Outgoing(Address(ChannelName.WECHAT, user), Reply(text), key, **fields)


def heard(phone: Any) -> list[str]:
    return [bubble.text for bubble in phone.bubbles(0) if bubble.side == "bot"]


@pytest.mark.parametrize(
    ("standing", "pieces", "expected"),
    [
        (SendRights(), 1, ["template"]),
        (SendRights(left=1), 1, ["message", "template"]),
        (SendRights(left=1), 2, ["template"]),
        (SendRights(left=5), 0, ["template"]),
        (SendRights(allowed=frozenset({"SUB", "ONE"})), 1, ["subscription", "subscription", "template"]),
        (SendRights(left=5, lacks=frozenset({MessageType.MESSAGE})), 1, ["template"]),
        (SendRights(left=5, lacks=frozenset(MessageType)), 1, []),
    ],
)
def test_the_order_of_the_rungs(standing: SendRights, pieces: int, expected: list[str]) -> None:
    assert [step.message_type.value for step in steps(standing, pieces, (FORM, ALLOWED, ONCE))] == expected


def test_a_purpose_without_templates_has_only_messages() -> None:
    assert steps(SendRights(left=3), 1, ()) == (SendWay(MessageType.MESSAGE),)
    assert steps(SendRights(), 1, ()) == ()


async def test_while_the_window_is_open_the_message_goes_whole(platform: Any, channel: WeChatChannel) -> None:
    phone = await citizen(platform)
    await channel.send(news(phone.user))
    assert heard(phone) == ["您的诉求已转办"]
    assert (platform.calls[TPL], platform.calls[BIZ]) == (0, 0)


async def test_with_the_window_shut_the_allowed_notification_goes(
    platform: Any, channel: WeChatChannel, quota: Any
) -> None:
    phone = await citizen(platform, "SUB")
    quota.left, quota.allowed = 0, {"SUB"}
    with pytest.raises(OutcomePending) as taken:
        await channel.send(news(phone.user))
    assert heard(phone) == ["0012\n已转办\n住建局"]
    assert taken.value.whole
    assert taken.value.receipt.isdecimal()
    assert platform.calls[SEND] == 0


async def test_a_permission_for_one_time_is_used_up(
    platform: Any, channel: WeChatChannel, quota: Any
) -> None:
    phone = await citizen(platform, "ONE")
    quota.left, quota.allowed = 0, {"ONE"}
    with pytest.raises(OutcomePending):
        await channel.send(news(phone.user))
    assert quota.allowed == set()


async def test_without_permission_the_form_goes_under_one_id_on_every_try(
    platform: Any, channel: WeChatChannel, quota: Any
) -> None:
    phone = await citizen(platform)
    quota.left = 0
    receipts = set()
    for _ in range(3):
        with pytest.raises(OutcomePending) as taken:
            await channel.send(news(phone.user))
        receipts.add(taken.value.receipt)
    assert len(receipts) == len(platform.forms.sent) == 1
    assert len({asked["client_msg_id"] for asked in platform.forms.sent}) == 1
    with pytest.raises(OutcomePending):
        await channel.send(news(phone.user, key="news:2"))
    assert len(platform.forms.sent) == 2


async def test_more_than_the_fields_say_is_only_announced(
    platform: Any, channel: WeChatChannel, quota: Any
) -> None:
    phone = await citizen(platform)
    quota.left = 0
    longer = (*FACTS, ("text", "已责令安装油烟净化器"))
    with pytest.raises(OutcomePending) as taken:
        await channel.send(news(phone.user, facts=longer))
    assert not taken.value.whole
    asking = replace(
        news(phone.user, key="k2"), reply=Reply("解决了吗", (Choice("yes", "已解决"),), "solved")
    )
    with pytest.raises(OutcomePending) as taken:
        await channel.send(asking)
    assert not taken.value.whole


@pytest.mark.parametrize("errcode", [45015, 45047])
async def test_a_shut_window_ends_its_rung_for_good_and_the_next_is_tried(
    platform: Any, channel: WeChatChannel, quota: Any, errcode: int
) -> None:
    phone = await citizen(platform)
    platform.refuse[SEND] = errcode
    with pytest.raises(OutcomePending):
        await channel.send(news(phone.user))
    assert (quota.closed, platform.calls[SEND], platform.calls[TPL]) == ([phone.user], 1, 1)
    with pytest.raises(OutcomePending):
        await channel.send(news(phone.user, key="k2"))
    assert platform.calls[SEND] == 1


async def test_a_refused_notification_is_not_asked_for_again(
    platform: Any, channel: WeChatChannel, quota: Any
) -> None:
    phone = await citizen(platform)  # we believe it allowed; WeChat says 43101
    quota.left, quota.allowed = 0, {"SUB"}
    with pytest.raises(OutcomePending):
        await channel.send(news(phone.user))
    assert (platform.calls[BIZ], platform.calls[TPL], quota.allowed) == (1, 1, set())


@pytest.mark.parametrize("errcode", [40037, 47003, 41030, 40999])
async def test_a_template_that_does_not_fit_is_no_reason_to_lose_the_message(
    platform: Any, channel: WeChatChannel, quota: Any, errcode: int
) -> None:
    phone = await citizen(platform, "SUB")
    quota.left, quota.allowed = 0, {"SUB"}
    platform.refuse[BIZ] = platform.refuse[TPL] = errcode
    with pytest.raises(NotNow, match=str(errcode)):
        await channel.send(news(phone.user))
    assert (platform.calls[BIZ], platform.calls[TPL]) == (1, 1)


async def test_an_account_without_rights_is_found_out_once(
    platform: Any, channel: WeChatChannel, quota: Any
) -> None:
    phone = await citizen(platform)
    platform.verified = False
    for _ in range(3):
        with pytest.raises(NotNow):
            await channel.send(news(phone.user))
    assert quota.lacking == {MessageType.MESSAGE, MessageType.TEMPLATE}
    assert (platform.calls[SEND], platform.calls[TPL]) == (1, 1)


@pytest.mark.parametrize("errcode", [40003, 43004])
async def test_a_citizen_who_is_no_follower_is_tried_no_other_way(
    platform: Any, channel: WeChatChannel, errcode: int
) -> None:
    phone = await citizen(platform)
    platform.refuse[SEND] = errcode
    with pytest.raises(Unreachable):
        await channel.send(news(phone.user))
    assert platform.calls[TPL] == 0


@pytest.mark.parametrize("errcode", [-1, 45009, 40164])
async def test_what_wechat_or_the_account_suffers_from_waits_on_its_rung_and_costs_nothing(
    platform: Any, channel: WeChatChannel, quota: Any, errcode: int
) -> None:
    phone = await citizen(platform)
    platform.refuse[SEND] = errcode
    quota.left = 3
    with pytest.raises(Unavailable):
        await channel.send(news(phone.user))
    assert (quota.left, platform.calls[TPL]) == (3, 0)


async def test_nothing_leads_to_whoever_may_not_be_written_to(
    platform: Any, channel: WeChatChannel, quota: Any
) -> None:
    phone = await citizen(platform)
    quota.left = 0
    with pytest.raises(NotNow):
        await channel.send(news(phone.user, purpose="reply"))
    assert sum(platform.calls[path] for path in (SEND, BIZ, TPL)) == 0
