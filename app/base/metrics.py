"""What Prometheus may know: counts and seconds, never who or what.

The rule: where several processes share a socket any of them may be asked, so they keep their figures in
files of one folder (`PROMETHEUS_MULTIPROC_DIR`, set by `jiesu serve --workers N`) and each answers for all.
A gauge then shows what any of them set last, and is set to 0 rather than taken away.
"""

import os
from collections.abc import Mapping

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

TOGETHER = "PROMETHEUS_MULTIPROC_DIR"
"""The library reads it when it is imported."""

turns = Counter(
    "jiesu_turns_total",
    "Messages: turn, repeat, fault, unavailable, too_fast",
    ["channel", "outcome"],
)
turn_seconds = Histogram("jiesu_turn_seconds", "Seconds from message to committed turn", ["channel"])
answers = Counter("jiesu_answers_total", "The city's answers offered, by whether they solved it", ["outcome"])
second_readings = Counter(
    "jiesu_second_readings_total", "Stories shown to a second reader, by outcome", ["outcome"]
)
spooled = Counter("jiesu_spooled_total", "Messages put on the local disk", ["channel"])
spool_refused = Counter("jiesu_spool_refused_total", "Messages the local disk would not take")
spool_aside = Gauge(
    "jiesu_spool_aside",
    "Spooled messages put aside, as none of our keys opens them",
    multiprocess_mode="mostrecent",
)
spool_depth = Gauge(
    "jiesu_spool_depth",
    "Messages that wait on this machine's disk for the database",
    multiprocess_mode="mostrecent",
)
spool_age = Gauge(
    "jiesu_spool_age_seconds",
    "Age of the oldest message on this machine's disk",
    multiprocess_mode="mostrecent",
)
alarm_age = Gauge(
    "jiesu_alarm_age_seconds",
    "Age of the oldest alarm: on its way (outbox), or taken by nobody (desk)",
    ["at"],
    multiprocess_mode="mostrecent",
)
aside_depth = Gauge(
    "jiesu_aside",
    "What was put aside or given up: message, delivery, callback, spool",
    ["kind"],
    multiprocess_mode="mostrecent",
)
aside_age = Gauge(
    "jiesu_aside_age_seconds",
    "Age of the oldest thing put aside or given up",
    ["kind"],
    multiprocess_mode="mostrecent",
)
aside = Counter("jiesu_put_aside_total", "Messages nobody could handle, kept for a person", ["channel"])
callbacks = Counter("jiesu_callbacks_total", "Callbacks of the backend, by result", ["result"])
backend_trouble = Gauge(
    "jiesu_backend_trouble",
    "1 while the backend refuses us: key, clock, address, method, host, proxy, unknown, other",
    ["trouble"],
    multiprocess_mode="mostrecent",
)
backend_clock = Gauge(
    "jiesu_backend_clock_ahead_seconds",
    "How far our clock is ahead of the backend's, by the Date of its latest answer",
    multiprocess_mode="mostrecent",
)
surveys = Counter("jiesu_surveys_total", "Surveys by what was done with them", ["step"])


def set_all(gauge: Gauge, found: Mapping[str, float], known: set[str]) -> None:
    """What was found for each label, and 0 for the others seen before (`known`, which grows)."""
    known.update(found)
    for label in known:
        gauge.labels(label).set(found.get(label, 0))


def exposition() -> bytes:
    """Every figure in Prometheus's text form, of all processes where they keep them together."""
    if TOGETHER not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
