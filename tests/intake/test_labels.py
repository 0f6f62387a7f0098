"""Types, matters and acts from numbers alone: checked before they are used, done without if they fail."""

from datetime import datetime
from pathlib import Path

import pytest

from app.checks.environment import labels
from intake.city import CityProfile
from intake.understand.categories.matters import learnt
from intake.understand.labels.files import FOLDER, HEAD, NUMBERS, BadLabels, load, save
from intake.understand.labels.labels import ACTS, MATTER, TYPE, Labeller
from training.labels.__main__ import data_sum


@pytest.fixture(scope="module")
def labeller() -> Labeller:
    return Labeller(load())


def test_the_shipped_numbers_were_learnt_from_this_corpus() -> None:
    assert load().about["data_sha256"] == data_sum()


def test_a_file_cut_short_or_missing_is_one_sentence(tmp_path: Path) -> None:
    stored = load()
    save(tmp_path, stored.parts.values(), stored.about)
    whole = (tmp_path / NUMBERS).read_bytes()
    (tmp_path / NUMBERS).write_bytes(whole[:-1])
    with pytest.raises(BadLabels, match="damaged"):
        load(tmp_path)
    (tmp_path / NUMBERS).unlink()
    with pytest.raises(BadLabels, match="missing"):
        load(tmp_path)
    (tmp_path / HEAD).write_text('{"shape": 0}')
    with pytest.raises(BadLabels, match="another release"):
        load(tmp_path)


def test_what_is_shipped_is_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 4_000_000


@pytest.mark.parametrize("said", ["", "1" * 4_096, "\ud800", "no heat", "暖气不热" * 1_000])
def test_any_text_has_its_chances(labeller: Labeller, said: str) -> None:
    for question in (TYPE, MATTER):
        assert sum(labeller.chances(question, said).values()) == pytest.approx(1, abs=1e-4)
    assert all(0 <= one <= 1 for one in labeller.chances(ACTS, said, "place").values())


@pytest.mark.parametrize(
    ("question", "focus", "said", "label"),
    [
        (TYPE, "", "120的大夫抬着我爸下了六楼一口气没歇，真是好样的，替我谢谢他们", "BY"),
        (MATTER, "", "灯杆上那几盏都不亮，夜里黑灯瞎火的，老人不敢出门", "city.streetlight"),
        (MATTER, "", "The doctor at the clinic charged me twice for one x-ray", "health.service"),
        (ACTS, "place", "给我转人工", "wants_person"),
        (ACTS, "summary", "唉，算了算了不弄了", "gives_up"),
    ],
)
def test_the_likeliest_label(labeller: Labeller, question: str, focus: str, said: str, label: str) -> None:
    chances = labeller.chances(question, said, focus)
    assert max(chances, key=lambda one: chances[one]) == label


def test_a_city_has_its_categories_from_its_profile_alone(
    labeller: Labeller, city: CityProfile, other_city: CityProfile
) -> None:
    said = "楼上天天半夜剁饺子馅，孩子睡不着，跟他说还骂人"
    one, other = learnt(said, city, labeller), learnt(said, other_city, labeller)
    assert one is not None
    assert city.path(one.code).endswith("社会生活噪音")
    assert other is not None
    assert other_city.categories[other.code].name == "噪声"


def test_without_the_model_keywords_go_on(city: CityProfile, now: datetime) -> None:
    found = learnt("暖气不热", city, None)
    assert found is not None
    assert found.code == "010101"
    assert learnt("随便说说", city, None) is None


def test_the_check_says_what_is_missing(tmp_path: Path) -> None:
    assert labels().ok
    assert "missing" in labels(tmp_path).says
    assert not labels(tmp_path).ok
