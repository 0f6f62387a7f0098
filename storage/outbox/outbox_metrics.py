"""What Prometheus may know of the outboxes: counts and seconds by destination, never what or whose."""

from prometheus_client import Counter, Gauge

deliveries = Counter(
    "jiesu_deliveries_total", "Outbox entries tried, by outcome", ["destination", "kind", "outcome"]
)
circuit_open = Gauge(
    "jiesu_circuit_open",
    "1 while a destination is left alone",
    ["destination"],
    multiprocess_mode="mostrecent",
)
depth = Gauge("jiesu_outbox_depth", "Open outbox entries", ["destination"], multiprocess_mode="mostrecent")
stuck = Gauge(
    "jiesu_outbox_stuck",
    "Entries due for over a quarter of an hour",
    ["destination"],
    multiprocess_mode="mostrecent",
)
age = Gauge(
    "jiesu_outbox_age_seconds",
    "Age of the oldest open entry",
    ["destination"],
    multiprocess_mode="mostrecent",
)
clock_ahead = Gauge(
    "jiesu_clock_ahead_seconds",
    "How far this process's clock is ahead of the database's",
    multiprocess_mode="mostrecent",
)
