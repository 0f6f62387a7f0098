"""Danger as it is learnt: no batch is tried by what was learnt from it, and another hand's lines are seen."""

from pathlib import Path

import numpy as np
import pytest

from bench.understanding import safety
from intake.model.danger_kinds import ANSWERS, DangerKind
from intake.understand.danger.ladder import read_danger
from intake.understand.danger.model import DangerModel
from intake.understand.danger.weights import load
from intake.understand.normalise import normalise
from training.danger.learn import CORPUS, LIMITS, data_sum, learn
from training.danger.measure import by_model, figures
from training.danger.rows import RULES, batches, lines, read_folder, written_by_rules


def test_the_same_rows_give_the_same_weights() -> None:
    rows = list(read_folder(CORPUS / "batch_1"))
    first, second = (learn(rows, LIMITS, most=2000) for _ in range(2))
    assert np.array_equal(first.keys, second.keys)
    assert np.array_equal(first.small, second.small)
    assert np.array_equal(first.bias, second.bias)


def test_the_shipped_weights_were_learnt_from_this_corpus() -> None:
    assert load().about["data_sha256"] == data_sum()


def test_nothing_that_is_kept_for_measuring_is_learnt() -> None:
    learnt = {row.text for row in batches(CORPUS)}
    aside = [*safety.messages(), *safety.roles(), *safety.fresh_roles()]
    assert not {normalise(one.text) for one in aside if one.aside} & {row.text for row in written_by_rules()}
    assert {row.batch for row in batches(CORPUS)} == {*(f"batch_{number}" for number in range(1, 6)), RULES}
    tried = {row.text for row in lines(read_folder(CORPUS / "test_1"))}
    assert len(tried & learnt) <= len(tried) * 0.02  # chats greet in the same words


def test_every_kind_is_learnt_with_its_number() -> None:
    told = {row.kind for row in batches(CORPUS) if row.kind is not None}
    assert told == set(DangerKind) == set(ANSWERS)
    assert all(row.number == ANSWERS[row.kind].number for row in batches(CORPUS) if row.kind is not None)


def test_what_the_rules_were_made_by_is_half_harmless() -> None:
    rows = list(written_by_rules())
    assert 0.3 <= sum(row.real for row in rows) / len(rows) <= 0.7


def test_danger_in_messages_of_another_hand_is_seen_and_little_else() -> None:
    rows = tuple(read_folder(CORPUS / "test_1"))
    found, alone = (figures(by_model(model, rows)) for model in (DangerModel(load()), None))
    assert found["danger: stopped, tapped or lined"] >= 0.95 > alone["danger: stopped, tapped or lined"]
    assert found["plainly told: stopped"] >= 0.8
    assert found["plainly told and stopped: the right number"] >= 0.9
    assert found["harmless: stopped"] <= 0.02
    assert found["ordinary and chat: tapped or lined"] <= 0.05
    assert found["traps: tapped or lined"] <= 0.1
    assert found["outages: hurried"] >= 0.85 > alone["outages: hurried"]
    assert found["no outage: hurried as one"] <= 0.03


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("灶上的管子被老鼠咬破了，凑近能听见丝丝的声音，味儿冲得很", "119"),
        ("门外有人拿铁棍撬我家锁，我一个人在家，不敢出声", "110"),
        ("药我都攒够了，这是最后一次麻烦你们", "12356"),
        ("老爷子坐着坐着嘴歪了，左边身子动不了", "120"),
    ],
)
def test_a_danger_without_its_word_stops_the_form_with_the_right_number(said: str, number: str) -> None:
    red = read_danger(said).red
    assert red is not None
    assert red.number == number


@pytest.mark.parametrize(
    "said",
    [
        "我们家燃气没有漏，只是想改管道",
        "真要着起火来消防车进得来吗",
        "去年这栋楼着过火，现在楼道还是黑的，想问谁来刷墙",
        "这价格难看死人了",
        "我上楼顶看了，防水层裂了",
        "桌子腿断了，凳子也断了",
    ],
)
def test_what_is_denied_supposed_past_or_a_figure_stops_nothing(said: str) -> None:
    assert read_danger(said).red is None


@pytest.mark.parametrize(
    "said", ["", "。", "8" * 4096, "啊" * 4096, "\ud83d", "a" * 20_000, "救命" * 2000, "{P:", "\x00\x02\x03"]
)
def test_no_text_is_too_odd_to_be_weighed(said: str) -> None:
    found = read_danger(normalise(said)), read_danger(said)
    assert all(one.red is None or one.doubt is None for one in found)


@pytest.mark.parametrize("said", ["救命", "着火了", "Help, my house is on fire", "快来人，打死人了"])
def test_a_cry_of_few_words_is_believed(said: str) -> None:
    assert read_danger(said).red is not None


def test_a_row_of_the_corpus_is_read_without_its_marks(tmp_path: Path) -> None:
    (tmp_path / "messages.jsonl").write_text(
        '{"m": "{P:橡树湾}全没水了，{W:快修}", "style": "plain", "outage": true}\n', encoding="utf-8"
    )
    (row,) = read_folder(tmp_path)
    assert (row.text, row.outage, row.real) == ("橡树湾全没水了，快修", True, False)
