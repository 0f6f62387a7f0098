"""A model learns, says how sure it is, and its figures are of complaints it had not learnt from."""

from collections.abc import Callable

import numpy as np
import pytest

from intake.understand.categories.model.linear import LinearModel
from training.evaluate import evaluate
from training.features import count, vocabulary, weighed
from training.groups import folds, near_copies
from training.measures import measure, threshold_for
from training.rows import LabelledComplaint
from training.train import Trained, steps, train

MadeUp = Callable[[int, int], list[LabelledComplaint]]


def test_what_was_learnt_is_known_again_in_other_words(model: LinearModel, made_up: MadeUp) -> None:
    found = evaluate(model, made_up(60, 2), lambda: None)
    assert found.macro_f1 > 0.9
    assert found.accuracy_at_coverage >= found.accuracy


def test_the_folder_answers_as_the_training_did(trained: Trained, model: LinearModel) -> None:
    """What was saved in half the bits, read back without scikit-learn, is the same model."""
    assert model.labels == trained.labels
    chances = model.chances("", "暖气不热，热力公司没人管，阀门漏水")
    assert chances.sum() == pytest.approx(1)
    assert model.labels[int(chances.argmax())] == "供水供热"


def test_it_abstains_from_what_it_never_heard_of(model: LinearModel) -> None:
    for text in ("", "？？", "𠮷", "a" * 10_000, "\x00\ud800", "请问护照怎么办"):
        opinion = model.of_text(text)
        assert not opinion.sure
        assert len(opinion.ranked) == 3
    assert model.of_text("昨天停水，阀门漏水，热力公司没人管").sure


def test_a_short_first_line_is_a_title(model: LinearModel) -> None:
    assert model.of_text("停水\n昨天停水，没人管") == model.opinion("停水", "昨天停水，没人管")
    assert model.of_text("停水") == model.opinion("", "停水")


def test_near_copies_are_never_parted_between_learning_and_trying(made_up: MadeUp) -> None:
    rows = made_up(60, 3)
    copies = [LabelledComplaint("转发", row.body + "。", row.label) for row in rows[:10]]
    everyone = np.arange(70)
    fields = count([*rows, *copies])[1:2]
    groups = near_copies(weighed(fields, vocabulary(fields, everyone), everyone))
    fold = folds(np.zeros(70, dtype=np.int64), groups, 5, seed=0)
    assert (groups[:10] == groups[60:]).all()
    assert (fold[:10] == fold[60:]).all()
    assert set(fold) == set(range(5))


def test_the_same_rows_and_seed_give_the_same_model(rows: list[LabelledComplaint], trained: Trained) -> None:
    counted = []
    again = train(rows, lambda: counted.append(1))
    assert len(counted) == steps(rows)
    assert all((again.numbers[name] == trained.numbers[name]).all() for name in trained.numbers)
    assert again.thresholds == trained.thresholds


def test_two_labels_are_enough(made_up: MadeUp) -> None:
    rows = [row for row in made_up(90, 4) if row.label != "市容环境"]
    assert train(rows, lambda: None).measures.accuracy > 0.9


def test_figures_by_hand() -> None:
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]])
    truth = np.array([0, 0, 1, 1])
    found = measure(chances, truth, ("a", "b"), threshold=0.7)
    assert found.accuracy == 0.75
    assert found.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert (found.coverage, found.accuracy_at_coverage) == (0.75, 1.0)
    assert found.confusion == ((2, 0), (1, 1))
    assert found.calibration_error == pytest.approx((0.1 + 0.2 + 0.6 + 0.3) / 4)
    assert threshold_for(chances.max(axis=1), 0.5) == pytest.approx(0.75)


def test_a_label_the_model_does_not_know_is_a_miss(model: LinearModel, made_up: MadeUp) -> None:
    rows = [*made_up(9, 5), *(LabelledComplaint("", "护照怎么办", "出入境") for _ in range(9))]
    assert evaluate(model, rows, lambda: None).accuracy <= 0.5
