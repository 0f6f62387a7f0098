"""The only time there is: it moves when the run says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
