"""The real receiver over a scripted service, for tests of the doors: what is scripted is its disk as well."""

from typing import Any

from app.receiver.receiver import SpoolingReceiver
from intake.city import load
from intake.phrases import say, worded

CITY = worded(load("jiayuguan"))
KEPT, BUSY, BROKEN = (say(CITY, "zh", key) for key in ("service.spooled", "service.busy", "welcome.fault"))
"""What a citizen reads whose message waits, is nowhere, or was put aside."""


def receiver_over(service: Any) -> SpoolingReceiver:
    """`service` has what is needed of `app.turns.service`, and the spool's `keep` and `holds`."""
    return SpoolingReceiver(service, None, service, CITY)  # type: ignore[arg-type]  no channel events here
