"""The alert rules are held to what the product really measures, and rung by values an operator would see.

Prometheus itself is in no wheel: its language is read by `promql-parser`, and what the rules use of it is
worked out here.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml
from httpx import ASGITransport, AsyncClient
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from app.base.settings import Enclosed
from app.bootstrap.backend import open_desk
from app.bootstrap.bootstrap import open_house
from webhooks.server import create_app, create_desk_app

FILE = Path(__file__).parents[2] / "deploy" / "alerts.yaml"
RULES = {
    rule["alert"]: rule for group in yaml.safe_load(FILE.read_text())["groups"] for rule in group["rules"]
}
OF_PROMETHEUS = {"up"}
OF_SCRAPING = {"instance", "job"}

Labels = frozenset[tuple[str, str]]
Vector = Mapping[Labels, float]
COMPARE: dict[str, Callable[[float, float], bool]] = {">": operator.gt, "==": operator.eq, "<": operator.lt}


class Sampled:
    """What was scraped: values by series, and for counters how much they grew in any window asked for."""

    def __init__(self, **series: float) -> None:
        self._series = {_read(name): value for name, value in series.items()}

    def value(self, node: Any) -> Vector | float:
        match node:
            case promql.NumberLiteral():
                return float(node.val)
            case promql.VectorSelector():
                return dict(self._matching(node))
            case promql.ParenExpr():
                return self.value(node.expr)
            case promql.BinaryExpr():
                return _compared(self.value(node.lhs), str(node.op), self.value(node.rhs))
            case promql.AggregateExpr():
                return _aggregated(node, self.value(node.expr))
            case promql.Call():
                return self._called(node)
        raise AssertionError(f"no rule of ours uses this: {node}")

    def _matching(self, node: Any) -> Iterator[tuple[Labels, float]]:
        for (name, labels), value in self._series.items():
            if name == node.name and all(_fits(one, dict(labels)) for one in node.matchers.matchers):
                yield labels, value

    def _called(self, node: Any) -> Vector:
        name, args = node.func.name, list(node.args)
        if name in ("increase", "rate"):
            return dict(self._matching(args[0].vector_selector))
        if name == "abs":
            return {labels: abs(value) for labels, value in self.value(args[0]).items()}  # type: ignore[union-attr]
        assert name == "histogram_quantile"
        return _quantile(args[0].val, self.value(args[1]))  # type: ignore[arg-type]


def _read(series: str) -> tuple[str, Labels]:
    node = promql.parse(series)
    return node.name, frozenset((one.name, one.value) for one in node.matchers.matchers)


def _fits(matcher: Any, labels: Mapping[str, str]) -> bool:
    value = labels.get(matcher.name, "")
    if matcher.op == promql.MatchOp.Equal:
        return bool(value == matcher.value)
    assert matcher.op == promql.MatchOp.Re
    return re.fullmatch(matcher.value, value) is not None


def _compared(left: Any, op: str, right: Any) -> Vector:
    return {labels: value for labels, value in left.items() if COMPARE[op](value, right)}


def _aggregated(node: Any, vector: Any) -> Vector:
    kept, groups = set(node.modifier.labels), dict[Labels, list[float]]()
    for labels, value in vector.items():
        groups.setdefault(frozenset(one for one in labels if one[0] in kept), []).append(value)
    together = {"max": max, "sum": sum}[str(node.op)]
    return {labels: together(values) for labels, values in groups.items()}


def _quantile(wanted: float, buckets: Vector) -> Vector:
    """The upper bound of the bucket in which it lies: enough to tell slow from quick."""
    bounds = sorted((float(dict(labels)["le"]), count) for labels, count in buckets.items())
    total = bounds[-1][1] if bounds else 0
    if not total:
        return {}
    return {frozenset(): next(bound for bound, count in bounds if count >= wanted * total)}


SERIES: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    "JiesuDown": ({'up{job="jiesu-web"}': 0}, {'up{job="jiesu-web"}': 1, 'up{job="other"}': 0}),
    "JiesuAlarmWaits": (
        {'jiesu_alarm_age_seconds{at="outbox"}': 121},
        {'jiesu_alarm_age_seconds{at="outbox"}': 60, 'jiesu_alarm_age_seconds{at="desk"}': 200},
    ),
    "JiesuAlarmTakenByNobody": (
        {'jiesu_alarm_age_seconds{at="desk"}': 301},
        {'jiesu_alarm_age_seconds{at="desk"}': 299},
    ),
    "JiesuOutboxStuck": (
        {'jiesu_outbox_stuck{destination="hotline"}': 1, 'jiesu_outbox_stuck{destination="wechat"}': 0},
        {'jiesu_outbox_stuck{destination="hotline"}': 0},
    ),
    "JiesuOutboxOld": (
        {'jiesu_outbox_age_seconds{destination="files"}': 43201},
        {'jiesu_outbox_age_seconds{destination="files"}': 36000},
    ),
    "JiesuSpoolWaits": (
        {'jiesu_spool_age_seconds{instance="a"}': 301, 'jiesu_spool_age_seconds{instance="b"}': 0},
        {'jiesu_spool_age_seconds{instance="a"}': 30},
    ),
    "JiesuSpoolRefuses": ({"jiesu_spool_refused_total": 1}, {"jiesu_spool_refused_total": 0}),
    "JiesuPutAside": ({'jiesu_aside{kind="spool"}': 2}, {'jiesu_aside{kind="message"}': 0}),
    "JiesuMessageAsideForLong": (
        {'jiesu_aside_age_seconds{kind="message"}': 90000},
        {'jiesu_aside_age_seconds{kind="message"}': 3600, 'jiesu_aside_age_seconds{kind="delivery"}': 900000},
    ),
    "JiesuTurnsBreak": (
        {'jiesu_turns_total{channel="wechat",outcome="fault"}': 1},
        {'jiesu_turns_total{channel="wechat",outcome="turn"}': 900},
    ),
    "JiesuTurnsSlow": (
        {'jiesu_turn_seconds_bucket{le="1"}': 90, 'jiesu_turn_seconds_bucket{le="5"}': 100},
        {'jiesu_turn_seconds_bucket{le="1"}': 100, 'jiesu_turn_seconds_bucket{le="5"}': 100},
    ),
    "JiesuGivenUp": (
        {'jiesu_deliveries_total{outcome="unsure"}': 1},
        {'jiesu_deliveries_total{outcome="done"}': 70, 'jiesu_deliveries_total{outcome="buried"}': 0},
    ),
    "JiesuCircuitOpen": (
        {'jiesu_circuit_open{destination="wechat"}': 1},
        {'jiesu_circuit_open{destination="wechat"}': 0},
    ),
    "JiesuBackendRefuses": (
        {'jiesu_backend_trouble{trouble="key"}': 1},
        {'jiesu_backend_trouble{trouble="key"}': 0},
    ),
    "JiesuClocksApart": ({"jiesu_clock_ahead_seconds": -6}, {"jiesu_clock_ahead_seconds": 4}),
    "JiesuBackendsClockApart": (
        {"jiesu_backend_clock_ahead_seconds": -121},
        {"jiesu_backend_clock_ahead_seconds": 90},
    ),
}
"""For each rule what makes it ring, and what must not."""


def test_every_rule_is_tried_here() -> None:
    assert RULES.keys() == SERIES.keys()


@pytest.mark.parametrize("name", RULES)
def test_a_rule_rings_when_it_should_and_not_before(name: str) -> None:
    rings, keeps_still = SERIES[name]
    expression = promql.parse(RULES[name]["expr"])
    assert Sampled(**rings).value(expression), "it rings"
    assert not Sampled(**keeps_still).value(expression), "it keeps still"
    assert not Sampled().value(expression), "nor where nothing is measured yet"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_how_urgent_it_is_and_what_to_do(name: str) -> None:
    rule = RULES[name]
    assert rule["labels"]["severity"] in ("page", "look")
    assert re.search("[一-龥]", rule["annotations"]["summary"])
    assert rule["annotations"]["description"]
    shown = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    expression = promql.parse(rule["expr"])
    assert shown <= _left_by(expression) | OF_SCRAPING


def _left_by(node: Any) -> set[str]:
    """The labels that are left of a series at the end of a rule."""
    if isinstance(node, promql.BinaryExpr):
        return _left_by(node.lhs)
    if isinstance(node, promql.AggregateExpr):
        return set(node.modifier.labels)
    if isinstance(node, promql.Call):
        return _left_by(list(node.args)[-1])
    selector = node.vector_selector if isinstance(node, promql.MatrixSelector) else node
    return set(_label_names().get(selector.name, ()))


def _selectors(node: Any) -> Iterator[Any]:
    if isinstance(node, promql.VectorSelector):
        yield node
    for inner in ("lhs", "rhs", "expr", "vector_selector"):
        if hasattr(node, inner):
            yield from _selectors(getattr(node, inner))
    if isinstance(node, promql.Call):
        for one in node.args:
            yield from _selectors(one)


def _label_names() -> dict[str, tuple[str, ...]]:
    """By a series' name, from the very collectors that make `/metrics`."""
    found = {}
    for collector in set(REGISTRY._collector_to_names):
        for name in REGISTRY._collector_to_names[collector]:
            found[name] = tuple(getattr(collector, "_labelnames", ()))
    return found


@pytest.fixture
async def measured(tmp_path: Path) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """Every series that a house and a desk of its own show."""
    settings = Enclosed(var=tmp_path, public_url="http://front", hotline={"secret": "s" * 32})
    async with open_house(settings, "http://here") as house:
        shown = await _shown(create_app(house, with_worker=False))
    async with open_desk(settings, "http://here") as alone:
        shown += await _shown(create_desk_app(alone, settings))
    families = text_string_to_metric_families(shown)
    return {(one.name, frozenset(one.labels.items())) for family in families for one in family.samples}


async def _shown(app: Any) -> str:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://here") as client:
        return (await client.get("/metrics")).text


async def test_every_series_is_one_the_product_shows(measured: set[Any]) -> None:
    """Gauges with the very labels that are asked for; counters are not there before the first of a kind."""
    shown, labels = {name for name, _ in measured}, _label_names()
    for name, rule in RULES.items():
        for selector in _selectors(promql.parse(rule["expr"])):
            if selector.name in OF_PROMETHEUS:
                continue
            assert selector.name in labels, name
            own = set(labels[selector.name]) | OF_SCRAPING | {"le"}
            assert {one.name for one in selector.matchers.matchers} <= own, name
            if selector.name.startswith(("jiesu_alarm", "jiesu_aside", "jiesu_spool")):
                assert selector.name in shown, name
            if selector.name.startswith(("jiesu_alarm", "jiesu_aside")):
                assert any(
                    one == selector.name and all(_fits(m, dict(of)) for m in selector.matchers.matchers)
                    for one, of in measured
                ), name


def test_labels_that_a_rule_keeps_are_the_series_own() -> None:
    labels = _label_names()
    for name, rule in RULES.items():
        for selector in _selectors(promql.parse(rule["expr"])):
            kept = _left_by(promql.parse(rule["expr"])) - OF_SCRAPING
            assert kept <= {*labels.get(selector.name, ()), "le"}, name


def test_the_page_of_operations_names_every_rule() -> None:
    page = (FILE.parents[1] / "docs" / "operations.md").read_text()
    assert not [name for name in RULES if f"`{name}`" not in page]
