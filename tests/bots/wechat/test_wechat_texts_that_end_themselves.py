"""A text that holds what ends a CDATA section: WeChat writes it into one without looking."""

import pytest

from bots.wechat.codec import UnreadablePush, parse


def push(content: str, field: str = "Content", type_: str = "text") -> bytes:
    return (
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oZhang]]></FromUserName>"
        f"<CreateTime>1682473800</CreateTime><MsgType><![CDATA[{type_}]]></MsgType>"
        f"<{field}><![CDATA[{content}]]></{field}><MsgId>7</MsgId></xml>"
    ).encode()


@pytest.mark.parametrize(
    "said",
    ["路灯坏了]]>三天了", "]]>", "]]>]]>", "a]]", "x]]]>y", "<b>]]></b>", "数组 a[b[0]]>1", "平常的话"],
)
def test_the_words_are_read_as_they_were_written(said: str) -> None:
    assert parse(push(said)).get("Content") == said


def test_a_section_split_as_it_should_be_is_read_the_same() -> None:
    assert parse(push("a]]]]><![CDATA[>b")).get("Content") == "a]]>b"


def test_words_that_write_fields_of_their_own_stay_words() -> None:
    said = "x]]></Content><FromUserName><![CDATA[oVictim]]></FromUserName><Content><![CDATA[y"
    read = parse(push(said))
    assert (read.sender, read.get("Content")) == ("oZhang", said)


@pytest.mark.parametrize(
    ("field", "type_"), [("Label", "location"), ("Title", "link"), ("Recognition", "voice")]
)
def test_other_fields_that_people_write_too(field: str, type_: str) -> None:
    assert parse(push("新华路]]>5号", field, type_)).get(field) == "新华路]]>5号"


def test_a_push_broken_elsewhere_is_still_unreadable() -> None:
    with pytest.raises(UnreadablePush):
        parse(push("x").replace(b"</xml>", b""))
