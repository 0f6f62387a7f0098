"""What Prometheus may know: counts and seconds, never who or what."""

from prometheus_client import Counter, Gauge, Histogram

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
spool_depth = Gauge("jiesu_spool_depth", "Messages that wait on this machine's disk for the database")
aside = Counter("jiesu_put_aside_total", "Messages nobody could handle, kept for a person", ["channel"])
deliveries = Counter(
    "jiesu_deliveries_total", "Outbox entries tried, by outcome", ["destination", "kind", "outcome"]
)
callbacks = Counter("jiesu_callbacks_total", "Callbacks of the backend, by result", ["result"])
outbox_depth = Gauge("jiesu_outbox_depth", "Open outbox entries", ["destination"])
outbox_stuck = Gauge("jiesu_outbox_stuck", "Entries due for over a quarter of an hour", ["destination"])
circuit_open = Gauge("jiesu_circuit_open", "1 while a destination is left alone", ["destination"])
outbox_age = Gauge("jiesu_outbox_age_seconds", "Age of the oldest open entry", ["destination"])
surveys = Counter("jiesu_surveys_total", "Surveys by what was done with them", ["step"])
