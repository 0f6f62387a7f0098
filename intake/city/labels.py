"""How a trained model's labels are read in this city: its own categories for each of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_STRICT = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class ClassifierRules:
    """`model` is a model's folder, from where jiesu runs; "" = keywords alone.

    `labels` gives each label the categories it may mean: the first stands for it where no keyword says more.
    `ask`: whether a citizen chooses from the likeliest three when the model abstains; else people sort it.
    """

    __pydantic_config__ = _STRICT

    model: str = ""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ask: bool = True


def contradictions(rules: ClassifierRules, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """(key, reason) for every value that cannot be. `known`: the categories by code."""
    if rules.model and not rules.labels:
        yield "labels", "is missing: a model's labels need categories"
    for label, codes in rules.labels.items():
        if not codes:
            yield f"labels.{label}", "names no category"
        for code in codes:
            if code not in known:
                yield f"labels.{label}", f"category {code!r} is not defined under [categories]"
