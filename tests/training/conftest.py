"""A small made-up town whose complaints fall into three classes, and a model that has learnt them."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from intake.understand.categories.model.files import save
from intake.understand.categories.model.linear import LinearModel, open_model
from training.rows import LabelledComplaint
from training.train import Trained, train

WORDS = {
    "供水供热": ("暖气不热", "水管爆裂", "停水", "热力公司", "阀门漏水", "水压低"),
    "交通出行": ("公交车不停站", "路口红绿灯坏", "出租车拒载", "斑马线褪色", "占道停车", "堵车"),
    "市容环境": ("垃圾没人清", "夜里施工吵", "油烟呛人", "污水横流", "工地扬尘", "异味熏人"),
}
AROUND = (
    "昨天",
    "这几天",
    "希望处理",
    "没人管",
    "打过电话",
    "请尽快",
    "小区",
    "门口",
    "路边",
    "老人孩子都受影响",
)


def complaints(count: int, seed: int) -> list[LabelledComplaint]:
    """Made up by chance, each different."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        label = sorted(WORDS)[number % len(WORDS)]
        matter = chance.sample(WORDS[label], 2)
        rest = chance.sample(AROUND, 4)
        body = "，".join([rest[0], matter[0], rest[1], matter[1], rest[2], rest[3]])
        rows.append(LabelledComplaint(matter[0] if number % 2 else "", body, label))
    return rows


MadeUp = Callable[[int, int], list[LabelledComplaint]]


@pytest.fixture(scope="session")
def made_up() -> MadeUp:
    """So many complaints, by this seed."""
    return complaints


@pytest.fixture(scope="session")
def rows() -> list[LabelledComplaint]:
    return complaints(90, seed=1)


@pytest.fixture(scope="session")
def trained(rows: list[LabelledComplaint]) -> Trained:
    return train(rows, lambda: None)


@pytest.fixture(scope="session")
def folder(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("model")
    save(where, trained.labels, trained.sizes, trained.thresholds, {}, trained.numbers)
    return where


@pytest.fixture(scope="session")
def model(folder: Path) -> LinearModel:
    return open_model(folder)
