"""The corpus as the tagger learns it: marks in place, other names for people, the same weights each time."""

import random
from pathlib import Path

import numpy as np
import pytest

from intake.understand.tagger.slots import TAGS, Slot
from intake.understand.tagger.tagger import Tagger
from intake.understand.tagger.tokens import tokens
from intake.understand.tagger.weights import load
from training.tagger.learn import ANSWERS, CORPUS, apart, corpus, data_sum, learn
from training.tagger.marks import CorpusMark, MarkedText, read_answers, read_batch, tags
from training.tagger.measure import people, with_tagger
from training.tagger.renaming import renamed


def test_a_corrected_value_is_marked_as_what_corrects_it(tmp_path: Path) -> None:
    (tmp_path / "messages.jsonl").write_text("")
    (tmp_path / "replies.jsonl").write_text(
        '{"m": "不是{OLD:七号楼}，是{P:八号楼}", "acts": ["corrects"], "style": "plain"}\n'
        '{"m": "我家也在七号楼", "acts": ["supplement"], "style": "plain"}\n',
        encoding="utf-8",
    )
    (read,) = read_batch(tmp_path)  # what names something unmarked teaches nothing
    assert read.text == "不是七号楼，是八号楼"
    assert read.marks == (CorpusMark(Slot.PLACE, 2, 5), CorpusMark(Slot.PLACE, 7, 10))


def test_every_mark_of_the_corpus_is_one_run_of_tags() -> None:
    for text in corpus()[::20]:
        named = [TAGS[tag] for tag in tags(text, tokens(text.text))]
        assert sum(tag.endswith("b") for tag in named) == len(text.marks)


@pytest.mark.parametrize("said", ["柴玉兰", "老谷", "姓柴", "刘主任", "阿依古丽·买买提", "Grace Baker"])
def test_another_name_stands_where_the_old_one_stood(said: str) -> None:
    marks = (CorpusMark(Slot.NAME, 2, 2 + len(said)), CorpusMark(Slot.PHONE, 3 + len(said), 14 + len(said)))
    other = renamed(MarkedText(f"我是{said}，13900001111", marks, "b", "plain"), random.Random(3))
    name, phone = (other.text[mark.start : mark.end] for mark in other.marks)
    assert (other.text[:2], phone) == ("我是", "13900001111")
    assert name != said
    assert name[-2:] == said[-2:] or "主任" not in said


def test_the_same_texts_give_the_same_weights() -> None:
    texts = corpus()[:60]
    first, second = (learn(texts, lambda: None) for _ in range(2))
    assert np.array_equal(first.keys, second.keys)
    assert np.array_equal(first.small, second.small)
    assert np.array_equal(first.follows, second.follows)


def test_no_batch_is_tried_by_what_was_learnt_from_it() -> None:
    for learnt, tried in apart(corpus()):
        assert not {id(text) for text in learnt} & {id(text) for text in tried}
        assert {text.batch for text in tried if text.style != "answer"}.isdisjoint(
            text.batch for text in learnt if text.style != "answer"
        )


def test_the_shipped_weights_were_learnt_from_this_corpus() -> None:
    assert load().about["data_sha256"] == data_sum()


def test_nobody_is_found_in_answers_of_units() -> None:
    answers = tuple(read_answers(CORPUS / ANSWERS))
    assert len(answers) == 60
    assert people(answers, with_tagger(Tagger(load()))).answers_masked == 0


def test_most_people_are_hidden_in_messages_of_another_hand_and_little_else() -> None:
    found = people(tuple(read_batch(CORPUS / "test_1")), with_tagger(Tagger(load())))
    assert found.told_found / found.told >= 0.85
    assert found.signing_found / found.signing >= 0.92
    assert found.finds_right / found.finds >= 0.88
    assert found.signs_wrong / found.signs <= 0.02
