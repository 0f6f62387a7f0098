"""A file of complaints as files come: with quotes, line breaks, a mark at its head, or broken."""

from collections.abc import Callable
from pathlib import Path

import pytest

from playground.replay.rows import BadFile, RecordedComplaint, read_rows
from playground.telegram.wire import split_like_the_app
from playground.wechat.wire import split_like_wechat

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (("title", "text"), "The file has no column body: title and body are needed."),
        (("a", "b"), "The file has no column title and no column body: title and body are needed."),
    ],
)
def test_missing_columns_are_named(write: Write, columns: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(BadFile) as refusal:
        read_rows(write(columns, [("灯", "坏了")]))
    assert str(refusal.value) == sentence


def test_an_empty_file_has_no_columns(tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    file.touch()
    with pytest.raises(BadFile, match="no column title and no column body"):
        read_rows(file)


def test_another_encoding_is_refused_without_repeating_its_content(tmp_path: Path) -> None:
    file = tmp_path / "gbk.csv"
    file.write_bytes("title,body\n路灯,坏了".encode("gbk"))
    with pytest.raises(BadFile) as refusal:
        read_rows(file)
    assert str(refusal.value) == f"{file} is not in UTF-8."


def test_an_open_quote_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "open.csv"
    file.write_text('title,body\n路灯,"坏了', encoding="utf-8")
    with pytest.raises(BadFile, match="is not a CSV file"):
        read_rows(file)


def test_quotes_and_line_breaks_belong_to_the_words(write: Write) -> None:
    file = write(("title", "body"), [("停水", '贴了"通知",\n没写时间\n\n几点来水?'), ("路灯", "坏了")])
    assert read_rows(file) == (
        RecordedComplaint(1, "", '停水\n贴了"通知",\n没写时间\n\n几点来水?'),
        RecordedComplaint(2, "", "路灯\n坏了"),
    )


def test_a_mark_at_the_head_and_short_rows_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "marked.csv"
    file.write_text("user,title,body\nu1,路灯坏了\n", encoding="utf-8-sig")
    assert read_rows(file) == (RecordedComplaint(1, "u1", "路灯坏了"),)


def test_rows_without_a_word_are_no_complaints_but_keep_their_numbers(write: Write) -> None:
    file = write(("title", "body"), [("", " "), ("路灯", ""), ("", "停水了"), ("噪音", "太吵")])
    assert [(row.number, row.text) for row in read_rows(file, 3)] == [(2, "路灯"), (3, "停水了")]


def test_a_title_that_opens_the_body_is_said_once(write: Write) -> None:
    assert read_rows(write(("title", "body"), [("路灯坏了", "路灯坏了三天")]))[0].text == "路灯坏了三天"


def test_long_words_are_split_as_each_app_does() -> None:
    text = "路灯坏了😀" * 600
    wechat, telegram = split_like_wechat(text), split_like_the_app(text)
    assert "".join(wechat) == "".join(telegram) == text
    assert [len(part.encode()) for part in wechat] == [2048] * (len(wechat) - 1) + [len(wechat[-1].encode())]
    assert len(telegram) == 1
    assert len(split_like_the_app("😀" * 2049)) == 2
