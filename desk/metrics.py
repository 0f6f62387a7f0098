"""What Prometheus may know of the desk: which clocks ran out, never on whose ticket."""

from collections.abc import Iterable

from prometheus_client import Counter

deadline_breaches = Counter(
    "jiesu_deadline_breaches_total", "Deadlines passed at the desk, by clock", ["clock"]
)

_CLOCKS = {
    "late_accept": "accept",
    "late_dispatch": "dispatch",
    "late_sign": "sign",
    "late_contact": "contact",
    "late_progress": "progress",
    "bulletin": "answer",  # the profile's span after the answer was due
}


def count_breaches(fired: Iterable[str]) -> None:
    """Once for each timer that has run out, after its transaction."""
    for kind in fired:
        if clock := _CLOCKS.get(kind):
            deadline_breaches.labels(clock).inc()
