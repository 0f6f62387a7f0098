"""The whole replay: the real product on a free port, the stand-ins, the desk, and the account of it all."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.integrator.replay import replay_rows
from cli.main import run
from desk.actions import tickets
from desk.api.problems import ApiProblem
from intake.model.messages import ChannelName
from playground.replay.citizen import Ending, ReplayStory
from playground.replay.rows import read_rows

LAMP = "雄关街道新华南路的路灯坏了三天了，晚上过马路看不清，很危险，请派人修一下。"
FIRE = "我家厨房着火了，火越来越大，快来人啊！"
COLD = "我们小区的暖气一直不热，室内只有十四度，老人和孩子都冻病了，打了很多次电话也没有人来修。" * 30
NOISE = "文殊镇一家烧烤店每天晚上放音响到凌晨两点，噪音太大，吵得全家睡不着觉。"
NOISE_AGAIN = "文殊镇那家烧烤店昨晚又放音响到凌晨三点，噪音太大了，还是睡不着。"
QUOTED = '物业在门口贴了"停水通知",\n没有写什么时候来水。\n\n请问"停到哪一天"？在峪泉镇。'
WAGES = "新城镇工地的老板再不发工资，我们明天就去市政府门口拉横幅堵大门。"
COLUMNS = ("user", "title", "body")
STORIES = (
    ("u1", "路灯不亮", LAMP),
    ("u2", "着火了", FIRE),
    ("u3", "暖气不热", COLD),
    ("u4", "😀😀", ""),
    ("u5", "夜里太吵", NOISE),
    ("u5", "夜里还是太吵", NOISE_AGAIN),
    ("u6", "停水", QUOTED),
    ("u7", "讨要工资", WAGES),
)

Write = Callable[..., Path]


@pytest.mark.parametrize("channel", ChannelName)
async def test_every_conversation_ends_in_the_backends_books(write: Write, channel: ChannelName) -> None:
    told: list[ReplayStory] = []
    found = await replay_rows(read_rows(write(COLUMNS, STORIES)), channel, told.append)
    endings = {story.row: story.ending for story in told}
    filed = dict.fromkeys((1, 3, 4, 5, 7, 8), Ending.TICKET)
    assert endings == filed | {2: Ending.STOP, 6: Ending.SUPPLEMENT}
    assert (found.conversations, found.tickets, found.safety_stops, found.supplements) == (8, 6, 1, 1)
    assert (found.lost, found.doubled, found.stuck, found.shortened_rows) == (0, 0, (), ())
    assert found.clean


@pytest.mark.parametrize("channel", ChannelName)
async def test_whoever_is_nobody_twice_gets_two_tickets(write: Write, channel: ChannelName) -> None:
    file = write(("title", "body"), [("夜里太吵", NOISE), ("夜里太吵", NOISE)])
    found = await replay_rows(read_rows(file), channel, lambda _: None)
    assert (found.tickets, found.supplements, found.clean) == (2, 0, True)


async def test_a_report_under_seal_is_in_the_books_word_for_word(write: Write) -> None:
    report = "我要举报峪泉镇新华小区3栋402室无证开家庭旅馆，每天人员混乱，消防也没有。"
    found = await replay_rows(
        read_rows(write(COLUMNS, [("u1", "无证经营", report)])), ChannelName.WECHAT, lambda _: None
    )
    assert (found.tickets, found.shortened_rows) == (1, ())


async def test_a_story_in_several_messages_arrives_whole_while_a_question_waits(write: Write) -> None:
    file = write(COLUMNS, [("u1", "路灯不亮", LAMP), ("u1", "暖气不热", COLD)])
    found = await replay_rows(read_rows(file), ChannelName.WECHAT, lambda _: None)
    assert (found.tickets, found.shortened_rows) == (2, ())


async def test_a_backend_that_refuses_is_seen_as_loss(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise ApiProblem(422, "not-today", "The desk takes no tickets.")

    monkeypatch.setattr(tickets, "file", refuse)
    rows = read_rows(write(COLUMNS, STORIES))
    found = await replay_rows(rows, ChannelName.WECHAT, lambda _: None)
    assert (found.tickets, found.safety_stops, found.doubled) == (0, 1, 0)
    assert found.lost_rows == (1, 3, 4, 5, 6, 7, 8)
    assert found.stuck == (), "their citizens have a receipt: only the backend's books tell"
    assert not found.clean


def called(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """`jiesu replay …` as an operator calls it; its exit status."""
    monkeypatch.setattr(sys, "argv", ["jiesu", "replay", *words])
    with pytest.raises(SystemExit) as end:
        run()
    return int(end.value.code or 0)


def test_a_file_without_its_columns_is_refused_in_one_sentence(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, str(write(("title",), [("灯",)]))) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "The file has no column body: title and body are needed.\n")


def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "nowhere.csv"
    assert called(monkeypatch, str(file)) == 1
    assert capsys.readouterr().err == f"{file}: No such file or directory\n"


def test_nothing_configured_is_used_and_nothing_is_left(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = write(COLUMNS, STORIES[:2])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JIESU_DATABASE_URL", f"sqlite:///{tmp_path / 'real.db'}")
    monkeypatch.setenv("JIESU_TELEGRAM__TOKEN", "1:of-a-real-bot")
    monkeypatch.setenv("JIESU_HOTLINE__KIND", "rest")
    monkeypatch.setenv("JIESU_HOTLINE__URL", "http://127.0.0.1:9")
    assert called(monkeypatch, str(file), "--channel", "telegram", "--limit", "1", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["conversations"], told["tickets"], told["lost"], told["doubled"]) == (1, 1, 0, 0)
    assert list(tmp_path.iterdir()) == [file]


def test_loss_shows_in_the_exit_status(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise ApiProblem(422, "not-today", "The desk takes no tickets.")

    monkeypatch.setattr(tickets, "file", refuse)
    assert called(monkeypatch, str(write(COLUMNS, STORIES[:1]))) == 1
    assert "lost               1 (rows 1)" in capsys.readouterr().out
